// Decompression of Zstandard (RFC 8878) of blocks whose whole content lies in memory. Bit streams are read backwards by their
// absolute position, one unaligned load a read: reads before a stream's start see other bytes of the memory and make the position
// negative, which is checked before anything follows from it. Loads and stores may run 64 bytes over the ends of input and
// output: the host leaves slack there.

/** Entries of eight bytes: next state (16 bits), bits to read for it (8), extra bits of the value (8), its base (32). */
const LL_TABLE: usize = memory.data(512 * 8, 16);
const OF_TABLE: usize = memory.data(256 * 8, 16);
const ML_TABLE: usize = memory.data(512 * 8, 16);
const LL_DEFAULT: usize = memory.data(64 * 8, 16);
const OF_DEFAULT: usize = memory.data(32 * 8, 16);
const ML_DEFAULT: usize = memory.data(64 * 8, 16);
const WEIGHT_TABLE: usize = memory.data(64 * 8, 16);
/** Entries of two bytes: symbol, length of its code. */
const HUFFMAN: usize = memory.data(2048 * 2, 16);
const WEIGHTS: usize = memory.data(256 + 16, 16);
/** Normalised counts of a distribution, and the next state of each symbol while a table is built. */
const COUNTS: usize = memory.data(256 * 2, 16);
const NEXT: usize = memory.data(256 * 2, 16);
const LITERALS: usize = memory.data(131072 + 128, 16);

const BLOCK: usize = 131072;

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
const LL_COUNTS: usize = memory.data<i16>([
  4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1,
]);
const ML_COUNTS: usize = memory.data<i16>([
  1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
  1, 1, 1, -1, -1, -1, -1, -1, -1, -1,
]);
const OF_COUNTS: usize = memory.data<i16>([
  1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1,
]);

/** Which code a table is for, which says what its symbols stand for. */
const LL: u32 = 0;
const OF: u32 = 1;
const ML: u32 = 2;
const WEIGHT: u32 = 3;

/** Tables in use, which a later block may repeat; 0 = none yet. */
let llTable: usize = 0;
let ofTable: usize = 0;
let mlTable: usize = 0;
let llLog: u32 = 0;
let ofLog: u32 = 0;
let mlLog: u32 = 0;
/** Longest code of the Huffman table; 0 = none yet. */
let huffmanLog: u32 = 0;
let repeat1: u32 = 1;
let repeat2: u32 = 4;
let repeat3: u32 = 8;
let defaults: bool = false;

// @ts-ignore: decorator
@inline
function highBit(value: u32): u32 {
  return 31 - clz<u32>(value);
}

/** Bits `position - count` to `position` of a stream that is read backwards; at most 57. */
// @ts-ignore: decorator
@inline
function bitsAt(start: usize, position: i32, count: u32): u32 {
  const low = position - <i32>count;
  return <u32>((load<u64>(start + (low >> 3)) >> <u64>(low & 7)) & ((<u64>1 << <u64>count) - 1));
}

/** Length in bits of a stream that is read backwards: its last byte ends with a mark. -1 when there is none. */
// @ts-ignore: decorator
@inline
function streamBits(start: usize, end: usize): i32 {
  if (end <= start) return -1;
  const last = <u32>load<u8>(end - 1);
  return last == 0 ? -1 : (<i32>(end - start) << 3) - 8 + <i32>highBit(last);
}

