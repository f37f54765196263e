// Decompression of whole blocks: Snappy (github.com/google/snappy, format_description.txt) and LZ4 (lz4_Block_format.md).
// Both return the number of bytes written, or -1 when the data are damaged or don't fit. Loads and stores may run up to 32
// bytes over the ends: the host leaves slack there.

/** Copies forward in pieces of 16; the source must not overlap the 16 bytes before the target. */
// @ts-ignore: decorator
@inline
function wide(to: usize, from: usize, bytes: usize): void {
  let i: usize = 0;
  do {
    v128.store(to + i, v128.load(from + i));
    i += 16;
  } while (i < bytes);
}

/** Repeats what lies `distance` bytes before, for `bytes` bytes. */
// @ts-ignore: decorator
@inline
function repeat(to: usize, distance: usize, bytes: usize): void {
  const from = to - distance;
  if (distance >= 16) {
    wide(to, from, bytes);
    return;
  }
  if (distance == 1) {
    memory.fill(to, load<u8>(from), bytes);
    return;
  }
  let i: usize = 0;
  if (distance >= 8) {
    do {
      store<u64>(to + i, load<u64>(from + i));
      i += 8;
    } while (i < bytes);
    return;
  }
  for (; i < bytes; i++) store<u8>(to + i, load<u8>(from + i));
}

/** One Snappy block; its stated length must be `size`. */
export function unpackSnappy(from: usize, end: usize, out: usize, size: u32): i32 {
  let p = from;
  let length: u64 = 0;
  let shift: u64 = 0;
  while (true) {
    if (p >= end || shift > 35) return -1;
    const byte = <u64>load<u8>(p++);
    length |= (byte & 127) << shift;
    if (byte < 128) break;
    shift += 7;
  }
  if (length != <u64>size) return -1;
  let o = out;
  const stop = out + size;
  while (p < end) {
    const tag = <u32>load<u8>(p++);
    let bytes: usize;
    if ((tag & 3) == 0) {
      bytes = tag >> 2;
      if (bytes >= 60) {
        const extra = bytes - 59;
        if (extra > end - p) return -1;
        bytes = <usize>(load<u32>(p) & (0xffffffff >> ((4 - <u32>extra) << 3)));
        p += extra;
      }
      bytes++;
      if (bytes == 0 || bytes > end - p || bytes > stop - o) return -1;
      if (bytes <= 64) wide(o, p, bytes);
      else memory.copy(o, p, bytes);
      p += bytes;
      o += bytes;
      continue;
    }
    let distance: usize;
    if ((tag & 3) == 1) {
      if (p >= end) return -1;
      bytes = ((tag >> 2) & 7) + 4;
      distance = ((<usize>tag >> 5) << 8) | <usize>load<u8>(p);
      p += 1;
    } else if ((tag & 3) == 2) {
      if (end - p < 2) return -1;
      bytes = (tag >> 2) + 1;
      distance = <usize>load<u16>(p);
      p += 2;
    } else {
      if (end - p < 4) return -1;
      bytes = (tag >> 2) + 1;
      distance = <usize>load<u32>(p);
      p += 4;
    }
    if (distance == 0 || distance > o - out || bytes > stop - o) return -1;
    repeat(o, distance, bytes);
    o += bytes;
  }
  return o == stop ? <i32>size : -1;
}

/** One LZ4 block of at most `size` bytes. */
export function unpackLz4(from: usize, end: usize, out: usize, size: u32): i32 {
  let p = from;
  let o = out;
  const stop = out + size;
  while (p < end) {
    const token = <u32>load<u8>(p++);
    let bytes = <usize>(token >> 4);
    if (bytes == 15) {
      let more: u32;
      do {
        if (p >= end) return -1;
        more = <u32>load<u8>(p++);
        bytes += more;
      } while (more == 255);
    }
    if (bytes > end - p || bytes > stop - o) return -1;
    if (bytes <= 64) wide(o, p, bytes);
    else memory.copy(o, p, bytes);
    p += bytes;
    o += bytes;
    // The last sequence has literals only.
    if (p == end) break;
    if (end - p < 2) return -1;
    const distance = <usize>load<u16>(p);
    p += 2;
    bytes = <usize>(token & 15);
    if (bytes == 15) {
      let more: u32;
      do {
        if (p >= end) return -1;
        more = <u32>load<u8>(p++);
        bytes += more;
      } while (more == 255);
    }
    bytes += 4;
    if (distance == 0 || distance > o - out || bytes > stop - o) return -1;
    repeat(o, distance, bytes);
    o += bytes;
  }
  return <i32>(o - out);
}
