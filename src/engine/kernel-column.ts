import type { Lent } from '../kernels/lent.js';
import type { Kernel } from '../kernels/module.js';
import type { ReadColumn } from './block.js';
import { type ColumnType, widthOf } from './types.js';

/** Where an array lies in a kernel's memory: an address, and elements. */
export interface Span {
  at: number;
  length: number;
}

/** Addresses of a column's arrays in a kernel's memory; 0 where the column has none. */
export interface PlacedColumn {
  validity: number;
  offsets: number;
  values: number;
}

/** The arrays of a column as places. */
export interface Spans {
  validity: Span | null;
  offsets: Span | null;
  values: Span;
}

/**
 * A column in a kernel's memory. It holds addresses, not views: those are made when they are asked for, so that a column is
 * good whatever the memory did meanwhile. Once its memory was given back by `reset`, it throws.
 */
export class KernelColumn {
  readonly #kernel: Kernel;
  readonly #spans: Spans;
  readonly #life: number;
  /** Views, and how often the memory had moved when they were made. */
  #moves = -1;
  #validity: Lent<Uint8Array> | null = null;
  #offsets: Lent<Int32Array> | null = null;
  #values!: Lent<Uint8Array>;

  constructor(
    kernel: Kernel,
    readonly type: ColumnType,
    spans: Spans,
  ) {
    this.#kernel = kernel;
    this.#spans = spans;
    this.#life = kernel.life;
  }

  get validity(): Lent<Uint8Array> | null {
    this.#look();
    return this.#validity;
  }

  get offsets(): Lent<Int32Array> | null {
    this.#look();
    return this.#offsets;
  }

  get values(): Lent<Uint8Array> {
    this.#look();
    return this.#values;
  }

  /** Its addresses, if it lies in that kernel's memory. */
  placedIn(kernel: Kernel): PlacedColumn | null {
    if (kernel !== this.#kernel) return null;
    this.#look();
    const { validity, offsets, values } = this.#spans;
    return { validity: validity?.at ?? 0, offsets: offsets?.at ?? 0, values: values.at };
  }

  /** The same column without nulls: what a null row's bytes are is its value then. */
  withoutNulls(): KernelColumn {
    this.#look();
    return new KernelColumn(this.#kernel, this.type, { ...this.#spans, validity: null });
  }

  /** Rows `from` to `to` of it, which share its memory. */
  rows(from: number, to: number): KernelColumn {
    this.#look();
    const { validity, offsets, values } = this.#spans;
    const width = widthOf(this.type);
    return new KernelColumn(this.#kernel, this.type, {
      validity: validity && { at: validity.at + from, length: to - from },
      offsets: offsets && { at: offsets.at + from * 4, length: to - from + 1 },
      values: offsets === null ? { at: values.at + from * width, length: (to - from) * width } : values,
    });
  }

  #look(): void {
    const kernel = this.#kernel;
    const { validity, offsets, values } = this.#spans;
    if (kernel.life !== this.#life) throw new Error('a column is read after its memory was given back');
    if (kernel.moves === this.#moves) return;
    this.#validity = validity === null ? null : kernel.u8(validity.at, validity.length);
    this.#offsets = offsets === null ? null : kernel.i32(offsets.at, offsets.length);
    this.#values = kernel.u8(values.at, values.length);
    this.#moves = kernel.moves;
  }
}

/**
 * Finds or copies columns of a block in a kernel's memory, in the order of `columns`. What has to be copied is reserved
 * with `alloc`.
 */
export function placeColumns(kernel: Kernel, columns: readonly ReadColumn[]): PlacedColumn[] {
  return columns.map((column) => {
    const placed = column instanceof KernelColumn ? column.placedIn(kernel) : null;
    if (placed !== null) return placed;
    const { validity, offsets, values } = column;
    return {
      validity: validity === null ? 0 : kernel.put(validity),
      offsets: offsets === null ? 0 : kernel.put(offsets),
      values: kernel.put(values),
    };
  });
}

/** A column without nulls: what a null row's bytes are is its value then. */
export function withoutNulls(column: ReadColumn): ReadColumn {
  if (column instanceof KernelColumn) return column.withoutNulls();
  return { ...column, validity: null };
}

/** Rows `from` to `to` of a column, which share its memory. */
export function rowsOf(column: ReadColumn, from: number, to: number): ReadColumn {
  if (column instanceof KernelColumn) return column.rows(from, to);
  const { type, validity, offsets, values } = column;
  const width = widthOf(type);
  return {
    type,
    validity: validity?.subarray(from, to) ?? null,
    offsets: offsets?.subarray(from, to + 1) ?? null,
    values: offsets === null ? values.subarray(from * width, to * width) : values,
  };
}
