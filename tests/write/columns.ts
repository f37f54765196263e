import type { Block, Column } from '../../dist/engine/block.js';
import { type ArrowType, arrowWidth, type ColumnType, type Field } from '../../dist/engine/types.js';

/** A column of the test's values: what it is, what goes in, what any reader must give back. */
export interface Sample {
  type: ColumnType;
  column: Column;
  /** One a row: plain values, bytes as Uint8Array, integers as bigint. */
  values: unknown[];
}

const encoder = new TextEncoder();

/** A column of offsets and bytes. */
export function variable(type: ColumnType, cells: readonly (string | Uint8Array | null)[]): Column {
  const parts = cells.map((cell) => (typeof cell === 'string' ? encoder.encode(cell) : (cell ?? new Uint8Array(0))));
  const offsets = new Int32Array(cells.length + 1);
  parts.forEach((part, i) => {
    offsets[i + 1] = offsets[i]! + part.length;
  });
  return { type, validity: validityOf(cells), offsets, values: Uint8Array.from(Buffer.concat(parts)) };
}

export const text = (cells: readonly (string | null)[]): Column => variable({ kind: 'text' }, cells);

/** A column of fixed width; numbers and bigints are written in the type's form. */
export function fixed(type: ColumnType, cells: readonly (number | bigint | boolean | Uint8Array | null)[]): Column {
  const arrow = flatOf(type);
  const width = arrowWidth(arrow);
  const values = new Uint8Array(cells.length * width);
  cells.forEach((cell, i) => {
    if (cell !== null) values.set(flatBytes(arrow, cell), i * width);
  });
  return { type, validity: validityOf(cells), offsets: null, values };
}

/** The bytes of a flat value. */
export function flatBytes(type: ArrowType, cell: number | bigint | boolean | Uint8Array): Uint8Array {
  if (cell instanceof Uint8Array) return cell;
  const view = new DataView(new ArrayBuffer(16));
  const width = arrowWidth(type);
  if (type.name === 'float' && type.bits === 32) view.setFloat32(0, Number(cell), true);
  else if (type.name === 'float' && type.bits === 64) view.setFloat64(0, Number(cell), true);
  else {
    const whole = BigInt(cell);
    view.setBigInt64(0, BigInt.asIntN(64, whole), true);
    view.setBigInt64(8, BigInt.asIntN(64, whole >> 64n), true);
  }
  return new Uint8Array(view.buffer, 0, width);
}

function flatOf(type: ColumnType): ArrowType {
  switch (type.kind) {
    case 'boolean':
      return { name: 'bool' };
    case 'int64':
      return { name: 'int', bits: 64, signed: true };
    case 'float64':
      return { name: 'float', bits: 64 };
    case 'date':
      return { name: 'date' };
    case 'datetime':
      return { name: 'timestamp', unit: 'us', zone: 'UTC' };
    case 'arrow':
      return type.arrow;
    default:
      throw new Error(type.kind);
  }
}

/** The row encoding of a nested value (engine/rowcell.ts). */
export function rowcell(type: ArrowType, value: unknown): Buffer {
  if (value === null || value === undefined) return Buffer.of(0);
  const count = (n: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(n);
    return bytes;
  };
  const payload = (): Buffer => {
    switch (type.name) {
      case 'utf8':
        return Buffer.concat([count(Buffer.byteLength(value as string)), Buffer.from(value as string)]);
      case 'binary':
        return Buffer.concat([count((value as Uint8Array).length), value as Uint8Array]);
      case 'list':
        return Buffer.concat([
          count((value as unknown[]).length),
          ...(value as unknown[]).map((v) => rowcell(type.item, v)),
        ]);
      case 'fixedList':
        return Buffer.concat((value as unknown[]).map((v) => rowcell(type.item, v)));
      case 'struct':
        return Buffer.concat(type.fields.map((f) => rowcell(f.type, (value as Record<string, unknown>)[f.name])));
      default:
        return Buffer.from(flatBytes(type, value as number));
    }
  };
  return Buffer.concat([Buffer.of(1), payload()]);
}

/** A column of kind `nested`. Top-level nulls are null cells. */
export function nested(arrow: ArrowType, values: readonly unknown[]): Column {
  return variable(
    { kind: 'nested', arrow },
    values.map((value) => (value === null ? null : rowcell(arrow, value))),
  );
}

export const field = (name: string, type: ColumnType): Field => ({ name, sourceName: name, type });

/** A block of columns of one length, with fields named `c0`, `c1`, ... */
export function blockOf(rows: number, columns: readonly Column[]): { block: Block; fields: Field[] } {
  return { block: { rows, columns: [...columns] }, fields: columns.map((c, i) => field(`c${i}`, c.type)) };
}

function validityOf(cells: readonly unknown[]): Uint8Array | null {
  return cells.includes(null) ? Uint8Array.from(cells, (cell) => Number(cell !== null)) : null;
}
