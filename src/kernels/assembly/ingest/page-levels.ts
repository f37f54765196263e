// Definition levels of a flat column: 1 for a value, 0 for null, as a hybrid of runs and of bits
// (https://parquet.apache.org/docs/file-format/data-pages/encodings/#RLE).
import { writeVarint } from './hybrid';

const allValues: u64 = 0x0101010101010101;
/** Brings the lowest bit of each byte into the highest byte, that of the first byte lowest. */
const gatherBits: u64 = 0x0102040810204080;
/** A run shorter than this many groups of eight is cheaper as bits. */
const leastGroups: usize = 4;

/** How many of `rows` bytes, each 0 or 1, are 0. */
export function pageNulls(validity: usize, rows: u32): u32 {
  let ones: u64 = 0;
  const end = validity + <usize>rows;
  for (; validity + 8 <= end; validity += 8) ones += popcnt<u64>(load<u64>(validity));
  for (; validity < end; validity++) ones += <u64>load<u8>(validity);
  return rows - <u32>ones;
}

/** Whether from `at` on there are groups of one level; how many, but no more than `most`. */
function uniform(at: usize, end: usize, most: usize): usize {
  const first = load<u64>(at);
  if (first != 0 && first != allValues) return 0;
  let groups: usize = 1;
  while (groups < most && at + (groups << 3) + 8 <= end && load<u64>(at + (groups << 3)) == first) groups++;
  return groups;
}

/**
 * Writes the levels of `rows` rows with their length in front, as data pages of version 1 have them; `validity` 0 says that
 * no row is null. Returns how many bytes, at most rows / 4 + 64.
 */
export function pageLevels(validity: usize, rows: u32, to: usize): usize {
  const start = to;
  to += 4;
  if (validity == 0) {
    to = writeVarint(to, rows << 1);
    store<u8>(to++, 1);
    store<u32>(start, <u32>(to - start - 4));
    return to - start;
  }
  const rest = <usize>rows & 7;
  const end = validity + <usize>rows - rest;
  let at = validity;
  while (at < end) {
    const run = uniform(at, end, <usize>rows);
    if (run >= leastGroups || (run > 0 && at + (run << 3) == end)) {
      to = writeVarint(to, (<u32>run << 3) << 1);
      store<u8>(to++, load<u8>(at));
      at += run << 3;
      continue;
    }
    const first = at;
    do at += 8;
    while (at < end && uniform(at, end, leastGroups) < leastGroups);
    to = writeVarint(to, <u32>((at - first) >> 2) | 1);
    for (let group = first; group < at; group += 8) store<u8>(to++, <u8>((load<u64>(group) * gatherBits) >> 56));
  }
  if (rest > 0) {
    let bits: u8 = 0;
    for (let i: usize = 0; i < rest; i++) bits |= load<u8>(at + i) << <u8>i;
    store<u8>(to, 3);
    store<u8>(to, bits, 1);
    to += 2;
  }
  store<u32>(start, <u32>(to - start - 4));
  return to - start;
}

/** Packs bytes of 0 and 1 into bits, least significant first, without those that are null; returns how many bytes. */
export function pageBits(validity: usize, values: usize, rows: u32, to: usize): usize {
  const start = to;
  let bits: u32 = 0;
  let filled: u32 = 0;
  for (let r: usize = 0; r < <usize>rows; r++) {
    if (validity != 0 && load<u8>(validity + r) == 0) continue;
    bits |= <u32>load<u8>(values + r) << filled;
    if (++filled == 8) {
      store<u8>(to++, <u8>bits);
      bits = 0;
      filled = 0;
    }
  }
  if (filled > 0) store<u8>(to++, <u8>bits);
  return to - start;
}
