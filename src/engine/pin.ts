import type { IngestKernel } from '../kernels/ingest.js';
import type { Block, Column } from './block.js';

/** Makes views that are good now: those of a kernel's memory are lost whenever it grows. */
export type Pinned = () => Column;

/** Notes where the columns of a block are. Call it while their views are good. */
export function pinColumns(kernel: IngestKernel, block: Block): Pinned[] {
  return block.columns.map(({ type, validity, offsets, values }) => {
    const valid = validity === null ? null : pin(kernel, validity);
    const places =
      offsets === null ? null : pin(kernel, new Uint8Array(offsets.buffer, offsets.byteOffset, offsets.byteLength));
    const bytes = pin(kernel, values);
    return () => {
      const raw = places?.() ?? null;
      return {
        type,
        validity: valid?.() ?? null,
        offsets: raw === null ? null : new Int32Array(raw.buffer, raw.byteOffset, raw.length / 4),
        values: bytes(),
      };
    };
  });
}

function pin(kernel: IngestKernel, view: Uint8Array): () => Uint8Array {
  if (!kernel.owns(view)) return () => view;
  const { byteOffset, length } = view;
  return () => kernel.u8(byteOffset, length);
}
