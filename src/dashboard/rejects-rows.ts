import fs from 'node:fs';
import path from 'node:path';
import { valueText } from '../load/shown-values.js';
import { whole } from './cells.js';
import { KeptColumns } from './kept-columns.js';
import type { Line } from './lineage-rows.js';
import type { OpenSet } from './open.js';
import { RowGroups } from './row-groups.js';

const rejectsPath = '.datagpu/rejects.parquet';
const valueLetters = 4000;
/** Read once, for a list of records. */
const keptBytes = 2 ** 25;

/** What a record held that is not in the data set. */
export interface Content {
  values: (string | null)[] | null;
  detail: string | null;
  raw: string | null;
}

/** What the rejects file has of these records, by `<row> <source>`, of the first columns; null without such a file. */
export async function rejectsOf(
  set: OpenSet,
  lines: readonly Line[],
  shownColumns: number,
): Promise<Map<string, Content> | null> {
  const file = path.resolve(set.folder, rejectsPath);
  const bytes = fs.statSync(file, { throwIfNoEntry: false })?.size;
  if (lines.length === 0 || bytes === undefined) return null;
  const taken = set.fields.map(({ name }) => name);
  // Where the data set has a name of the file's own columns, that one has more underscores.
  const own = (name: string): string => (taken.includes(name) ? own(`_${name}`) : name);
  const shown = taken.slice(0, shownColumns).filter((name) => name !== set.score);
  const names = [...['_source', '_row', '_detail', '_raw'].map(own), ...shown];
  const fields = names.map((name) => ({ name, type: '', nulls: 0, distinct: null }));
  const rows = await RowGroups.open(
    { ...set, files: [{ path: file, name: rejectsPath, rows: 0, bytes }], fields },
    new KeptColumns(keptBytes),
  );
  try {
    const wanted = new Set(lines.map(({ row }) => row));
    const places: number[] = [];
    for (let group = 0; group < rows.count; group++) {
      const { vector, first } = await rows.piece(1, group);
      for (let i = 0; i < vector.length; i++) if (wanted.has(Number(vector.get(i)))) places.push(first + i);
    }
    const columns: unknown[][] = [];
    for (const column of names.keys()) columns.push(await rows.values(column, places));
    const [sources, numbers, details, raws, ...values] = columns as [unknown[], unknown[], unknown[], unknown[]];
    return new Map(
      places.map((_, i): [string, Content] => {
        const raw = raws[i];
        // A malformed record has bytes and no values.
        const isMalformed = raw instanceof Uint8Array;
        const byName = new Map(shown.map((name, k) => [name, (values as unknown[][])[k]![i]]));
        return [
          `${numbers[i]} ${sources[i]}`,
          {
            values: isMalformed ? null : taken.slice(0, shownColumns).map((name) => contentText(byName.get(name))),
            detail: contentText(details[i]),
            raw: isMalformed ? contentText(Buffer.from(raw).toString('utf8')) : null,
          },
        ];
      }),
    );
  } finally {
    await rows.close();
  }
}

/** A value as text, cut where it is longer than a list of records should hold. */
export function contentText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  const text = valueText(value);
  return text.length > valueLetters ? `${whole(text, valueLetters)}…` : text;
}
