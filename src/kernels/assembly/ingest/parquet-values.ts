// Parquet's values (Encodings.md): fixed-width ones are decoded densely and then spread over the rows that are not null; byte
// arrays go straight into offsets and bytes. `validity` is the address of a byte a row, or 0 when no row is null. What can
// fail returns -1 (or 0 for addresses). The host sees to it that outputs are large enough, with slack behind them.
import { copyLoose } from '../shared/copy';
import { isAscii, utf8Valid } from '../shared/utf8';

/** Moves `dense` values of a width to the rows that are not null, from the last to the first; null rows become zeros. */
export function pqSpread(values: usize, width: u32, rows: u32, dense: u32, validity: usize): void {
  let from = dense;
  if (width == 8) {
    for (let r = rows; r > from; ) {
      r--;
      if (load<u8>(validity + r)) store<u64>(values + (<usize>r << 3), load<u64>(values + (<usize>--from << 3)));
      else store<u64>(values + (<usize>r << 3), 0);
    }
    return;
  }
  if (width == 4) {
    for (let r = rows; r > from; ) {
      r--;
      if (load<u8>(validity + r)) store<u32>(values + (<usize>r << 2), load<u32>(values + (<usize>--from << 2)));
      else store<u32>(values + (<usize>r << 2), 0);
    }
    return;
  }
  if (width == 1) {
    for (let r = rows; r > from; ) {
      r--;
      store<u8>(values + r, load<u8>(validity + r) ? load<u8>(values + --from) : 0);
    }
    return;
  }
  for (let r = rows; r > from; ) {
    r--;
    const to = values + <usize>r * width;
    if (load<u8>(validity + r)) memory.copy(to, values + <usize>--from * width, width);
    else memory.fill(to, 0, width);
  }
}

/** Gathers fixed-width dictionary entries densely. */
export function pqGather(dictionary: usize, width: u32, indices: usize, count: u32, out: usize): void {
  if (width == 8) {
    for (let i: usize = 0; i < count; i++) {
      store<u64>(out + (i << 3), load<u64>(dictionary + (<usize>load<u32>(indices + (i << 2)) << 3)));
    }
  } else if (width == 4) {
    for (let i: usize = 0; i < count; i++) {
      store<u32>(out + (i << 2), load<u32>(dictionary + (<usize>load<u32>(indices + (i << 2)) << 2)));
    }
  } else {
    for (let i: usize = 0; i < count; i++) {
      memory.copy(out + i * width, dictionary + <usize>load<u32>(indices + (i << 2)) * width, width);
    }
  }
}

/** Address behind `count` byte arrays with their lengths before them, 0 if the data end earlier. */
export function pqSkipBytes(from: usize, end: usize, count: u32): usize {
  let p = from;
  for (let i: u32 = 0; i < count; i++) {
    if (end - p < 4) return 0;
    const length = <usize>load<u32>(p);
    p += 4;
    if (length > end - p) return 0;
    p += length;
  }
  return p;
}

/** Byte arrays with their lengths before them: offsets from `at` (already stored for the first row), bytes behind them. */
export function pqPlainBytes(from: usize, end: usize, rows: u32, validity: usize, offsets: usize, at: u32, values: usize): i32 {
  let p = from;
  let o = <usize>at;
  for (let r: usize = 0; r < rows; r++) {
    if (validity == 0 || load<u8>(validity + r) != 0) {
      if (end - p < 4) return -1;
      const length = <usize>load<u32>(p);
      p += 4;
      if (length > end - p) return -1;
      copyLoose(values + o, p, length);
      o += length;
      p += length;
    }
    store<u32>(offsets + ((r + 1) << 2), <u32>o);
  }
  return <i32>o;
}

/** Bytes of the dictionary entries that the indices name. */
export function pqDictionaryTotal(entries: usize, indices: usize, count: u32): f64 {
  let total: u64 = 0;
  for (let i: usize = 0; i < count; i++) {
    const entry = entries + (<usize>load<u32>(indices + (i << 2)) << 2);
    total += <u64>(load<u32>(entry + 4) - load<u32>(entry));
  }
  return <f64>total;
}

