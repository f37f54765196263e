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

// @ts-ignore: decorator
@inline
function mix16(at: usize, secret: usize, seed: u64): u64 {
  return mulFold(load64(at) ^ (secret64(secret) + seed), load64(at + 8) ^ (secret64(secret + 8) - seed));
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
  let low: u64 = (<u64>bytes) * P64_1;
  let high: u64 = 0;
  const end = at + bytes;
  if (bytes <= 128) {
    for (let i: isize = <isize>((bytes - 1) >> 5); i >= 0; i--) {
      const near = at + ((<usize>i) << 4);
      const far = end - (((<usize>i) + 1) << 4);
      const secret = (<usize>i) << 5;
      low = (low + mix16(near, secret, seed)) ^ (load64(far) + load64(far + 8));
      high = (high + mix16(far, secret + 16, seed)) ^ (load64(near) + load64(near + 8));
    }
  } else {
    let from = at;
    for (let i: usize = 0; i < 128; i += 32) {
      low = (low + mix16(from, i, seed)) ^ (load64(from + 16) + load64(from + 24));
      high = (high + mix16(from + 16, i + 16, seed)) ^ (load64(from) + load64(from + 8));
      from += 32;
    }
    low = avalanche(low);
    high = avalanche(high);
    for (let secret: usize = 3; from + 32 <= end; secret += 32) {
      low = (low + mix16(from, secret, seed)) ^ (load64(from + 16) + load64(from + 24));
      high = (high + mix16(from + 16, secret + 16, seed)) ^ (load64(from) + load64(from + 8));
      from += 32;
    }
    low = (low + mix16(end - 16, 103, 0 - seed)) ^ (load64(end - 32) + load64(end - 24));
    high = (high + mix16(end - 32, 119, 0 - seed)) ^ (load64(end - 16) + load64(end - 8));
  }
  store<u64>(out, avalanche(low + high));
  store<u64>(out, 0 - avalanche(low * P64_1 + high * P64_4 + ((<u64>bytes) - seed) * P64_2), 8);
}

/** Adds 16 bytes of input to two lanes of the accumulator. */
// @ts-ignore: decorator
@inline
function accumulate(acc: v128, at: usize, secret: usize): v128 {
  const data = v128.load(at);
  const keyed = v128.xor(data, v128.load(secret));
  const product = i64x2.mul(v128.and(keyed, i64x2.splat(0xffffffff)), i64x2.shr_u(keyed, 32));
  const swapped = v128.shuffle<u64>(data, data, 1, 0);
  return i64x2.add(i64x2.add(acc, swapped), product);
}

// @ts-ignore: decorator
@inline
function scramble(acc: v128, secret: usize): v128 {
  acc = v128.xor(v128.xor(acc, i64x2.shr_u(acc, 47)), v128.load(secret));
  return i64x2.mul(acc, i64x2.splat(P32_1));
}

// @ts-ignore: decorator
@inline
function mergeLanes(lanes: v128, secret: usize): u64 {
  return mulFold(
    (<u64>i64x2.extract_lane(lanes, 0)) ^ load64(secret),
    (<u64>i64x2.extract_lane(lanes, 1)) ^ load64(secret + 8),
  );
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
  while (from < lastStripe) {
    a = accumulate(a, from, key);
    b = accumulate(b, from + 16, key + 16);
    c = accumulate(c, from + 32, key + 32);
    d = accumulate(d, from + 48, key + 48);
    from += 64;
    key += 8;
    if (key == scrambled) {
      a = scramble(a, key);
      b = scramble(b, key + 16);
      c = scramble(c, key + 32);
      d = scramble(d, key + 48);
      key = secret;
    }
  }
  key = secret + 121;
  a = accumulate(a, lastStripe, key);
  b = accumulate(b, lastStripe + 16, key + 16);
  c = accumulate(c, lastStripe + 32, key + 32);
  d = accumulate(d, lastStripe + 48, key + 48);
  key = secret + 11;
  const low = mergeLanes(a, key) + mergeLanes(b, key + 16) + mergeLanes(c, key + 32) + mergeLanes(d, key + 48);
  key = secret + 117;
  const high = mergeLanes(a, key) + mergeLanes(b, key + 16) + mergeLanes(c, key + 32) + mergeLanes(d, key + 48);
  store<u64>(out, avalanche((<u64>bytes) * P64_1 + low));
  store<u64>(out, avalanche(~((<u64>bytes) * P64_2) + high), 8);
}
