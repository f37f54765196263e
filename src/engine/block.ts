import type { Lent } from '../kernels/lent.js';
import type { KernelColumn } from './kernel-column.js';
import { type ColumnType, widthOf } from './types.js';

/** One column of a block, whose arrays last: they are no kernel's, so that they can be kept and sent. */
export interface Column {
  type: ColumnType;
  /** One byte a row, 1 for a value and 0 for null; null when no row is null. */
  validity: Uint8Array | null;
  /** rows + 1 positions in `values`, for types of no fixed width; null for the others. */
  offsets: Int32Array | null;
  /** Fixed-width values (little-endian, a null row's bytes are 0), or the bytes that the offsets point into. */
  values: Uint8Array;
}

/** A column to be read, wherever it lies. */
export type ReadColumn = Column | KernelColumn;

/** Rows of a chunk in columns, in the order of the schema's fields. At most 2^31 - 1 bytes a column. */
export interface ReadBlock {
  readonly rows: number;
  readonly columns: readonly ReadColumn[];
}

/** A block that lasts. */
export interface Block extends ReadBlock {
  rows: number;
  columns: Column[];
}

/** Bytes a block takes. */
export function blockBytes(block: ReadBlock): number {
  let bytes = 0;
  for (const c of block.columns) bytes += (c.validity?.length ?? 0) + (c.offsets?.byteLength ?? 0) + c.values.length;
  return bytes;
}

/**
 * Copies a block into one buffer of its own; with `shared` into a SharedArrayBuffer, which other threads see
 * without a further copy.
 */
export function copyBlock(block: ReadBlock, shared: boolean): Block {
  const align = (n: number): number => (n + 7) & ~7;
  let bytes = 0;
  for (const c of block.columns)
    bytes += align(c.validity?.length ?? 0) + align(c.offsets?.byteLength ?? 0) + align(c.values.length);
  const buffer = shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
  let at = 0;
  const place = (source: Lent<Uint8Array>): Uint8Array => {
    const target = new Uint8Array(buffer, at, source.length);
    target.set(source);
    at += align(source.length);
    return target;
  };
  const columns = block.columns.map((c): Column => {
    const validity = c.validity === null ? null : place(c.validity);
    let offsets: Int32Array | null = null;
    if (c.offsets !== null) {
      offsets = new Int32Array(buffer, at, c.offsets.length);
      offsets.set(c.offsets);
      at += align(c.offsets.byteLength);
    }
    return { type: c.type, validity, offsets, values: place(c.values) };
  });
  return { rows: block.rows, columns };
}

/** A piece of a block: rows `from` (included) to `to` (excluded). */
export interface Segment {
  block: ReadBlock;
  from: number;
  to: number;
}

/** Joins segments of blocks of one schema into a new block of its own memory. */
export function joinSegments(segments: readonly Segment[]): Block {
  const first = segments[0];
  if (first === undefined) return { rows: 0, columns: [] };
  const rows = segments.reduce((n, s) => n + s.to - s.from, 0);
  const columns = first.block.columns.map((_, c) => joinColumn(segments, c, rows));
  return { rows, columns };
}

function joinColumn(segments: readonly Segment[], index: number, rows: number): Column {
  const type = segments[0]!.block.columns[index]!.type;
  const width = widthOf(type);
  const parts = segments.map((s) => ({ column: s.block.columns[index]!, from: s.from, to: s.to }));
  const validity = parts.some((p) => p.column.validity !== null) ? new Uint8Array(rows).fill(1) : null;
  const bytes = parts.reduce(
    (n, p) =>
      n + (p.column.offsets === null ? (p.to - p.from) * width : p.column.offsets[p.to]! - p.column.offsets[p.from]!),
    0,
  );
  const values = new Uint8Array(bytes);
  const offsets = parts[0]!.column.offsets === null ? null : new Int32Array(rows + 1);
  let row = 0;
  let at = 0;
  for (const { column, from, to } of parts) {
    if (column.validity !== null) validity!.set(column.validity.subarray(from, to), row);
    const start = column.offsets === null ? from * width : column.offsets[from]!;
    const end = column.offsets === null ? to * width : column.offsets[to]!;
    values.set(column.values.subarray(start, end), at);
    if (offsets !== null)
      for (let i = from; i < to; i++) offsets[row + i - from + 1] = column.offsets![i + 1]! - start + at;
    row += to - from;
    at += end - start;
  }
  return { type, validity, offsets, values };
}
