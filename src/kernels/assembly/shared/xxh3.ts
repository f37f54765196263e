// XXH3, the 128-bit variant, after the specification of xxHash (https://github.com/Cyan4973/xxHash, doc/xxhash_spec.md).
// Lengths are those of Wasm32; loads are little-endian and may be unaligned.

const P32_1: u64 = 0x9e3779b1;
const P32_2: u64 = 0x85ebca77;
const P32_3: u64 = 0xc2b2ae3d;
const P64_1: u64 = 0x9e3779b185ebca87;
const P64_2: u64 = 0xc2b2ae3d27d4eb4f;
const P64_3: u64 = 0x165667b19e3779f9;
const P64_4: u64 = 0x85ebca77c2b2ae63;
const P64_5: u64 = 0x27d4eb2f165667c5;
const MX1: u64 = 0x165667919e3779f9;
const MX2: u64 = 0x9fb21c651e98df25;

const defaultSecret = memory.data<u8>([
  0xb8, 0xfe, 0x6c, 0x39, 0x23, 0xa4, 0x4b, 0xbe, 0x7c, 0x01, 0x81, 0x2c, 0xf7, 0x21, 0xad, 0x1c,
  0xde, 0xd4, 0x6d, 0xe9, 0x83, 0x90, 0x97, 0xdb, 0x72, 0x40, 0xa4, 0xa4, 0xb7, 0xb3, 0x67, 0x1f,
  0xcb, 0x79, 0xe6, 0x4e, 0xcc, 0xc0, 0xe5, 0x78, 0x82, 0x5a, 0xd0, 0x7d, 0xcc, 0xff, 0x72, 0x21,
  0xb8, 0x08, 0x46, 0x74, 0xf7, 0x43, 0x24, 0x8e, 0xe0, 0x35, 0x90, 0xe6, 0x81, 0x3a, 0x26, 0x4c,
  0x3c, 0x28, 0x52, 0xbb, 0x91, 0xc3, 0x00, 0xcb, 0x88, 0xd0, 0x65, 0x8b, 0x1b, 0x53, 0x2e, 0xa3,
  0x71, 0x64, 0x48, 0x97, 0xa2, 0x0d, 0xf9, 0x4e, 0x38, 0x19, 0xef, 0x46, 0xa9, 0xde, 0xac, 0xd8,
  0xa8, 0xfa, 0x76, 0x3f, 0xe3, 0x9c, 0x34, 0x3f, 0xf9, 0xdc, 0xbb, 0xc7, 0xc7, 0x0b, 0x4f, 0x1d,
  0x8a, 0x51, 0xe0, 0x4b, 0xcd, 0xb4, 0x59, 0x31, 0xc8, 0x9f, 0x7e, 0xc9, 0xd9, 0x78, 0x73, 0x64,
  0xea, 0xc5, 0xac, 0x83, 0x34, 0xd3, 0xeb, 0xc3, 0xc5, 0x81, 0xa0, 0xff, 0xfa, 0x13, 0x63, 0xeb,
  0x17, 0x0d, 0xdd, 0x51, 0xb7, 0xf0, 0xda, 0x49, 0xd3, 0x16, 0x55, 0x26, 0x29, 0xd4, 0x68, 0x9e,
  0x2b, 0x16, 0xbe, 0x58, 0x7d, 0x47, 0xa1, 0xfc, 0x8f, 0xf8, 0xb8, 0xd1, 0x7a, 0xd0, 0x31, 0xce,
  0x45, 0xcb, 0x3a, 0x8f, 0x95, 0x16, 0x04, 0x28, 0xaf, 0xd7, 0xfb, 0xca, 0xbb, 0x4b, 0x40, 0x7e,
]);
/** The secret in use: the default one, or one derived from a seed. */
const derivedSecret = memory.data(192);
let derivedSeed: u64 = 0;

// @ts-ignore: decorator
@inline
function load64(at: usize): u64 {
  return load<u64>(at);
}

