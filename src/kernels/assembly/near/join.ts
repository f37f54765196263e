/**
 * The kept sets and an index of them that finds every one as similar to a new set as the threshold: an exact prefix filter
 * with position and size bounds (C. Xiao and others, "Efficient Similarity Joins for Near-Duplicate Detection", TODS 36 (3),
 * 2011). The order of shingles behind it (frequent.ts) decides how long the search takes and nothing else. When the search
 * has met many postings for the size of the index, frequencies are learned anew and the index is rebuilt.
 *
 *     set   uint64 shingles in ascending order, never moved
 *     row   address of the set, size, ordinal, number of the last probe that compared it: uint32 each, in pages of 2^13
 *
 * Keys of postings may lead to sets that don't have the shingle; nothing is decided before two sets are compared.
 */
import { take } from '../shared/arena';
import { leastShared, leastSize, mostSize, prefixLength, setThreshold, sharedRate, sharedRateOf, sizesFit } from './bounds';
import { beginCounting, countSet, learn, orderPrefix, prefix, sizeClass, splitFlag } from './frequent';
import { clearPostings, fetchSlots, nodeHeader, initPostings, post, reserveSlots, saturated, valueOf } from './postings';

const rowBytes: usize = 16;
const rowPageBits: u32 = 13;
const rowTable = memory.data(4 << 14, 16);

/** Sets from which frequencies are learned. */
const sampleSets: u32 = 2048;
/** Postings met, for each posting there is, after which the index is rebuilt; twice as many if that did not help. */
const patienceAtFirst: u64 = 16;

/** Shingles indexed. */
let indexed: u32 = 0;
let rows: u32 = 0;
let probes: u32 = 0;
/** Rows met since the index was built, and shingles compared. */
let work: u64 = 0;
let patience: u64 = patienceAtFirst;
let builds: u32 = 0;
let rowsAtBuild: u32 = 0;
/** The set whose prefix is in `prefix`. */
let ordered: usize = 0;
let bestSimilarity: f64 = 0;

export function init(threshold: f64): void {
  setThreshold(threshold);
  initPostings();
}

export function keptRows(): u32 {
  return rows;
}

/** How often the index was rebuilt. */
export function rebuilds(): u32 {
  return builds;
}

/** The similarity of the set that the last probe found. */
export function similarity(): f64 {
  return bestSimilarity;
}

// @ts-ignore: decorator
@inline
function rowAt(row: u32): usize {
  const page = <usize>load<u32>(rowTable + ((<usize>(row >> rowPageBits)) << 2));
  return page + (<usize>(row & ((1 << rowPageBits) - 1))) * rowBytes;
}

/** The key of a shingle's list of sets of one class of sizes. */
// @ts-ignore: decorator
@inline
function keyFor(key: u32, size: u32): u32 {
  return (key ^ (size * 0x85ebca77)) * 0xc2b2ae3d;
}

let best: u32 = 0;
/** Times the size of two sets together, it is what they must share to be found: rises with what was found. */
let rate: f64 = 0;

/**
 * The ordinal of the kept set that is most similar to the given one, the earliest of equals; -1 when none reaches the
 * threshold. `set` has `n` > 0 sorted shingles.
 */
export function probe(set: usize, n: u32): f64 {
  if (work > (<u64>indexed) * patience + 100000) rebuild();
  bestSimilarity = -1;
  rate = sharedRate;
  probes++;
  const length = prefixLength(n);
  orderPrefix(set, n, length);
  ordered = set;
  fetchSlots(prefix + 8, length);
  for (let p: u32 = 0; p < length && bestSimilarity < 1; p++) {
    const entry = prefix + ((<usize>p) << 4);
    const key = load<u32>(entry, 8);
    if ((load<u32>(entry, 12) & splitFlag) == 0) meet(key, set, n, p);
    else {
      // Only the lists of those sizes with which a set can still be similar enough.
      const to = sizeClass(mostSize(n, p));
      for (let size = sizeClass(leastSize(n)); size <= to; size++) meet(keyFor(key, size), set, n, p);
    }
  }
  return bestSimilarity < 0 ? -1 : <f64>load<u32>(rowAt(best), 8);
}

