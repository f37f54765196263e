import path from 'node:path';
import { DatagpuError } from '../errors.js';
import { lineagePath } from '../ledger/lineage.js';
import { why } from '../why.js';
import type { Origin, RecordAnswer } from './answers.js';
import { wholeOf } from './cells.js';
import { polars } from './frames.js';
import type { OpenSet } from './open.js';
import type { RowGroups } from './row-groups.js';

const shownDuplicates = 50;

/** A row whole, and where it came from. */
export async function recordAnswer(set: OpenSet, groups: RowGroups, position: number): Promise<RecordAnswer> {
  const values = [];
  for (const [index, { name, type }] of set.fields.entries()) {
    const [value] = await groups.values(index, [position]);
    values.push({ name, type, value: wholeOf(value, type) });
  }
  try {
    return { position, values, origin: await originOf(set, position), problem: null };
  } catch (error) {
    const problem = error instanceof DatagpuError ? error.describe() : String(error);
    return { position, values, origin: null, problem };
  }
}

async function originOf(set: OpenSet, position: number): Promise<Origin> {
  const pl = polars();
  const lineage = pl.scanParquet(path.resolve(set.folder, lineagePath));
  const [found] = lineage
    .filter(pl.col('position').eq(pl.lit(position)))
    .select('source', 'row')
    .limit(1)
    .collectSync()
    .toRecords() as { source: string; row: number }[];
  if (found === undefined)
    throw new DatagpuError('input', `no record is said to have become row ${position}`, { file: lineagePath });
  const twins = lineage.filter(
    pl
      .col('kept_row')
      .eq(pl.lit(found.row))
      .and(pl.col('kept_source').eq(pl.lit(found.source))),
  );
  const [{ n } = { n: 0 }] = twins.select(pl.col('row').count().alias('n')).collectSync().toRecords() as {
    n: number;
  }[];
  const first = twins.select('source', 'row', 'fate', 'similarity').limit(shownDuplicates).collectSync().toRecords();
  const { because, score, target, terms } = await why(set.folder, found.row, found.source);
  return {
    source: found.source,
    row: found.row,
    because,
    score,
    target,
    terms: (terms ?? []).slice(0, 20),
    duplicates: Number(n),
    firstDuplicates: first as Origin['firstDuplicates'],
  };
}
