import { type Block, copyBlock, type ReadBlock } from '../engine/block.js';
import { KernelColumn, type PlacedColumn, placeColumns } from '../engine/kernel-column.js';
import { widthOf } from '../engine/types.js';
import type { IngestKernel } from '../kernels/ingest.js';

/**
 * The rows of a block whose mask byte is 1. Columns in the kernel's memory are compacted in place, so that `block` itself
 * is spent; others are copied in first. The result lies in the kernel's memory.
 */
export function filterBlock(kernel: IngestKernel, block: ReadBlock, keep: Uint8Array): ReadBlock {
  const placed = placeColumns(kernel, block.columns);
  const mark = kernel.mark();
  const mask = kernel.put(keep);
  const kept = compact(kernel, block, placed, placed, mask);
  // A mask that was the kernel's own keeps its place; one that was copied in is given back.
  kernel.reset(mark);
  return kept;
}

/**
 * A copy of the rows whose mask byte is 0, all in one buffer, which can be transferred. `block` stays
 * as it is.
 */
export function copyDropped(
  kernel: IngestKernel,
  block: ReadBlock,
  keep: Uint8Array,
): { block: Block; buffer: ArrayBuffer } {
  const mark = kernel.mark();
  const sizes = block.columns.map(({ validity, offsets, values }) =>
    [validity, offsets, values].map((view) => (view === null ? null : view.byteLength)),
  );
  const placed = placeColumns(kernel, block.columns);
  const mask = kernel.put(keep.map((kept) => 1 - kept));
  const targets = sizes.map((parts): PlacedColumn => {
    const [validity, offsets, values] = parts.map((bytes) => (bytes === null ? 0 : kernel.alloc(bytes)));
    return { validity: validity!, offsets: offsets!, values: values! };
  });
  const dropped = copyBlock(compact(kernel, block, placed, targets, mask), false);
  kernel.reset(mark);
  return { block: dropped, buffer: (dropped.columns[0]?.values.buffer ?? new ArrayBuffer(0)) as ArrayBuffer };
}

/**
 * Moves the rows whose mask byte is 1 to `targets`, which may be where they are. Reserves memory that its callers give back.
 */
function compact(
  kernel: IngestKernel,
  block: ReadBlock,
  placed: readonly PlacedColumn[],
  targets: readonly PlacedColumn[],
  mask: number,
): ReadBlock {
  const exports = kernel.exports;
  const types = block.columns.map((c) => c.type);
  const rows = exports.countKept(mask, block.rows);
  const runs = kernel.alloc((block.rows + 2) * 4);
  const count = exports.findRuns(mask, block.rows, runs);
  const bytes = placed.map((at, c) => {
    const to = targets[c]!;
    if (at.validity !== 0) exports.filterFixed(at.validity, 1, mask, block.rows, runs, count, to.validity);
    if (at.offsets !== 0)
      return exports.filterBytes(at.offsets, at.values, mask, block.rows, runs, count, to.offsets, to.values) >>> 0;
    const width = widthOf(types[c]!);
    if (width > 0) exports.filterFixed(at.values, width, mask, block.rows, runs, count, to.values);
    return rows * width;
  });
  const columns = targets.map(
    (at, c) =>
      new KernelColumn(kernel, types[c]!, {
        validity: at.validity === 0 ? null : { at: at.validity, length: rows },
        offsets: at.offsets === 0 ? null : { at: at.offsets, length: rows + 1 },
        values: { at: at.values, length: bytes[c]! },
      }),
  );
  return { rows, columns };
}
