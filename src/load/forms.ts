import type { IngestKernel } from '../kernels/ingest.js';
import type { TypedChunk } from './typing.js';

/**
 * A hash a row of how the values of some columns were written that change their form when they are typed ("1.10" as 1.1, "N/A" as null), 0 where
 * none does: rows that are equal once typed were the same text if their hashes are equal. It is made while the columns are typed
 * (kernels/assembly/ingest/types.ts), in the kernel's memory.
 */
export class RowForms {
  private readonly at: number;

  /** `columns` are the fields that it is made of. */
  constructor(
    private readonly kernel: IngestKernel,
    private readonly rows: number,
    private readonly columns: ReadonlySet<number>,
  ) {
    this.at = kernel.alloc(rows * 4);
    kernel.u32(this.at, rows).fill(0);
  }

  /** What the kernel is told of a field: an address, 0 if its forms are of no interest, and a number of its own. */
  of(field: number): { forms: number; salt: number } {
    return { forms: this.columns.has(field) ? this.at : 0, salt: Math.imul(field + 1, 0x9e3779b1) };
  }

  /** The hashes, once all columns are typed; null if no value changed its form, and none was a null token. */
  take({ coerced, nullTokens }: Pick<TypedChunk, 'coerced' | 'nullTokens'>): Uint32Array<ArrayBuffer> | null {
    for (const field of this.columns)
      if (coerced[field]! + nullTokens[field]! > 0) return this.kernel.u32(this.at, this.rows).slice();
    return null;
  }
}
