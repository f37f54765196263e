/** Odd constants without structure: the fractional parts of the square roots of 2, 3, 5 and 7, made odd. */
export const K0: u64 = 0x6a09e667f3bcc909;
export const K1: u64 = 0xbb67ae8584caa73b;
export const K2: u64 = 0x3c6ef372fe94f82b;
export const K3: u64 = 0xa54ff53a5f1d36f1;

/** What words, shingles and values of sketches are hashed under; the same constants until a secret is set. */
export let S0: u64 = K0;
export let S1: u64 = K1;
export let S2: u64 = K2;
export let S3: u64 = K3;

/** Takes a secret, on which nothing that is decided depends. */
export function setWordSecret(a: u64, b: u64, c: u64, d: u64): void {
  S0 = a | 1;
  S1 = b | 1;
  S2 = c | 1;
  S3 = d | 1;
}

/** Both halves of the 128-bit product, xored. */
// @ts-ignore: decorator
@inline
export function fold(a: u64, b: u64): u64 {
  const aLow = a & 0xffffffff;
  const aHigh = a >> 32;
  const bLow = b & 0xffffffff;
  const bHigh = b >> 32;
  const cross = aHigh * bLow + ((aLow * bLow) >> 32);
  const middle = aLow * bHigh + (cross & 0xffffffff);
  return (a * b) ^ (aHigh * bHigh + (cross >> 32) + (middle >> 32));
}

/** A bijection that spreads every bit over all (the finaliser of SplitMix64). */
// @ts-ignore: decorator
@inline
export function spread(h: u64): u64 {
  h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9;
  h = (h ^ (h >> 27)) * 0x94d049bb133111eb;
  return h ^ (h >> 31);
}

// @ts-ignore: decorator
@inline
function first(p: usize, bytes: usize): u64 {
  return bytes == 0 ? 0 : load<u64>(p) & (<u64>-1 >> (<u64>(64 - (bytes << 3))));
}

/** 64 bits of a word's bytes; reads up to 7 bytes too far. */
// @ts-ignore: decorator
@inline
export function hashWord(p: usize, bytes: usize): u64 {
  let h: u64 = (<u64>bytes) * S2;
  while (bytes > 16) {
    h = fold(load<u64>(p) ^ S0 ^ h, load<u64>(p, 8) ^ S1);
    p += 16;
    bytes -= 16;
  }
  if (bytes > 8) return fold(load<u64>(p) ^ S0 ^ h, first(p + 8, bytes - 8) ^ S1);
  return fold(first(p, bytes) ^ S0 ^ h, S1);
}
