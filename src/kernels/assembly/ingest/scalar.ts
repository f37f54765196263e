// What a scalar cell is: its kind by the grammar of the README ("Types"), its value, and whether its form is canonical.

import { isShortest, toDouble } from './decimal';
import { canonicalTime, readDate, readDateTime, zoned } from './temporal';

// Kinds, as in src/kernels/cells.ts.
export const INTEGER: u32 = 1;
export const BIG_INTEGER: u32 = 2;
export const FLOAT: u32 = 4;
export const BOOLEAN: u32 = 8;
export const DATE: u32 = 16;
export const DATETIME: u32 = 32;
export const TEXT: u32 = 64;
export const LOCAL_TIME: u32 = 16384;

/** The value of the integer that `readNumber` or `readLooseInteger` read. */
export let integer: i64 = 0;
/** The value of the float that `readNumber` read. */
export let float: f64 = 0;
/** Whether the last float or boolean read was in its canonical form: Python's repr, and lower case. */
export let canonical: bool = false;

// @ts-ignore: decorator
@external("host", "number")
declare function hostNumber(p: usize, length: usize): f64;

/** True when all eight bytes are digits. */
// @ts-ignore: decorator
@inline
function areDigits(bytes: u64): bool {
  return (((bytes + 0x4646464646464646) | (bytes - 0x3030303030303030)) & 0x8080808080808080) == 0;
}

/** The value of eight digits. */
// @ts-ignore: decorator
@inline
function valueOfDigits(bytes: u64): u64 {
  bytes -= 0x3030303030303030;
  bytes = bytes * 10 + (bytes >> 8);
  return (((bytes & 0x000000ff000000ff) * 0x000f424000000064 + ((bytes >> 16) & 0x000000ff000000ff) * 0x0000271000000001) >> 32);
}

/** Eight bytes whose last `length` are those from p on, zeros (the digit) before them; length is 1 to 8. */
// @ts-ignore: decorator
@inline
function lastBytes(p: usize, length: usize): u64 {
  const shift = <u64>(64 - (length << 3));
  return (load<u64>(p) << shift) | (0x3030303030303030 & ~(<u64>-1 << shift));
}

/** 10^n for n up to 8. */
const powers: usize = memory.data<u64>([1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000]);

/** Where the digits that `readDigits` read end, and their value joined to that of the digits before. */
let digitsEnd: usize = 0;
let digitsValue: u64 = 0;

/** Reads digits from p on, up to q. */
// @ts-ignore: decorator
@inline
function readDigits(p: usize, q: usize, value: u64): void {
  while (p + 8 <= q) {
    const bytes = load<u64>(p);
    if (!areDigits(bytes)) break;
    value = value * 100000000 + (valueOfDigits(bytes) & 0xffffffff);
    p += 8;
  }
  const left = q - p;
  if (left - 1 < 7) {
    const bytes = lastBytes(p, left);
    if (areDigits(bytes)) {
      digitsValue = value * load<u64>(powers + (left << 3)) + (valueOfDigits(bytes) & 0xffffffff);
      digitsEnd = q;
      return;
    }
  }
  let c: u32 = 0;
  while (p < q && (c = <u32>load<u8>(p) - 48) <= 9) {
    value = value * 10 + c;
    p++;
  }
  digitsEnd = p;
  digitsValue = value;
}

/**
 * Reads p to q, not empty, as a number: INTEGER, BIG_INTEGER (then `integer` is set), FLOAT (then `float` and `canonical`
 * are), or 0 for anything else. Infinite ones, and ones that would become 0, are not numbers here.
 */
