import type { DeclaredType } from '../config/options.js';
import type { ArrowType, ColumnType } from '../engine/types.js';
import { kind } from '../kernels/cells.js';

/**
 * From the kinds of a column's values, over all rows, to its type. Kinds are a bit set, so that joining is `|`: the result
 * does not depend on the order of rows, on chunks, or on which worker saw what.
 */

const scalars =
  kind.integer | kind.bigInteger | kind.float | kind.boolean | kind.date | kind.datetime | kind.localTime | kind.text;
const nested = kind.object | kind.array;
const jsonScalars = kind.jsonNumber | kind.jsonBoolean | kind.jsonString;

/** The kinds of two sets of rows together. */
export function joinKinds(a: number, b: number): number {
  return a | b;
}

/**
 * The type that holds every value of these kinds.
 *
 * - Nothing but null is `null`; nothing but null tokens (and null) is text, as is every mixture not named below.
 * - Integers are int64; with floats float64, but text if an integer is beyond 2^53, which a double can't hold.
 * - Dates with times without a zone are such times, at midnight. Neither names an instant: beside times with an offset they
 *   are text.
 * - Objects alone, or arrays alone, are `json` of the nested type `arrow` (null: they stay JSON text). With strings they are
 *   text, with other values JSON text.
 */
export function typeFromKinds(kinds: number, arrow: ArrowType | null = null): ColumnType {
  if (kinds & nested) {
    if (kinds & (kind.text | kind.jsonString)) return { kind: 'text', nested: true };
    const alone = (kinds & (scalars | jsonScalars | kind.nullToken)) === 0 && (kinds & nested) !== nested;
    return { kind: 'json', arrow: alone ? arrow : null };
  }
  switch (kinds & scalars) {
    case 0:
      return { kind: kinds & kind.nullToken ? 'text' : 'null' };
    case kind.integer:
    case kind.bigInteger:
    case kind.integer | kind.bigInteger:
      return { kind: 'int64' };
    case kind.float:
    case kind.integer | kind.float:
      return { kind: 'float64' };
    case kind.boolean:
      return { kind: 'boolean' };
    case kind.date:
      return { kind: 'date' };
    case kind.datetime:
      return { kind: 'datetime' };
    case kind.localTime:
    case kind.date | kind.localTime:
      return localTime;
    default:
      return { kind: 'text' };
  }
}

/** True when further kinds of values of a CSV source can't make another type of it than text. */
export function isSettledText(kinds: number): boolean {
  return typeFromKinds(kinds).kind === 'text' && (kinds & scalars) !== 0;
}

/** True for equal types, nested ones compared to the leaf. */
export function sameType(a: ColumnType, b: ColumnType): boolean {
  if (a.kind !== b.kind) return false;
  if (a.kind === 'text' && b.kind === 'text') return a.nested === b.nested;
  const left = 'arrow' in a ? a.arrow : null;
  const right = 'arrow' in b ? b.arrow : null;
  return left === right || sameArrow(left, right);
}

function sameArrow(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => sameArrow((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]));
}

/** Times without a zone. */
const localTime: ColumnType = { kind: 'arrow', arrow: { name: 'timestamp', unit: 'us', zone: null } };

export function isLocalTime(type: ColumnType): boolean {
  return sameType(type, localTime);
}

/** True when some of the values are instants, and the others times or dates without a zone. */
export function mixesZones(kinds: number): boolean {
  const times = kinds & scalars;
  const local = kind.date | kind.localTime;
  return (times & kind.datetime) !== 0 && (times & local) !== 0 && (times & ~(local | kind.datetime)) === 0;
}

/**
 * The type of a column declared with `--types`. Of times, `kinds` decide whether they are instants: if one of them has an
 * offset all are, those without one in UTC.
 */
export function declaredColumnType(type: DeclaredType, kinds: number = kind.datetime): ColumnType {
  if (type === 'datetime' && (kinds & kind.datetime) === 0) return localTime;
  if (type === 'integer') return { kind: 'int64' };
  if (type === 'float') return { kind: 'float64' };
  // Which nested type a struct is, its values say.
  if (type === 'json' || type === 'struct') return { kind: 'json', arrow: null };
  return { kind: type };
}

/**
 * The kinds that a column of a typed source (Parquet) is taken to have where it meets a column of another type; null for
 * types that have no kinds, which can only meet their like. 64-bit integers are taken to be within 2^53: converting one that
 * is not is noticed then.
 */
export function kindsOfType(type: ColumnType): number | null {
  switch (type.kind) {
    case 'null':
      return kind.null;
    case 'int64':
      return kind.integer;
    case 'float64':
      return kind.float;
    case 'boolean':
    case 'date':
    case 'datetime':
    case 'text':
      return kind[type.kind];
    case 'json':
      return type.arrow === null ? kind.text : null;
    case 'arrow':
      return kindsOfArrow(type.arrow);
    default:
      return null;
  }
}

function kindsOfArrow(type: ArrowType): number | null {
  switch (type.name) {
    case 'bool':
      return kind.boolean;
    case 'int':
      return kind.integer;
    case 'float':
      return kind.float;
    case 'date':
      return kind.date;
    case 'timestamp':
      return type.zone === null ? kind.localTime : kind.datetime;
    case 'decimal':
    case 'time':
      return kind.text;
    default:
      return null;
  }
}
