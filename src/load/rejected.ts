import fs from 'node:fs';
import { DataFile } from './datafile.js';

/** What the file of dropped rows says of a malformed record. */
export interface RejectedRecord {
  /** What is wrong with it. */
  detail: string;
  /** Its bytes as they were read, at most 64 KB of them. */
  raw: Uint8Array | null;
}

/**
 * A record in the file of dropped rows; null when the file is not there or has no such record. `source` is as the manifest
 * names it. `columns` are those of the data set: where they have a name of the file's own columns, that one has more underscores.
 */
export async function readRejected(
  file: string,
  shown: string,
  columns: readonly string[],
  source: string,
  row: number,
): Promise<RejectedRecord | null> {
  const stats = fs.statSync(file, { throwIfNoEntry: false });
  if (stats === undefined || !stats.isFile()) return null;
  const own = (name: string): string => (columns.includes(name) ? own(`_${name}`) : name);
  const names = ['_source', '_row', '_detail'].map(own);
  const dropped = await DataFile.open(file, shown, stats.size);
  try {
    for (let group = 0; group < dropped.groups; group++) {
      const [sources, rows, details] = await columnsOf(dropped, group, names);
      for (let i = 0; i < rows!.length; i++) {
        if (Number(rows!.get(i)) !== row || sources!.get(i) !== source || details!.get(i) === null) continue;
        const [raws] = await columnsOf(dropped, group, [own('_raw')]);
        const raw: unknown = raws!.get(i);
        return { detail: String(details!.get(i)), raw: raw instanceof Uint8Array ? raw.slice() : null };
      }
    }
    return null;
  } finally {
    await dropped.close();
  }
}

interface Values {
  length: number;
  get(index: number): unknown;
}

async function columnsOf(file: DataFile, group: number, names: readonly string[]): Promise<Values[]> {
  const table = await file.read(group, names);
  return names.map((name) => table.getChild(name) as Values);
}
