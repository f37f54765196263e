// Zstandard's Huffman-coded literals (RFC 8878, 4.2).
import { bitsAt, highBit, streamBits, topBits } from './zstd-bits';
import { foundLog, readTable, WEIGHT } from './zstd-fse';

const WEIGHT_TABLE: usize = memory.data(64 * 8, 16);
/** Entries of two bytes: symbol, length of its code. */
const HUFFMAN: usize = memory.data(2048 * 2, 16);
const WEIGHTS: usize = memory.data(256 + 16, 16);
/** Longest code of the Huffman table; 0 = none yet. */
export let huffmanLog: u32 = 0;
/** Reads a Huffman tree's weights and builds its table. Returns the address behind it, 0 when it is damaged. */
export function readHuffman(from: usize, end: usize): usize {
  if (from >= end) return 0;
  const header = <u32>load<u8>(from);
  let next = from + 1;
  let count: u32 = 0;
  if (header >= 128) {
    count = header - 127;
    const bytes = <usize>((count + 1) >> 1);
    if (bytes > end - next) return 0;
    for (let i: u32 = 0; i < count; i++) {
      const byte = <u32>load<u8>(next + (i >> 1));
      store<u8>(WEIGHTS + i, <u8>(i & 1 ? byte & 15 : byte >> 4));
    }
    next += bytes;
  } else {
    const stop = next + header;
    if (stop > end) return 0;
    const stream = readTable(next, stop, WEIGHT_TABLE, 256, 6, WEIGHT);
    if (stream == 0) return 0;
    let position = streamBits(stream, stop);
    if (position < 0) return 0;
    position -= <i32>foundLog;
    let one = bitsAt(stream, position + <i32>foundLog, foundLog);
    position -= <i32>foundLog;
    let two = bitsAt(stream, position + <i32>foundLog, foundLog);
    if (position < 0) return 0;
    while (true) {
      if (count > 252) return 0;
      const a = WEIGHT_TABLE + (<usize>one << 3);
      store<u8>(WEIGHTS + count++, <u8>load<u32>(a, 4));
      const aBits = <u32>load<u8>(a, 2);
      if (position < <i32>aBits) {
        store<u8>(WEIGHTS + count++, <u8>load<u32>(WEIGHT_TABLE + (<usize>two << 3), 4));
        break;
      }
      one = <u32>load<u16>(a) + bitsAt(stream, position, aBits);
      position -= <i32>aBits;
      const b = WEIGHT_TABLE + (<usize>two << 3);
      store<u8>(WEIGHTS + count++, <u8>load<u32>(b, 4));
      const bBits = <u32>load<u8>(b, 2);
      if (position < <i32>bBits) {
        store<u8>(WEIGHTS + count++, <u8>load<u32>(WEIGHT_TABLE + (<usize>one << 3), 4));
        break;
      }
      two = <u32>load<u16>(b) + bitsAt(stream, position, bBits);
      position -= <i32>bBits;
    }
    next = stop;
  }
  return buildHuffman(count) ? next : 0;
}

/** Builds the Huffman table from `count` weights; that of the last symbol follows from them. */
export function buildHuffman(count: u32): bool {
  let sum: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const weight = <u32>load<u8>(WEIGHTS + i);
    if (weight > 11) return false;
    sum += weight == 0 ? 0 : 1 << (weight - 1);
  }
  if (sum == 0 || count > 255) return false;
  const log = highBit(sum) + 1;
  const left = (1 << log) - sum;
  if (log > 11 || (left & (left - 1)) != 0) return false;
  store<u8>(WEIGHTS + count, <u8>(highBit(left) + 1));
  let entry = HUFFMAN;
  for (let weight: u32 = 1; weight <= log; weight++) {
    const bits = log + 1 - weight;
    const run: u32 = 1 << (weight - 1);
    for (let s: u32 = 0; s <= count; s++) {
      if (<u32>load<u8>(WEIGHTS + s) != weight) continue;
      const value = <u16>(s | (bits << 8));
      for (let i: u32 = 0; i < run; i++) {
        store<u16>(entry, value);
        entry += 2;
      }
    }
  }
  if (entry != HUFFMAN + (<usize>2 << log)) return false;
  huffmanLog = log;
  return true;
}

