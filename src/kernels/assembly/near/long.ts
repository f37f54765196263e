/**
 * Signatures of large sets, as those in rows.ts, with 2 to 4 bits for each shingle: 256 bits say nothing of sets that may
 * differ in hundreds of shingles. A signature of half the bits is the one half xored with the other, so that signatures
 * of any two sizes can be compared.
 */
import { takeRoom } from './sets';

/** Sets of so many shingles have a long signature. */
export const longFrom: u32 = 512;

/** Words of 64 bits, a power of two. */
// @ts-ignore: decorator
@inline
export function longWords(n: u32): u32 {
  return (<u32>1) << (27 - clz<u32>(n));
}

/** Writes a signature of so many words, xored with another one if that is not 0. */
export function signLong(set: usize, n: u32, words: u32, other: usize, to: usize): void {
  if (other == 0) memory.fill(to, 0, (<usize>words) << 3);
  else memory.copy(to, other, (<usize>words) << 3);
  const end = set + ((<usize>n) << 3);
  for (let at = set; at < end; at += 8) {
    const h = load<u64>(at);
    const word = to + ((<usize>((h >> 6) & <u64>(words - 1))) << 3);
    store<u64>(word, load<u64>(word) ^ ((<u64>1) << (h & 63)));
  }
}

const heldBytes: usize = 1 << 18;
let held: usize = 0;
let heldEnd: usize = 0;

/** Keeps a copy of the signature of a set of `n`; returns its address. */
export function keepLong(signature: usize, n: u32): usize {
  const bytes = (<usize>longWords(n)) << 3;
  if (held + bytes > heldEnd) {
    held = takeRoom(max(bytes, heldBytes));
    heldEnd = held + max(bytes, heldBytes);
  }
  memory.copy(held, signature, bytes);
  held += bytes;
  return held - bytes;
}

/** Bits in which two differ, both folded to the words of the shorter. */
export function longDiffering(x: usize, xWords: u32, y: usize, yWords: u32): u32 {
  const words = min(xWords, yWords);
  if (xWords == yWords) return differingWords(x, y, words);
  let bits: u32 = 0;
  for (let i: u32 = 0; i < words; i++) {
    let word: u64 = 0;
    for (let k = i; k < xWords; k += words) word ^= load<u64>(x + ((<usize>k) << 3));
    for (let k = i; k < yWords; k += words) word ^= load<u64>(y + ((<usize>k) << 3));
    bits += <u32>popcnt<u64>(word);
  }
  return bits;
}

/** The same for signatures of one size, at least 16 words. */
function differingWords(x: usize, y: usize, words: u32): u32 {
  const end = x + ((<usize>words) << 3);
  let sum = i32x4.splat(0);
  while (x < end) {
    let bytes = i8x16.popcnt(v128.xor(v128.load(x), v128.load(y)));
    bytes = i8x16.add(bytes, i8x16.popcnt(v128.xor(v128.load(x, 16), v128.load(y, 16))));
    bytes = i8x16.add(bytes, i8x16.popcnt(v128.xor(v128.load(x, 32), v128.load(y, 32))));
    bytes = i8x16.add(bytes, i8x16.popcnt(v128.xor(v128.load(x, 48), v128.load(y, 48))));
    sum = i32x4.add(sum, i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(bytes)));
    x += 64;
    y += 64;
  }
  return (
    i32x4.extract_lane(sum, 0) + i32x4.extract_lane(sum, 1) + i32x4.extract_lane(sum, 2) + i32x4.extract_lane(sum, 3)
  );
}
