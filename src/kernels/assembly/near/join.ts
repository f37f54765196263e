/**
 * The kept sets and an index of them that finds every one as similar to a new set as the threshold: an exact prefix filter
 * with position and size bounds (C. Xiao and others, "Efficient Similarity Joins for Near-Duplicate Detection", TODS 36 (3),
 * 2011). The order of shingles behind it (frequent.ts) decides how long the search takes and nothing else. When the search
 * has met many postings for the size of the index, frequencies are learned anew and the index is rebuilt.
 *
 * Keys of postings may lead to sets that don't have the shingle; nothing is decided before two sets are compared. Most pairs
 * are not: their signatures (rows.ts) differ in more bits than sets that are similar enough differ in shingles.
 */
import {
  leastShared,
  leastSize,
  mostSize,
  prefixLength,
  prefixLengthAt,
  setThreshold,
  sharedRate,
  sharedRateOf,
  sizeClass,
  sizesFit,
} from './bounds';
import { beginCounting, countSet, entersBySize, isSplit, learn } from './frequent';
import { common, commons, intern, known, mayIntern, own, owned, split, wholeOwn } from './interned';
import { beginPrefix, extendPrefix, forgetBefore, prefix } from './order';
import { overlap } from './overlap';
import {
  clearPostings,
  fetchSlots,
  initPostings,
  nodeHeader,
  post,
  saturated,
  valueOf,
} from './postings';
import { keepLong, longDiffering, longFrom, longSignature, longWords, signLong } from './long';
import {
  addRow,
  differing,
  folded,
  longAt,
  ordinalAt,
  ownAt,
  ownCount,
  rowAt,
  rows,
  sharedAt,
  sharedCount,
  sign,
  signatureAt,
  sizeOf,
  stampAt,
} from './rows';
import { keep, shinglesAt } from './sets';
import { addSize, hasSize, searchLength } from './sizes';
import { clearTails, headLength } from './tails';
import { whole } from './whole';

/** Sets from which frequencies are learned. */
const sampleSets: u32 = 65536;
/**
 * Postings met, for each posting there is, or for 4 shingles if those are more, after which the index is rebuilt; twice as
 * many if that did not help.
 */
const patienceAtFirst: u64 = 16;

/** Shingles indexed. */
let indexed: u32 = 0;
/** Shingles of all rows, which a rebuild looks up. */
let held: u64 = 0;
let probes: u32 = 0;
/** Rows met since the index was built, and shingles compared. */
let work: u64 = 0;
let workBefore: u64 = 0;
let patience: u64 = patienceAtFirst;
let builds: u32 = 0;
let rowsAtBuild: u32 = 0;
/** What a rebuild is at: 1 counting, 2 entering rows; 0 if none is under way. How many sets or rows of that are done. */
let phase: u32 = 0;
let reached: u32 = 0;
/** Shingles that a step of it takes. */
const stepShingles: u32 = 1 << 18;
/** The set whose prefix is in `prefix`, and whether `split` has taken it apart. */
let ordered: usize = 0;
let parted: bool = false;
/** Whether its long signature was made. */
let longSigned: bool = false;
let bestSimilarity: f64 = 0;

export function init(threshold: f64): void {
  setThreshold(threshold);
  initPostings();
}

export function keptRows(): u32 {
  return rows;
}

/** Must be called when what lies at the address of a set that was probed changes. */
export function forget(): void {
  ordered = 0;
}

/** How often the index was rebuilt. */
export function rebuilds(): u32 {
  return builds;
}

/** Rows met so far, and shingles compared, in all. */
export function worked(): f64 {
  return <f64>(workBefore + work);
}

