// Strict JSON (RFC 8259), one value at a time: strings decoded, nested values copied as canonical JSON text. Canonical is:
// no white space between tokens, numbers as they were written, strings with the shortest escapes of `"`, `\` and U+0000-001F
// only, members in order of first sight with the last value of each key, lone surrogates as \uxxxx in lower case.
// Bytes are known to be UTF-8, and a 0 lies behind the last one, so that every loop ends.

/** What is wrong; load/json/reasons.ts has the words. */
export const CHARACTER: u32 = 1;
export const UNTERMINATED: u32 = 2;
export const CONTROL: u32 = 3;
export const ESCAPE: u32 = 4;
export const NUMBER: u32 = 5;
export const LITERAL: u32 = 6;
export const DEPTH: u32 = 7;
export const COLON: u32 = 8;
export const COMMA: u32 = 9;
export const KEY: u32 = 10;
export const TRAILING: u32 = 11;
export const NOT_OBJECT: u32 = 12;
export const UTF8: u32 = 13;
export const TRAILING_COMMA: u32 = 14;
/** Not an error of the text: the stack of members is too small. */
export const GROW: u32 = 64;

/** Containers within each other, the record included. */
const MAX_DEPTH: u32 = 512;

/** Where the next decoded byte goes. Vector stores run up to 15 bytes over it. */
let out: usize = 0;
/** Members of the objects that are open: 16 bytes each (hash, start of the key's quote, end of the key, unused). */
let stack: usize = 0;
let stackEnd: usize = 0;
/** The byte that counts as white space beside space, tab and CR: LF, or a second space where a record is one line. */
let newline: u32 = 32;
let errorCode: u32 = 0;
let errorAt: usize = 0;
/** Members that a later one of the same key replaced; strings with a surrogate that has no partner. */
let duplicates: u32 = 0;
let surrogates: u32 = 0;

/** Of each open container: its first member on the stack, with the lowest bit set for an object. */
const FRAMES: usize = memory.data(4 * 520, 16);

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
export function textErrorCode(): u32 {
  return errorCode;
}
// @ts-ignore: decorator
@inline
export function textErrorAt(): usize {
  return errorAt;
}
// @ts-ignore: decorator
@inline
export function textDuplicates(): u32 {
  return duplicates;
}
// @ts-ignore: decorator
@inline
export function textSurrogates(): u32 {
  return surrogates;
}
export function setTextCounts(d: u32, s: u32): void {
  duplicates = d;
  surrogates = s;
}
export function setTextPlace(stackFrom: usize, stackTo: usize, lines: bool): void {
  stack = stackFrom;
  stackEnd = stackTo;
  newline = lines ? 32 : 10;
}