// @ts-ignore: decorator
@inline
function secret64(offset: usize): u64 {
  return load<u64>(defaultSecret + offset);
}

/** The upper 64 bits of the 128-bit product. */
// @ts-ignore: decorator
@inline
function mulHigh(a: u64, b: u64): u64 {
  const aLow = a & 0xffffffff;
  const aHigh = a >> 32;
  const bLow = b & 0xffffffff;
  const bHigh = b >> 32;
  const cross = aHigh * bLow + ((aLow * bLow) >> 32);
  const middle = aLow * bHigh + (cross & 0xffffffff);
  return aHigh * bHigh + (cross >> 32) + (middle >> 32);
}

/** Both halves of the 128-bit product, xored. */
// @ts-ignore: decorator
@inline
function mulFold(a: u64, b: u64): u64 {
  return (a * b) ^ mulHigh(a, b);
}

// @ts-ignore: decorator
@inline
function avalanche(h: u64): u64 {
  h ^= h >> 37;
  h *= MX1;
  return h ^ (h >> 32);
}

/** The avalanche of XXH64, which the shortest inputs take. */
// @ts-ignore: decorator
@inline
function avalanche64(h: u64): u64 {
  h ^= h >> 33;
  h *= P64_2;
  h ^= h >> 29;
  h *= P64_3;
  return h ^ (h >> 32);
}

/**
 * For each of two vectors: both halves of the 128-bit product of its lanes, xored. With vectors this takes half as many
 * instructions as with numbers, since neither has a multiplication to 128 bits.
 */
// @ts-ignore: decorator
@inline
function mulFolds(one: v128, two: v128): v128 {
  // Lower halves of both first factors, then upper halves; the same of the second factors, and those swapped.
  const a = v128.shuffle<u32>(one, two, 0, 4, 1, 5);
  const b = v128.shuffle<u32>(one, two, 2, 6, 3, 7);
  const swapped = v128.shuffle<u32>(b, b, 2, 3, 0, 1);
  const lowest = i64x2.extmul_low_i32x4_u(a, b);
  const cross = i64x2.add(i64x2.extmul_high_i32x4_u(a, swapped), i64x2.shr_u(lowest, 32));
  const middle = i64x2.add(i64x2.extmul_low_i32x4_u(a, swapped), v128.and(cross, i64x2.splat(0xffffffff)));
  const carried = i64x2.add(i64x2.shr_u(cross, 32), i64x2.shr_u(middle, 32));
  const upper = i64x2.add(i64x2.extmul_high_i32x4_u(a, b), carried);
  const lower = v128.xor(v128.and(lowest, i64x2.splat(0xffffffff)), i64x2.shl(middle, 32));
  return v128.xor(upper, lower);
}

/** Takes twice 16 bytes into the state of an input of 17 to 240 bytes; `seeds` are the seed and its negative. */
// @ts-ignore: decorator
@inline
function mixed(state: v128, one: usize, two: usize, secret: usize, otherSecret: usize, seeds: v128): v128 {
  const first = v128.load(one);
  const second = v128.load(two);
  const folds = mulFolds(
    v128.xor(first, i64x2.add(v128.load(defaultSecret + secret), seeds)),
    v128.xor(second, i64x2.add(v128.load(defaultSecret + otherSecret), seeds)),
  );
  const sums = i64x2.add(v128.shuffle<u64>(second, first, 0, 2), v128.shuffle<u64>(second, first, 1, 3));
  return v128.xor(i64x2.add(state, folds), sums);
}

/** XXH3-128 of `bytes` bytes at `at`: 16 bytes at `out`, the low half first, both little-endian. */
export function xxh3(at: usize, bytes: usize, seed: u64, out: usize): void {
  if (bytes > 240) long(at, bytes, seed, out);
  else if (bytes > 16) middle(at, bytes, seed, out);
  else short(at, bytes, seed, out);
}

