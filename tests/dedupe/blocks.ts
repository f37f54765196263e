import type { Block, Column, ReadBlock, ReadColumn } from '../../dist/engine/block.js';
import { KernelColumn, type Span } from '../../dist/engine/kernel-column.js';
import type { ColumnType } from '../../dist/engine/types.js';
import { during, type Lent } from '../../dist/kernels/lent.js';
import type { Kernel } from '../../dist/kernels/module.js';

/** A text (or json) column of memory of its own. */
export function textColumn(cells: readonly (string | null)[], type: ColumnType = { kind: 'text' }): Column {
  return bytesColumn(
    cells.map((cell) => (cell === null ? null : Buffer.from(cell))),
    type,
  );
}

/** A column of offsets and bytes. */
export function bytesColumn(cells: readonly (Uint8Array | null)[], type: ColumnType): Column {
  const offsets = new Int32Array(cells.length + 1);
  cells.forEach((cell, i) => {
    offsets[i + 1] = offsets[i]! + (cell?.length ?? 0);
  });
  const values = new Uint8Array(offsets[cells.length]!);
  cells.forEach((cell, i) => {
    if (cell !== null) values.set(cell, offsets[i]);
  });
  return { type, validity: validityOf(cells), offsets, values };
}

export function floatColumn(cells: readonly (number | null)[]): Column {
  const values = new Float64Array(cells.map((cell) => cell ?? 0));
  return {
    type: { kind: 'float64' },
    validity: validityOf(cells),
    offsets: null,
    values: new Uint8Array(values.buffer),
  };
}

export function intColumn(cells: readonly (number | null)[]): Column {
  const values = new BigInt64Array(cells.map((cell) => BigInt(cell ?? 0)));
  return { type: { kind: 'int64' }, validity: validityOf(cells), offsets: null, values: new Uint8Array(values.buffer) };
}

export function booleanColumn(cells: readonly (boolean | null)[]): Column {
  const values = Uint8Array.from(cells, (cell) => Number(cell ?? false));
  return { type: { kind: 'boolean' }, validity: validityOf(cells), offsets: null, values };
}

export function nullColumn(rows: number): Column {
  return { type: { kind: 'null' }, validity: new Uint8Array(rows), offsets: null, values: new Uint8Array(0) };
}

export function blockOf(...columns: Column[]): Block {
  const first = columns[0];
  const rows =
    first === undefined
      ? 0
      : (first.validity?.length ?? (first.offsets === null ? first.values.length / 8 : first.offsets.length - 1));
  return { rows, columns };
}

/** Moves a block into a kernel's memory, as the loaders leave it there. */
export function intoKernel(kernel: Kernel, block: Block): ReadBlock {
  return { rows: block.rows, columns: block.columns.map((column) => columnInto(kernel, column)) };
}

/** Moves a column into a kernel's memory. */
export function columnInto(kernel: Kernel, { type, validity, offsets, values }: Column): KernelColumn {
  const span = (array: Uint8Array | Int32Array | null): Span | null =>
    array && { at: kernel.put(array), length: array.length };
  return new KernelColumn(kernel, type, { validity: span(validity), offsets: span(offsets), values: span(values)! });
}

/** The cells of a column, for comparing. */
export function cellsOf(column: ReadColumn, rows: number): unknown[] {
  return Array.from({ length: rows }, (_, r) => {
    if (column.validity !== null && column.validity[r] === 0) return null;
    if (column.offsets !== null)
      return Buffer.from(column.values.slice(column.offsets[r]!, column.offsets[r + 1]!)).toString('utf8');
    const view = dataView(column.values);
    if (column.type.kind === 'float64') return view.getFloat64(r * 8, true);
    if (column.type.kind === 'int64') return Number(view.getBigInt64(r * 8, true));
    return column.values[r] === 1;
  });
}

function validityOf(cells: readonly unknown[]): Uint8Array | null {
  return cells.includes(null) ? Uint8Array.from(cells, (cell) => Number(cell !== null)) : null;
}

function dataView(lent: Lent<Uint8Array>): DataView {
  const { buffer, byteOffset, byteLength } = during(lent);
  return new DataView(buffer, byteOffset, byteLength);
}