/** Builds a decoding table of `1 << log` entries from the counts of `symbols` symbols. */
function buildTable(table: usize, log: u32, counts: usize, symbols: u32, code: u32): bool {
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
function describe(entry: usize, symbol: u32, code: u32): void {
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
let foundLog: u32 = 0;

/** Reads a distribution and builds its table. Returns the address behind it, 0 when it is damaged. */
function readTable(from: usize, end: usize, table: usize, mostSymbols: u32, mostLog: u32, code: u32): usize {
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

/** Reads a Huffman tree's weights and builds its table. Returns the address behind it, 0 when it is damaged. */
function readHuffman(from: usize, end: usize): usize {
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
function buildHuffman(count: u32): bool {
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

/** The next bits of a stream at the top of a word: at least 57 of them. */
// @ts-ignore: decorator
@inline
function topBits(start: usize, position: i32): u64 {
  const byte = (position - 57) >> 3;
  // The word ends at bit byte * 8 + 64, which is 0 to 7 bits above the position.
  return load<u64>(start + byte) << <u64>(byte * 8 + 64 - position);
}

/** Decodes four Huffman streams, each into a quarter of `total` bytes. */
function huffmanStreams(from: usize, end: usize, out: usize, total: usize): bool {
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

/** The topmost bits of a word; `count` may be 0. */
// @ts-ignore: decorator
@inline
function take(word: u64, count: u32): u32 {
  return <u32>((word >> 1) >> <u64>(63 - count));
}

/** Decodes the rest of a stream from a position on into `count` bytes; it must end exactly. */
function huffmanRest(start: usize, from: i32, out: usize, count: usize): bool {
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

/** Where a block's literals are, how many, and what follows them. */
let literals: usize = 0;
let literalBytes: usize = 0;

/** Reads a block's literals; returns the address behind them, 0 when they are damaged. */
function readLiterals(from: usize, end: usize): usize {
  if (end - from < 2) return 0;
  const head = load<u32>(from);
  const kind = head & 3;
  const format = (head >> 2) & 3;
  if (kind < 2) {
    let size: usize;
    let header: usize;
    if ((format & 1) == 0) {
      size = (head & 255) >> 3;
      header = 1;
    } else if (format == 1) {
      size = (head & 0xffff) >> 4;
      header = 2;
    } else {
      size = (head & 0xffffff) >> 4;
      header = 3;
    }
    if (size > BLOCK) return 0;
    const bytes: usize = kind == 0 ? size : 1;
    if (header + bytes > end - from) return 0;
    literalBytes = size;
    if (kind == 0) literals = from + header;
    else {
      memory.fill(LITERALS, load<u8>(from + header), size);
      literals = LITERALS;
    }
    return from + header + bytes;
  }
  let size: usize;
  let packed: usize;
  let header: usize;
  if (format < 2) {
    size = (head >> 4) & 1023;
    packed = (head >> 14) & 1023;
    header = 3;
  } else if (format == 2) {
    size = (head >> 4) & 16383;
    packed = head >> 18;
    header = 4;
  } else {
    const wide = load<u64>(from);
    size = <usize>((wide >> 4) & 0x3ffff);
    packed = <usize>((wide >> 22) & 0x3ffff);
    header = 5;
  }
  if (size > BLOCK || header + packed > end - from) return 0;
  let stream = from + header;
  const stop = stream + packed;
  if (kind == 2) {
    stream = readHuffman(stream, stop);
    if (stream == 0) return 0;
  } else if (huffmanLog == 0) return 0;
  const decoded = format == 0 ? huffmanRest(stream, streamBits(stream, stop), LITERALS, size) : huffmanStreams(stream, stop, LITERALS, size);
  if (!decoded) return 0;
  literals = LITERALS;
  literalBytes = size;
  return stop;
}

/** A table of one entry that takes no bits. */
function singleEntry(table: usize, symbol: u32, code: u32): void {
  store<u32>(table, 0);
  describe(table, symbol, code);
}

/** Settles the table of one of the three codes by its mode; returns the address behind what it read, 0 when damaged. */
function settle(mode: u32, from: usize, end: usize, code: u32): usize {
  const dynamic = code == LL ? LL_TABLE : code == OF ? OF_TABLE : ML_TABLE;
  let table = dynamic;
  let log: u32 = 0;
  let next = from;
  if (mode == 0) {
    table = code == LL ? LL_DEFAULT : code == OF ? OF_DEFAULT : ML_DEFAULT;
    log = code == OF ? 5 : 6;
  } else if (mode == 1) {
    if (from >= end) return 0;
    const symbol = <u32>load<u8>(from);
    if (symbol > (code == LL ? 35 : code == OF ? 31 : 52)) return 0;
    singleEntry(dynamic, symbol, code);
    next = from + 1;
  } else if (mode == 2) {
    next = readTable(from, end, dynamic, code == LL ? 36 : code == OF ? 32 : 53, code == OF ? 8 : 9, code);
    if (next == 0) return 0;
    log = foundLog;
  } else {
    return (code == LL ? llTable : code == OF ? ofTable : mlTable) == 0 ? 0 : from;
  }
  if (code == LL) {
    llTable = table;
    llLog = log;
  } else if (code == OF) {
    ofTable = table;
    ofLog = log;
  } else {
    mlTable = table;
    mlLog = log;
  }
  return next;
}

/** Copies forward in pieces of 16; the source must lie 16 bytes or more before the target. */
// @ts-ignore: decorator
@inline
function wide(to: usize, from: usize, bytes: usize): void {
  let i: usize = 0;
  do {
    v128.store(to + i, v128.load(from + i));
    i += 16;
  } while (i < bytes);
}

/** Repeats what lies less than 16 bytes before. */
function near(to: usize, distance: usize, bytes: usize): void {
  const from = to - distance;
  if (distance == 1) {
    memory.fill(to, load<u8>(from), bytes);
    return;
  }
  let i: usize = 0;
  if (distance >= 8) {
    for (; i < bytes; i += 8) store<u64>(to + i, load<u64>(from + i));
    return;
  }
  for (; i < bytes; i++) store<u8>(to + i, load<u8>(from + i));
}

/** Decodes a compressed block to `out`; `first` is where its frame's content begins. Returns its end, 0 when damaged. */
function block(from: usize, end: usize, out: usize, stop: usize, first: usize): usize {
  let p = readLiterals(from, end);
  if (p == 0 || p >= end) return 0;
  let count = <u32>load<u8>(p++);
  if (count == 255) {
    if (end - p < 2) return 0;
    count = <u32>load<u16>(p) + 0x7f00;
    p += 2;
  } else if (count >= 128) {
    if (p >= end) return 0;
    count = ((count - 128) << 8) + <u32>load<u8>(p++);
  }
  let literal = literals;
  const literalEnd = literals + literalBytes;
  let o = out;
  if (count > 0) {
    if (p >= end) return 0;
    const modes = <u32>load<u8>(p++);
    if ((modes & 3) != 0) return 0;
    p = settle(modes >> 6, p, end, LL);
    if (p == 0) return 0;
    p = settle((modes >> 4) & 3, p, end, OF);
    if (p == 0) return 0;
    p = settle((modes >> 2) & 3, p, end, ML);
    if (p == 0) return 0;

    const start = p;
    let position = streamBits(start, end);
    if (position < 0) return 0;
    const lls = llTable;
    const ofs = ofTable;
    const mls = mlTable;
    let llState = bitsAt(start, position, llLog);
    position -= <i32>llLog;
    let ofState = bitsAt(start, position, ofLog);
    position -= <i32>ofLog;
    let mlState = bitsAt(start, position, mlLog);
    position -= <i32>mlLog;
    let r1 = repeat1;
    let r2 = repeat2;
    let r3 = repeat3;
    for (let n = count; ; ) {
      if (position < 0) return 0;
      const ll = load<u64>(lls + (<usize>llState << 3));
      const off = load<u64>(ofs + (<usize>ofState << 3));
      const ml = load<u64>(mls + (<usize>mlState << 3));
      const ofBits = <u32>(off >> 24) & 255;
      const mlBits = <u32>(ml >> 24) & 255;
      const llBits = <u32>(ll >> 24) & 255;
      // A word has 57 bits at least: the values' extra bits take most of it at times, the next states at most 26.
      let word = topBits(start, position);
      const extra = ofBits + mlBits + llBits;
      const code = <u32>(off >> 32) + take(word, ofBits);
      if (extra > 56) word = topBits(start, position - <i32>ofBits);
      else word <<= <u64>ofBits;
      const matched = <usize>(<u32>(ml >> 32) + take(word, mlBits));
      word <<= <u64>mlBits;
      const plain = <usize>(<u32>(ll >> 32) + take(word, llBits));
      position -= <i32>extra;
      if (extra > 31) word = topBits(start, position);
      else word <<= <u64>llBits;

      let distance: u32;
      if (code > 3) {
        distance = code - 3;
        r3 = r2;
        r2 = r1;
        r1 = distance;
      } else {
        const which = code + u32(plain == 0);
        if (which == 1) distance = r1;
        else {
          distance = which == 2 ? r2 : which == 3 ? r3 : r1 - 1;
          if (which != 2) r3 = r2;
          r2 = r1;
          r1 = distance;
        }
      }
      if (plain > <usize>(literalEnd - literal) || plain + matched > <usize>(stop - o)) return 0;
      wide(o, literal, plain);
      literal += plain;
      o += plain;
      if (distance == 0 || <usize>distance > o - first) return 0;
      if (distance >= 16) wide(o, o - distance, matched);
      else near(o, distance, matched);
      o += matched;

      if (--n == 0) break;
      const llNext = <u32>(ll >> 16) & 255;
      llState = (<u32>ll & 0xffff) + take(word, llNext);
      word <<= <u64>llNext;
      const mlNext = <u32>(ml >> 16) & 255;
      mlState = (<u32>ml & 0xffff) + take(word, mlNext);
      word <<= <u64>mlNext;
      const ofNext = <u32>(off >> 16) & 255;
      ofState = (<u32>off & 0xffff) + take(word, ofNext);
      position -= <i32>(llNext + mlNext + ofNext);
    }
    if (position != 0) return 0;
    repeat1 = r1;
    repeat2 = r2;
    repeat3 = r3;
  } else if (p != end) return 0;
  const rest = literalEnd - literal;
  if (rest > stop - o) return 0;
  memory.copy(o, literal, rest);
  return o + rest;
}

/** Decodes frames to exactly `size` bytes at `out`. Returns `size`, or -1 when the data are damaged or have another size. */
export function unpackZstd(from: usize, end: usize, out: usize, size: u32): i32 {
  if (!defaults) {
    buildTable(LL_DEFAULT, 6, LL_COUNTS, 36, LL);
    buildTable(OF_DEFAULT, 5, OF_COUNTS, 29, OF);
    buildTable(ML_DEFAULT, 6, ML_COUNTS, 53, ML);
    defaults = true;
  }
  const stop = out + size;
  let o = out;
  let p = from;
  while (p < end) {
    if (end - p < 8) return -1;
    const magic = load<u32>(p);
    if ((magic & 0xfffffff0) == 0x184d2a50) {
      const skip = <usize>load<u32>(p, 4);
      if (skip > end - p - 8) return -1;
      p += 8 + skip;
      continue;
    }
    if (magic != 0xfd2fb528) return -1;
    const flags = <u32>load<u8>(p, 4);
    const single = (flags & 32) != 0;
    if ((flags & 8) != 0) return -1;
    p += 5;
    if (!single) p++;
    const dictionary: usize = (flags & 3) == 3 ? 4 : flags & 3;
    if (end - p < dictionary) return -1;
    for (let i: usize = 0; i < dictionary; i++) if (load<u8>(p + i) != 0) return -1;
    p += dictionary;
    const sizes = flags >> 6;
    p += sizes == 0 ? (single ? 1 : 0) : <usize>1 << sizes;
    const first = o;
    llTable = 0;
    ofTable = 0;
    mlTable = 0;
    huffmanLog = 0;
    repeat1 = 1;
    repeat2 = 4;
    repeat3 = 8;
    while (true) {
      if (p > end || end - p < 3) return -1;
      const header = load<u32>(p) & 0xffffff;
      p += 3;
      const bytes = <usize>(header >> 3);
      const kind = (header >> 1) & 3;
      if (kind == 1) {
        if (p >= end || bytes > stop - o) return -1;
        memory.fill(o, load<u8>(p), bytes);
        o += bytes;
        p++;
      } else {
        if (bytes > end - p || kind == 3) return -1;
        if (kind == 0) {
          if (bytes > stop - o) return -1;
          memory.copy(o, p, bytes);
          o += bytes;
        } else {
          if (bytes > BLOCK) return -1;
          o = block(p, p + bytes, o, stop, first);
          if (o == 0) return -1;
        }
        p += bytes;
      }
      if (header & 1) break;
    }
    if (flags & 4) {
      if (end - p < 4 || load<u32>(p) != <u32>xxh64(first, <usize>(o - first))) return -1;
      p += 4;
    }
  }
  return o == stop ? <i32>size : -1;
}

const P1: u64 = 0x9e3779b185ebca87;
const P2: u64 = 0xc2b2ae3d27d4eb4f;
const P3: u64 = 0x165667b19e3779f9;
const P4: u64 = 0x85ebca77c2b2ae63;
const P5: u64 = 0x27d4eb2f165667c5;

// @ts-ignore: decorator
@inline
function round(lane: u64, input: u64): u64 {
  return rotl<u64>(lane + input * P2, 31) * P1;
}

/** XXH64 with seed 0 (github.com/Cyan4973/xxHash, doc/xxhash_spec.md), whose low half is a frame's checksum. */
function xxh64(from: usize, bytes: usize): u64 {
  const end = from + bytes;
  let p = from;
  let hash: u64;
  if (bytes >= 32) {
    let a: u64 = P1 + P2;
    let b: u64 = P2;
    let c: u64 = 0;
    let d: u64 = 0 - P1;
    for (; p + 32 <= end; p += 32) {
      a = round(a, load<u64>(p));
      b = round(b, load<u64>(p, 8));
      c = round(c, load<u64>(p, 16));
      d = round(d, load<u64>(p, 24));
    }
    hash = rotl<u64>(a, 1) + rotl<u64>(b, 7) + rotl<u64>(c, 12) + rotl<u64>(d, 18);
    hash = (hash ^ round(0, a)) * P1 + P4;
    hash = (hash ^ round(0, b)) * P1 + P4;
    hash = (hash ^ round(0, c)) * P1 + P4;
    hash = (hash ^ round(0, d)) * P1 + P4;
  } else hash = P5;
  hash += <u64>bytes;
  for (; p + 8 <= end; p += 8) hash = rotl<u64>(hash ^ round(0, load<u64>(p)), 27) * P1 + P4;
  if (p + 4 <= end) {
    hash = rotl<u64>(hash ^ (<u64>load<u32>(p) * P1), 23) * P2 + P3;
    p += 4;
  }
  for (; p < end; p++) hash = rotl<u64>(hash ^ (<u64>load<u8>(p) * P5), 11) * P1;
  hash = (hash ^ (hash >> 33)) * P2;
  hash = (hash ^ (hash >> 29)) * P3;
  return hash ^ (hash >> 32);
}
