// A 128-bit hash under a secret: whoever does not know that can make no two inputs that collide with more than a chance of about
// 2^-126. Four sums of NH (Black and others 1999, UMAC), which are 32 bits safe each, of keys shifted against each other
// (Toeplitz), over blocks of 256 bytes; each is mixed after a block, so that no later one can take back what an earlier one did;
// then two linear sums of what came out, under secret factors. XXH3 is not used: an input of more than 240 bytes has products of
// 32-bit halves in one sum only, and words chosen to differ in their uppermost bit collide once in 2^32 whatever the secret.

/** 352 bytes of keys for the sums, 128 for the end. */
export const secretBytes: usize = 480;
const secret = memory.data(480);
const blockBytes: usize = 256;
const endKeys: usize = 352;
const MX1: u64 = 0x165667919e3779f9;

/** Takes `secretBytes` bytes. */
export function setSecret(at: usize): void {
  memory.copy(secret, at, secretBytes);
}

/** What 32 bytes of input add to a sum: products of 32-bit words, each with its key added. */
// @ts-ignore: decorator
@inline
function products(first: v128, second: v128, key: usize): v128 {
  const a = i32x4.add(first, v128.load(key));
  const b = i32x4.add(second, v128.load(key, 16));
  return i64x2.add(i64x2.extmul_low_i32x4_u(a, b), i64x2.extmul_high_i32x4_u(a, b));
}

/** A bijection. */
// @ts-ignore: decorator
@inline
function mix(sum: v128): v128 {
  sum = v128.xor(sum, i64x2.shr_u(sum, 37));
  sum = i64x2.mul(sum, i64x2.splat(MX1));
  return v128.xor(sum, i64x2.shr_u(sum, 32));
}

// @ts-ignore: decorator
@inline
function times(sum: v128, key: usize): v128 {
  return i64x2.mul(sum, v128.or(v128.load(key), i64x2.splat(1)));
}

// @ts-ignore: decorator
@inline
function linear(a: v128, b: v128, c: v128, d: v128, keys: usize): u64 {
  const sum = i64x2.add(i64x2.add(times(a, keys), times(b, keys + 16)), i64x2.add(times(c, keys + 32), times(d, keys + 48)));
  return <u64>i64x2.extract_lane(sum, 0) + <u64>i64x2.extract_lane(sum, 1);
}

/** Hashes `bytes` bytes at `at` to 16 bytes at `out`. The 32 bytes behind them are overwritten. */
export function keyedHash(at: usize, bytes: usize, out: usize): void {
  const end = at + bytes;
  v128.store(end, i64x2.splat(0));
  v128.store(end, i64x2.splat(0), 16);
  let a = i64x2.splat(bytes);
  let b = a;
  let c = a;
  let d = a;
  let key = secret;
  for (let from = at; from < end; from += 32) {
    const first = v128.load(from);
    const second = v128.load(from, 16);
    a = i64x2.add(a, products(first, second, key));
    b = i64x2.add(b, products(first, second, key + 32));
    c = i64x2.add(c, products(first, second, key + 64));
    d = i64x2.add(d, products(first, second, key + 96));
    key += 32;
    if (key == secret + blockBytes) {
      key = secret;
      a = mix(a);
      b = mix(b);
      c = mix(c);
      d = mix(d);
    }
  }
  const keys = secret + endKeys;
  v128.store(out, mix(i64x2(linear(a, b, c, d, keys), linear(a, b, c, d, keys + 64))));
}
