/**
 * The kept sets and an index of them that finds every one as similar to a new set as the threshold: an exact prefix filter
 * with position and size bounds (C. Xiao and others, "Efficient Similarity Joins for Near-Duplicate Detection", TODS 36 (3),
 * 2011). The order of shingles behind it (frequent.ts) decides how long the search takes and nothing else. When the search
 * has met many postings for the size of the index, frequencies are learned anew and the index is rebuilt (enter.ts).
 *
 * Keys of postings may lead to sets that don't have the shingle; nothing is decided before two sets are compared. Most pairs
 * are not: they meet less often than they must, or their signatures (rows.ts) differ in more bits than sets that are similar
 * enough differ in shingles.
 */
import { take } from '../shared/arena';
import {
  leastShared,
  leastSize,
  mostSize,
  prefixLength,
  setThreshold,
  sharedRate,
  sharedRateOf,
  sizeClass,
  sizesFit,
} from './bounds';
import { isSplit } from './frequent';
import { known, own, owned, split, splitByList } from './interned';
import { beginPrefix, extendPrefix, prefix, strays, template } from './order';
import { overlap } from './overlap';
import { fetchSlots, initPostings, nodeHeader, saturated, valueOf } from './postings';
import { longDiffering, longFrom, longWords, signLong } from './long';
import {
  addSignature,
  differing,
  folded,
  longAt,
  metAt,
  ordinalAt,
  ownAt,
  ownCount,
  probeAt,
  rowAt,
  rows,
  sharedAt,
  sharedCount,
  sign,
  signatureAt,
  sizeAt,
  sizeOf,
  tallyOf,
  unenteredAt,
} from './rows';
import { shinglesAt } from './sets';
import { hasSize, searchLength } from './sizes';
import { lengthOf, longOf, signatureOf } from './template';

