import type { Data } from 'apache-arrow';
import { DatagpuError } from '../errors.js';
import type { Filter } from './answers.js';
import { shownValue } from './cells.js';
import { kindOf } from './kinds.js';
import type { OpenSet } from './open.js';
import type { Piece } from './row-groups.js';
import { bytesOf, presence, type Texts } from './sort-keys.js';
import { TextMatch } from './text-match.js';
import { spanOf } from './time-span.js';

/** Marks the rows of a column of a row group that pass. */
export type Test = (piece: Piece) => Uint8Array;

/**
 * The test of a filter. A null passes `is null` alone.
 *
 * @throws DatagpuError `usage` for a value that its column can't be compared with
 */
export function testOf(set: OpenSet, filter: Filter): Test {
  const { type, name } = set.fields[filter.column]!;
  const kind = kindOf(type);
  const { op, value } = filter;
  if (op === 'null' || op === 'some') {
    const wanted = op === 'some' ? 1 : 0;
    return (piece) => {
      const present = presence(piece) ?? new Uint8Array(piece.rows).fill(1);
      return present.map((one) => (one === wanted ? 1 : 0));
    };
  }
  if (op === 'has') return ofPresent(containing(type, value));
  if (kind === 'nested' || kind === 'other')
    throw new DatagpuError('usage', `"${name}" has nested values, which can be searched, not compared`);
  if (kind === 'text') return ofPresent(comparingTexts(type, op, value));
  return ofPresent(comparingNumbers(type, op, boundsOf(type, value, name)));
}

/** The test of a search in a column of texts or nested values. */
export function searchOf(type: string, text: string): Test {
  return ofPresent(containing(type, text));
}

function ofPresent(test: Test): Test {
  return (piece) => {
    const mask = test(piece);
    const present = presence(piece);
    if (present !== null) for (let i = 0; i < mask.length; i++) mask[i]! &= present[i]!;
    return mask;
  };
}

function containing(type: string, wanted: string): Test {
  const match = new TextMatch(wanted);
  const kind = kindOf(type);
  return (piece) => {
    const mask = new Uint8Array(piece.rows);
    if (wanted === '') return mask.fill(1);
    if (kind === 'text') match.mark(bytesOf(piece, type), mask);
    else if (kind === 'nested') markNested(piece.vector.data[0]!, match, mask);
    else
      for (let i = 0; i < piece.rows; i++)
        mask[i] = match.test(String(shownValue(piece.vector.get(i), type) ?? '')) ? 1 : 0;
    return mask;
  };
}

/** Marks rows that have the text in one of the values within them; names of fields are no values. */
function markNested(data: Data, match: TextMatch, mask: Uint8Array): void {
  const rows = mask.length;
  const isText = data.valueOffsets instanceof Int32Array && data.values instanceof Uint8Array;
  if (isText) match.mark({ bytes: data.values, offsets: data.valueOffsets }, mask);
  else if (data.children.length === 0) {
    const { values } = data;
    if (values.length === rows)
      for (let i = 0; i < rows; i++) if (data.getValid(i) && match.test(String(values[i]))) mask[i] = 1;
  } else if (data.valueOffsets !== undefined) {
    const [items] = data.children as [Data];
    const found = new Uint8Array(items.length);
    markNested(items, match, found);
    for (let i = 0; i < rows; i++)
      for (let k = data.valueOffsets[i]!; k < data.valueOffsets[i + 1]!; k++) mask[i]! |= found[k]!;
  } else
    for (const child of data.children) {
      // A list of fixed size has several of its items for each row.
      const size = Math.max(1, Math.round(child.length / Math.max(1, rows)));
      const found = new Uint8Array(child.length);
      markNested(child, match, found);
      for (let k = 0; k < child.length; k++) mask[Math.min(rows - 1, Math.floor(k / size))]! |= found[k]!;
    }
}

type Comparison = 'is' | 'not' | 'lt' | 'le' | 'gt' | 'ge';

function comparingTexts(type: string, op: Comparison, value: string): Test {
  const wanted = Buffer.from(value);
  return (piece) => {
    const texts = bytesOf(piece, type);
    const mask = new Uint8Array(piece.rows);
    for (let i = 0; i < piece.rows; i++) mask[i] = holds(op, compareBytes(texts, i, wanted)) ? 1 : 0;
    return mask;
  };
}

function compareBytes({ bytes, offsets }: Texts, row: number, wanted: Buffer): number {
  const from = offsets[row]!;
  const length = offsets[row + 1]! - from;
  const common = Math.min(length, wanted.length);
  for (let k = 0; k < common; k++) {
    const by = bytes[from + k]! - wanted[k]!;
    if (by !== 0) return by;
  }
  return length - wanted.length;
}

function holds(op: Comparison, by: number): boolean {
  if (op === 'is') return by === 0;
  if (op === 'not') return by !== 0;
  if (op === 'lt') return by < 0;
  if (op === 'le') return by <= 0;
  return op === 'gt' ? by > 0 : by >= 0;
}

type Bound = number | bigint;

/** What a value stands for in the units of the column: a number, or the first and last moment of a day, a month, ... */
function boundsOf(type: string, value: string, column: string): [least: Bound, most: Bound] {
  const text = value.trim();
  const kind = kindOf(type);
  if (kind === 'boolean') {
    const wanted = /^(true|1)$/i.test(text) ? 1 : 0;
    return [wanted, wanted];
  }
  if (kind === 'time') {
    const span = spanOf(text, type);
    if (span !== null) return span;
    throw new DatagpuError('usage', `"${value}" is no date or time`, {
      hint: `Compare ${column} with one such as 2024-05-01 or 2024-05-01 12:30`,
    });
  }
  const number = /^[+-]?\d{16,40}$/.test(text) ? BigInt(text) : Number(text);
  if (text === '' || Number.isNaN(number))
    throw new DatagpuError('usage', `"${value}" is no number`, { hint: `Compare ${column} with a number` });
  return [number, number];
}

function comparingNumbers(type: string, op: Comparison, [least, most]: [Bound, Bound]): Test {
  const scale = type.startsWith('decimal') ? Number(/,\s*(-?\d+)/.exec(type)?.[1] ?? 0) : null;
  return ({ vector, rows }) => {
    const { values } = vector.data[0]! as { values: ArrayLike<Bound> };
    // Bits and decimals are not one element a row.
    const at =
      values.length === rows && kindOf(type) !== 'boolean' && scale === null
        ? (i: number): Bound => values[i]!
        : scale !== null
          ? (i: number): Bound => decimal(values as unknown as Uint32Array, i, scale)
          : (i: number): Bound => Number(vector.get(i));
    const mask = new Uint8Array(rows);
    for (let i = 0; i < rows; i++) {
      const v = at(i);
      mask[i] = holds(op, v < least ? -1 : v > most ? 1 : v >= least && v <= most ? 0 : Number.NaN) ? 1 : 0;
    }
    return mask;
  };
}

function decimal(words: Uint32Array, row: number, scale: number): number {
  let value = BigInt(words[4 * row + 3]! | 0);
  for (let k = 2; k >= 0; k--) value = (value << 32n) | BigInt(words[4 * row + k]!);
  return Number(value) / 10 ** scale;
}
