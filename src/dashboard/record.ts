import { DatagpuError } from '../errors.js';
import { lineagePath } from '../ledger/lineage.js';
import { why } from '../why.js';
import type { Origin, RecordAnswer } from './answers.js';
import { wholeOf } from './cells.js';
import type { LineageRows } from './lineage-rows.js';
import type { OpenSet } from './open.js';
import type { RowGroups } from './row-groups.js';

const shownDuplicates = 50;

/** A row whole, and where it came from. */
export async function recordAnswer(
  set: OpenSet,
  groups: RowGroups,
  lineage: () => Promise<LineageRows>,
  position: number,
): Promise<RecordAnswer> {
  const values = [];
  for (const [index, { name, type }] of set.fields.entries()) {
    const [value] = await groups.values(index, [position]);
    values.push({ name, type, value: wholeOf(value, type) });
  }
  try {
    return { position, values, origin: await originOf(set, await lineage(), position), problem: null };
  } catch (error) {
    const problem = error instanceof DatagpuError ? error.describe() : String(error);
    return { position, values, origin: null, problem };
  }
}

async function originOf(set: OpenSet, lineage: LineageRows, position: number): Promise<Origin> {
  const [found] = await lineage.lines(await lineage.where({ position: String(position) }));
  if (found === undefined)
    throw new DatagpuError('input', `no record is said to have become row ${position}`, { file: lineagePath });
  const twins = await lineage.where({ kept_row: String(found.row), kept_source: found.source });
  const first = await lineage.lines(twins.subarray(0, shownDuplicates));
  const { because, score, target, terms } = await why(set.folder, found.row, found.source);
  return {
    source: found.source,
    row: found.row,
    because,
    score,
    target,
    terms: (terms ?? []).slice(0, 20),
    duplicates: twins.length,
    firstDuplicates: first.map(({ source, row, fate, similarity }) => ({ source, row, fate, similarity })),
  };
}
