import type { ReadColumn } from '../../../dist/engine/block.js';
import { type ArrowType, arrowWidth } from '../../../dist/engine/types.js';
import { createIngestKernel } from '../../../dist/kernels/ingest.js';
import { during, type Lent } from '../../../dist/kernels/lent.js';
import { lookParquet, openParquet, type ParquetLook } from '../../../dist/load/parquet/look.js';
import { readParquetChunk } from '../../../dist/load/parquet/read.js';

/** A value in a form that JSON can hold exactly: its bits or digits behind a letter for its type (see make.py). */
export type Canonical = null | boolean | string | Canonical[];

/** Reads a file whole, in pieces of at most `cut` rows, and gives its values by column. */
export function readCanonical(
  path: string,
  cut = Infinity,
): { look: ParquetLook; values: Record<string, Canonical[]> } {
  const look = lookParquet(path, path);
  const file = openParquet(path, path);
  const kernel = createIngestKernel();
  const columns = file.columns.map((c) => ({ name: c.name, values: [] as Canonical[] }));
  const all = columns.map((_, i) => i);
  for (const piece of look.pieces) {
    for (let from = piece.from; from < piece.to; from += cut) {
      kernel.reset();
      const to = Math.min(piece.to, from + cut);
      const block = readParquetChunk(
        kernel,
        file,
        { ...piece, from, to, record: piece.record + from - piece.from },
        all,
      );
      for (const [i, column] of block.columns.entries())
        columns[i]!.values.push(...canonicalColumn(column, block.rows));
    }
  }
  return { look, values: Object.fromEntries(columns.map((c) => [c.name, c.values])) };
}

/** The Arrow type of a column's values. */
function arrowOf(column: ReadColumn): ArrowType {
  const { type } = column;
  switch (type.kind) {
    case 'arrow':
    case 'nested':
      return type.arrow;
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
    case 'null':
      return { name: 'null' };
    default:
      return { name: 'utf8' };
  }
}

export function canonicalColumn(column: ReadColumn, rows: number): Canonical[] {
  const { values, offsets, validity } = column;
  const type = arrowOf(column);
  const view = dataView(values);
  return Array.from({ length: rows }, (_, row): Canonical => {
    if (validity !== null && validity[row] === 0) return null;
    if (offsets === null) return fixed(type, view, row * arrowWidth(type));
    const from = offsets[row]!;
    const to = offsets[row + 1]!;
    if (column.type.kind !== 'nested') return bytes(type, view, from, to - from);
    const [value, end] = rowcell(type, view, from);
    if (end !== to) throw new Error(`row ${row}: a cell has ${to - end} bytes too many`);
    return value;
  });
}

function bytes(type: ArrowType, view: DataView, at: number, length: number): string {
  const raw = Buffer.from(view.buffer, view.byteOffset + at, length);
  return type.name === 'utf8' ? `s${raw.toString('utf8')}` : `b${raw.toString('hex')}`;
}

function rowcell(type: ArrowType, view: DataView, at: number): [Canonical, number] {
  if (view.getUint8(at) === 0) return [null, at + 1];
  const from = at + 1;
  switch (type.name) {
    case 'utf8':
    case 'binary': {
      const length = view.getUint32(from, true);
      return [bytes(type, view, from + 4, length), from + 4 + length];
    }
    case 'list': {
      const items: Canonical[] = [];
      let next = from + 4;
      for (let i = view.getUint32(from, true); i > 0; i--) {
        const [item, end] = rowcell(type.item, view, next);
        items.push(item);
        next = end;
      }
      return [items, next];
    }
    case 'struct': {
      const fields: Canonical[] = [];
      let next = from;
      for (const field of type.fields) {
        const [value, end] = rowcell(field.type, view, next);
        fields.push(value);
        next = end;
      }
      return [fields, next];
    }
    default:
      return [fixed(type, view, from), from + arrowWidth(type)];
  }
}

function fixed(type: ArrowType, view: DataView, at: number): Canonical {
  const long = (): bigint => view.getBigInt64(at, true);
  switch (type.name) {
    case 'bool':
      return view.getUint8(at) === 1;
    case 'int': {
      if (type.bits === 64) return `i${type.signed ? long() : view.getBigUint64(at, true)}`;
      const read = `get${type.signed ? 'Int' : 'Uint'}${type.bits}` as 'getInt32';
      return `i${view[read](at, true)}`;
    }
    case 'float': {
      if (type.bits === 16) return `h${view.getUint16(at, true)}`;
      const value = type.bits === 64 ? view.getFloat64(at, true) : view.getFloat32(at, true);
      if (Number.isNaN(value)) return 'fnan';
      const bits = new DataView(new ArrayBuffer(8));
      bits.setFloat64(0, value);
      return `f${bits.getBigUint64(0).toString(16).padStart(16, '0')}`;
    }
    case 'decimal':
      return `d${(view.getBigInt64(at + 8, true) << 64n) | view.getBigUint64(at, true)}e${type.scale}`;
    case 'date':
      return `D${view.getInt32(at, true)}`;
    case 'time':
      return `t${type.unit}${type.unit === 'ms' ? view.getInt32(at, true) : long()}`;
    case 'timestamp':
      return `T${type.unit}${long()}`;
    case 'fixed':
      return `b${Buffer.from(view.buffer, view.byteOffset + at, type.width).toString('hex')}`;
    default:
      throw new Error(`no fixed width: ${type.name}`);
  }
}

function dataView(lent: Lent<Uint8Array>): DataView {
  const { buffer, byteOffset, byteLength } = during(lent);
  return new DataView(buffer, byteOffset, byteLength);
}
