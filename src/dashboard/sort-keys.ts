import type { Data } from 'apache-arrow';
import { shownValue } from './cells.js';
import type { Kind } from './kinds.js';
import type { Piece } from './row-groups.js';

/**
 * Keys of values as pairs of 32 bits, whose order is that of the values. A text has a key for every seven bytes: those
 * bytes, then how many of them it has, 8 when more follow; so a text stands before one that it begins.
 */
export interface Keys {
  high: Uint32Array;
  low: Uint32Array;
}

/** Bytes of text in a key. */
const step = 7;
const more = 8;

/** Whether a value goes on behind the key whose lower half this is. */
export function goesOn(low: number, type: string, depth: number): boolean {
  return type.startsWith('decimal') ? depth === 0 : (low & 0xff) === more;
}

/** 1 for each row of a column of a row group that is not null; null when all are. */
export function presence({ vector, rows }: Piece): Uint8Array | null {
  if (vector.nullCount === 0) return null;
  const present = new Uint8Array(rows);
  const { nullBitmap, offset } = vector.data[0]!;
  for (let i = 0; i < rows; i++) present[i] = (nullBitmap[(offset + i) >> 3]! >> ((offset + i) & 7)) & 1;
  return present;
}

/** Writes the keys of a row group at the places of its rows. `depth` counts the keys of texts before these. */
export function writeKeys(piece: Piece, kind: Kind, type: string, keys: Keys, depth: number): void {
  const data = piece.vector.data[0]!;
  if (kind === 'text') {
    const texts = bytesOf(piece, type);
    for (let i = 0; i < piece.rows; i++) writeText(texts, i, depth, keys, piece.first + i);
  } else if (type.startsWith('decimal')) writeDecimals(piece, data, keys, depth);
  else writeNumbers(piece, data, keys);
}

/** The upper half of 128 bits at first, then the lower one. */
function writeDecimals({ first, rows }: Piece, { values }: Data, keys: Keys, depth: number): void {
  const words = new Uint32Array(values.buffer, values.byteOffset, rows * 4);
  for (let i = 0; i < rows; i++) {
    keys.high[first + i] = depth === 0 ? words[4 * i + 3]! ^ 0x80000000 : words[4 * i + 1]!;
    keys.low[first + i] = words[4 * i + (depth === 0 ? 2 : 0)]!;
  }
}

/** The same for one row of a text column. */
export function writeText({ bytes, offsets }: Texts, row: number, depth: number, keys: Keys, at: number): void {
  const from = offsets[row]! + depth * step;
  const length = Math.max(0, offsets[row + 1]! - from);
  let high = 0;
  let low = 0;
  for (let k = 0; k < 4; k++) high = (high << 8) | (k < length ? bytes[from + k]! : 0);
  for (let k = 4; k < step; k++) low = (low << 8) | (k < length ? bytes[from + k]! : 0);
  keys.high[at] = high;
  keys.low[at] = (low << 8) | (length > step ? more : length);
}

/** Texts of a row group as UTF-8, and where each of them begins. */
export interface Texts {
  bytes: Uint8Array;
  offsets: Int32Array;
}

export function bytesOf({ vector, rows }: Piece, type: string): Texts {
  const data = vector.data[0]!;
  if (data.valueOffsets instanceof Int32Array && data.values instanceof Uint8Array)
    return { bytes: data.values, offsets: data.valueOffsets };
  // Another layout of texts, as dictionaries have.
  const texts = Array.from({ length: rows }, (_, i) => Buffer.from(String(shownValue(vector.get(i), type) ?? '')));
  const offsets = new Int32Array(rows + 1);
  for (let i = 0; i < rows; i++) offsets[i + 1] = offsets[i]! + texts[i]!.length;
  return { bytes: Buffer.concat(texts), offsets };
}

function writeNumbers({ vector, first, rows }: Piece, { values }: Data, keys: Keys): void {
  const pair = new DataView(new ArrayBuffer(8));
  if (values instanceof BigInt64Array || values instanceof BigUint64Array) {
    const words = new Uint32Array(values.buffer, values.byteOffset, values.length * 2);
    const sign = values instanceof BigInt64Array ? 0x80000000 : 0;
    for (let i = 0; i < rows; i++) {
      keys.high[first + i] = words[2 * i + 1]! ^ sign;
      keys.low[first + i] = words[2 * i]!;
    }
    return;
  }
  const plain = isPlain(values) && values.length === rows ? values : null;
  for (let i = 0; i < rows; i++) {
    // Zero has two signs, and one place; what is no number stands behind all numbers.
    const value = (plain === null ? Number(vector.get(i)) : plain[i]!) + 0;
    pair.setFloat64(0, Number.isNaN(value) ? Number.NaN : value === 0 ? 0 : value);
    const high = pair.getUint32(0);
    const isNegative = high >>> 31 === 1 && !Number.isNaN(value);
    keys.high[first + i] = isNegative ? ~high : high | 0x80000000;
    keys.low[first + i] = isNegative ? ~pair.getUint32(4) : pair.getUint32(4);
  }
}

function isPlain(
  values: unknown,
): values is Float64Array | Float32Array | Int32Array | Int16Array | Int8Array | Uint32Array | Uint16Array {
  const plain = [Float64Array, Float32Array, Int32Array, Int16Array, Int8Array, Uint32Array, Uint16Array];
  return plain.some((one) => values instanceof one);
}