/** Compares a set with those that a key leads to, the shingle at position `p` of its order. */
function meet(key: u32, set: usize, n: u32, p: u32): void {
  const value = valueOf(key);
  if (value == 0) return;
  if ((value & 1) == 0) {
    work++;
    compare((value >> 1) - 1, set, n, p);
    return;
  }
  // What both have comes at or behind the first shingle that both have. An estimate that never exceeds what must be
  // shared spares most rows the exact one.
  const left = <f64>(n - p);
  let node = <usize>(value ^ 1);
  while (node != 0) {
    const entries = <usize>load<u32>(node, 8);
    const end = node + nodeHeader + (entries << 3);
    work += entries;
    for (let at = node + nodeHeader; at < end; at += 8) {
      const row = load<u32>(at);
      const packed = load<u32>(at, 4);
      const m = packed >> 16;
      if (m != saturated) {
        const most = min(left, <f64>(m - (packed & 0xffff)));
        const sum = <f64>(n + m);
        if (most < sum * rate) continue;
        if (bestSimilarity > 0 && row > best && most / (sum - most) <= bestSimilarity) continue;
      }
      compare(row, set, n, p);
    }
    node = <usize>load<u32>(node);
  }
}

/** Compares a set with a row's, unless that was done by this probe. */
function compare(row: u32, set: usize, n: u32, p: u32): void {
  const record = rowAt(row);
  if (load<u32>(record, 12) == probes) return;
  store<u32>(record, probes, 12);
  const m = load<u32>(record, 4);
  if (!sizesFit(n, m)) return;
  const shared = max(leastShared(n, m), <u32>Math.ceil(<f64>(n + m) * rate));
  if (n - p < shared) return;
  work += <u64>(n >> 3);
  const common = overlap(set, n, <usize>load<u32>(record), m, shared);
  if (common < shared) return;
  const value = <f64>common / <f64>(n + m - common);
  if (value > bestSimilarity || (value == bestSimilarity && row < best)) {
    bestSimilarity = value;
    best = row;
    rate = sharedRateOf(value);
  }
}

/** Shingles that two sets share; any smaller number than `shared` when they are fewer than that. */
function overlap(x: usize, n: u32, y: usize, m: u32, shared: u32): u32 {
  const xEnd = x + ((<usize>n) << 3);
  const yEnd = y + ((<usize>m) << 3);
  const xMost = n - shared;
  const yMost = m - shared;
  let common: u32 = 0;
  let i = x;
  let j = y;
  while (i < xEnd && j < yEnd) {
    const a = load<u64>(i);
    const b = load<u64>(j);
    i += (<usize>(a <= b)) << 3;
    j += (<usize>(a >= b)) << 3;
    common += <u32>(a == b);
    if (<u32>((i - x) >> 3) - common > xMost || <u32>((j - y) >> 3) - common > yMost) return 0;
  }
  return common;
}

/** Enters a set that is kept. Copies it. */
export function insert(set: usize, n: u32, ordinal: u32): void {
  if ((rows & ((1 << rowPageBits) - 1)) == 0)
    store<u32>(rowTable + ((<usize>(rows >> rowPageBits)) << 2), <u32>take(rowBytes << rowPageBits));
  const copy = take((<usize>n) << 3);
  memory.copy(copy, set, (<usize>n) << 3);
  const record = rowAt(rows);
  store<u32>(record, <u32>copy);
  store<u32>(record, n, 4);
  store<u32>(record, ordinal, 8);
  store<u32>(record, 0, 12);
  const length = prefixLength(n);
  if (ordered != set) orderPrefix(set, n, length);
  ordered = 0;
  enter(rows, n, length);
  rows++;
}

/** Enters the shingles of `prefix` for a row. */
function enter(row: u32, n: u32, length: u32): void {
  reserveSlots(length);
  for (let p: u32 = 0; p < length; p++) {
    const entry = prefix + ((<usize>p) << 4);
    const key = load<u32>(entry, 8);
    post((load<u32>(entry, 12) & splitFlag) != 0 ? keyFor(key, sizeClass(n)) : key, row, p, n);
  }
  indexed += length;
}

/** Learns frequencies from sets that are spread evenly, and enters all rows anew. */
function rebuild(): void {
  const sample = min(rows, sampleSets);
  beginCounting();
  let taken: u32 = 0;
  while (taken < sample) {
    // Multiples of the golden ratio: spread evenly wherever it stops.
    const record = rowAt(<u32>((<u64>(taken * 0x9e3779b1) * <u64>rows) >> 32));
    if (!countSet(<usize>load<u32>(record), load<u32>(record, 4))) break;
    taken++;
  }
  learn(taken == 0 ? 1 : <f64>rows / <f64>taken);
  clearPostings();
  indexed = 0;
  for (let row: u32 = 0; row < rows; row++) {
    const record = rowAt(row);
    const n = load<u32>(record, 4);
    const length = prefixLength(n);
    orderPrefix(<usize>load<u32>(record), n, length);
    enter(row, n, length);
  }
  patience = rows >= 2 * rowsAtBuild ? patienceAtFirst : patience * 2;
  rowsAtBuild = rows;
  work = 0;
  builds++;
}