/** Decodes four Huffman streams, each into a quarter of `total` bytes. */
export function huffmanStreams(from: usize, end: usize, out: usize, total: usize): bool {
  if (end - from < 10) return false;
  const size1 = <usize>load<u16>(from);
  const size2 = <usize>load<u16>(from, 2);
  const size3 = <usize>load<u16>(from, 4);
  const s1 = from + 6;
  if (size1 + size2 + size3 >= end - s1) return false;
  const s2 = s1 + size1;
  const s3 = s2 + size2;
  const s4 = s3 + size3;
  const quarter = (total + 3) >> 2;
  if (quarter * 3 > total) return false;
  const last = total - quarter * 3;
  let p1 = streamBits(s1, s2);
  let p2 = streamBits(s2, s3);
  let p3 = streamBits(s3, s4);
  let p4 = streamBits(s4, end);
  if (p1 < 0 || p2 < 0 || p3 < 0 || p4 < 0) return false;
  const shift = <u64>(64 - huffmanLog);
  const o2 = out + quarter;
  const o3 = o2 + quarter;
  const o4 = o3 + quarter;
  let i: usize = 0;
  // Five codes of at most eleven bits are taken from a word; the positions stay above zero as long as 64 bits are left.
  while (i + 5 <= last && p1 >= 64 && p2 >= 64 && p3 >= 64 && p4 >= 64) {
    let w1 = topBits(s1, p1);
    let w2 = topBits(s2, p2);
    let w3 = topBits(s3, p3);
    let w4 = topBits(s4, p4);
    for (let k: usize = 0; k < 5; k++) {
      const e1 = <u32>load<u16>(HUFFMAN + (<usize>(w1 >> shift) << 1));
      const e2 = <u32>load<u16>(HUFFMAN + (<usize>(w2 >> shift) << 1));
      const e3 = <u32>load<u16>(HUFFMAN + (<usize>(w3 >> shift) << 1));
      const e4 = <u32>load<u16>(HUFFMAN + (<usize>(w4 >> shift) << 1));
      store<u8>(out + i + k, <u8>e1);
      store<u8>(o2 + i + k, <u8>e2);
      store<u8>(o3 + i + k, <u8>e3);
      store<u8>(o4 + i + k, <u8>e4);
      w1 <<= <u64>(e1 >> 8);
      w2 <<= <u64>(e2 >> 8);
      w3 <<= <u64>(e3 >> 8);
      w4 <<= <u64>(e4 >> 8);
      p1 -= <i32>(e1 >> 8);
      p2 -= <i32>(e2 >> 8);
      p3 -= <i32>(e3 >> 8);
      p4 -= <i32>(e4 >> 8);
    }
    i += 5;
  }
  return (
    huffmanRest(s1, p1, out + i, quarter - i) &&
    huffmanRest(s2, p2, o2 + i, quarter - i) &&
    huffmanRest(s3, p3, o3 + i, quarter - i) &&
    huffmanRest(s4, p4, o4 + i, last - i)
  );
}

/** Decodes the rest of a stream from a position on into `count` bytes; it must end exactly. */
export function huffmanRest(start: usize, from: i32, out: usize, count: usize): bool {
  const shift = <u64>(64 - huffmanLog);
  let position = from;
  for (let i: usize = 0; i < count; i++) {
    if (position < 0) return false;
    const entry = <u32>load<u16>(HUFFMAN + (<usize>(topBits(start, position) >> shift) << 1));
    store<u8>(out + i, <u8>entry);
    position -= <i32>(entry >> 8);
  }
  return position == 0;
}

/** Forgets the table, which the first block of a frame can't repeat. */
export function forgetHuffman(): void {
  huffmanLog = 0;
}
