/**
 * The order of shingles, frequent ones last: a set's prefix is its first shingles in this order. Frequencies are learned from
 * a sample of the kept sets; all other shingles count as rare and are ordered by their hashes.
 *
 *     counted   uint64 shingle, uint32 count from the second time on, 4 bytes unused; open addressing
 *     learned   uint64 shingle, uint32 count in the sample, uint32 flags; open addressing, and a bit map before it
 *     prefix    uint64 shingle, uint32 key of its posting list, uint32 flags
 */
import { take } from '../shared/arena';

/** So frequent that its posting lists are kept by size of the set. */
export const splitFlag: u32 = 1;
/** So frequent that it is held once. */
export const internFlag: u32 = 2;
const splitFrom: f64 = 128;

const entryBytes: usize = 16;
const countedBits: u32 = 20;
const countedMost: u32 = 750000;
const learnedBits: u32 = 17;
const learnedMost: u32 = 90000;
const leastCount: u32 = 2;
const metBits: u32 = 24;
/** Beyond this, bits of `met` that others set would be taken for a shingle's own too often. */
const metMost: u32 = 4000000;
const bitmapBits: u32 = 20;

let counted: usize = 0;
let countedEntries: u32 = 0;
/** A bit for shingles that were met, so that those met once, which are most, take no entry. */
let met: usize = 0;
let metEntries: u32 = 0;
const learned = memory.data(16 << 17, 16);
/** Shingles that are known to be frequent. */
export let learnedEntries: u32 = 0;
const bitmap = memory.data(1 << 17, 16);

/** The prefix that `orderPrefix` made. */
export let prefix: usize = 0;
let heap: usize = 0;
let capacity: u32 = 0;

/** Empties the counters. */
export function beginCounting(): void {
  if (counted == 0) {
    counted = take(entryBytes << countedBits);
    met = take(1 << (metBits - 3));
  }
  memory.fill(met, 0, 1 << (metBits - 3));
  metEntries = 0;
  memory.fill(counted, 0, entryBytes << countedBits);
  countedEntries = 0;
}

/** The slot of a shingle in a table of 2^bits entries of 16 bytes: its own, or the empty one for it. Shingle 0 has none. */
// @ts-ignore: decorator
@inline
function slotOf(table: usize, bits: u32, shingle: u64): usize {
  const mask: u32 = (1 << bits) - 1;
  let slot = <u32>(shingle >> 16) & mask;
  while (true) {
    const at = table + ((<usize>slot) << 4);
    const held = load<u64>(at);
    if (held == shingle || held == 0) return at;
    slot = (slot + 1) & mask;
  }
}

/** Counts the shingles of a set of the sample; false when no more fit. */
export function countSet(set: usize, n: u32): bool {
  for (let i: usize = 0; i < <usize>n; i++) {
    if (countedEntries >= countedMost || metEntries >= metMost) return false;
    const shingle = load<u64>(set + (i << 3));
    const bit = <u32>(shingle >> 20) & ((1 << metBits) - 1);
    const byte = met + <usize>(bit >> 3);
    const mark = (<u32>1) << (bit & 7);
    if (((<u32>load<u8>(byte)) & mark) == 0) {
      store<u8>(byte, (<u32>load<u8>(byte)) | mark);
      metEntries++;
      continue;
    }
    const at = slotOf(counted, countedBits, shingle);
    if (load<u64>(at) == 0) {
      store<u64>(at, shingle);
      countedEntries++;
    }
    store<u32>(at, load<u32>(at, 8) + 1, 8);
  }
  return true;
}

