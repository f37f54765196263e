// Hashing and comparing keys.

/** A 32-bit hash of bytes; reads up to 7 bytes over the end. */
export function hashBytes(p: usize, length: u32): u32 {
  let h: u64 = 0x9e3779b97f4a7c15 ^ <u64>length;
  let left = length;
  while (left >= 8) {
    h = (h ^ load<u64>(p)) * 0xff51afd7ed558ccd;
    h ^= h >> 32;
    p += 8;
    left -= 8;
  }
  if (left != 0) {
    h = (h ^ (load<u64>(p) & ((<u64>1 << (<u64>left * 8)) - 1))) * 0xff51afd7ed558ccd;
    h ^= h >> 32;
  }
  h *= 0xc4ceb9fe1a85ec53;
  return <u32>(h >> 32);
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