function short(at: usize, bytes: usize, seed: u64, out: usize): void {
  if (bytes > 8) {
    const flipLow = (secret64(32) ^ secret64(40)) - seed;
    const flipHigh = (secret64(48) ^ secret64(56)) + seed;
    let last = load64(at + bytes - 8);
    const mixed = load64(at) ^ last ^ flipLow;
    let low = mixed * P64_1 + ((<u64>(bytes - 1)) << 54);
    last ^= flipHigh;
    const high = mulHigh(mixed, P64_1) + last + (last & 0xffffffff) * (P32_2 - 1);
    low ^= bswap<u64>(high);
    store<u64>(out, avalanche(low * P64_2));
    store<u64>(out, avalanche(mulHigh(low, P64_2) + high * P64_2), 8);
  } else if (bytes >= 4) {
    seed ^= (<u64>bswap<u32>(<u32>seed)) << 32;
    const input = <u64>load<u32>(at) + ((<u64>load<u32>(at + bytes - 4)) << 32);
    const keyed = input ^ ((secret64(16) ^ secret64(24)) + seed);
    const factor = P64_1 + ((<u64>bytes) << 2);
    let low = keyed * factor;
    const high = mulHigh(keyed, factor) + (low << 1);
    low ^= high >> 3;
    low ^= low >> 35;
    low *= MX2;
    store<u64>(out, low ^ (low >> 28));
    store<u64>(out, avalanche(high), 8);
  } else if (bytes > 0) {
    const first = <u32>load<u8>(at);
    const mid = <u32>load<u8>(at + (bytes >> 1));
    const last = <u32>load<u8>(at + bytes - 1);
    const low: u32 = (first << 16) | (mid << 24) | last | ((<u32>bytes) << 8);
    const high: u32 = rotl<u32>(bswap<u32>(low), 13);
    const flipLow = <u64>(load<u32>(defaultSecret) ^ load<u32>(defaultSecret + 4)) + seed;
    const flipHigh = <u64>(load<u32>(defaultSecret + 8) ^ load<u32>(defaultSecret + 12)) - seed;
    store<u64>(out, avalanche64((<u64>low) ^ flipLow));
    store<u64>(out, avalanche64((<u64>high) ^ flipHigh), 8);
  } else {
    store<u64>(out, avalanche64(seed ^ secret64(64) ^ secret64(72)));
    store<u64>(out, avalanche64(seed ^ secret64(80) ^ secret64(88)), 8);
  }
}

/** 17 to 240 bytes: pairs of 16 bytes from both ends (to 128 bytes), or in order. */
function middle(at: usize, bytes: usize, seed: u64, out: usize): void {
  let state = i64x2((<u64>bytes) * P64_1, 0);
  const seeds = i64x2(seed, 0 - seed);
  const end = at + bytes;
  if (bytes <= 128) {
    for (let i: isize = <isize>((bytes - 1) >> 5); i >= 0; i--) {
      const near = at + ((<usize>i) << 4);
      const far = end - (((<usize>i) + 1) << 4);
      const secret = (<usize>i) << 5;
      state = mixed(state, near, far, secret, secret + 16, seeds);
    }
  } else {
    state = mixed(state, at, at + 16, 0, 16, seeds);
    state = mixed(state, at + 32, at + 48, 32, 48, seeds);
    state = mixed(state, at + 64, at + 80, 64, 80, seeds);
    state = mixed(state, at + 96, at + 112, 96, 112, seeds);
    state = v128.xor(state, i64x2.shr_u(state, 37));
    state = i64x2.mul(state, i64x2.splat(MX1));
    state = v128.xor(state, i64x2.shr_u(state, 32));
    let from = at + 128;
    for (let secret: usize = 3; from + 32 <= end; secret += 32) {
      state = mixed(state, from, from + 16, secret, secret + 16, seeds);
      from += 32;
    }
    state = mixed(state, end - 16, end - 32, 103, 119, i64x2.neg(seeds));
  }
  const low = <u64>i64x2.extract_lane(state, 0);
  const high = <u64>i64x2.extract_lane(state, 1);
  store<u64>(out, avalanche(low + high));
  store<u64>(out, 0 - avalanche(low * P64_1 + high * P64_4 + ((<u64>bytes) - seed) * P64_2), 8);
}

