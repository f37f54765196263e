import { withSource } from '../source-file.js';
import type { RowGroup } from './footer.js';
import type { ParquetFile } from './look.js';
import { listPages } from './pages.js';

/** A piece of a Parquet file that is read at once: rows of one row group. Plain data. */
export interface ParquetPiece {
  group: number;
  /** First row, and the row behind the last one, in the row group. */
  from: number;
  to: number;
  /** 1-based number of the first row in the file. */
  record: number;
}

/** A piece has at most this many rows, and about this many bytes, unpacked. */
const pieceRows = 131072;
const pieceBytes = 32 * 1024 * 1024;
/** From this size on, pages decide where pieces end: a page that two pieces share is unpacked twice. */
const largePageBytes = 8 * 1024 * 1024;

/** Cuts a file into pieces. Their borders depend on the file only. */
export function cutPieces(file: ParquetFile): { groups: { rows: number; bytes: number }[]; pieces: ParquetPiece[] } {
  return withSource(file.path, file.name, (fd) => {
    const pieces: ParquetPiece[] = [];
    let record = 1;
    const groups = file.meta.groups.map((group, g) => {
      const sizes = leafSizes(fd, file, group);
      const bytes = sizes.reduce((sum, n) => sum + n, 0);
      let from = 0;
      for (const to of bordersOf(fd, file, group, sizes, bytes)) {
        if (to > from) pieces.push({ group: g, from, to, record: record + from });
        from = to;
      }
      record += group.rows;
      return { rows: group.rows, bytes };
    });
    return { groups, pieces };
  });
}

/** About how many bytes each leaf of a row group takes when it is decoded. */
function leafSizes(fd: number, file: ParquetFile, group: RowGroup): number[] {
  const leaves = file.columns.flatMap((column) => column.leaves.map((leaf) => ({ leaf, column: column.name })));
  return group.columns.map((chunk, i) => {
    const { leaf, column } = leaves[i]!;
    if (leaf.physical !== 'bytes') return Math.max(chunk.bytes, chunk.values * 8);
    const { bytes, values } = chunk;
    if (chunk.textBytes !== null) return Math.max(chunk.textBytes, 0) + 4 * values;
    // Without a dictionary the pages have all bytes; with one, a value may stand there once and be named often.
    if (!chunk.listed || bytes * values <= pieceBytes) return bytes;
    const { dictionary } = listPages(fd, { ...chunk, values: 1 }, file.meta.end, file.name, column, true);
    if (dictionary === null || dictionary.values === 0) return bytes;
    return Math.max(bytes, (dictionary.bytes / dictionary.values) * values);
  });
}

/** Where the pieces of a row group end. */
function bordersOf(fd: number, file: ParquetFile, group: RowGroup, sizes: readonly number[], bytes: number): number[] {
  const count = Math.max(Math.ceil(group.rows / pieceRows), Math.min(group.rows, Math.round(bytes / pieceBytes)), 1);
  const even = (from: number, rows: number, parts: number): number[] =>
    Array.from({ length: parts }, (_, i) => from + Math.floor((rows * (i + 1)) / parts));
  const pages = count > 1 ? largestPages(fd, file, group, sizes) : null;
  if (pages === null) return even(0, group.rows, count);

  const borders: number[] = [];
  const perByte =
    bytes /
    Math.max(
      1,
      pages.reduce((n, p) => n + p.bytes, 0),
    );
  let begin = 0;
  let row = 0;
  let held = 0;
  for (const page of pages) {
    const size = page.bytes * perByte;
    if (row > begin && (held + size > pieceBytes * 1.25 || row + page.values - begin > pieceRows)) {
      borders.push(row);
      begin = row;
      held = 0;
    }
    const parts = Math.max(
      Math.ceil(page.values / pieceRows),
      Math.min(page.values, Math.floor(size / (pieceBytes * 1.5)) + 1),
    );
    if (parts > 1) {
      borders.push(...even(row, page.values, parts));
      begin = row + page.values;
    } else held += size;
    row += page.values;
  }
  if (row > begin) borders.push(row);
  return borders;
}

/** The pages of the largest leaf, when it is not repeated and they are large. */
function largestPages(
  fd: number,
  file: ParquetFile,
  group: RowGroup,
  sizes: readonly number[],
): { values: number; bytes: number }[] | null {
  const leaves = file.columns.flatMap((column) => column.leaves.map((leaf) => ({ leaf, column: column.name })));
  const largest = sizes.indexOf(Math.max(...sizes));
  const { leaf, column } = leaves[largest]!;
  if (leaf.repetition > 0) return null;
  const { data } = listPages(fd, group.columns[largest]!, file.meta.end, file.name, column);
  return data.some((page) => page.bytes >= largePageBytes) ? data : null;
}
