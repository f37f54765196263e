import type { ReadBlock, ReadColumn } from '../engine/block.js';
import { during } from '../kernels/lent.js';
import { renderer, reprOf } from '../load/render.js';
import { nodeOf } from '../write/node.js';
import { jsonOf } from './json.js';

/** Writes a value of a row; null and the empty text are no value, and null. */
type Cell = (row: number) => string | Uint8Array | null;

/**
 * What a row of a block is, as bytes; they are valid until the next call. Nothing may be reserved in the block's kernel meanwhile. It is made of its values as text and of nothing
 * that depends on other rows, as types, the order of columns and columns that others have do: for each column of `columns` that has a
 * value in the row, by code point of their names, the length of the name in UTF-8 (uint32, little-endian), the name, the length
 * of the value's text, and that text. docs/splits.md says what the text of each type is.
 */
export function contentOf(
  block: ReadBlock,
  columns: readonly number[],
  names: readonly string[],
): (row: number) => Uint8Array {
  const parts = columns
    .map((c) => ({ name: Buffer.from(names[c]!), cell: cellOf(block.columns[c]!, block.rows) }))
    .sort((a, b) => Buffer.compare(a.name, b.name));
  let buffer = Buffer.alloc(4096);
  let end = 0;
  const put = (bytes: Uint8Array): void => {
    const needed = end + 4 + bytes.length;
    if (needed > buffer.length) buffer = Buffer.concat([buffer, Buffer.alloc(needed)]);
    buffer.writeUInt32LE(bytes.length, end);
    buffer.set(bytes, end + 4);
    end = needed;
  };
  return (row) => {
    end = 0;
    for (const { name, cell } of parts) {
      const value = cell(row);
      if (value === null || value.length === 0) continue;
      put(name);
      put(typeof value === 'string' ? Buffer.from(value) : value);
    }
    return buffer.subarray(0, end);
  };
}

function cellOf(column: ReadColumn, rows: number): Cell {
  const { type, validity } = column;
  const cell = presentOf(column, rows);
  return validity === null || type.kind === 'null' ? cell : (row) => (validity[row] === 0 ? null : cell(row));
}

function presentOf(column: ReadColumn, rows: number): Cell {
  const { type, offsets } = column;
  const values = during(column.values);
  if (type.kind === 'null' || (type.kind === 'arrow' && type.arrow.name === 'null')) return () => null;
  if (type.kind === 'nested' || (type.kind === 'json' && type.arrow !== null)) return jsonOf(nodeOf(column, rows));
  if (offsets !== null) return (row) => values.subarray(offsets[row]!, offsets[row + 1]!);
  const view = new DataView(values.buffer, values.byteOffset, values.byteLength);
  if (type.kind === 'float64') return (row) => floatText(view.getFloat64(row * 8, true));
  if (type.kind === 'arrow') {
    const { arrow } = type;
    if (arrow.name === 'fixed') return (row) => values.subarray(row * arrow.width, (row + 1) * arrow.width);
    if (arrow.name === 'duration') return (row) => String(view.getBigInt64(row * 8, true));
    if (arrow.name === 'float') {
      const text = renderer(column);
      return (row) => wholeText(text(row));
    }
  }
  const text = renderer(column);
  return type.kind === 'datetime' || (type.kind === 'arrow' && type.arrow.name === 'timestamp')
    ? (row) => dayText(text(row))
    : text;
}

/** A whole number has the text of an integer: a column that was of integers may have become one of fractions. */
export function floatText(value: number): string {
  return Number.isSafeInteger(value) ? String(value) : reprOf(value);
}

const wholeText = (text: string): string => floatText(Number(text.replace('inf', 'Infinity')));

/** A day has the text of a date: a column that was of dates may have become one of times. */
const dayText = (text: string): string => text.replace(/T00:00:00Z?$/, '');
