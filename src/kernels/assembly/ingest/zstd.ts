// Decompression of Zstandard (RFC 8878) whose whole content lies in memory. Loads and stores may run 64 bytes over the ends of
// input and output: the host leaves slack there.

import { xxh64 } from '../shared/xxh64';
import { bitsAt, streamBits, take, topBits } from './zstd-bits';
import { buildTable, describe, foundLog, LL, LL_COUNTS, ML, ML_COUNTS, OF, OF_COUNTS, readTable } from './zstd-fse';
import { forgetHuffman, huffmanLog, huffmanRest, huffmanStreams, readHuffman } from './zstd-huffman';

/** Entries of eight bytes: next state (16 bits), bits to read for it (8), extra bits of the value (8), its base (32). */
const LL_TABLE: usize = memory.data(512 * 8, 16);
const OF_TABLE: usize = memory.data(256 * 8, 16);
const ML_TABLE: usize = memory.data(512 * 8, 16);
const LL_DEFAULT: usize = memory.data(64 * 8, 16);
const OF_DEFAULT: usize = memory.data(32 * 8, 16);
const ML_DEFAULT: usize = memory.data(64 * 8, 16);
const LITERALS: usize = memory.data(131072 + 128, 16);

const BLOCK: usize = 131072;

/** Tables in use, which a later block may repeat; 0 = none yet. */
let llTable: usize = 0;
let ofTable: usize = 0;
let mlTable: usize = 0;
let llLog: u32 = 0;
let ofLog: u32 = 0;
let mlLog: u32 = 0;
let repeat1: u32 = 1;
let repeat2: u32 = 4;
let repeat3: u32 = 8;
let defaults: bool = false;

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
    forgetHuffman();
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