/** Byte arrays of a dictionary (`entries`: offsets into `bytes`). */
export function pqDictionaryBytes(
  entries: usize,
  bytes: usize,
  indices: usize,
  rows: u32,
  validity: usize,
  offsets: usize,
  at: u32,
  values: usize,
): i32 {
  let o = <usize>at;
  let next = indices;
  for (let r: usize = 0; r < rows; r++) {
    if (validity == 0 || load<u8>(validity + r) != 0) {
      const entry = entries + (<usize>load<u32>(next) << 2);
      next += 4;
      const start = <usize>load<u32>(entry);
      const length = <usize>load<u32>(entry + 4) - start;
      copyLoose(values + o, bytes + start, length);
      o += length;
    }
    store<u32>(offsets + ((r + 1) << 2), <u32>o);
  }
  return <i32>o;
}

/** Sum of `count` 32-bit lengths; -1 if one is negative. */
export function pqLengthTotal(lengths: usize, count: u32): f64 {
  let total: u64 = 0;
  for (let i: usize = 0; i < count; i++) {
    const length = load<i32>(lengths + (i << 2));
    if (length < 0) return -1;
    total += <u64>length;
  }
  return <f64>total;
}

/** Offsets from lengths. */
export function pqLengthOffsets(lengths: usize, rows: u32, validity: usize, offsets: usize, at: u32): void {
  let o = at;
  let next = lengths;
  for (let r: usize = 0; r < rows; r++) {
    if (validity == 0 || load<u8>(validity + r) != 0) {
      o += load<u32>(next);
      next += 4;
    }
    store<u32>(offsets + ((r + 1) << 2), o);
  }
}

/** Checks DELTA_BYTE_ARRAY: no prefix longer than the value before; returns the bytes of all values, -1 if damaged. */
export function pqPrefixTotal(prefixes: usize, suffixes: usize, count: u32): f64 {
  let before: i64 = 0;
  let total: i64 = 0;
  for (let i: usize = 0; i < count; i++) {
    const prefix = <i64>load<i32>(prefixes + (i << 2));
    const suffix = <i64>load<i32>(suffixes + (i << 2));
    if (prefix < 0 || suffix < 0 || prefix > before) return -1;
    before = prefix + suffix;
    total += before;
  }
  return <f64>total;
}

/** The values of DELTA_BYTE_ARRAY one behind the other; `lengths` gets theirs (it may be `prefixes`). */
export function pqPrefixBytes(prefixes: usize, suffixes: usize, bytes: usize, count: u32, lengths: usize, out: usize): void {
  let before = out;
  let o = out;
  let p = bytes;
  for (let i: usize = 0; i < count; i++) {
    const prefix = <usize>load<u32>(prefixes + (i << 2));
    const suffix = <usize>load<u32>(suffixes + (i << 2));
    memory.copy(o, before, prefix);
    memory.copy(o + prefix, p, suffix);
    p += suffix;
    before = o;
    o += prefix + suffix;
    store<u32>(lengths + (i << 2), <u32>(prefix + suffix));
  }
}

/** True when `count` 32-bit lengths are all `width`. */
export function pqAllLengths(lengths: usize, count: u32, width: u32): bool {
  for (let i: usize = 0; i < count; i++) if (load<u32>(lengths + (i << 2)) != width) return false;
  return true;
}

/** Puts the byte streams of `stride` values together again, `count` values from the one numbered `skip`. */
export function pqStreams(from: usize, stride: u32, skip: u32, count: u32, width: u32, out: usize): void {
  for (let k: usize = 0; k < width; k++) {
    const stream = from + k * <usize>stride + skip;
    for (let i: usize = 0; i < count; i++) store<u8>(out + i * width + k, load<u8>(stream + i));
  }
}

/** 32-bit integers to 8- or 16-bit ones, in place. False when one does not fit. */
export function pqNarrow(values: usize, rows: u32, bits: u32, signed: bool): bool {
  const low: i32 = signed ? -(1 << (bits - 1)) : 0;
  const high: i32 = signed ? (1 << (bits - 1)) - 1 : (1 << bits) - 1;
  for (let r: usize = 0; r < rows; r++) {
    const value = load<i32>(values + (r << 2));
    if (value < low || value > high) return false;
    if (bits == 8) store<u8>(values + r, <u8>value);
    else store<u16>(values + (r << 1), <u16>value);
  }
  return true;
}

