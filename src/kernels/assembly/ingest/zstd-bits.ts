// Bit streams of Zstandard, which are read from their end to their start by an absolute position: one unaligned load a read. Reads
// before the start see other bytes of the memory and make the position negative, which callers check.

// @ts-ignore: decorator
@inline
export function highBit(value: u32): u32 {
  return 31 - clz<u32>(value);
}

/** Bits `position - count` to `position` of a stream that is read backwards; at most 57. */
// @ts-ignore: decorator
@inline
export function bitsAt(start: usize, position: i32, count: u32): u32 {
  const low = position - <i32>count;
  return <u32>((load<u64>(start + (low >> 3)) >> <u64>(low & 7)) & ((<u64>1 << <u64>count) - 1));
}

/** Length in bits of a stream that is read backwards: its last byte ends with a mark. -1 when there is none. */
// @ts-ignore: decorator
@inline
export function streamBits(start: usize, end: usize): i32 {
  if (end <= start) return -1;
  const last = <u32>load<u8>(end - 1);
  return last == 0 ? -1 : (<i32>(end - start) << 3) - 8 + <i32>highBit(last);
}

/** The next bits of a stream at the top of a word: at least 57 of them. */
// @ts-ignore: decorator
@inline
export function topBits(start: usize, position: i32): u64 {
  const byte = (position - 57) >> 3;
  // The word ends at bit byte * 8 + 64, which is 0 to 7 bits above the position.
  return load<u64>(start + byte) << <u64>(byte * 8 + 64 - position);
}

/** The topmost bits of a word; `count` may be 0. */
// @ts-ignore: decorator
@inline
export function take(word: u64, count: u32): u32 {
  return <u32>((word >> 1) >> <u64>(63 - count));
}