/** The similarity of the set that the last probe found. */
export function similarity(): f64 {
  return bestSimilarity;
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
/** The same for the shingles in which they may differ. */
let slack: f64 = 0;
/** ... and in which the set of the last probe may differ from any. */
let mostDiffering: u32 = 0;
/** The largest set that can be similar enough. */
let sizeMost: u32 = 0;
/** How much of its prefix a set still needs. */
let length: u32 = 0;
const signature = memory.data(32, 16);
let brief: u64 = 0;

/**
 * The ordinal of the kept set that is most similar to the given one, the earliest of equals; -1 when none reaches the
 * threshold. `set` has `n` > 0 sorted shingles. The index must not be stale.
 */
export function probe(set: usize, n: u32): f64 {
  bestSimilarity = -1;
  rate = sharedRate;
  slack = 1 - 2 * sharedRate;
  sizeMost = mostSize(n, 0);
  mostDiffering = <u32>(<f64>(n + sizeMost) * slack);
  probes++;
  order(set, n);
  length = searchLength(n, sizeMost);
  extendPrefix(length);
  fetchSlots(prefix + 8, length);
  for (let p: u32 = 0; p < length && bestSimilarity < 1; p++) {
    const entry = prefix + ((<usize>p) << 4);
    const key = load<u32>(entry, 8);
    meet(key, set, n, p);
    if (isSplit(load<u32>(entry, 12))) {
      // Only the lists of those sizes with which a set can still be similar enough.
      const to = sizeClass(mostSize(n, p));
      for (let size = sizeClass(leastSize(n)); size <= to; size++)
        if (hasSize(size)) meet(keyFor(key, size), set, n, p);
    }
  }
  return bestSimilarity < 0 ? -1 : <f64>load<u32>(rowAt(best), ordinalAt);
}

/** Begins a set's prefix, and makes its signature. */
function order(set: usize, n: u32): void {
  beginPrefix(set, n, prefixLength(n));
  sign(set, n, signature);
  brief = folded(signature);
  ordered = set;
  parted = false;
  longSigned = false;
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
  const x = brief;
  let node = <usize>(value ^ 1);
  while (node != 0) {
    const entries = <usize>load<u32>(node, 8);
    const behind = (<usize>load<u32>(node, 12)) << 3;
    const end = node + nodeHeader + (entries << 3);
    work += entries;
    for (let at = node + nodeHeader; at < end; at += 8)
      if (<u32>popcnt<u64>(x ^ load<u64>(at)) <= mostDiffering) consider(at + behind, x ^ load<u64>(at), set, n, p);
    node = <usize>load<u32>(node);
  }
}

/** Compares a set with the row of an entry if it can be similar enough: by its size, its signature and the entry's position. */
function consider(entry: usize, differ: u64, set: usize, n: u32, p: u32): void {
  const packed = load<u32>(entry, 4);
  const m = packed >> 16;
  if (m != saturated) {
    // What both have comes at or behind the first shingle that both have. An estimate that never exceeds what must be
    // shared spares most rows the exact one.
    const sum = <f64>(n + m);
    if (<f64>(<u32>popcnt<u64>(differ)) > sum * slack) return;
    if (min(<f64>(n - p), <f64>(m - (packed & 0xffff))) < sum * rate) return;
  }
  compare(load<u32>(entry), set, n, p);
}

/** Compares a set with a row's, unless that was done by this probe. */
function compare(row: u32, set: usize, n: u32, p: u32): void {
  const record = rowAt(row);
  if (load<u32>(record, stampAt) == probes) return;
  store<u32>(record, probes, stampAt);
  work += 16;
  const m = sizeOf(record);
  const differ = differing(record + signatureAt, signature);
  const sum = <f64>(n + m);
  if (<f64>differ > sum * slack || <f64>(n - p) < sum * rate || !sizesFit(n, m)) return;
  if (n >= longFrom && m >= longFrom && <f64>differingLong(set, n, record) > sum * slack) return;
  if (bestSimilarity > 0 && row > best) {
    const most = <f64>((n + m - differ) >> 1);
    if (most / (sum - most) <= bestSimilarity) return;
  }
  const least = max(leastShared(n, m), <u32>Math.ceil(sum * rate));
  if (n - p < least) return;
  const both = sharedBy(set, n, record, least);
  if (both < least) return;
  const value = <f64>both / <f64>(n + m - both);
  if (value > bestSimilarity || (value == bestSimilarity && row < best)) {
    bestSimilarity = value;
    best = row;
    rate = sharedRateOf(value);
    slack = 1 - 2 * rate;
    mostDiffering = <u32>(<f64>(n + sizeMost) * slack);
    length = min(length, prefixLengthAt(n, value));
  }
}

/** Bits in which the long signatures of a set and a row differ. */
function differingLong(set: usize, n: u32, record: usize): u32 {
  if (!longSigned) {
    signLong(set, n);
    longSigned = true;
  }
  work += <u64>longWords(n);
  return longDiffering(longSignature, longWords(n), <usize>load<u32>(record, longAt), longWords(sizeOf(record)));
}

/** Shingles that a set shares with a row; any smaller number than `least` when they are fewer than that. */
function sharedBy(set: usize, n: u32, record: usize, least: u32): u32 {
  const m = load<u32>(record, ownCount);
  const y = shinglesAt(load<u32>(record, ownAt), m);
  const template = <usize>load<u32>(record, sharedAt);
  const t = load<u32>(record, sharedCount);
  if (t == 0) {
    work += <u64>(n >> 3);
    return overlap(set, n, y, m, least);
  }
  part(set, n);
  if (known == template) {
    work += <u64>(owned >> 3);
    return t + overlap(own, owned, y, m, least > t ? least - t : 0);
  }
  work += <u64>(n >> 3);
  const others = overlap(set, n, y, m, least > t ? least - t : 0);
  if (others + t < least) return 0;
  return others + overlap(set, n, template, t, least > others ? least - others : 0);
}

/** Takes the set apart into own and common shingles, once. */
function part(set: usize, n: u32): void {
  if (parted) return;
  split(set, n);
  parted = true;
}

/** Enters a set that is kept. Copies it. */
export function insert(set: usize, n: u32, ordinal: u32): void {
  if (ordered != set) order(set, n);
  part(set, n);
  if (!mayIntern()) wholeOwn(set, n);
  const place = keep(own, owned);
  const record = addRow();
  if (n >= longFrom) {
    if (!longSigned) signLong(set, n);
    store<u32>(record, <u32>keepLong(n), longAt);
  }
  store<u32>(record, place, ownAt);
  store<u32>(record, <u32>intern(), sharedAt);
  store<u32>(record, owned, ownCount);
  store<u32>(record, commons, sharedCount);
  store<u32>(record, ordinal, ordinalAt);
  store<u32>(record, 0, stampAt);
  memory.copy(record + signatureAt, signature, 32);
  ordered = 0;
  held += n;
  addSize(n);
  enter(rows - 1, n, headLength(rows - 1, set, n, prefixLength(n), known), brief);
}

/** Enters a row under the first `count` shingles of its order. */
function enter(row: u32, n: u32, count: u32, signature: u64): void {
  extendPrefix(count);
  for (let p: u32 = 0; p < count; p++) {
    const entry = prefix + ((<usize>p) << 4);
    const key = load<u32>(entry, 8);
    post(entersBySize(load<u64>(entry), load<u32>(entry, 12)) ? keyFor(key, sizeClass(n)) : key, row, p, n, signature);
  }
  indexed += count;
}

/** Whether the search has met so much that the index is to be rebuilt before the next probe. */
export function isStale(): bool {
  return phase != 0 || work > max(<u64>indexed, held >> 2) * patience + 100000;
}

/**
 * A step of a rebuild, some milliseconds: learns frequencies from sets that are spread evenly, and enters all rows anew. True
 * when it is done; before that no set may be probed or entered.
 */
export function rebuildStep(): bool {
  if (phase == 0) {
    beginCounting();
    phase = 1;
    reached = 0;
  }
  let seen: u32 = 0;
  if (phase == 1) {
    const sample = min(rows, sampleSets);
    while (reached < sample) {
      // Multiples of the golden ratio: spread evenly wherever it stops.
      const record = rowAt(<u32>((<u64>(reached * 0x9e3779b1) * <u64>rows) >> 32));
      const own = load<u32>(record, ownCount);
      if (!countSet(shinglesAt(load<u32>(record, ownAt), own), own)) break;
      if (!countSet(<usize>load<u32>(record, sharedAt), load<u32>(record, sharedCount))) break;
      reached++;
      seen += sizeOf(record);
      if (seen > stepShingles) return false;
    }
    learn(reached == 0 ? 1 : <f64>rows / <f64>reached, reached);
    clearPostings();
    clearTails();
    forgetBefore();
    indexed = 0;
    phase = 2;
    reached = 0;
  }
  while (reached < rows) {
    const record = rowAt(reached);
    const n = sizeOf(record);
    const count = prefixLength(n);
    const set = whole(record, n);
    beginPrefix(set, n, count);
    enter(reached, n, headLength(reached, set, n, count, 0), folded(record + signatureAt));
    reached++;
    seen += n;
    if (seen > stepShingles) return false;
  }
  phase = 0;
  patience = rows >= 2 * rowsAtBuild ? patienceAtFirst : patience * 2;
  rowsAtBuild = rows;
  workBefore += work;
  work = 0;
  ordered = 0;
  builds++;
  return true;
}
