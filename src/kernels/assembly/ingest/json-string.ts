// Strings of strict JSON (RFC 8259), decoded or as canonical JSON: the shortest escapes of `"`, `\` and U+0000-001F only, lone
// surrogates as \uxxxx in lower case. Bytes are known to be UTF-8, and a 0 lies behind the last one, so that every loop ends.
import { CONTROL, ESCAPE, UNTERMINATED, fail } from './json-errors';

/** Where the next decoded byte goes. Vector stores run up to 15 bytes over it. */
let out: usize = 0;
/** The byte that counts as white space beside space, tab and CR: LF, or a second space where a record is one line. */
let newline: u32 = 32;
/** Strings with a surrogate that has no partner. */
let surrogates: u32 = 0;

// @ts-ignore: decorator
@inline
export function textOut(): usize {
  return out;
}
// @ts-ignore: decorator
@inline
export function setTextOut(at: usize): void {
  out = at;
}

// @ts-ignore: decorator
@inline
export function textSurrogates(): u32 {
  return surrogates;
}
export function setTextSurrogates(count: u32): void {
  surrogates = count;
}

/** Whether records are lines, so that no value goes on after an LF. */
export function setTextLines(lines: bool): void {
  newline = lines ? 32 : 10;
}

/** The first byte at or after `p` that is no white space. */
// @ts-ignore: decorator
@inline
export function skipSpace(p: usize): usize {
  if (load<u8>(p) > 32) return p;
  return skipSpaces(p);
}

function skipSpaces(p: usize): usize {
  let c = <u32>load<u8>(p);
  if (c == 32 && load<u8>(p, 1) > 32) return p + 1;
  const space = i8x16.splat(32);
  const lf = i8x16.splat(<i8>newline);
  const tab = i8x16.splat(9);
  const cr = i8x16.splat(13);
  while (true) {
    const v = v128.load(p);
    const mask = i8x16.bitmask(
      v128.or(v128.or(i8x16.eq(v, space), i8x16.eq(v, lf)), v128.or(i8x16.eq(v, tab), i8x16.eq(v, cr))),
    );
    if (mask != 0xffff) return p + <usize>ctz(~mask);
    p += 16;
  }
}

/** The first `"`, `\` or control character at or after `p`. */
// @ts-ignore: decorator
@inline
export function stringStop(p: usize): usize {
  const quote = i8x16.splat(0x22);
  const slash = i8x16.splat(0x5c);
  const low = i8x16.splat(0x20);
  while (true) {
    const v = v128.load(p);
    const mask = i8x16.bitmask(v128.or(v128.or(i8x16.eq(v, quote), i8x16.eq(v, slash)), i8x16.lt_u(v, low)));
    if (mask != 0) return p + <usize>ctz(mask);
    p += 16;
  }
}

// @ts-ignore: decorator
@inline
function hexDigit(c: u32): u32 {
  const d = c - 48;
  if (d < 10) return d;
  const l = (c | 32) - 97;
  return l < 6 ? l + 10 : 0x10000;
}

/** The value of four hexadecimal digits, or 0x10000 and above. */
// @ts-ignore: decorator
@inline
function hex4(p: usize): u32 {
  const a = hexDigit(load<u8>(p));
  if (a > 15) return a;
  const b = hexDigit(load<u8>(p, 1));
  if (b > 15) return b;
  const c = hexDigit(load<u8>(p, 2));
  if (c > 15) return c;
  const d = hexDigit(load<u8>(p, 3));
  if (d > 15) return d;
  return (a << 12) | (b << 8) | (c << 4) | d;
}

// @ts-ignore: decorator
@inline
function hexLower(v: u32): u32 {
  return v < 10 ? 48 + v : 87 + v;
}

/** Writes \uxxxx. */
function putEscape(o: usize, unit: u32): usize {
  store<u16>(o, 0x755c);
  store<u8>(o, hexLower(unit >> 12), 2);
  store<u8>(o, hexLower((unit >> 8) & 15), 3);
  store<u8>(o, hexLower((unit >> 4) & 15), 4);
  store<u8>(o, hexLower(unit & 15), 5);
  return o + 6;
}

