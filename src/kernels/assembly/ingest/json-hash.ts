// Hashing and comparing keys.

/** Random numbers, of this kernel alone, so that no keys can be made that all lie in one place of a table. */
let J0: u64 = 0x9e3779b97f4a7c15;
let J1: u64 = 0xff51afd7ed558ccd;
let J2: u64 = 0xc4ceb9fe1a85ec53;

/** Takes random numbers; before the first key. What comes of keys does not depend on them. */
export function jsonSecret(a: u64, b: u64, c: u64): void {
  J0 = a;
  J1 = b | 1;
  J2 = c | 1;
}

/** Two products, or a change of the uppermost bit alone would be the same after it whatever the factor. */
// @ts-ignore: decorator
@inline
function step(h: u64): u64 {
  return (h * J1) ^ rotl<u64>(rotl<u64>(h, 32) * J2, 23);
}

/** A 32-bit hash of a number. */
export function hashNumber(value: u64): u32 {
  return <u32>((step(value ^ J0) * J1) >> 32);
}

/** A 32-bit hash of bytes; reads up to 7 bytes over the end. */
export function hashBytes(p: usize, length: u32): u32 {
  let h: u64 = J0 ^ <u64>length;
  let left = length;
  while (left >= 8) {
    h = step(h ^ load<u64>(p));
    p += 8;
    left -= 8;
  }
  if (left != 0) {
    h = step(h ^ (load<u64>(p) & ((<u64>1 << (<u64>left * 8)) - 1)));
  }
  return <u32>((h * J1) >> 32);
}

export function sameBytes(a: usize, b: usize, length: u32): bool {
  let left = length;
  while (left >= 8) {
    if (load<u64>(a) != load<u64>(b)) return false;
    a += 8;
    b += 8;
    left -= 8;
  }
  return left == 0 || ((load<u64>(a) ^ load<u64>(b)) & ((<u64>1 << (<u64>left * 8)) - 1)) == 0;
}