export function readNumber(p: usize, q: usize): u32 {
  const negative = load<u8>(p) == 0x2d;
  const first = p + usize(negative);
  let s = first;
  let digits: u64 = 0;
  let c: u32 = 0;
  const length = q - first;
  // Integers and the whole part of a float are read in one go where they are short.
  if (length - 1 < 8 && areDigits(lastBytes(first, length))) {
    digits = valueOfDigits(lastBytes(first, length)) & 0xffffffff;
    s = q;
  } else {
    while (s < q && (c = <u32>load<u8>(s) - 48) <= 9) {
      digits = digits * 10 + c;
      s++;
    }
  }
  const whole = s - first;
  if (whole > 1 && load<u8>(first) == 48) return 0;
  if (s == q) {
    if (whole == 0 || whole > 19) return 0;
    if (whole == 19 && digits > 0x7fffffffffffffff + u64(negative)) return 0;
    if (digits == 0 && negative) {
      float = -0.0;
      canonical = false;
      return FLOAT;
    }
    integer = negative ? -(<i64>digits) : <i64>digits;
    return digits <= 0x20000000000000 ? INTEGER : BIG_INTEGER;
  }

  // A float: `whole`.`places`e`power`.
  let places: usize = 0;
  const point = load<u8>(s) == 0x2e;
  if (!point && whole == 0) return 0;
  let leading: usize = usize(whole == 1 && digits == 0);
  if (point) {
    const start = ++s;
    if (digits == 0) {
      while (s < q && load<u8>(s) == 48) s++;
      leading += s - start;
    }
    readDigits(s, q, digits);
    digits = digitsValue;
    s = digitsEnd;
    places = s - start;
    if (places == 0) return 0;
  }
  if (places > 0xffff) return 0;
  let significant = <i32>(whole + places - leading);
  let padded = false;
  if (significant > 17) {
    // Zeros at the end of a fraction are no digits of the value: databases print a numeric with all its places.
    const start = s - places;
    let end = s;
    while (end > start && load<u8>(end - 1) == 48) end--;
    significant -= <i32>(s - end);
    if (significant > 17) return 0;
    padded = true;
    places = end - start;
    digits = 0;
    for (let d = first; d < end; d++) if (load<u8>(d) != 0x2e) digits = digits * 10 + load<u8>(d) - 48;
  }
  let power: i32 = 0;
  let plain = true;
  let written = true;
  if (s < q) {
    plain = false;
    const mark = load<u8>(s);
    if (mark != 0x65 && mark != 0x45) return 0;
    written = mark == 0x65;
    s++;
    if (s == q) return 0;
    const sign = load<u8>(s);
    const down = sign == 0x2d;
    if (down || sign == 0x2b) s++;
    else written = false;
    const start = s;
    while (s < q && (c = <u32>load<u8>(s) - 48) <= 9) {
      power = min(power * 10 + <i32>c, 100000);
      s++;
    }
    if (s == start || s != q) return 0;
    written = written && (s - start == 2 || (s - start > 2 && load<u8>(start) != 48));
    if (down) power = -power;
  }
  if (digits == 0) {
    float = negative ? -0.0 : 0.0;
    canonical = plain && whole == 1 && places == 1;
    return FLOAT;
  }
  const exponent = power - <i32>places;
  const value = toDouble(digits, exponent);
  if (value == 0 || value == Infinity) return 0;
  float = negative ? -value : value;

  // Python's repr: fixed for 1e-4 <= |x| < 1e16, else one digit before the point and at least two of the exponent.
  const magnitude = significant + exponent;
  const fixed = magnitude > -4 && magnitude <= 16;
  const trailing = padded || (places > 0 && load<u8>(first + whole + places) == 48);
  let form: bool;
  if (plain) form = fixed && whole > 0 && ((places == 1 && !padded) || !trailing);
  else form = written && !fixed && whole == 1 && load<u8>(first) != 48 && !trailing;
  // Up to 15 digits are the shortest form of their double, but for subnormal ones.
  canonical = form && ((significant <= 15 && magnitude > -290) || isShortest(digits, exponent, value));
  return FLOAT;
}

/** True or false, in any case, into `integer`; or false for anything else. */
export function readBoolean(p: usize, q: usize): bool {
  const length = q - p;
  if (length == 4) {
    const word = load<u32>(p);
    if ((word | 0x20202020) != 0x65757274) return false;
    integer = 1;
    canonical = word == 0x65757274;
    return true;
  }
  if (length != 5) return false;
  const word = load<u32>(p);
  const end = load<u8>(p, 4);
  if ((word | 0x20202020) != 0x736c6166 || (end | 0x20) != 0x65) return false;
  integer = 0;
  canonical = word == 0x736c6166 && end == 0x65;
  return true;
}

/** The kind of p to q, not empty; sets what the reader of that kind sets. */
export function kindOf(p: usize, q: usize): u32 {
  const c = <u32>load<u8>(p);
  const isDigit = c - 48 <= 9;
  if (isDigit) {
    const length = q - p;
    if (length >= 10 && load<u8>(p, 4) == 0x2d && load<u8>(p, 3) != 0x65 && load<u8>(p, 3) != 0x45) {
      if (length == 10) return readDate(p) ? DATE : TEXT;
      if (!readDateTime(p, q)) return TEXT;
      return zoned ? DATETIME : LOCAL_TIME;
    }
  }
  if (isDigit || c == 0x2d || c == 0x2e) {
    const kind = readNumber(p, q);
    return kind == 0 ? TEXT : kind;
  }
  const lower = c | 0x20;
  return (lower == 0x74 || lower == 0x66) && readBoolean(p, q) ? BOOLEAN : TEXT;
}

/** For declared columns: an integer with leading zeros or a plus sign, within 64 bits. */
export function readLooseInteger(p: usize, q: usize): bool {
  const sign = load<u8>(p);
  const negative = sign == 0x2d;
  if (negative || sign == 0x2b) p++;
  if (p == q) return false;
  while (p < q - 1 && load<u8>(p) == 48) p++;
  if (q - p > 19) return false;
  let digits: u64 = 0;
  for (; p < q; p++) {
    const c = <u32>load<u8>(p) - 48;
    if (c > 9) return false;
    digits = digits * 10 + c;
  }
  if (digits > 0x7fffffffffffffff + u64(negative)) return false;
  integer = negative ? -(<i64>digits) : <i64>digits;
  return true;
}

/** For declared columns: `[+-](digits[.digits]|.digits)[e[+-]digits]` of any length, if it is finite. */
export function readLooseFloat(p: usize, q: usize): bool {
  const start = p;
  const sign = load<u8>(p);
  if (sign == 0x2d || sign == 0x2b) p++;
  let some = false;
  let c: u32;
  while (p < q && <u32>load<u8>(p) - 48 <= 9) {
    p++;
    some = true;
  }
  if (p < q && load<u8>(p) == 0x2e) {
    p++;
    while (p < q && <u32>load<u8>(p) - 48 <= 9) {
      p++;
      some = true;
    }
  }
  if (!some) return false;
  if (p < q) {
    c = <u32>load<u8>(p) | 0x20;
    if (c != 0x65) return false;
    p++;
    if (p < q && (load<u8>(p) == 0x2b || load<u8>(p) == 0x2d)) p++;
    if (p == q) return false;
    while (p < q && <u32>load<u8>(p) - 48 <= 9) p++;
    if (p != q) return false;
  }
  const value = hostNumber(start, q - start);
  if (!(abs(value) < Infinity)) return false;
  float = value;
  return true;
}

export { canonicalTime };