/** Notes an error and returns 0. */
export function fail(code: u32, at: usize): usize {
  errorCode = code;
  errorAt = at;
  return 0;
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

function canonicalString(p: usize): usize {
  return putString(p, true);
}

// @ts-ignore: decorator
@inline
function isDigit(c: u32): bool {
  return c - 48 < 10;
}

/** The address behind the number that begins at `p`, or 0. */
export function numberEnd(start: usize): usize {
  let p = start;
  let c = <u32>load<u8>(p);
  if (c == 0x2d) c = load<u8>(++p);
  if (c == 48) {
    c = load<u8>(++p);
  } else if (isDigit(c)) {
    do c = load<u8>(++p);
    while (isDigit(c));
  } else return fail(c == 0x49 ? LITERAL : NUMBER, start);
  if (c == 0x2e) {
    c = load<u8>(++p);
    if (!isDigit(c)) return fail(NUMBER, start);
    do c = load<u8>(++p);
    while (isDigit(c));
  }
  if ((c | 32) == 0x65) {
    c = load<u8>(++p);
    if (c == 0x2b || c == 0x2d) c = load<u8>(++p);
    if (!isDigit(c)) return fail(NUMBER, start);
    do c = load<u8>(++p);
    while (isDigit(c));
  }
  // "01", "1.2.3", "1a": a token ends before one of , ] } or white space; the caller sees to the rest.
  if (isDigit(c) || c == 0x2e || ((c | 32) - 97 < 26)) return fail(NUMBER, start);
  return p;
}

/** The address behind `true`, `false` or `null` at `p`, or 0. */
export function literalEnd(p: usize): usize {
  const word = load<u32>(p);
  let end: usize = 0;
  if (word == 0x65757274 || word == 0x6c6c756e) end = p + 4;
  else if (word == 0x736c6166 && load<u8>(p, 4) == 0x65) end = p + 5;
  if (end == 0) {
    const c = <u32>load<u8>(p);
    return fail((c | 32) - 97 < 26 ? LITERAL : CHARACTER, p);
  }
  const c = <u32>load<u8>(end);
  if (isDigit(c) || (c | 32) - 97 < 26) return fail(LITERAL, p);
  return end;
}

/** A 32-bit hash of bytes; reads up to 7 bytes over the end. */
export function hashBytes(p: usize, length: u32): u32 {
  let h: u64 = 0x9e3779b97f4a7c15 ^ <u64>length;
  let left = length;
  while (left >= 8) {
    h = (h ^ load<u64>(p)) * 0xff51afd7ed558ccd;
    h ^= h >> 32;
    p += 8;
    left -= 8;
  }
  if (left != 0) {
    h = (h ^ (load<u64>(p) & ((<u64>1 << (<u64>left * 8)) - 1))) * 0xff51afd7ed558ccd;
    h ^= h >> 32;
  }
  h *= 0xc4ceb9fe1a85ec53;
  return <u32>(h >> 32);
}

export function sameBytes(a: usize, b: usize, length: u32): bool {
  let left = length;
  while (left >= 8) {
    if (load<u64>(a) != load<u64>(b)) return false;
    a += 8;
    b += 8;
    left -= 8;
  }
  return left == 0 || ((load<u64>(a) ^ load<u64>(b)) & ((<u64>1 << (<u64>left * 8)) - 1)) == 0;
}

/** A member's key, from its opening quote; pushes it on the stack. Returns the address of its value, or 0. */
function member(p: usize): usize {
  const c = <u32>load<u8>(p);
  if (c != 0x22) return fail(c == 0x7d ? TRAILING_COMMA : KEY, p);
  if (stack + 16 > stackEnd) return fail(GROW, p);
  const key = out;
  store<u8>(key, 0x22);
  out = key + 1;
  p = canonicalString(p + 1);
  if (p == 0) return 0;
  const end = out;
  store<u16>(end, 0x3a22);
  store<u32>(stack, hashBytes(key + 1, <u32>(end - key) - 1));
  store<u32>(stack, <u32>key, 4);
  store<u32>(stack, <u32>end, 8);
  stack += 16;
  out = end + 2;
  p = skipSpace(p + 1);
  if (load<u8>(p) != 0x3a) return fail(COLON, p);
  return skipSpace(p + 1);
}

// @ts-ignore: decorator
@inline
function sameKey(a: usize, b: usize): bool {
  if (load<u32>(a) != load<u32>(b)) return false;
  const length = load<u32>(a, 8) - load<u32>(a, 4);
  return length == load<u32>(b, 8) - load<u32>(b, 4) && sameBytes(load<u32>(a, 4), load<u32>(b, 4), length);
}

/**
 * Called at the end of an object whose members are `first` to `stack`: where a key stands twice, keeps the first place
 * and the last value. `out` is behind the last member. Returns false when the stack is too small.
 */
function settleMembers(first: usize): bool {
  const count = <u32>(stack - first) >> 4;
  if (count < 2) return true;
  let twice = false;
  if (count <= 12) {
    for (let a = first + 16; a < stack && !twice; a += 16) {
      for (let b = first; b < a; b += 16) {
        if (load<u32>(a) == load<u32>(b) && sameKey(a, b)) {
          twice = true;
          break;
        }
      }
    }
    if (!twice) return true;
  }
  // Each member's fourth field becomes the last member of its key, or 0 where it is not the first one of its key.
  let slots: u32 = 32;
  while (slots < count * 2) slots <<= 1;
  const table = stack;
  if (table + (<usize>slots << 2) > stackEnd) return false;
  memory.fill(table, 0, <usize>slots << 2);
  let removed: u32 = 0;
  for (let a = first; a < stack; a += 16) {
    let slot = load<u32>(a) & (slots - 1);
    while (true) {
      const seen = <usize>load<u32>(table + (<usize>slot << 2));
      if (seen == 0) {
        store<u32>(table + (<usize>slot << 2), <u32>a);
        store<u32>(a, <u32>a, 12);
        break;
      }
      if (sameKey(seen, a)) {
        store<u32>(seen, <u32>a, 12);
        store<u32>(a, 0, 12);
        removed++;
        break;
      }
      slot = (slot + 1) & (slots - 1);
    }
  }
  if (removed == 0) return true;
  duplicates += removed;
  // The members are rewritten behind `out`, where as much room is kept as the text takes, then moved to their place.
  const begin = <usize>load<u32>(first, 4);
  const spare = out;
  let o = spare;
  for (let a = first; a < stack; a += 16) {
    const last = <usize>load<u32>(a, 12);
    if (last == 0) continue;
    const from = <usize>load<u32>(last, 4);
    const to = last + 16 < stack ? <usize>load<u32>(last + 16, 4) - 1 : spare;
    if (o != spare) {
      store<u8>(o, 0x2c);
      o++;
    }
    memory.copy(o, from, to - from);
    o += to - from;
  }
  memory.copy(begin, spare, o - spare);
  out = begin + (o - spare);
  return true;
}

/** Copies one value of any kind to `out` as canonical JSON. `outer` containers are open. Returns the address behind it, or 0. */
export function copyValue(start: usize, outer: u32): usize {
  const bottom = stack;
  const end = copyNested(start, MAX_DEPTH - outer);
  stack = bottom;
  return end;
}

function copyNested(start: usize, maxDepth: u32): usize {
  let p = start;
  let depth: u32 = 0;
  while (true) {
    // A value is due at p.
    const c = <u32>load<u8>(p);
    if (c == 0x22) {
      store<u8>(out, 0x22);
      out++;
      p = canonicalString(p + 1);
      if (p == 0) return 0;
      store<u8>(out, 0x22);
      out++;
      p++;
    } else if (c == 0x7b) {
      if (++depth > maxDepth) return fail(DEPTH, p);
      store<u32>(FRAMES + (<usize>depth << 2), <u32>stack | 1);
      store<u8>(out, 0x7b);
      out++;
      p = skipSpace(p + 1);
      if (load<u8>(p) != 0x7d) {
        p = member(p);
        if (p == 0) return 0;
        continue;
      }
      store<u8>(out, 0x7d);
      out++;
      p++;
      depth--;
    } else if (c == 0x5b) {
      if (++depth > maxDepth) return fail(DEPTH, p);
      store<u32>(FRAMES + (<usize>depth << 2), <u32>stack);
      store<u8>(out, 0x5b);
      out++;
      p = skipSpace(p + 1);
      if (load<u8>(p) != 0x5d) continue;
      store<u8>(out, 0x5d);
      out++;
      p++;
      depth--;
    } else {
      const end = c == 0x2d || isDigit(c) ? numberEnd(p) : literalEnd(p);
      if (end == 0) return 0;
      if (end - p <= 16) v128.store(out, v128.load(p));
      else memory.copy(out, p, end - p);
      out += end - p;
      p = end;
    }
    // A value ended at p.
    while (true) {
      if (depth == 0) return p;
      p = skipSpace(p);
      const frame = load<u32>(FRAMES + (<usize>depth << 2));
      const c = <u32>load<u8>(p);
      if (c == 0x2c) {
        store<u8>(out, 0x2c);
        out++;
        p = skipSpace(p + 1);
        if (frame & 1) {
          p = member(p);
          if (p == 0) return 0;
        } else if (load<u8>(p) == 0x5d) return fail(TRAILING_COMMA, p);
        break;
      }
      if (frame & 1) {
        if (c != 0x7d) return fail(COMMA, p);
        const first = <usize>(frame & ~1);
        if (!settleMembers(first)) return fail(GROW, p);
        stack = first;
      } else if (c != 0x5d) return fail(COMMA, p);
      store<u8>(out, <u8>c);
      out++;
      p++;
      depth--;
    }
  }
}
