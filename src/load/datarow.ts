import { DatagpuError } from '../errors.js';
import { DataFile } from './datafile.js';

/** A row of the data set: where it is, and what it holds. */
export interface OutputRow {
  /** The data file it is in, as the manifest names it. */
  file: string;
  /** The split it is in; not there without splits. */
  split?: string;
  /** 0-based place over all files in order. */
  position: number;
  content: Record<string, unknown>;
}

/** A data file, wherever it is at the moment. */
export interface PlacedFile {
  path: string;
  /** As the manifest names it. */
  name: string;
  /** Null or not there without splits. */
  split?: string | null;
  rows: number;
  bytes: number;
}

/**
 * Reads one row of a data set by its place over all files; `firstColumn` is any of its columns, by which rows are counted.
 *
 * @throws DatagpuError `input` when there is no such row
 */
export async function readRow(files: readonly PlacedFile[], firstColumn: string, position: number): Promise<OutputRow> {
  let before = 0;
  for (const { path, name, split, rows, bytes } of files) {
    if (position >= before + rows) {
      before += rows;
      continue;
    }
    const file = await DataFile.open(path, name, bytes, rows);
    try {
      for (let group = 0; ; group++) {
        const first = await file.read(group, [firstColumn]);
        if (position >= before + first.numRows) {
          before += first.numRows;
          continue;
        }
        const table = await file.read(group, null);
        const content = table.get(position - before)!.toJSON() as Record<string, unknown>;
        return { file: name, ...(split == null ? {} : { split }), position, content };
      }
    } finally {
      await file.close();
    }
  }
  throw new DatagpuError('input', `the data set has no row ${position}`);
}
