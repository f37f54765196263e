import { arrowWidth } from '../../engine/types.js';
import { DatagpuError } from '../../errors.js';
import type { IngestKernel } from '../../kernels/ingest.js';
import { refuse } from './footer.js';
import type { Leaf } from './schema.js';
import { physicalWidth } from './scratch.js';

/** A decoded column as addresses in the kernel's memory, which may still grow; see `Column` in engine/block.ts. */
export interface PlacedColumn {
  /** 0 when no row is null. */
  validity: number;
  /** 0 for fixed-width values. */
  offsets: number;
  values: number;
  bytes: number;
}

/** What is read: rows `from` to `to` of a row group; `record` is the 1-based number of row `from` in the file. */
export interface RowRange {
  from: number;
  to: number;
  record: number;
}

/** An INT96 time stamp that microseconds can't hold. */
export class FinerThanMicroseconds extends DatagpuError {}

/** Where errors say they are. */
export interface Place {
  name: string;
  column: string;
  record: number;
}

/**
 * Memory for the values of a leaf: `fixed` ones in a region of their final size, `bytes` as offsets and a region that grows at
 * the top of the memory. `finish` turns physical values into those of the leaf's type.
 */
export class LeafTarget {
  /** Address of the physical values. */
  values: number;
  readonly offsets: number;
  /** Where the final values go when they are made of others; 0 when they are made in place. */
  private readonly final: number;
  private readonly ex: IngestKernel['exports'];

  constructor(
    private readonly kernel: IngestKernel,
    private readonly leaf: Leaf,
    count: number,
  ) {
    this.ex = kernel.exports;
    const width = physicalWidth(leaf);
    const wanted = arrowWidth(leaf.arrow);
    const apart =
      (leaf.arrow.name === 'decimal' && (width === 0 || leaf.physical === 'fixed')) || leaf.physical === 'int96';
    this.final = apart ? kernel.alloc(count * wanted) : 0;
    this.offsets = width === 0 ? kernel.alloc(4 * (count + 1)) : 0;
    if (this.offsets !== 0) kernel.u32(this.offsets, 1)[0] = 0;
    this.values = kernel.alloc(width === 0 ? 0 : count * Math.max(width, wanted));
  }

  /** Makes room for `bytes` at the top of the memory, where nothing else was reserved since. */
  reserve(bytes: number): number {
    this.kernel.reset(this.values);
    this.kernel.alloc(bytes);
    return this.values;
  }

  /** `count` physical values, or `end` bytes of them, as values of the leaf's type. */
  finish(count: number, end: number, validity: number, at: Place): { offsets: number; values: number; bytes: number } {
    const { ex, leaf } = this;
    const { arrow, physical } = leaf;
    const bad = (row: number, what: string): never => {
      throw refuse(at.name, what, { column: at.column, row: at.record + row });
    };
    const wanted = arrowWidth(arrow);
    if (arrow.name === 'decimal') {
      let wrong = -1;
      if (physical === 'int32' || physical === 'int64') ex.pqWiden(this.values, count, physical === 'int32' ? 4 : 8);
      else if (physical === 'fixed') wrong = ex.pqFixedDecimals(this.values, leaf.width, count, this.final);
      else wrong = ex.pqBytesDecimals(this.offsets, this.values, count, this.final);
      if (wrong >= 0) bad(wrong, `a decimal of more than ${arrow.precision} digits`);
      return this.moved(count * wanted);
    }
    if (physical === 'int96') {
      const nano = arrow.name === 'timestamp' && arrow.unit === 'ns';
      const wrong = ex.pqInt96(this.values, count, validity, nano, this.final);
      if (wrong >= 0 && nano) bad(wrong, 'a time stamp out of the range of nanoseconds');
      if (wrong >= 0)
        throw new FinerThanMicroseconds(
          'input',
          'a time stamp finer than a microsecond, while those looked at first are not',
          {
            file: at.name,
            column: at.column,
            row: at.record + wrong,
          },
        );
      return this.moved(count * wanted);
    }
    if (physical === 'bytes') {
      this.reserve(end);
      if (arrow.name === 'utf8') {
        const wrong = ex.pqUtf8(this.offsets, this.values, count);
        if (wrong >= 0) bad(wrong, 'text that is not valid UTF-8');
      }
      return { offsets: this.offsets, values: this.values, bytes: end };
    }
    if (arrow.name === 'int' && arrow.bits < 32) {
      if (!ex.pqNarrow(this.values, count, arrow.bits, arrow.signed))
        throw refuse(at.name, `a value that does not fit ${arrow.bits} bits`, { column: at.column });
    }
    return { offsets: 0, values: this.values, bytes: count * wanted };
  }

  private moved(bytes: number): { offsets: number; values: number; bytes: number } {
    if (this.final === 0) return { offsets: 0, values: this.values, bytes };
    this.kernel.reset(this.offsets !== 0 ? this.offsets : this.values);
    return { offsets: 0, values: this.final, bytes };
  }
}
