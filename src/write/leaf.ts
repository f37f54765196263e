import { arrowWidth } from '../engine/types.js';
import type { IngestKernel } from '../kernels/ingest.js';
import type { ArrowNode } from './arrow.js';
import { type StoredColumn, storedColumn } from './stored.js';

/** The values of a leaf of a nested column, without its nulls, in the kernel's memory. What it needs is reserved with `alloc`. */
export function leafColumn(kernel: IngestKernel, node: ArrowNode): StoredColumn {
  const { type, rows, nulls } = node;
  const placed = node.offsets === null ? denseFixed(kernel, node) : denseTexts(kernel, node, node.offsets);
  return storedColumn(kernel, { kind: 'arrow', arrow: type }, { validity: 0, ...placed }, rows - nulls);
}

/** A byte for each slot; 0 when none is null. */
const presenceOf = (kernel: IngestKernel, { validity, rows }: ArrowNode): number =>
  validity === null ? 0 : unpacked(kernel, validity, rows);

function unpacked(kernel: IngestKernel, bits: Uint8Array, count: number): number {
  const exports = kernel.exports;
  const from = kernel.put(bits);
  const to = kernel.alloc(count);
  exports.bytesOfBits(from, count, to);
  return to;
}

function denseFixed(kernel: IngestKernel, node: ArrowNode): { offsets: number; values: number } {
  const exports = kernel.exports;
  const { type, rows, nulls } = node;
  const all = type.name === 'bool' ? unpacked(kernel, node.values!, rows) : kernel.put(node.values!);
  if (nulls === 0) return { offsets: 0, values: all };
  const width = arrowWidth(type);
  const validity = presenceOf(kernel, node);
  const values = kernel.alloc((rows - nulls) * width);
  exports.pageFixed(validity, all, width, rows, values);
  return { offsets: 0, values };
}

function denseTexts(kernel: IngestKernel, node: ArrowNode, ends: Int32Array): { offsets: number; values: number } {
  const exports = kernel.exports;
  const { rows, nulls } = node;
  const allOffsets = kernel.put(ends);
  const all = kernel.put(node.values!);
  if (nulls === 0) return { offsets: allOffsets, values: all };
  const validity = presenceOf(kernel, node);
  const offsets = kernel.alloc((rows + 1) * 4);
  const count = exports.pageLengths(validity, allOffsets, rows, offsets);
  exports.offsetsOfLengths(offsets, count);
  const values = kernel.alloc(ends[rows]!);
  exports.pageBytes(validity, allOffsets, all, rows, values);
  return { offsets, values };
}
