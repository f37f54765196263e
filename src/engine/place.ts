import type { Kernel } from '../kernels/module.js';
import type { Block, Column } from './block.js';

/** Addresses of a column's arrays in a kernel's memory; 0 where the column has none. */
export interface PlacedColumn {
  validity: number;
  offsets: number;
  values: number;
}

interface View {
  buffer: ArrayBufferLike;
  byteOffset: number;
  byteLength: number;
}

/**
 * Finds or copies columns of a block in a kernel's memory, in the order of `columns`. What has to be copied is reserved
 * with `alloc`; afterwards views of the kernel's memory may be detached: see `viewKeeper`.
 */
export function placeColumns(kernel: Kernel<unknown>, block: Block, columns: readonly number[]): PlacedColumn[] {
  // Addresses are taken before anything is reserved: growing the memory detaches the views, and then they have none.
  const found = columns.map((c) => {
    const { validity, offsets, values } = block.columns[c]!;
    return [validity, offsets, values].map((view) => (view !== null && kernel.owns(view) ? view.byteOffset : view));
  });
  const place = (part: number | View | null | undefined): number =>
    typeof part === 'number' ? part : part ? kernel.put(part) : 0;
  return found.map(([validity, offsets, values]) => ({
    validity: place(validity),
    offsets: place(offsets),
    values: place(values),
  }));
}

/**
 * Remembers where a block's columns lie in a kernel's memory. The function it returns makes their views anew, so that the
 * block is valid again after the memory grew.
 */
export function viewKeeper(kernel: Kernel<unknown>, block: Block): () => void {
  type Range = [ptr: number, bytes: number] | null;
  const range = (view: View | null): Range =>
    view !== null && kernel.owns(view) ? [view.byteOffset, view.byteLength] : null;
  const held = block.columns.map((column): [Column, Range, Range, Range] => [
    column,
    range(column.validity),
    range(column.offsets),
    range(column.values),
  ]);
  return () => {
    for (const [column, validity, offsets, values] of held) {
      if (validity) column.validity = kernel.u8(...validity);
      if (offsets) column.offsets = kernel.i32(offsets[0], offsets[1] / 4);
      if (values) column.values = kernel.u8(...values);
    }
  };
}
