/**
 * What a tokeniser asks of Unicode 15.1.0, over UTF-8: decoding, classes of code points, lower-casing as Python's
 * `str.lower`. Texts are valid UTF-8; other bytes are read as code points of no class and never beyond 3 bytes after the
 * end, where callers have slack.
 */
import { wordBlocks, wordIndex, wordRecords, wordTableLimit } from './word-tables';

/** `\w` of Python's `re`: a letter, a number or `_`. */
export const isWord: u32 = 1;
/** A letter, a mark or a number. */
export const isPart: u32 = 2;
/** A part of a script that is written without spaces (Han, Kana, Thai, ...): a word by itself. */
export const isAlone: u32 = 4;
/** Cased and Case_Ignorable: the context of a final sigma. */
export const isCased: u32 = 8;
export const isIgnorable: u32 = 16;
/** U+0130, whose lower-case form is "i" and U+0307; and U+03A3, which is U+03C2 at the end of a word. */
export const isSpecial: u32 = 32;

const variationSelectors: u32 = isPart | isIgnorable;

/** Flags of a code point in the low 8 bits; above them the distance to its lower-case form. */
// @ts-ignore: decorator
@inline
export function wordRecord(c: u32): u32 {
  if (c >= wordTableLimit) return lateRecord(c);
  const block = <usize>load<u16>(wordIndex + ((c >> 6) << 1));
  return load<u32>(wordRecords + (<usize>load<u8>(wordBlocks + ((block << 6) | (c & 63))) << 2));
}

function lateRecord(c: u32): u32 {
  if (c - 0xe0100 < 0xf0) return variationSelectors;
  if (c - 0xe0020 < 0x60 || c == 0xe0001) return isIgnorable;
  return 0;
}

/** The lower-case form of a code point by its record; for those that are special, of the plain sort. */
// @ts-ignore: decorator
@inline
export function lowerOf(c: u32, record: u32): u32 {
  return c + (<i32>record >> 8);
}

/** Bytes of the code point that a byte begins; 1 for a stray continuation byte. */
// @ts-ignore: decorator
@inline
export function codePointBytes(lead: u32): usize {
  return 1 + <usize>(lead >= 0xc0) + <usize>(lead >= 0xe0) + <usize>(lead >= 0xf0);
}

/** The code point at `p`. */
// @ts-ignore: decorator
@inline
export function codePointAt(p: usize): u32 {
  const a = <u32>load<u8>(p);
  if (a < 0x80) return a;
  const b = <u32>load<u8>(p, 1) & 63;
  if (a < 0xe0) return ((a & 31) << 6) | b;
  const c = <u32>load<u8>(p, 2) & 63;
  if (a < 0xf0) return ((a & 15) << 12) | (b << 6) | c;
  return ((a & 7) << 18) | (b << 12) | (c << 6) | (<u32>load<u8>(p, 3) & 63);
}

/** Writes a code point as UTF-8 and returns how many bytes it took (it may write 4). */
// @ts-ignore: decorator
@inline
export function putCodePoint(p: usize, c: u32): usize {
  if (c < 0x80) {
    store<u8>(p, c);
    return 1;
  }
  if (c < 0x800) {
    store<u16>(p, 0x80c0 | (c >> 6) | ((c & 63) << 8));
    return 2;
  }
  if (c < 0x10000) {
    store<u32>(p, 0x8080e0 | (c >> 12) | (((c >> 6) & 63) << 8) | ((c & 63) << 16));
    return 3;
  }
  store<u32>(p, 0x808080f0 | (c >> 18) | (((c >> 12) & 63) << 8) | (((c >> 6) & 63) << 16) | ((c & 63) << 24));
  return 4;
}

/**
 * The lower-case form of U+03A3 at `p` in the text from `start` to `end`: U+03C2 after a cased letter and not before one,
 * case-ignorable characters between them left aside (Unicode's Final_Sigma, as Python applies it).
 */
export function lowerSigma(p: usize, start: usize, end: usize): u32 {
  let flags: u32 = 0;
  let at = p;
  while (at > start) {
    at--;
    while (at > start && (load<u8>(at) & 0xc0) == 0x80) at--;
    flags = wordRecord(codePointAt(at));
    if ((flags & isIgnorable) == 0) break;
  }
  if ((flags & (isIgnorable | isCased)) != isCased) return 0x3c3;
  flags = 0;
  at = p + 2;
  while (at < end) {
    const lead = <u32>load<u8>(at);
    flags = wordRecord(codePointAt(at));
    if ((flags & isIgnorable) == 0) break;
    at += codePointBytes(lead);
  }
  return (flags & (isIgnorable | isCased)) == isCased ? 0x3c3 : 0x3c2;
}
