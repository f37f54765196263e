import type { ReadBlock, ReadColumn } from '../engine/block.js';
import type { IngestKernel } from '../kernels/ingest.js';
import { digestBytes, digestRows } from './digest.js';

/** Columns that look like ids, and what they hide, in the rows of a sample. */
export interface IdSample {
  rows: number;
  /** Columns that have a value of their own in every row that is no exact duplicate. */
  columns: number[];
  /** Rows that would be exact duplicates of another if those columns were ignored, beyond those that are. */
  hidden: number;
}

const mostRows = 10_000;
const mostCells = 100_000;
/** Fewer rows may differ in every value by chance. */
const leastRows = 100;
/** Longer texts, or texts with spaces, are content. */
const longestId = 64;

/**
 * Looks for ids among the `compared` columns in the first rows of a block, whose `digests` are over those columns; rows
 * marked `empty` don't count. Null when there are none, or when they hide fewer duplicates than one row in 200. A few
 * milliseconds, as at most 100,000 cells are looked at.
 */
export function sampleIds(
  kernel: IngestKernel,
  block: ReadBlock,
  compared: readonly number[],
  digests: Uint8Array,
  empty: Uint8Array | null,
): IdSample | null {
  const rows = Math.min(block.rows, mostRows, Math.floor(mostCells / Math.max(1, compared.length)));
  if (rows < leastRows || compared.length < 2) return null;
  const distinct = (of: Uint8Array, count = rows): number => countDistinct(kernel, of, count, empty);
  const different = distinct(digests);
  if (different < leastRows) return null;
  const sample: ReadBlock = { rows, columns: block.columns };
  const few: ReadBlock = { rows: leastRows, columns: block.columns };
  const columns = compared.filter((c) => {
    if (!mayBeId(block.columns[c]!, rows)) return false;
    // Most columns repeat a value soon.
    if (distinct(digestRows(kernel, few, [c]), leastRows) < distinct(digests, leastRows)) return false;
    return distinct(digestRows(kernel, sample, [c])) === different;
  });
  const others = compared.filter((c) => !columns.includes(c));
  if (columns.length === 0 || others.length === 0) return null;
  const hidden = different - distinct(digestRows(kernel, sample, others));
  return hidden * 200 < rows ? null : { rows, columns, hidden };
}

/** Integers, and short texts without a space. */
function mayBeId({ type, offsets, values }: ReadColumn, rows: number): boolean {
  if (type.kind === 'int64') return true;
  if (type.kind !== 'text' || offsets === null) return false;
  return (
    offsets[rows]! - offsets[0]! <= rows * longestId && !values.subarray(offsets[0], offsets[leastRows]).includes(32)
  );
}

/** How many different digests the first `rows` rows have. */
function countDistinct(kernel: IngestKernel, digests: Uint8Array, rows: number, empty: Uint8Array | null): number {
  const mark = kernel.mark();
  const at = kernel.put(digests.subarray(0, rows * digestBytes));
  const skip = empty === null ? 0 : kernel.put(empty.subarray(0, rows));
  const slots = 2 ** Math.ceil(Math.log2(rows * 2));
  const { countDistinct } = kernel.exports;
  const count = countDistinct(at, rows, skip, kernel.alloc(slots * 4), slots - 1);
  kernel.reset(mark);
  return count;
}
