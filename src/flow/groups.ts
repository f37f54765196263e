/**
 * Which rows of which chunks make a row group. The plan depends on the number of kept rows and bytes of each chunk
 * in order and on nothing else, so that the file is the same for any number of lanes.
 */

/** A row group is about this many rows, ... */
export const groupRows: number = 131_072;
/** ... or about this many bytes of columns. */
export const groupBytes: number = 64 * 2 ** 20;

/** What becomes of a chunk's kept rows: encoded where they are in `groups` equal parts, or handed over to be coalesced. */
export type Placement = { where: 'lane'; groups: number } | { where: 'pending'; flush: boolean } | { where: 'none' };

/** Decides chunk by chunk, in order. Small chunks wait until together they fill a row group. */
export class GroupPlan {
  private pendingRows = 0;
  private pendingBytes = 0;

  /** `rows` kept rows that take `bytes`; `flush` says that pending rows, this chunk's included, are to be encoded now. */
  place(rows: number, bytes: number): Placement {
    if (rows === 0) return { where: 'none' };
    if (this.pendingRows === 0 && (rows >= groupRows / 2 || bytes >= groupBytes / 4)) {
      return { where: 'lane', groups: Math.max(1, Math.round(rows / groupRows), Math.ceil(bytes / groupBytes)) };
    }
    this.pendingRows += rows;
    this.pendingBytes += bytes;
    const flush = this.pendingRows >= groupRows / 2 || this.pendingBytes >= groupBytes / 4;
    if (flush) this.reset();
    return { where: 'pending', flush };
  }

  private reset(): void {
    this.pendingRows = 0;
    this.pendingBytes = 0;
  }
}

/** Row groups of rows whose order is known, in the order of the output. */
export interface RowGroups {
  /** No row group has more rows. */
  size: number;
  /** The rows from one place of the output up to another, which are of one split. */
  groups: { split: number; from: number; to: number }[];
}

/** Divides so many rows of each split into row groups of equal sizes, of at most `most` rows. */
export function rowGroupsOf(counts: readonly number[], most: number): RowGroups {
  const groups: RowGroups['groups'] = [];
  let size = 1;
  let first = 0;
  counts.forEach((rows, split) => {
    const own = Math.max(1, Math.ceil(rows / evenParts(rows, most)));
    for (let at = 0; at < rows; at += own)
      groups.push({ split, from: first + at, to: first + Math.min(rows, at + own) });
    size = Math.max(size, own);
    first += rows;
  });
  return { size, groups };
}

/** Splits `rows` into `parts` runs whose lengths differ by at most one: the starts, and `rows` at the end. */
export function splitRows(rows: number, parts: number): number[] {
  return Array.from({ length: parts + 1 }, (_, i) => Math.floor((rows * i) / parts));
}

/**
 * Into how many equal parts to split what must be split in parts of at most `most`: an even number, so that two lanes end
 * at the same time. It must not depend on how many lanes there are.
 */
export function evenParts(size: number, most: number): number {
  return size <= most ? 1 : 2 * Math.ceil(size / most / 2);
}
