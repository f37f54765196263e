import fs from 'node:fs';
import path from 'node:path';
import type { LazyDataFrame } from 'nodejs-polars';
import { lineagePath } from '../ledger/lineage.js';
import { valueText } from '../load/shown-values.js';
import type { GroupsAnswer, RemovedAnswer, RemovedRecord } from './answers.js';
import { whole } from './cells.js';
import { polars } from './frames.js';
import type { OpenSet } from './open.js';
import { RowGroups } from './row-groups.js';

const rejectsPath = '.datagpu/rejects.parquet';
const valueLetters = 4000;
const shownColumns = 30;
const shownGroups = 20;

interface Line {
  source: string;
  row: number;
  similarity: number | null;
  kept_source: string | null;
  kept_row: number | null;
  position: number | null;
}

/**
 * Records of a reason, from the lineage. What they held comes from the rejects file, or, of an exact duplicate over all
 * columns, from the row that was kept, which it equals.
 */
export async function removedAnswer(
  set: OpenSet,
  groups: RowGroups,
  asked: { reason: string; from: number; count: number; areEqual: boolean },
): Promise<RemovedAnswer> {
  const pl = polars();
  const { reason, from, count, areEqual } = asked;
  const all = lineage(set).filter(pl.col('fate').eq(pl.lit(reason))) as LazyDataFrame;
  const [{ n } = { n: 0 }] = all.select(pl.col('row').count().alias('n')).collectSync().toRecords() as { n: number }[];
  const lines = all.slice(from, count).collectSync().toRecords() as unknown as Line[];
  const keptAt = placesOf(set, lines);
  const rejects = await rejectsOf(set, lines);
  const records: RemovedRecord[] = [];
  for (const line of lines) {
    const rejected = rejects?.get(`${line.row} ${line.source}`);
    const kept = await keptOf(set, groups, line, keptAt);
    const values = rejected?.values ?? (areEqual && kept !== null ? unscored(set, kept.values) : null);
    const { source, row, similarity } = line;
    records.push({
      source,
      row,
      similarity,
      values,
      detail: rejected?.detail ?? null,
      raw: rejected?.raw ?? null,
      kept,
    });
  }
  const isShown = records.every((record) => record.values !== null || record.raw !== null);
  const missing = isShown ? null : 'What these records held was not kept: compile with --rejects to see it.';
  return { total: Number(n), from, records, missing };
}

/** Kept rows by how many records were dropped as their duplicates. */
export function groupsAnswer(set: OpenSet, { reason }: { reason: string }): GroupsAnswer {
  const pl = polars();
  const found = lineage(set)
    .filter(pl.col('fate').eq(pl.lit(reason)).and(pl.col('kept_row').isNotNull()))
    .groupBy(['kept_source', 'kept_row'])
    .agg(pl.count('row').alias('duplicates'))
    .sort([pl.col('kept_row')], false, true, true)
    .sort([pl.col('duplicates')], true, true, true)
    .limit(shownGroups)
    .collectSync()
    .toRecords() as { kept_source: string; kept_row: number; duplicates: number }[];
  return {
    groups: found.map((g) => ({ source: g.kept_source, row: g.kept_row, duplicates: Number(g.duplicates) })),
  };
}

/** The values of a row as its duplicate had them, which never got a score. */
function unscored(set: OpenSet, values: (string | null)[] | null): (string | null)[] | null {
  return values?.map((value, i) => (set.fields[i]!.name === set.score ? null : value)) ?? null;
}

function lineage(set: OpenSet): LazyDataFrame {
  return polars().scanParquet(path.resolve(set.folder, lineagePath)) as LazyDataFrame;
}

/** Where the kept rows of these records are, by `<row> <source>`. */
function placesOf(set: OpenSet, lines: readonly Line[]): Map<string, number> {
  const pl = polars();
  const rows = [...new Set(lines.flatMap(({ kept_row: row }) => (row === null ? [] : [row])))];
  if (rows.length === 0) return new Map();
  const found = lineage(set)
    .filter(pl.col('row').isIn(rows).and(pl.col('position').isNotNull()))
    .select('source', 'row', 'position')
    .collectSync()
    .toRecords() as { source: string; row: number; position: number }[];
  return new Map(found.map(({ source, row, position }) => [`${row} ${source}`, position]));
}

async function keptOf(
  set: OpenSet,
  groups: RowGroups,
  { kept_source: source, kept_row: row }: Line,
  places: ReadonlyMap<string, number>,
): Promise<RemovedRecord['kept']> {
  if (source === null || row === null) return null;
  const position = places.get(`${row} ${source}`) ?? null;
  if (position === null) return { source, row, position, values: null };
  const values: (string | null)[] = [];
  for (let column = 0; column < Math.min(set.fields.length, shownColumns); column++) {
    const [value] = await groups.values(column, [position]);
    values.push(textOf(value));
  }
  return { source, row, position, values };
}

interface Rejected {
  values: (string | null)[] | null;
  detail: string | null;
  raw: string | null;
}

/**
 * What the rejects file has of these records; null without one. Its own five columns are before those of the data set.
 * polars finds the rows and does not read them: it has no value for bytes.
 */
async function rejectsOf(set: OpenSet, lines: readonly Line[]): Promise<Map<string, Rejected> | null> {
  const pl = polars();
  const file = path.resolve(set.folder, rejectsPath);
  const bytes = fs.statSync(file, { throwIfNoEntry: false })?.size;
  if (lines.length === 0 || bytes === undefined) return null;
  const frame = pl.scanParquet(file) as LazyDataFrame;
  const names = frame.columns;
  const [source, row] = names as [string, string];
  const found = frame
    .select(pl.col(source).alias('source'), pl.col(row).cast(pl.Float64).alias('row'))
    .withRowIndex('place')
    .filter(pl.col('row').isIn(lines.map((line) => line.row)))
    .collectSync()
    .toRecords() as { place: number; source: string; row: number }[];
  const fields = names.map((name) => ({ name, type: '', nulls: 0, distinct: null }));
  const rows = await RowGroups.open({ ...set, files: [{ path: file, name: rejectsPath, rows: 0, bytes }], fields });
  try {
    const places = found.map(({ place }) => place);
    const columnOf = (name: string): Promise<unknown[]> => {
      const at = names.indexOf(name, 5);
      return at === -1 ? Promise.resolve(places.map(() => null)) : rows.values(at, places);
    };
    const details = await rows.values(3, places);
    const raws = await rows.values(4, places);
    const columns: unknown[][] = [];
    for (const { name } of set.fields.slice(0, shownColumns)) columns.push(await columnOf(name));
    return new Map(
      found.map((record, i): [string, Rejected] => {
        const raw = raws[i];
        // A malformed record has bytes and no values.
        const isMalformed = raw instanceof Uint8Array;
        return [
          `${record.row} ${record.source}`,
          {
            values: isMalformed ? null : columns.map((values) => textOf(values[i])),
            detail: textOf(details[i]),
            raw: isMalformed ? textOf(Buffer.from(raw).toString('utf8')) : null,
          },
        ];
      }),
    );
  } finally {
    await rows.close();
  }
}

function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  const text = valueText(value);
  return text.length > valueLetters ? `${whole(text, valueLetters)}…` : text;
}
