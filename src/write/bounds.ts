import type { ArrowType } from '../engine/types.js';
import type { LeastGreatest } from './leastgreatest.js';
import { shortenMin } from './shorten.js';

/** The least and the greatest value of a column over some rows; null when none is known. */
export interface Bounds {
  min: Bound;
  max: Bound;
}

/** Integers, times and unscaled decimals as bigint; texts cut to `shownBytes`. */
export type Bound = bigint | number | string | boolean | null;

/** Texts are kept to this many bytes: what a person reads. */
const shownBytes = 64;

export const noBounds: Bounds = { min: null, max: null };

/** The bounds of a column over some rows. */
export function boundsOf(values: LeastGreatest | null, type: ArrowType): Bounds {
  return values === null ? noBounds : { min: decode(values.min, type), max: decode(values.max, type) };
}

/** The bounds over the rows of both. */
export function joinBounds(a: Bounds, b: Bounds): Bounds {
  if (a.min === null || a.max === null) return b;
  if (b.min === null || b.max === null) return a;
  return { min: isLess(b.min, a.min) ? b.min : a.min, max: isLess(a.max, b.max) ? b.max : a.max };
}

function isLess(a: Bound, b: Bound): boolean {
  // By code point, which UTF-16 units don't give.
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0;
  return a! < b!;
}

/** A plain-encoded value. */
function decode(bytes: Uint8Array, type: ArrowType): Bound {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (type.name) {
    case 'bool':
      return bytes[0] === 1;
    case 'int':
      if (bytes.length === 4) return BigInt(type.signed ? view.getInt32(0, true) : view.getUint32(0, true));
      return type.signed ? view.getBigInt64(0, true) : view.getBigUint64(0, true);
    case 'date':
      return BigInt(view.getInt32(0, true));
    case 'time':
    case 'timestamp':
    case 'duration':
      return view.getBigInt64(0, true);
    case 'float':
      return bytes.length === 4 ? view.getFloat32(0, true) : view.getFloat64(0, true);
    case 'decimal':
      if (bytes.length === 4 && type.precision <= 9) return BigInt(view.getInt32(0, true));
      if (bytes.length === 8 && type.precision <= 18) return view.getBigInt64(0, true);
      return bytes.reduce((n, byte) => (n << 8n) | BigInt(byte), (bytes[0] ?? 0) >= 128 ? -1n : 0n);
    case 'utf8':
      return Buffer.from(shortenMin(bytes, shownBytes)).toString('utf8');
    default:
      return null;
  }
}

/**
 * A bound as the manifest has it: numbers within 2^53 as numbers, larger ones and decimals as text, dates and times in
 * ISO 8601.
 */
export function showBound(bound: Bound, type: ArrowType): string | number | boolean | null {
  if (typeof bound === 'number') return Number.isFinite(bound) ? bound + 0 : String(bound);
  if (typeof bound !== 'bigint') return bound;
  switch (type.name) {
    case 'date':
      return isoDate(bound * 86_400_000n);
    case 'timestamp':
      return isoTime(bound, digitsOf[type.unit], type.zone !== null);
    case 'time':
      return isoTime(bound, digitsOf[type.unit], false).slice(-8 - 1 - digitsOf[type.unit]);
    case 'decimal':
      return showDecimal(bound, type.scale);
    default:
      return BigInt.asIntN(54, bound) === bound ? Number(bound) : bound.toString();
  }
}

const digitsOf = { ms: 3, us: 6, ns: 9 } as const;

function isoDate(milliseconds: bigint): string {
  const date = new Date(Number(milliseconds));
  return Number.isNaN(date.getTime()) ? milliseconds.toString() : date.toISOString().slice(0, -14);
}

function isoTime(value: bigint, digits: number, utc: boolean): string {
  const unit = 10n ** BigInt(digits);
  const fraction = ((value % unit) + unit) % unit;
  const date = new Date(Number((value - fraction) / unit) * 1000);
  if (Number.isNaN(date.getTime())) return value.toString();
  return `${date.toISOString().slice(0, -5)}.${fraction.toString().padStart(digits, '0')}${utc ? 'Z' : ''}`;
}

function showDecimal(unscaled: bigint, scale: number): string {
  if (scale <= 0) return (unscaled * 10n ** BigInt(-scale)).toString();
  const sign = unscaled < 0n ? '-' : '';
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