/** Learns the frequent shingles among those counted. `rate` is how many kept sets one of the sample stands for. */
export function learn(rate: f64, taken: u32): void {
  memory.fill(learned, 0, entryBytes << learnedBits);
  memory.fill(bitmap, 0, 1 << 17);
  learnedEntries = 0;
  const end = counted + (entryBytes << countedBits);
  let least = leastCount;
  while (true) {
    let frequent: u32 = 0;
    for (let at = counted; at < end; at += entryBytes) frequent += <u32>(load<u32>(at, 8) >= least);
    if (frequent <= learnedMost) break;
    least += max(least >> 2, 1);
  }
  for (let at = counted; at < end; at += entryBytes) {
    const count = load<u32>(at, 8);
    const shingle = load<u64>(at);
    if (count < least || shingle == 0) continue;
    const slot = slotOf(learned, learnedBits, shingle);
    store<u64>(slot, shingle);
    store<u32>(slot, count, 8);
    store<u32>(slot, (<f64>count * rate >= splitFrom ? splitFlag : 0) | (count >= max(taken / 20, 3) ? internFlag : 0), 12);
    const bit = <u32>shingle & ((1 << bitmapBits) - 1);
    store<u8>(bitmap + <usize>(bit >> 3), load<u8>(bitmap + <usize>(bit >> 3)) | <u8>((<u32>1) << (bit & 7)));
    learnedEntries++;
  }
}

/** The entry of a frequent shingle, or 0. */
// @ts-ignore: decorator
@inline
export function frequent(shingle: u64): usize {
  const bit = <u32>shingle & ((1 << bitmapBits) - 1);
  if ((load<u8>(bitmap + <usize>(bit >> 3)) & <u8>((<u32>1) << (bit & 7))) == 0) return 0;
  const at = slotOf(learned, learnedBits, shingle);
  return load<u64>(at) == shingle && shingle != 0 ? at : 0;
}

// @ts-ignore: decorator
@inline
function put(place: u32, shingle: u64, flags: u32): void {
  const at = prefix + ((<usize>place) << 4);
  store<u64>(at, shingle);
  store<u32>(at, <u32>shingle, 8);
  store<u32>(at, flags, 12);
}

/** Puts the first `length` shingles of a sorted set of `n`, in order, into `prefix`. */
export function orderPrefix(set: usize, n: u32, length: u32): void {
  if (n > capacity) {
    capacity = max(max(n, capacity * 2), 1024);
    prefix = take((<usize>capacity) << 4);
    heap = take((<usize>capacity) << 4);
  }
  if (learnedEntries == 0) {
    for (let i: u32 = 0; i < length; i++) put(i, load<u64>(set + ((<usize>i) << 3)), 0);
    return;
  }
  let rare: u32 = 0;
  let common: u32 = 0;
  for (let i: usize = 0; i < <usize>n && rare < length; i++) {
    const shingle = load<u64>(set + (i << 3));
    const known = frequent(shingle);
    if (known == 0) put(rare++, shingle, 0);
    else {
      v128.store(heap + ((<usize>common) << 4), v128.load(known));
      common++;
    }
  }
  if (rare == length) return;
  for (let i: i32 = <i32>(common >> 1) - 1; i >= 0; i--) sink(<u32>i, common);
  while (rare < length) {
    put(rare++, load<u64>(heap), load<u32>(heap, 12));
    common--;
    v128.store(heap, v128.load(heap + ((<usize>common) << 4)));
    sink(0, common);
  }
}

/** Rarer first; equally frequent ones by hash. */
// @ts-ignore: decorator
@inline
function before(a: usize, b: usize): bool {
  const left = load<u32>(a, 8);
  const right = load<u32>(b, 8);
  return left < right || (left == right && load<u64>(a) < load<u64>(b));
}

/** Restores the heap of `count` entries below place `i`. */
function sink(i: u32, count: u32): void {
  while (true) {
    let child: u32 = 2 * i + 1;
    if (child >= count) return;
    let at = heap + ((<usize>child) << 4);
    if (child + 1 < count && before(at + 16, at)) {
      child++;
      at += 16;
    }
    const parent = heap + ((<usize>i) << 4);
    if (!before(at, parent)) return;
    const moved = v128.load(parent);
    v128.store(parent, v128.load(at));
    v128.store(at, moved);
    i = child;
  }
}

/** Sizes in classes, in order: exact below 256, then 128 classes to each doubling. */
// @ts-ignore: decorator
@inline
export function sizeClass(size: u32): u32 {
  if (size < 256) return size;
  const shift = 24 - clz<u32>(size);
  return (size >> shift) + (shift << 7);
}
