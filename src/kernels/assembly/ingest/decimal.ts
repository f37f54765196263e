// Decimals and doubles: correctly rounded reading, and the shortest decimal that reads back as a double.
//   Reading: Clinger's exact cases, else Lemire, "Number parsing at a gigabyte per second" (2021), with the proof of
//   Mushtak and Lemire, "Fast number parsing without fallback" (2022), that no case is left over below 2^64.
//   Shortest: Giulietti, "The Schubfach way to render doubles" (2020).

import { powersOfTen, smallestPower } from './powers';

const exactPowers: usize = memory.data<f64>([
  1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21,
  1e22,
]);

// @ts-ignore: decorator
@inline
function highProduct(a: u64, b: u64): u64 {
  const al = a & 0xffffffff;
  const ah = a >> 32;
  const bl = b & 0xffffffff;
  const bh = b >> 32;
  const lh = al * bh;
  const hl = ah * bl;
  const middle = ((al * bl) >> 32) + (lh & 0xffffffff) + (hl & 0xffffffff);
  return ah * bh + (lh >> 32) + (hl >> 32) + (middle >> 32);
}

/** The double nearest to `digits` x 10^`exponent`, ties to even; infinity when it is beyond the largest. */
export function toDouble(digits: u64, exponent: i32): f64 {
  if (digits <= 0x20000000000000 && exponent >= -22 && exponent <= 22) {
    return exponent < 0
      ? <f64>digits / load<f64>(exactPowers + ((<usize>-exponent) << 3))
      : <f64>digits * load<f64>(exactPowers + ((<usize>exponent) << 3));
  }
  if (digits == 0 || exponent < smallestPower) return 0;
  if (exponent > 308) return Infinity;

  const zeros = <i32>clz(digits);
  const w = digits << zeros;
  const entry = powersOfTen + ((<usize>(exponent - smallestPower)) << 4);
  const top = load<u64>(entry);
  let high = highProduct(w, top);
  let low = w * top;
  if ((high & 0x1ff) == 0x1ff) {
    const more = highProduct(w, load<u64>(entry, 8));
    low += more;
    if (more > low) high++;
  }
  const upper = <i32>(high >> 63);
  const shift = upper + 9;
  let mantissa = high >> shift;
  let power = ((217706 * exponent) >> 16) + 63 + upper - zeros + 1023;
  if (power <= 0) {
    if (1 - power >= 64) return 0;
    mantissa >>= 1 - power;
    mantissa += mantissa & 1;
    mantissa >>= 1;
    // A subnormal that rounds up to 2^52 becomes the smallest normal number by itself.
    return reinterpret<f64>(mantissa);
  }
  // Half-way between two doubles: to the even one.
  if (low <= 1 && exponent >= -4 && exponent <= 23 && (mantissa & 3) == 1 && mantissa << shift == high) mantissa &= ~1;
  mantissa += mantissa & 1;
  mantissa >>= 1;
  if (mantissa >= 0x20000000000000) {
    mantissa = 0x10000000000000;
    power++;
  }
  if (power >= 0x7ff) return Infinity;
  return reinterpret<f64>((mantissa & 0xfffffffffffff) | ((<u64>power) << 52));
}

/** The exponent that goes with what `shortest` returned. */
export let shortestExponent: i32 = 0;

/** floor(log2(10^k)) */
// @ts-ignore: decorator
@inline
function log2OfPower(k: i32): i32 {
  return (k * 1741647) >> 19;
}

// @ts-ignore: decorator
@inline
function roundToOdd(high: u64, low: u64, c: u64): u64 {
  const x = highProduct(low, c);
  let y0 = high * c;
  let y1 = highProduct(high, c);
  y0 += x;
  if (y0 < x) y1++;
  return y1 | u64(y0 > 1);
}

/** The digits of the shortest decimal that reads back as `value` (finite, above 0), the nearest of them; may end in zeros. */
export function shortest(value: f64): u64 {
  const bits = reinterpret<u64>(value);
  const fraction = bits & 0xfffffffffffff;
  const biased = <i32>(bits >> 52);
  let c = fraction;
  let q: i32 = -1074;
  if (biased != 0) {
    c |= 0x10000000000000;
    q = biased - 1075;
    if (q <= 0 && q > -53 && (c & (((<u64>1) << -q) - 1)) == 0) {
      shortestExponent = 0;
      return c >> -q;
    }
  }
  const odd = c & 1;
  const closer = fraction == 0 && biased > 1;
  const k = (q * 1262611 - (closer ? 524031 : 0)) >> 22;
  const h = q + log2OfPower(-k) + 1;
  const entry = powersOfTen + ((<usize>(-k - smallestPower)) << 4);
  let high = load<u64>(entry);
  let low = load<u64>(entry, 8);
  // This method wants inexact powers rounded up.
  if (k > 27 || k < -55) {
    low++;
    if (low == 0) high++;
  }
  const lower = roundToOdd(high, low, (4 * c - 2 + u64(closer)) << h) + odd;
  const exact = roundToOdd(high, low, (4 * c) << h);
  const upper = roundToOdd(high, low, (4 * c + 2) << h) - odd;
  const s = exact >> 2;
  if (s >= 10) {
    const tens = s / 10;
    const below = lower <= 40 * tens;
    const above = 40 * tens + 40 <= upper;
    if (below != above) {
      shortestExponent = k + 1;
      return tens + u64(above);
    }
  }
  shortestExponent = k;
  const below = lower <= 4 * s;
  const above = 4 * s + 4 <= upper;
  if (below != above) return s + u64(above);
  const middle = 4 * s + 2;
  return s + u64(exact > middle || (exact == middle && (s & 1) != 0));
}

/** True when `digits` x 10^`exponent` is the shortest decimal of the double it reads as, `value`. */
export function isShortest(digits: u64, exponent: i32, value: f64): bool {
  const last = <f64>(digits % 10);
  const bits = reinterpret<u64>(value);
  // Of 16 and 17 digits most are told by an estimate; not beside powers of two, where doubles change their distance.
  if (last != 0 && digits >= 1000000000000000 && (bits & 0xfffffffffffff) != 0 && bits >= 0x10000000000000) {
    // Where the decimal is beside the double, and how large a unit of its last digit, in units in the last place of the
    // double: `high` is the product's top 64 bits, wrong by 1 at most, and the double takes 53 of them.
    const zeros = <i32>clz(digits);
    const w = digits << zeros;
    const high = highProduct(w, load<u64>(powersOfTen + ((<usize>(exponent - smallestPower)) << 4)));
    const shift: u64 = 10 + (high >> 63);
    const scale = reinterpret<f64>((1023 - shift) << 52);
    const mantissa = (bits & 0xfffffffffffff) | 0x10000000000000;
    const beside = <f64>(<i64>(high - (mantissa << shift))) * scale;
    const unit = (<f64>high * scale) / <f64>digits;
    const margin = 0.003;
    // The nearest of its length, and the next shorter ones on both sides do not read as this double?
    const off = abs(beside) - 0.5 * unit;
    const below = beside - last * unit + 0.5;
    const above = beside + (10 - last) * unit - 0.5;
    if (off < -margin && below < -margin && above > margin) return true;
    if (off > margin || (below > margin && below < 1 - margin) || (above < -margin && above > margin - 1)) return false;
  }
  let other = shortest(value);
  let otherExponent = shortestExponent;
  while (other % 10 == 0) {
    other /= 10;
    otherExponent++;
  }
  while (digits % 10 == 0) {
    digits /= 10;
    exponent++;
  }
  return digits == other && exponent == otherExponent;
}
