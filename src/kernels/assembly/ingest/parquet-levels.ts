// Parquet's hybrid of run lengths and bit packing (Encodings.md, "RLE/Bit-Packing Hybrid"): definition and repetition levels,
// dictionary indices, booleans. Everything returns the address behind what was read, or 0 when the data are damaged.
// Loads may run up to 15 bytes over `end`: the host leaves slack there.

/** The value of a varint of at most 32 bits; `varintEnd` is the address behind it, 0 when there is none before `end`. */
let varintEnd: usize = 0;
function varint(from: usize, end: usize): u64 {
  let value: u64 = 0;
  let shift: u64 = 0;
  let p = from;
  while (p < end && shift < 64) {
    const byte = <u64>load<u8>(p++);
    value |= (byte & 127) << shift;
    if (byte < 128) {
      varintEnd = p;
      return value;
    }
    shift += 7;
  }
  varintEnd = 0;
  return 0;
}

/** Eight bits of a byte as eight bytes of 0 and 1, the lowest first. */
// @ts-ignore: decorator
@inline
function spreadBits(byte: u64): u64 {
  const each = (byte * 0x0101010101010101) & 0x8040201008040201;
  return ((each + 0x7f7f7f7f7f7f7f7f) >> 7) & 0x0101010101010101;
}

/** Decodes `count` levels of at most 8 bits into bytes; none may be above `most`. Writes up to 7 bytes too far. */
export function pqLevels(from: usize, end: usize, width: u32, count: u32, most: u32, out: usize): usize {
  const bytes: usize = (width + 7) >> 3;
  const mask: u64 = (1 << <u64>width) - 1;
  let p = from;
  let o = out;
  const stop = out + count;
  while (o < stop) {
    const header = varint(p, end);
    if (varintEnd == 0) return 0;
    p = varintEnd;
    if ((header & 1) == 0) {
      const run = header >> 1;
      if (run == 0 || p + bytes > end) return 0;
      const value: u32 = bytes == 0 ? 0 : <u32>load<u8>(p);
      if (value > most) return 0;
      p += bytes;
      const take = <usize>min<u64>(run, stop - o);
      memory.fill(o, <u8>value, take);
      o += take;
      continue;
    }
    const groups = header >> 1;
    if (groups == 0 || groups > 0x10000000) return 0;
    const packed = <usize>groups * width;
    // Writers may leave out what the last group does not need.
    const have = min<usize>(packed, end - p);
    const values = width == 0 ? <usize>groups * 8 : min<usize>(<usize>groups * 8, (have * 8) / width);
    const take = min<usize>(values, stop - o);
    if (take == 0) return 0;
    if (width == 1 && most >= 1) {
      for (let i: usize = 0; i < take; i += 8) store<u64>(o + i, spreadBits(<u64>load<u8>(p + (i >> 3))));
    } else {
      let bit: usize = 0;
      for (let i: usize = 0; i < take; i++) {
        const value = <u32>((<u64>load<u16>(p + (bit >> 3)) >> (bit & 7)) & mask);
        if (value > most) return 0;
        store<u8>(o + i, <u8>value);
        bit += width;
      }
    }
    o += take;
    p += have;
  }
  return p;
}

/** Decodes `count` levels of the old packing without runs, highest bit first (encoding BIT_PACKED). */
export function pqPackedLevels(from: usize, end: usize, width: u32, count: u32, most: u32, out: usize): usize {
  const bytes = (<usize>count * width + 7) >> 3;
  if (bytes > end - from) return 0;
  let bit: usize = 0;
  for (let i: usize = 0; i < count; i++) {
    let value: u32 = 0;
    for (let k: u32 = 0; k < width; k++) {
      value = (value << 1) | ((<u32>load<u8>(from + (bit >> 3)) >> (7 - <u32>(bit & 7))) & 1);
      bit++;
    }
    if (value > most) return 0;
    store<u8>(out + i, <u8>value);
  }
  return from + bytes;
}

/** Decodes `count` dictionary indices below `limit` into 32-bit numbers. */
export function pqIndices(from: usize, end: usize, width: u32, count: u32, limit: u32, out: usize): usize {
  if (width > 32) return 0;
  if (count == 0) return from;
  if (width == 0) {
    if (limit == 0) return 0;
    memory.fill(out, 0, <usize>count << 2);
    return from;
  }
  const bytes: usize = (width + 7) >> 3;
  const mask: u64 = (1 << <u64>width) - 1;
  let p = from;
  let o = out;
  const stop = out + (<usize>count << 2);
  while (o < stop) {
    const header = varint(p, end);
    if (varintEnd == 0) return 0;
    p = varintEnd;
    if ((header & 1) == 0) {
      const run = header >> 1;
      if (run == 0 || p + bytes > end) return 0;
      const value = <u32>(<u64>load<u32>(p) & (0xffffffff >> <u64>((4 - bytes) << 3)));
      if (value >= limit) return 0;
      p += bytes;
      const take = <usize>min<u64>(run, (stop - o) >> 2);
      for (let i: usize = 0; i < take; i++) store<u32>(o + (i << 2), value);
      o += take << 2;
      continue;
    }
    const groups = header >> 1;
    if (groups == 0 || groups > 0x10000000) return 0;
    const have = min<usize>(<usize>groups * width, end - p);
    const values = min<usize>(<usize>groups * 8, (have * 8) / width);
    const take = min<usize>(values, (stop - o) >> 2);
    if (take == 0) return 0;
    let bit: usize = 0;
    let worst: u32 = 0;
    for (let i: usize = 0; i < take; i++) {
      const value = <u32>((load<u64>(p + (bit >> 3)) >> (bit & 7)) & mask);
      worst = max<u32>(worst, value);
      store<u32>(o + (i << 2), value);
      bit += width;
    }
    if (worst >= limit) return 0;
    o += take << 2;
    p += have;
  }
  return p;
}

