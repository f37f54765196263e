import type { ReadBlock } from '../engine/block.js';
import { placeColumns } from '../engine/kernel-column.js';
import { widthOf } from '../engine/types.js';
import type { IngestKernel } from '../kernels/ingest.js';
import { type CheckSums, RowCheck, tagBytes } from './rowcheck.js';

interface TagExports {
  tagFixed(validity: number, values: number, width: number, row: number, end: number, tags: number): void;
  tagBytes(validity: number, offsets: number, values: number, row: number, end: number, tags: number): void;
}

/** Rows a call: their tags stay in the cache, and V8 puts better code of a function in at its next call. */
const rowsAtOnce = 4096;

/**
 * A tag of 8 bytes for each row, which changes when one of its values does: the bytes of every column as they are, whatever is
 * stored behind a null. Made where a row is judged and again where it is encoded (rowcheck.ts). Returns memory that `take` gives
 * for so many bytes (by default its own). `block` may lie in the kernel's memory or outside (it is copied in).
 */
export function rowTags(
  kernel: IngestKernel,
  block: ReadBlock,
  take: (bytes: number) => Uint8Array = (bytes) => new Uint8Array(bytes),
): Uint8Array {
  const { rows, columns } = block;
  if (rows === 0) return new Uint8Array(0);
  const exports = kernel.exports as TagExports;
  const mark = kernel.mark();
  const placed = placeColumns(kernel, columns);
  const tags = kernel.alloc(rowsAtOnce * tagBytes);
  const made = take(rows * tagBytes);
  for (let row = 0; row < rows; row += rowsAtOnce) {
    const end = Math.min(row + rowsAtOnce, rows);
    const strip = kernel.u8(tags, (end - row) * tagBytes).fill(0);
    placed.forEach(({ validity, offsets, values }, c) => {
      const width = widthOf(columns[c]!.type);
      if (offsets !== 0) exports.tagBytes(validity, offsets, values, row, end, tags);
      else if (width > 0) exports.tagFixed(validity, values, width, row, end, tags);
    });
    made.set(strip, row * tagBytes);
  }
  kernel.reset(mark);
  return made;
}

/**
 * What rows are that are about to be encoded, from `place` of the output on: `rows` are their numbers among the kept ones, or the
 * first of them.
 */
export function checkSums(
  kernel: IngestKernel,
  block: ReadBlock,
  rows: number | Uint32Array,
  place: number,
): CheckSums {
  const check = new RowCheck();
  check.add(rowTags(kernel, block), rows, place);
  return check.sums;
}
