import type { ReadBlock } from '../engine/block.js';
import { type PlacedColumn, placeColumns } from '../engine/kernel-column.js';
import { widthOf } from '../engine/types.js';
import type { IngestKernel } from '../kernels/ingest.js';
import { type CheckSums, RowCheck, tagBytes } from './rowcheck.js';

/** Rows a call: their tags stay in the cache, and V8 puts better code of a function in at its next call. */
const rowsAtOnce = 4096;

/**
 * Makes a tag of 8 bytes for each row of a block, which changes when one of its values does: of the bytes of every column as they
 * are, whatever is stored behind a null. Tags are made where a row is judged and again where it is encoded (rowcheck.ts).
 */
export class RowTagger {
  readonly tags: Uint8Array;
  private readonly placed: readonly PlacedColumn[];
  private readonly widths: readonly number[];
  private readonly strip: number;

  /**
   * `take` gives memory for the tags. The block may lie in the kernel's memory or outside (it is copied in). What it reserves there
   * is the caller's to give back.
   */
  constructor(
    private readonly kernel: IngestKernel,
    { rows, columns }: ReadBlock,
    take: (bytes: number) => Uint8Array,
  ) {
    this.placed = placeColumns(kernel, columns);
    this.widths = columns.map(({ type }) => widthOf(type));
    this.strip = kernel.alloc(rowsAtOnce * tagBytes);
    this.tags = take(rows * tagBytes);
  }

  /** Makes those of rows `from` to `to`. */
  tag(from: number, to: number): void {
    const { kernel, strip } = this;
    const exports = kernel.exports;
    for (let row = from; row < to; row += rowsAtOnce) {
      const end = Math.min(row + rowsAtOnce, to);
      const made = kernel.u8(strip, (end - row) * tagBytes).fill(0);
      this.placed.forEach(({ validity, offsets, values }, c) => {
        const width = this.widths[c]!;
        if (offsets !== 0) exports.tagBytes(validity, offsets, values, row, end, strip);
        else if (width > 0) exports.tagFixed(validity, values, width, row, end, strip);
      });
      this.tags.set(made, row * tagBytes);
    }
  }
}

/** The tags of all rows of a block. Frees what it reserves in the kernel. */
export function rowTags(kernel: IngestKernel, block: ReadBlock): Uint8Array {
  const mark = kernel.mark();
  const tagger = new RowTagger(kernel, block, (bytes) => new Uint8Array(bytes));
  tagger.tag(0, block.rows);
  kernel.reset(mark);
  return tagger.tags;
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
