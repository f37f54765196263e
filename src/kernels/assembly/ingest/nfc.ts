// The normalisation check: whether a text is in NFC already, surely so, or can't be said without normalising it.
// Unicode Standard Annex 15, "Detecting Normalization Forms".

import { nfcCells, nfcMiddle, nfcTop } from './nfc-tables';

/** In NFC as it is. */
export const isNfc: u32 = 0;
/** To be normalised. */
export const maybeNfc: u32 = 1;
/** Has a code point that Unicode 15.1.0 does not assign: left as it is, whatever the runtime knows about it. */
export const beyondNfc: u32 = 2;

// As in nfc-tables.ts; the ranks are those of combining classes 7 and 9.
const composes: u32 = 254;
const unassigned: u32 = 255;
const nuktaRank: u32 = 3;
const viramaRank: u32 = 5;

// @ts-ignore: decorator
@inline
function cellOf(c: u32): u32 {
  const group = <u32>load<u8>(nfcTop + <usize>(c >> 12));
  const block = <u32>load<u8>(nfcMiddle + <usize>((group << 5) | ((c >> 7) & 31)));
  return <u32>load<u8>(nfcCells + <usize>((block << 7) | (c & 127)));
}

/**
 * First bytes of characters that no rule is about, whatever follows: ASCII, U+00C0 to U+02FF (C3 to CB), Cyrillic (D0, D1,
 * D3), ideographs and hexagrams of U+4000 to U+9FFF (E4 to E9), Hangul syllables of U+B000 to U+CFFF (EB, EC); and every
 * byte that is not the first of its character. By the high and by the low half of a byte: it is one of them if the two have
 * a bit in common.
 */
const plainHigh: v128 = i8x16(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 4, 8, 0);
const plainLow: v128 = i8x16(5, 5, 1, 7, 11, 11, 11, 11, 11, 11, 3, 11, 9, 1, 1, 1);

// @ts-ignore: decorator
@inline
function firstSpecial(p: usize): u32 {
  const bytes = v128.load(p);
  const high = i8x16.swizzle(plainHigh, i8x16.shr_u(bytes, 4));
  const low = i8x16.swizzle(plainLow, v128.and(bytes, i8x16.splat(15)));
  return i8x16.bitmask(i8x16.eq(v128.and(high, low), i8x16.splat(0)));
}

/** Whether the text from p to q has U+0080 to U+009F; set by `checkNfc`. */
export let hasC1: bool = false;

/** First bytes from C0 on, a bit each, that `plainHigh` and `plainLow` leave out. */
const specialFirst: u64 = 0xffffe40ffff4f007;

/** Not one of `loneRank`'s, or next to what it combines with. */
const combines: u32 = 256;

/**
 * The rank of a vowel sign or mark of South Asia that combines with one or two letters only, behind another one; such signs
 * are too common to normalise every text that has one.
 */
function loneRank(c: u32, before: u32): u32 {
  switch (c) {
    case 0x93c:
      return before == 0x928 || before == 0x930 || before == 0x933 ? combines : nuktaRank;
    case 0x9be:
    case 0x9d7:
      return before == 0x9c7 ? combines : 0;
    case 0xb3e:
    case 0xb56:
    case 0xb57:
      return before == 0xb47 ? combines : 0;
    case 0xbbe:
    case 0xbd7:
      return before == 0xbc6 || before == 0xbc7 || before == 0xb92 ? combines : 0;
    case 0xcc2:
    case 0xcd5:
    case 0xcd6:
      return before == 0xcc6 || before == 0xcbf || before == 0xcca ? combines : 0;
    case 0xd3e:
    case 0xd57:
      return before == 0xd46 || before == 0xd47 ? combines : 0;
    case 0xdca:
      return before == 0xdd9 || before == 0xddc ? combines : viramaRank;
    case 0xdcf:
    case 0xddf:
      return before == 0xdd9 ? combines : 0;
    case 0x102e:
      return before == 0x1025 ? combines : 0;
    default:
      return combines;
  }
}

/** Checks the UTF-8 text from p to q; up to 16 bytes behind q may be read. */
export function checkNfc(p: usize, q: usize): u32 {
  let verdict: u32 = isNfc;
  let last: u32 = 0;
  let before: u32 = 0;
  let c1 = false;
  while (p < q) {
    const special = firstSpecial(p);
    if (special == 0) {
      p += 16;
      last = 0;
      before = 0;
      continue;
    }
    const skipped = <usize>ctz(special);
    if (skipped > 0) {
      last = 0;
      before = 0;
    }
    p += skipped;
    if (p >= q) break;
    let a = <u32>load<u8>(p);
    // One special character after the other, and over a single ASCII one, by itself.
    do {
      let c: u32;
      if (a < 0xe0) {
        if (a == 0xc2 && load<u8>(p, 1) < 0xa0) c1 = true;
        c = ((a & 31) << 6) | (<u32>load<u8>(p, 1) & 63);
        p += 2;
      } else if (a < 0xf0) {
        c = ((a & 15) << 12) | ((<u32>load<u8>(p, 1) & 63) << 6) | (<u32>load<u8>(p, 2) & 63);
        p += 3;
      } else {
        c = ((a & 7) << 18) | ((<u32>load<u8>(p, 1) & 63) << 12) | ((<u32>load<u8>(p, 2) & 63) << 6) |
          (<u32>load<u8>(p, 3) & 63);
        p += 4;
      }
      let cell = cellOf(c);
      if (cell == composes) {
        // Signs of class 0 only combine with what is next to them; marks also over other marks.
        const rank = loneRank(c, before);
        if (rank == 0 || (rank != combines && last == 0)) cell = rank;
      }
      if (cell == 0) last = 0;
      else if (cell == unassigned) {
        verdict = beyondNfc;
        last = 0;
      } else if (cell == composes || last > cell) {
        if (verdict == isNfc) verdict = maybeNfc;
        last = cell == composes ? 0 : cell;
      } else last = cell;
      before = c;
      if (p >= q) break;
      a = <u32>load<u8>(p);
      if (a < 0x80) {
        last = 0;
        before = 0;
        if (++p >= q) break;
        a = <u32>load<u8>(p);
      }
    } while (a >= 0xc0 && (specialFirst >> (a - 0xc0)) & 1);
  }
  hasC1 = c1;
  return verdict;
}