/** What 16 bytes of input add to two lanes of the accumulator, but for their products. */
// @ts-ignore: decorator
@inline
function plus(acc: v128, data: v128, products: v128): v128 {
  return i64x2.add(i64x2.add(acc, v128.shuffle<u64>(data, data, 1, 0)), products);
}

// @ts-ignore: decorator
@inline
function scramble(acc: v128, secret: usize): v128 {
  acc = v128.xor(v128.xor(acc, i64x2.shr_u(acc, 47)), v128.load(secret));
  return i64x2.mul(acc, i64x2.splat(P32_1));
}

/** The lanes of the accumulator in 64 bits. */
// @ts-ignore: decorator
@inline
function merge(a: v128, b: v128, c: v128, d: v128, secret: usize): u64 {
  const sums = i64x2.add(
    mulFolds(v128.xor(a, v128.load(secret)), v128.xor(b, v128.load(secret, 16))),
    mulFolds(v128.xor(c, v128.load(secret, 32)), v128.xor(d, v128.load(secret, 48))),
  );
  return <u64>i64x2.extract_lane(sums, 0) + <u64>i64x2.extract_lane(sums, 1);
}

/** More than 240 bytes: eight 64-bit lanes over stripes of 64 bytes, scrambled every 16 stripes. */
function long(at: usize, bytes: usize, seed: u64, out: usize): void {
  let secret = defaultSecret;
  if (seed != 0) {
    secret = derivedSecret;
    if (seed != derivedSeed) {
      for (let i: usize = 0; i < 192; i += 16) {
        store<u64>(secret + i, secret64(i) + seed);
        store<u64>(secret + i, secret64(i + 8) - seed, 8);
      }
      derivedSeed = seed;
    }
  }
  let a = i64x2(P32_3, P64_1);
  let b = i64x2(P64_2, P64_3);
  let c = i64x2(P64_4, P32_2);
  let d = i64x2(P64_5, P32_1);
  const lastStripe = at + bytes - 64;
  let from = at;
  let key = secret;
  const scrambled = secret + 128;
  while (true) {
    const first = v128.load(from);
    const second = v128.load(from, 16);
    const third = v128.load(from, 32);
    const fourth = v128.load(from, 48);
    let one = v128.xor(first, v128.load(key));
    let two = v128.xor(second, v128.load(key, 16));
    let low = v128.shuffle<u32>(one, two, 0, 2, 4, 6);
    let high = v128.shuffle<u32>(one, two, 1, 3, 5, 7);
    a = plus(a, first, i64x2.extmul_low_i32x4_u(low, high));
    b = plus(b, second, i64x2.extmul_high_i32x4_u(low, high));
    one = v128.xor(third, v128.load(key, 32));
    two = v128.xor(fourth, v128.load(key, 48));
    low = v128.shuffle<u32>(one, two, 0, 2, 4, 6);
    high = v128.shuffle<u32>(one, two, 1, 3, 5, 7);
    c = plus(c, third, i64x2.extmul_low_i32x4_u(low, high));
    d = plus(d, fourth, i64x2.extmul_high_i32x4_u(low, high));
    if (from == lastStripe) break;
    from += 64;
    key += 8;
    if (key == scrambled) {
      a = scramble(a, key);
      b = scramble(b, key + 16);
      c = scramble(c, key + 32);
      d = scramble(d, key + 48);
      key = secret;
    }
    if (from >= lastStripe) {
      from = lastStripe;
      key = secret + 121;
    }
  }
  store<u64>(out, avalanche((<u64>bytes) * P64_1 + merge(a, b, c, d, secret + 11)));
  store<u64>(out, avalanche(~((<u64>bytes) * P64_2) + merge(a, b, c, d, secret + 117)), 8);
}