function putPoint(o: usize, point: u32): usize {
  if (point < 0x80) {
    store<u8>(o, point);
    return o + 1;
  }
  if (point < 0x800) {
    store<u8>(o, 0xc0 | (point >> 6));
    store<u8>(o, 0x80 | (point & 63), 1);
    return o + 2;
  }
  if (point < 0x10000) {
    store<u8>(o, 0xe0 | (point >> 12));
    store<u8>(o, 0x80 | ((point >> 6) & 63), 1);
    store<u8>(o, 0x80 | (point & 63), 2);
    return o + 3;
  }
  store<u8>(o, 0xf0 | (point >> 18));
  store<u8>(o, 0x80 | ((point >> 12) & 63), 1);
  store<u8>(o, 0x80 | ((point >> 6) & 63), 2);
  store<u8>(o, 0x80 | (point & 63), 3);
  return o + 4;
}

/** The letter of a two-character escape of a control character, or 0. */
// @ts-ignore: decorator
@inline
function shortEscape(unit: u32): u32 {
  if (unit == 10) return 0x6e;
  if (unit == 13) return 0x72;
  if (unit == 9) return 0x74;
  if (unit == 8) return 0x62;
  if (unit == 12) return 0x66;
  return 0;
}

/** A code unit of an escape, as text or (`canonical`) as it stands in canonical JSON. */
// @ts-ignore: decorator
@inline
function putUnit(o: usize, unit: u32, canonical: bool): usize {
  if (canonical) {
    if (unit == 0x22 || unit == 0x5c) {
      store<u8>(o, 0x5c);
      store<u8>(o, unit, 1);
      return o + 2;
    }
    if (unit < 32) {
      const letter = shortEscape(unit);
      if (letter == 0) return putEscape(o, unit);
      store<u8>(o, 0x5c);
      store<u8>(o, letter, 1);
      return o + 2;
    }
  }
  return putPoint(o, unit);
}

/**
 * Writes the string whose first character is at `p` to `out`, decoded, or as canonical JSON without its quotes.
 * Returns the address of the closing quote, or 0.
 */
// @ts-ignore: decorator
@inline
function putString(start: usize, canonical: bool): usize {
  const quote = i8x16.splat(0x22);
  const slash = i8x16.splat(0x5c);
  const low = i8x16.splat(0x20);
  let p = start;
  let o = out;
  let lone = false;
  while (true) {
    while (true) {
      const v = v128.load(p);
      v128.store(o, v);
      const mask = i8x16.bitmask(v128.or(v128.or(i8x16.eq(v, quote), i8x16.eq(v, slash)), i8x16.lt_u(v, low)));
      if (mask != 0) {
        const n = <usize>ctz(mask);
        p += n;
        o += n;
        break;
      }
      p += 16;
      o += 16;
    }
    const c = <u32>load<u8>(p);
    if (c == 0x22) {
      out = o;
      if (lone) surrogates++;
      return p;
    }
    if (c != 0x5c) return fail(c == 0 || c == 10 || c == 13 ? UNTERMINATED : CONTROL, p);
    const e = <u32>load<u8>(p, 1);
    if (e == 0x75) {
      const unit = hex4(p + 2);
      if (unit > 0xffff) return fail(ESCAPE, p);
      p += 6;
      if ((unit & 0xf800) == 0xd800) {
        if (unit < 0xdc00 && load<u16>(p) == 0x755c) {
          const next = hex4(p + 2);
          if (next > 0xffff) return fail(ESCAPE, p);
          if ((next & 0xfc00) == 0xdc00) {
            o = putPoint(o, 0x10000 + ((unit - 0xd800) << 10) + (next - 0xdc00));
            p += 6;
            continue;
          }
        }
        lone = true;
        o = putEscape(o, unit);
      } else {
        o = putUnit(o, unit, canonical);
      }
      continue;
    }
    p += 2;
    if (e == 0x22 || e == 0x5c) {
      if (canonical) {
        store<u16>(o, <u16>((e << 8) | 0x5c));
        o += 2;
      } else {
        store<u8>(o, e);
        o++;
      }
      continue;
    }
    let unit: u32;
    if (e == 0x6e) unit = 10;
    else if (e == 0x2f) unit = 0x2f;
    else if (e == 0x74) unit = 9;
    else if (e == 0x72) unit = 13;
    else if (e == 0x62) unit = 8;
    else if (e == 0x66) unit = 12;
    else return fail(ESCAPE, p - 2);
    if (canonical && e != 0x2f) {
      store<u16>(o, <u16>((e << 8) | 0x5c));
      o += 2;
    } else {
      store<u8>(o, unit);
      o++;
    }
  }
}

/** Decodes a string to `out`; `p` is behind its opening quote. Returns the address of its closing quote, or 0. */
export function decodeString(p: usize): usize {
  return putString(p, false);
}

/** Writes a string to `out` as canonical JSON without its quotes; `p` and result as of `decodeString`. */
export function canonicalString(p: usize): usize {
  return putString(p, true);
}
