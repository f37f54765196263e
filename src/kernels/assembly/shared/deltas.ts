// Integers as differences from one to the next
// (https://parquet.apache.org/docs/file-format/data-pages/encodings/#DELTAENC): blocks of 128, each with its least difference and, for every
// 32 values, the bits that the rest of the differences take. All arithmetic wraps around.

const blockValues: u32 = 128;
const miniValues: u32 = 32;

// @ts-ignore: decorator
@inline
function writeLong(to: usize, value: u64): usize {
  while (value > 127) {
    store<u8>(to++, <u8>(value | 128));
    value >>= 7;
  }
  store<u8>(to, <u8>value);
  return to + 1;
}

// @ts-ignore: decorator
@inline
function zigzag(value: i64): u64 {
  return <u64>((value << 1) ^ (value >> 63));
}

/**
 * Writes `count` integers of `width` 4 or 8 bytes, none of them null; returns how many bytes: at most
 * count * (width + 1) + 256 * width.
 */
export function pageDeltas(values: usize, width: u32, count: u32, to: usize): usize {
  return width == 8 ? deltas<i64, u64>(values, count, to) : deltas<i32, u32>(values, count, to);
}

function deltas<T, U>(values: usize, count: u32, to: usize): usize {
  const start = to;
  to = writeLong(to, blockValues);
  to = writeLong(to, blockValues / miniValues);
  to = writeLong(to, count);
  to = writeLong(to, count == 0 ? 0 : zigzag(<i64>load<T>(values)));
  for (let i: u32 = 1; i < count; i += blockValues) {
    const at = values + <usize>i * sizeof<T>();
    const block = count - i < blockValues ? count - i : blockValues;
    let least: T = difference<T>(at);
    for (let j: usize = 1; j < <usize>block; j++) {
      const d = difference<T>(at + j * sizeof<T>());
      if (d < least) least = d;
    }
    to = writeLong(to, zigzag(<i64>least));
    const widths = to;
    store<u32>(widths, 0);
    to += 4;
    for (let first: u32 = 0; first < block; first += miniValues) {
      const from = at + <usize>first * sizeof<T>();
      const mini = block - first < miniValues ? block - first : miniValues;
      let all: U = 0;
      for (let j: usize = 0; j < <usize>mini; j++) all |= <U>(difference<T>(from + j * sizeof<T>()) - least);
      const width = <u32>(sizeof<T>() << 3) - <u32>clz<U>(all);
      store<u8>(widths + <usize>(first / miniValues), <u8>width);
      to = packMini<T, U>(from, mini, least, width, to);
    }
  }
  return to - start;
}

// @ts-ignore: decorator
@inline
function difference<T>(at: usize): T {
  return <T>(load<T>(at) - load<T>(at - sizeof<T>()));
}

/** Packs a mini block, filled up with zeros to 32 values. */
// @ts-ignore: decorator
@inline
function packMini<T, U>(from: usize, count: u32, least: T, width: u32, to: usize): usize {
  const end = to + (<usize>width << 2);
  let bits: u64 = 0;
  let filled: u32 = 0;
  for (let j: usize = 0; j < <usize>count; j++) {
    const value = <u64>(<U>(difference<T>(from + j * sizeof<T>()) - least));
    bits |= value << filled;
    filled += width;
    if (filled >= 64) {
      store<u64>(to, bits);
      to += 8;
      filled -= 64;
      bits = filled > 0 ? value >> (width - filled) : 0;
    }
  }
  for (; to < end; to += 4) {
    store<u32>(to, <u32>bits);
    bits >>= 32;
  }
  return end;
}