/** Unpacks `count` bits into bytes of 0 and 1. Writes up to 7 bytes too far. */
export function pqBits(from: usize, end: usize, count: u32, out: usize): usize {
  const bytes = (<usize>count + 7) >> 3;
  if (bytes > end - from) return 0;
  for (let i: usize = 0; i < bytes; i++) store<u64>(out + (i << 3), spreadBits(<u64>load<u8>(from + i)));
  return from + bytes;
}

/** How many of `count` bytes have the value `what`. */
export function pqCount(from: usize, count: u32, what: u32): u32 {
  const splat = i8x16.splat(<i8>what);
  let found: u32 = 0;
  let i: usize = 0;
  for (; i + 16 <= count; i += 16) found += popcnt<i32>(i8x16.bitmask(i8x16.eq(v128.load(from + i), splat)));
  for (; i < count; i++) found += u32(load<u8>(from + i) == what);
  return found;
}

/** Position of the occurrence number `nth` (from 0) of the value `what` among `count` bytes; `count` if there are fewer. */
export function pqFind(from: usize, count: u32, what: u32, nth: u32): u32 {
  let left = nth;
  for (let i: u32 = 0; i < count; i++) {
    if (load<u8>(from + i) != what) continue;
    if (left == 0) return i;
    left--;
  }
  return count;
}

/** Turns levels into validity: 1 where a level is `most`, 0 elsewhere; returns how many are. In place or not. */
export function pqValidity(levels: usize, count: u32, most: u32, out: usize): u32 {
  const splat = i8x16.splat(<i8>most);
  const one = i8x16.splat(1);
  let valid: u32 = 0;
  let i: usize = 0;
  for (; i + 16 <= count; i += 16) {
    const equal = i8x16.eq(v128.load(levels + i), splat);
    valid += popcnt<i32>(i8x16.bitmask(equal));
    v128.store(out + i, v128.and(equal, one));
  }
  for (; i < count; i++) {
    const is = u32(load<u8>(levels + i) == most);
    store<u8>(out + i, <u8>is);
    valid += is;
  }
  return valid;
}

/**
 * Decodes `count` integers of DELTA_BINARY_PACKED into 32- or 64-bit numbers (`size` 4 or 8), with wrap-around as the format
 * says. Fewer in the data are an error, more are too.
 */
export function pqDelta(from: usize, end: usize, count: u32, size: u32, out: usize): usize {
  let p = from;
  const block = varint(p, end);
  if (varintEnd == 0) return 0;
  const minis = varint(varintEnd, end);
  if (varintEnd == 0) return 0;
  const total = varint(varintEnd, end);
  if (varintEnd == 0) return 0;
  const first = varint(varintEnd, end);
  if (varintEnd == 0) return 0;
  p = varintEnd;
  if (total != <u64>count || block == 0 || minis == 0 || block > 0x1000000 || minis > 4096) return 0;
  const each = block / minis;
  if (each * minis != block || each % 8 != 0) return 0;
  if (count == 0) return p;
  let value = (first >> 1) ^ (0 - (first & 1));
  let o = out;
  const stop = out + <usize>count * size;
  if (size == 8) store<u64>(o, value);
  else store<u32>(o, <u32>value);
  o += size;
  while (o < stop) {
    const zigzag = varint(p, end);
    if (varintEnd == 0) return 0;
    p = varintEnd;
    const least = (zigzag >> 1) ^ (0 - (zigzag & 1));
    const widths = p;
    p += <usize>minis;
    if (p > end) return 0;
    for (let m: usize = 0; m < <usize>minis && o < stop; m++) {
      const width = <usize>load<u8>(widths + m);
      if (width > 64) return 0;
      const bytes = (width * <usize>each) >> 3;
      const take = min<usize>(<usize>each, (stop - o) / size);
      // The last miniblock may be cut behind its last value.
      if (((width * take + 7) >> 3) > end - p) return 0;
      const mask: u64 = width == 64 ? 0xffffffffffffffff : (1 << <u64>width) - 1;
      let bit: usize = 0;
      for (let i: usize = 0; i < take; i++) {
        const at = p + (bit >> 3);
        const shift = <u64>(bit & 7);
        let delta = load<u64>(at) >> shift;
        if (width + <usize>shift > 64) delta |= <u64>load<u8>(at + 8) << (64 - shift);
        value += least + (delta & mask);
        if (size == 8) store<u64>(o, value);
        else store<u32>(o, <u32>value);
        o += size;
        bit += width;
      }
      p = min<usize>(p + bytes, end);
    }
  }
  return p;
}