let probes: u32 = 0;
/** Rows met since the index was built, and shingles compared. */
export let work: u64 = 0;
let workBefore: u64 = 0;
/** The set whose prefix is in `prefix`, and whether `split` has taken it apart. */
let ordered: usize = 0;
let parted: bool = false;
/** Its long signature, if it was made. */
let longSigned: bool = false;
export let longSignature: usize = 0;
let longCapacity: u32 = 0;
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
export function keyFor(key: u32, size: u32): u32 {
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
/** Whether all shingles before the one that is looked up were. */
let isInOrder: bool = true;
export const signature: usize = memory.data(32, 16);
export let brief: u64 = 0;

/**
 * The ordinal of the kept set that is most similar to the given one, the earliest of equals; -1 when none reaches the
 * threshold. `set` has `n` > 0 sorted shingles. The index must not be stale.
 */
export function probe(set: usize, n: u32): f64 {
  bestSimilarity = -1;
  rate = sharedRate;
  slack = 1 - 2 * sharedRate;
  sizeMost = mostSize(n);
  mostDiffering = <u32>(<f64>(n + sizeMost) * slack);
  probes++;
  order(set, n);
  length = searchLength(n, sizeMost);
  extendPrefix(length);
  fetchSlots(prefix + 8, length);
  // What is most similar to a set is often the row that it has a whole list from: others must have more than that, then.
  const head: u32 = template == 0 ? 0 : min(owned, length);
  isInOrder = false;
  for (let p = head; p < length && head > 0 && bestSimilarity < 1; p++) search(p, set, n);
  isInOrder = true;
  const to = head == 0 ? length : head;
  for (let p: u32 = 0; p < to && bestSimilarity < 1; p++) search(p, set, n);
  return bestSimilarity < 0 ? -1 : <f64>load<u32>(rowAt(best), ordinalAt);
}

/** Looks up the shingle at position `p` of a set's order. */
// @ts-ignore: decorator
@inline
function search(p: u32, set: usize, n: u32): void {
  const entry = prefix + ((<usize>p) << 4);
  const key = load<u32>(entry, 8);
  meet(key, set, n, p);
  if (!isSplit(load<u32>(entry, 12))) return;
  // Only the lists of those sizes with which a set can be similar enough; a row that was met before may be of any of them.
  const to = sizeClass(sizeMost);
  for (let size = sizeClass(leastSize(n)); size <= to; size++) if (hasSize(size)) meet(keyFor(key, size), set, n, p);
}

/** Begins a set's prefix, and makes its signature. */
function order(set: usize, n: u32): void {
  const most = prefixLength(n);
  parted = splitByList(set, n);
  if (parted) {
    beginPrefix(own, owned, known, most);
    // Not by a list that is only a part of what it could be.
    if (strays > lengthOf(known) >> 3) parted = false;
  }
  if (parted) {
    sign(own, owned, signature);
    addSignature(signature, signatureOf(known));
  } else {
    beginPrefix(set, n, 0, most);
    sign(set, n, signature);
  }
  brief = folded(signature);
  ordered = set;
  longSigned = false;
}

/** Counts the rows that a key leads to, the shingle at position `p` of a set's order. */
function meet(key: u32, set: usize, n: u32, p: u32): void {
  const value = valueOf(key);
  if (value == 0) return;
  if ((value & 1) == 0) {
    work++;
    count((value >> 1) - 1, set, n, p, 0);
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

/** Counts the row of an entry if it can be similar enough by its size and its signature, which are at hand. */
// @ts-ignore: decorator
@inline
function consider(entry: usize, differ: u64, set: usize, n: u32, p: u32): void {
  const packed = load<u32>(entry, 4);
  const m = packed >> 16;
  if (m != saturated && <f64>(<u32>popcnt<u64>(differ)) > <f64>(n + m) * slack) return;
  count(load<u32>(entry), set, n, p, packed & saturated);
}

/** In the count of a tally: the row was compared with the set, or can't be similar enough. */
const isSettled: u32 = 1 << 31;

/**
 * Counts that a set and a row have a shingle in common, at positions `p` and at least `q` of their orders, and compares them
 * when they may have as many as they must. What is not counted comes behind the last shingle of the set that is looked up, or
 * behind the last one that the row is entered under, whichever is first in the order.
 */
function count(row: u32, set: usize, n: u32, p: u32, q: u32): void {
  work += 2;
  const tally = tallyOf(row);
  const met = load<u32>(tally, probeAt) == probes ? load<u32>(tally, metAt) : 0;
  if ((met & isSettled) != 0) return;
  const m = load<u32>(tally, sizeAt);
  const needed = <u32>Math.ceil(<f64>(n + m) * rate);
  // Not settled: keys that are equal by chance say nothing of positions.
  if (isInOrder && met + min(n - p, m - q) < needed) return;
  const isEnough = met + 1 + max(n - length, load<u32>(tally, unenteredAt)) >= needed;
  store<u32>(tally, probes, probeAt);
  store<u32>(tally, isEnough ? isSettled : met + 1, metAt);
  if (isEnough && sizesFit(n, m)) compare(row, set, n, m, needed);
}

/** Compares a set with a row of `m`. They must share `needed` at least. */
function compare(row: u32, set: usize, n: u32, m: u32, needed: u32): void {
  const record = rowAt(row);
  work += 16;
  const differ = differing(record + signatureAt, signature);
  const sum = <f64>(n + m);
  if (<f64>differ > sum * slack) return;
  if (n >= longFrom && m >= longFrom && <f64>differingLong(set, n, record) > sum * slack) return;
  if (bestSimilarity > 0 && row > best) {
    const most = <f64>((n + m - differ) >> 1);
    if (most / (sum - most) <= bestSimilarity) return;
  }
  const least = max(leastShared(n, m), needed);
  const both = sharedBy(set, n, record, least);
  if (both < least) return;
  const value = <f64>both / <f64>(n + m - both);
  if (value > bestSimilarity || (value == bestSimilarity && row < best)) {
    bestSimilarity = value;
    best = row;
    rate = sharedRateOf(value);
    slack = 1 - 2 * rate;
    mostDiffering = <u32>(<f64>(n + sizeMost) * slack);
  }
}

/** Bits in which the long signatures of a set and a row differ. */
function differingLong(set: usize, n: u32, record: usize): u32 {
  signLongOnce(set, n);
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

/** Puts a set in order and takes it apart, unless that is done. */
export function prepare(set: usize, n: u32): void {
  if (ordered != set) order(set, n);
  part(set, n);
}

/** Makes a set's long signature, once. */
export function signLongOnce(set: usize, n: u32): void {
  if (longSigned) return;
  longSigned = true;
  const words = longWords(n);
  if (words > longCapacity) {
    longCapacity = words;
    longSignature = take((<usize>words) << 3);
  }
  const other: usize = template == 0 ? 0 : longOf(template, words);
  if (other == 0) signLong(set, n, words, 0, longSignature);
  else signLong(own, owned, words, other, longSignature);
}

/** Must be called when the index was rebuilt. */
export function restart(): void {
  workBefore += work;
  work = 0;
  ordered = 0;
}

/** Takes the set apart into own and common shingles, once. */
function part(set: usize, n: u32): void {
  if (parted) return;
  split(set, n);
  parted = true;
}