/** Sign-extends 32- or 64-bit integers (`size` 4 or 8) to 128 bits, in place, from the last to the first. */
export function pqWiden(values: usize, rows: u32, size: u32): void {
  for (let r = <usize>rows; r > 0; ) {
    r--;
    const value = size == 4 ? <i64>load<i32>(values + (r << 2)) : load<i64>(values + (r << 3));
    store<i64>(values + (r << 4), value);
    store<i64>(values + (r << 4), value >> 63, 8);
  }
}

/** A big-endian two's complement of any length as 128 bits little-endian. False when it does not fit. */
// @ts-ignore: decorator
@inline
function bigEndian(from: usize, bytes: usize, out: usize): bool {
  const sign: u8 = bytes > 0 && load<i8>(from) < 0 ? 255 : 0;
  let more = from;
  let left = bytes;
  while (left > 16) {
    if (load<u8>(more) != sign) return false;
    more++;
    left--;
  }
  if (bytes > 16 && (load<u8>(more) ^ sign) > 127) return false;
  store<u64>(out, sign ? 0xffffffffffffffff : 0);
  store<u64>(out, sign ? 0xffffffffffffffff : 0, 8);
  for (let i: usize = 0; i < left; i++) store<u8>(out + i, load<u8>(more + left - 1 - i));
  return true;
}

/** Decimals of big-endian bytes of one width to 128 bits; -1, or the row that does not fit. Zero rows stay zero. */
export function pqFixedDecimals(from: usize, width: u32, rows: u32, out: usize): i32 {
  for (let r: usize = 0; r < rows; r++) {
    if (!bigEndian(from + r * width, width, out + (r << 4))) return <i32>r;
  }
  return -1;
}

/** Decimals of big-endian byte arrays to 128 bits; -1, or the row that does not fit. */
export function pqBytesDecimals(offsets: usize, bytes: usize, rows: u32, out: usize): i32 {
  for (let r: usize = 0; r < rows; r++) {
    const start = <usize>load<u32>(offsets + (r << 2));
    const end = <usize>load<u32>(offsets + (r << 2), 4);
    if (!bigEndian(bytes + start, end - start, out + (r << 4))) return <i32>r;
  }
  return -1;
}

/**
 * INT96 time stamps (nanoseconds of the day, Julian day) to 64-bit micro- or nanoseconds since 1970; -1, or the row that
 * does not fit: out of range, or finer than a microsecond.
 */
export function pqInt96(from: usize, rows: u32, validity: usize, nano: bool, out: usize): i32 {
  for (let r: usize = 0; r < rows; r++) {
    if (validity != 0 && load<u8>(validity + r) == 0) {
      store<i64>(out + (r << 3), 0);
      continue;
    }
    const ofDay = load<i64>(from + r * 12);
    const day = <i64>load<u32>(from + r * 12, 8) - 2440588;
    if (nano) {
      // Days that reach beyond 64 bits of nanoseconds; the last ones by their time of day.
      if (day < -106752 || day > 106751) return <i32>r;
      const low = ofDay + day * 86400000000000;
      if ((day < -106000 && low > 0) || (day > 106000 && low < 0)) return <i32>r;
      store<i64>(out + (r << 3), low);
    } else {
      if (ofDay % 1000 != 0) return <i32>r;
      store<i64>(out + (r << 3), ofDay / 1000 + day * 86400000000);
    }
  }
  return -1;
}

/** The first row whose bytes are not well-formed UTF-8, or -1. */
export function pqUtf8(offsets: usize, values: usize, rows: u32): i32 {
  const first = <usize>load<u32>(offsets);
  const last = <usize>load<u32>(offsets + (<usize>rows << 2));
  if (isAscii(values + first, values + last)) return -1;
  if (utf8Valid(values + first, values + last)) {
    let r: usize = 0;
    // Well-formed as a whole: then each cell is, if none begins inside a sequence.
    for (; r < rows; r++) {
      const start = <usize>load<u32>(offsets + (r << 2));
      if (start < last && (load<u8>(values + start) & 0xc0) == 0x80) break;
    }
    if (r == rows) return -1;
  }
  for (let r: usize = 0; r < rows; r++) {
    const start = <usize>load<u32>(offsets + (r << 2));
    const end = <usize>load<u32>(offsets + (r << 2), 4);
    if (!utf8Valid(values + start, values + end)) return <i32>r;
  }
  return -1;
}
