import type { Block, Column } from '../engine/block.js';
import { placeColumns } from '../engine/place.js';
import { widthOf } from '../engine/types.js';
import type { IngestKernel } from '../kernels/ingest.js';

interface FilterExports {
  countKept(keep: number, rows: number): number;
  filterFixed(values: number, width: number, keep: number, rows: number, to: number): void;
  filterBytes(offsets: number, values: number, keep: number, rows: number, toOffsets: number, toValues: number): number;
}

/**
 * The rows of a block whose mask byte is 1. Columns in the kernel's memory are compacted in place, so that `block` itself
 * is spent; others are copied in first. The result lies in the kernel's memory.
 */
export function filterBlock(kernel: IngestKernel, block: Block, keep: Uint8Array): Block {
  const exports = kernel.exports as FilterExports;
  const types = block.columns.map((c) => c.type);
  const placed = placeColumns(
    kernel,
    block,
    types.map((_, c) => c),
  );
  const mark = kernel.mark();
  const mask = kernel.put(keep);
  const rows = exports.countKept(mask, block.rows);
  const kept = placed.map((at, c) => {
    if (at.validity !== 0) exports.filterFixed(at.validity, 1, mask, block.rows, at.validity);
    if (at.offsets !== 0)
      return exports.filterBytes(at.offsets, at.values, mask, block.rows, at.offsets, at.values) >>> 0;
    const width = widthOf(types[c]!);
    if (width > 0) exports.filterFixed(at.values, width, mask, block.rows, at.values);
    return rows * width;
  });
  // A mask that was the kernel's own keeps its place; one that was copied in is given back.
  kernel.reset(mark);
  const columns = placed.map(
    (at, c): Column => ({
      type: types[c]!,
      validity: at.validity === 0 ? null : kernel.u8(at.validity, rows),
      offsets: at.offsets === 0 ? null : kernel.i32(at.offsets, rows + 1),
      values: kernel.u8(at.values, kept[c]!),
    }),
  );
  return { rows, columns };
}
