// Zstandard's tables of finite state entropy (RFC 8878, 4.1), whose entries say what their symbols stand for.
import { highBit } from './zstd-bits';

/** Normalised counts of a distribution, and the next state of each symbol while a table is built. */
const COUNTS: usize = memory.data(256 * 2, 16);
const NEXT: usize = memory.data(256 * 2, 16);
const LL_BASE: usize = memory.data<u32>([
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 20, 22, 24, 28, 32, 40, 48, 64, 128, 256, 512, 1024, 2048, 4096,
  8192, 16384, 32768, 65536,
]);
const LL_BITS: usize = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
]);
const ML_BASE: usize = memory.data<u32>([
  3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 37,
  39, 41, 43, 47, 51, 59, 67, 83, 99, 131, 259, 515, 1027, 2051, 4099, 8195, 16387, 32771, 65539,
]);
const ML_BITS: usize = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5,
  7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
]);
export const LL_COUNTS: usize = memory.data<i16>([
  4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1,
]);
export const ML_COUNTS: usize = memory.data<i16>([
  1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
  1, 1, 1, -1, -1, -1, -1, -1, -1, -1,
]);
export const OF_COUNTS: usize = memory.data<i16>([
  1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1,
]);

/** Which code a table is for, which says what its symbols stand for. */
export const LL: u32 = 0;
export const OF: u32 = 1;
export const ML: u32 = 2;
export const WEIGHT: u32 = 3;

/** Builds a decoding table of `1 << log` entries from the counts of `symbols` symbols. */
export function buildTable(table: usize, log: u32, counts: usize, symbols: u32, code: u32): bool {
  const size: u32 = 1 << log;
  let high = size - 1;
  for (let s: u32 = 0; s < symbols; s++) {
    const count = <i32>load<i16>(counts + (<usize>s << 1));
    if (count == -1) {
      store<u32>(table + (<usize>high << 3), s, 4);
      high--;
      store<u16>(NEXT + (<usize>s << 1), 1);
    } else store<u16>(NEXT + (<usize>s << 1), <u16>count);
  }
  const step = (size >> 1) + (size >> 3) + 3;
  const mask = size - 1;
  let position: u32 = 0;
  for (let s: u32 = 0; s < symbols; s++) {
    const count = <i32>load<i16>(counts + (<usize>s << 1));
    for (let i: i32 = 0; i < count; i++) {
      store<u32>(table + (<usize>position << 3), s, 4);
      do position = (position + step) & mask;
      while (position > high);
    }
  }
  if (position != 0) return false;
  for (let u: u32 = 0; u < size; u++) {
    const entry = table + (<usize>u << 3);
    const symbol = load<u32>(entry, 4);
    const next = <u32>load<u16>(NEXT + (<usize>symbol << 1));
    store<u16>(NEXT + (<usize>symbol << 1), <u16>(next + 1));
    const bits = log - highBit(next);
    store<u16>(entry, <u16>((next << bits) - size));
    store<u8>(entry, <u8>bits, 2);
    describe(entry, symbol, code);
  }
  return true;
}

/** Puts what a symbol stands for into an entry. */
export function describe(entry: usize, symbol: u32, code: u32): void {
  if (code == LL) {
    store<u8>(entry, load<u8>(LL_BITS + symbol), 3);
    store<u32>(entry, load<u32>(LL_BASE + (<usize>symbol << 2)), 4);
  } else if (code == ML) {
    store<u8>(entry, load<u8>(ML_BITS + symbol), 3);
    store<u32>(entry, load<u32>(ML_BASE + (<usize>symbol << 2)), 4);
  } else if (code == OF) {
    store<u8>(entry, <u8>symbol, 3);
    store<u32>(entry, 1 << symbol, 4);
  } else {
    store<u8>(entry, 0, 3);
    store<u32>(entry, symbol, 4);
  }
}

/** Accuracy that `readTable` found. */
export let foundLog: u32 = 0;

/** Reads a distribution and builds its table. Returns the address behind it, 0 when it is damaged. */
export function readTable(from: usize, end: usize, table: usize, mostSymbols: u32, mostLog: u32, code: u32): usize {
  if (from >= end) return 0;
  const log = (<u32>load<u8>(from) & 15) + 5;
  if (log > mostLog) return 0;
  let bit: u32 = 4;
  let remaining: i32 = (1 << log) + 1;
  let threshold: i32 = 1 << log;
  let width: u32 = log + 1;
  let symbol: u32 = 0;
  while (remaining > 1) {
    if (symbol >= mostSymbols || from + (bit >> 3) >= end) return 0;
    const word = load<u32>(from + (bit >> 3)) >> (bit & 7);
    const most = 2 * threshold - 1 - remaining;
    let count: i32;
    if (<i32>(word & (threshold - 1)) < most) {
      count = <i32>word & (threshold - 1);
      bit += width - 1;
    } else {
      count = <i32>word & (2 * threshold - 1);
      if (count >= threshold) count -= most;
      bit += width;
    }
    count--;
    remaining -= count < 0 ? -count : count;
    store<i16>(COUNTS + (<usize>symbol << 1), <i16>count);
    symbol++;
    if (count == 0) {
      let flag: u32;
      do {
        if (from + (bit >> 3) >= end) return 0;
        flag = (load<u32>(from + (bit >> 3)) >> (bit & 7)) & 3;
        bit += 2;
        if (symbol + flag > mostSymbols) return 0;
        for (let i: u32 = 0; i < flag; i++) {
          store<i16>(COUNTS + (<usize>symbol << 1), 0);
          symbol++;
        }
      } while (flag == 3);
    }
    if (remaining < 1) return 0;
    while (remaining < threshold) {
      width--;
      threshold >>= 1;
    }
  }
  const next = from + ((bit + 7) >> 3);
  if (next > end || !buildTable(table, log, COUNTS, symbol, code)) return 0;
  foundLog = log;
  return next;
}
