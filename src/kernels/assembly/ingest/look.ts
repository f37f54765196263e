// A first look at a cell, the same for every typed column: null, null token, or a value and where it begins and ends.

import { isTight, trim, trimmedEnd, trimmedStart } from './space';

// Flags of a cell, as in src/kernels/cells.ts.
export const QUOTED: u32 = 1;
export const ABSENT: u32 = 2;
export const NESTED: u32 = 4;
export const STRING: u32 = 8;

export const isNull: u32 = 0;
export const isToken: u32 = 1;
export const isValue: u32 = 2;
export const isString: u32 = 3;
export const isNested: u32 = 4;
export const isEmpty: u32 = 5;

/** Values are judged without white space around them. */
export const TRIM: u32 = 1;
/** The column's type was declared: strings of JSON are judged like any other value, an empty one is no value. */
export const DECLARED: u32 = 2;
/** The cells are those of a JSON source. */
export const JSON_SOURCE: u32 = 4;

/** Where the value that `look` found begins and ends; never empty. */
export let valueStart: usize = 0;
export let valueEnd: usize = 0;

/**
 * The address of the null tokens: 256 bytes, 1 for each first byte of a token in either case; uint32 count; and for each a
 * uint32 length and its bytes in lower case.
 */
let tokens: usize = 0;
/** What a quoted empty cell is: the empty string, unless the empty string is one of the tokens. */
let quotedEmpty: u32 = isEmpty;

export function setNullTokens(address: usize, emptyToo: bool): void {
  tokens = address;
  quotedEmpty = emptyToo ? isToken : isEmpty;
}

function isNullToken(p: usize, length: usize): bool {
  let count = load<u32>(tokens, 256);
  let t = tokens + 260;
  for (; count > 0; count--) {
    const size = <usize>load<u32>(t);
    t += 4;
    if (size == length) {
      let i: usize = 0;
      for (; i < size; i++) {
        const c = <u32>load<u8>(p + i);
        const lower = c - 65 < 26 ? c | 0x20 : c;
        if (lower != <u32>load<u8>(t + i)) break;
      }
      if (i == size) return true;
    }
    t += size;
  }
  return false;
}

/** The address of 256 bytes that are 0 for those no null token begins with. */
export function tokenTable(): usize {
  return tokens;
}

// @ts-ignore: decorator
@inline
export function look(start: usize, meta: u32, mode: u32): u32 {
  let p = start;
  let q = start + <usize>(meta >> 4);
  if (meta & (ABSENT | NESTED | STRING)) {
    if (meta & ABSENT) return isNull;
    if (meta & NESTED) return isNested;
    if (!(mode & DECLARED)) return isString;
  }
  if (p == q) {
    if (!(meta & QUOTED)) return isNull;
    return mode & DECLARED ? isToken : quotedEmpty;
  }
  if (mode & TRIM && !isTight(p, q)) {
    trim(p, q);
    p = trimmedStart;
    q = trimmedEnd;
    // White space alone says as much as a null token does: nothing in a column of numbers, itself in one of text.
    if (p == q) return meta & QUOTED && !(mode & DECLARED) ? quotedEmpty : isToken;
  }
  if (load<u8>(tokens + <usize>load<u8>(p)) && isNullToken(p, q - p)) return isToken;
  valueStart = p;
  valueEnd = q;
  return isValue;
}
