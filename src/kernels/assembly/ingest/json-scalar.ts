// Numbers and literals of strict JSON.
import { CHARACTER, LITERAL, NUMBER, fail } from './json-errors';

// @ts-ignore: decorator
@inline
export function isDigit(c: u32): bool {
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

/** What NaN, Infinity and -Infinity are read as: 0 no JSON, 1 null, 2 a string. */
export let nanMode: u32 = 0;
/** How many were read. */
export let nans: u32 = 0;

export function setNans(mode: u32, count: u32): void {
  nanMode = mode;
  nans = count;
}

/** The address behind NaN, Infinity or -Infinity at `p` where they are read, or 0. */
export function nanEnd(p: usize): usize {
  if (nanMode == 0) return 0;
  const sign: usize = load<u8>(p) == 0x2d ? 1 : 0;
  let end: usize = 0;
  if (load<u64>(p + sign) == 0x7974696e69666e49) end = p + sign + 8;
  else if (sign == 0 && (load<u32>(p) & 0xffffff) == 0x4e614e) end = p + 3;
  if (end == 0) return 0;
  const c = <u32>load<u8>(end);
  if (isDigit(c) || (c | 32) - 97 < 26) return 0;
  nans++;
  return end;
}
