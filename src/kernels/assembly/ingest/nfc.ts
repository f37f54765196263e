// The normalisation check: whether a text is in NFC already, surely so, or can't be said without normalising it.
// Unicode Standard Annex 15, "Detecting Normalization Forms".

import { nfcCells, nfcMiddle, nfcTop } from './nfc-tables';

/** In NFC as it is. */
export const isNfc: u32 = 0;
/** To be normalised. */
export const maybeNfc: u32 = 1;
/** Has a code point that Unicode 15.1.0 does not assign: left as it is, whatever the runtime knows about it. */
export const beyondNfc: u32 = 2;

const composes: u32 = 254;
const unassigned: u32 = 255;

// @ts-ignore: decorator
@inline
function cellOf(c: u32): u32 {
  const group = <u32>load<u8>(nfcTop + <usize>(c >> 12));
  const block = <u32>load<u8>(nfcMiddle + <usize>((group << 5) | ((c >> 7) & 31)));
  return <u32>load<u8>(nfcCells + <usize>((block << 7) | (c & 127)));
}

/** Whether the text from p to q has U+0080 to U+009F; set by `checkNfc`. */
export let hasC1: bool = false;

/** Checks the UTF-8 text from p to q; up to 15 bytes behind q may be read. */
export function checkNfc(p: usize, q: usize): u32 {
  let verdict: u32 = isNfc;
  let last: u32 = 0;
  let c1 = false;
  while (p < q) {
    const a = <u32>load<u8>(p);
    if (a < 0x80) {
      last = 0;
      const ahead = i8x16.bitmask(v128.load(p));
      p += ahead == 0 ? 16 : <usize>ctz(ahead);
      continue;
    }
    let c: u32;
    if (a < 0xe0) {
      if (a == 0xc2 && load<u8>(p, 1) < 0xa0) c1 = true;
      // Up to U+02FF nothing combines with what is before it.
      if (a < 0xcc) {
        last = 0;
        p += 2;
        continue;
      }
      c = ((a & 31) << 6) | (<u32>load<u8>(p, 1) & 63);
      p += 2;
    } else if (a < 0xf0) {
      // U+4000 to U+9FFF are ideographs and hexagrams.
      if (a - 0xe4 <= 5) {
        last = 0;
        p += 3;
        continue;
      }
      c = ((a & 15) << 12) | ((<u32>load<u8>(p, 1) & 63) << 6) | (<u32>load<u8>(p, 2) & 63);
      p += 3;
    } else {
      c = ((a & 7) << 18) | ((<u32>load<u8>(p, 1) & 63) << 12) | ((<u32>load<u8>(p, 2) & 63) << 6) |
        (<u32>load<u8>(p, 3) & 63);
      p += 4;
    }
    const cell = cellOf(c);
    if (cell == 0) last = 0;
    else if (cell == unassigned) {
      verdict = beyondNfc;
      last = 0;
    } else if (cell == composes || last > cell) {
      if (verdict == isNfc) verdict = maybeNfc;
      last = cell == composes ? 0 : cell;
    } else last = cell;
  }
  hasC1 = c1;
  return verdict;
}
