/**
 * The order of shingles, frequent ones last: a set's prefix is its first shingles in this order. Rare ones are ordered by
 * their hashes, others by how frequent they are (frequent.ts), which is by level first. No more is ordered than is asked
 * for: of a header, mostly nothing.
 *
 *     prefix   uint64 shingle, uint32 key of its posting list, uint32 flags
 *     found    uint64 frequent shingle, uint32 address of its entry, uint32 flags of that, which may have changed since
 */
import { take } from '../shared/arena';
import { frequent, internFlag, learnedEntries, levelIn } from './frequent';
import { countsOf, inOrder, lengthOf, levels, sumsOf } from './template';

const counts = memory.data(4 * 12, 16);
const sums = memory.data(8 * 12, 16);

/** The shingles that `extendPrefix` put in order. */
export let prefix: usize = 0;
/** How many they are. */
let placed: u32 = 0;
/** Whether all shingles of the set were looked up: then there are counts, sums and marks. */
export let sorted: bool = false;
let found: usize = 0;
let founds: u32 = 0;
/** The frequent shingles of the set before, if many: texts of one template have most of them in common. */
let before: usize = 0;
let befores: u32 = 0;
let marks: usize = 0;
let capacity: u32 = 0;

/** Frequent shingles of level `current` that are not in the prefix yet. */
let heap: usize = 0;
let heaped: u32 = 0;
let current: u32 = 0;

/** The list that the set has beside the shingles that were given, or 0, and what is left of it in order. */
export let template: usize = 0;
let next: usize = 0;
let nextEnd: usize = 0;
/** How many shingles are to be held once, without those of `template`. */
export let strays: u32 = 0;

/**
 * Begins with a set, of which at most the first `most` will be asked for: `n` sorted shingles, and those of `list` if that
 * is not 0, which is in order then.
 */
export function beginPrefix(set: usize, n: u32, list: usize, most: u32): void {
  if (max(n, most) > capacity) {
    capacity = max(max(max(n, most), capacity * 2), 1024);
    prefix = take((<usize>capacity) << 4);
    heap = take((<usize>capacity) << 4);
    found = take((<usize>capacity) << 4);
    before = take((<usize>capacity) << 4);
    founds = 0;
    marks = take(<usize>capacity);
  }
  const swap = before;
  before = found;
  befores = sorted && founds > n >> 2 ? founds : 0;
  found = swap;
  founds = 0;
  sorted = false;
  template = list;
  strays = 0;
  let rare: u32 = 0;
  if (learnedEntries == 0) {
    for (; rare < most; rare++) put(rare, load<u64>(set + ((<usize>rare) << 3)), 0);
    placed = most;
    return;
  }
  if (list == 0) {
    memory.fill(counts, 0, levels << 2);
    memory.fill(sums, 0, levels << 3);
    next = 0;
    nextEnd = 0;
  } else {
    memory.copy(counts, countsOf(list), levels << 2);
    memory.copy(sums, sumsOf(list), levels << 3);
    next = inOrder(list);
    nextEnd = next + ((<usize>lengthOf(list)) << 4);
  }
  let i: usize = 0;
  let to = found;
  let hint = before;
  const hintEnd = before + ((<usize>befores) << 4);
  for (; i < <usize>n && rare < most; i++) {
    const shingle = load<u64>(set + (i << 3));
    while (hint < hintEnd && load<u64>(hint) < shingle) hint += 16;
    if (hint < hintEnd && load<u64>(hint) == shingle) v128.store(to, v128.load(hint));
    else {
      const known = frequent(shingle);
      if (known == 0) {
        put(rare++, shingle, 0);
        store<u8>(marks + i, 0);
        continue;
      }
      store<u64>(to, shingle);
      store<u32>(to, <u32>known, 8);
      store<u32>(to, load<u32>(known, 12), 12);
    }
    const flags = load<u32>(to, 12);
    const level = levelIn(flags);
    to += 16;
    store<u8>(marks + i, flags & internFlag);
    strays += <u32>((flags & internFlag) != 0);
    const count = counts + ((<usize>level) << 2);
    store<u32>(count, load<u32>(count) + 1);
    const sum = sums + ((<usize>level) << 3);
    store<u64>(sum, load<u64>(sum) + shingle);
  }
  placed = rare;
  founds = <u32>((to - found) >> 4);
  if (rare == most) return;
  sorted = true;
  current = 0;
  fillHeap();
}

/** Must be called when frequencies were learned anew. */
export function forgetBefore(): void {
  founds = 0;
}

/** Sees to it that the first `length` shingles are in `prefix`. */
export function extendPrefix(length: u32): void {
  while (placed < length) {
    while (heaped == 0 && current + 1 < <u32>levels) {
      current++;
      fillHeap();
    }
    if (next < nextEnd && (heaped == 0 || isNextFirst())) {
      put(placed++, load<u64>(next), load<u32>(<usize>load<u32>(next, 8), 12));
      next += 16;
      continue;
    }
    put(placed++, load<u64>(heap), load<u32>(heap, 12));
    heaped--;
    v128.store(heap, v128.load(heap + ((<usize>heaped) << 4)));
    sink(0, heaped);
  }
}

/** Whether the list's next shingle comes before the heap's first. */
// @ts-ignore: decorator
@inline
function isNextFirst(): bool {
  const left = load<u32>(next, 12);
  const right = load<u32>(heap, 8);
  return left < right || (left == right && load<u64>(next) < load<u64>(heap));
}

/** How many shingles of the set are of a level above 0, if it is `sorted`. */
// @ts-ignore: decorator
@inline
export function countOf(level: usize): u32 {
  return load<u32>(counts + (level << 2));
}

/** The sum of them, modulo 2^64. */
// @ts-ignore: decorator
@inline
export function sumOf(level: usize): u64 {
  return load<u64>(sums + (level << 3));
}

/** Whether the shingle in place `i` of the set, by hash, is one to be held once. */
// @ts-ignore: decorator
@inline
export function isInterned(i: usize, shingle: u64): bool {
  if (sorted) return load<u8>(marks + i) != 0;
  const known = frequent(shingle);
  return known != 0 && (load<u32>(known, 12) & internFlag) != 0;
}

// @ts-ignore: decorator
@inline
function put(place: u32, shingle: u64, flags: u32): void {
  const at = prefix + ((<usize>place) << 4);
  store<u64>(at, shingle);
  store<u32>(at, <u32>shingle, 8);
  store<u32>(at, flags, 12);
}

function fillHeap(): void {
  heaped = 0;
  if (load<u32>(counts + ((<usize>current) << 2)) == 0) return;
  const end = found + ((<usize>founds) << 4);
  for (let at = found; at < end; at += 16) {
    if (levelIn(load<u32>(at, 12)) != current) continue;
    v128.store(heap + ((<usize>heaped) << 4), v128.load(<usize>load<u32>(at, 8)));
    heaped++;
  }
  for (let i: i32 = <i32>(heaped >> 1) - 1; i >= 0; i--) sink(<u32>i, heaped);
}

/** Rarer first; equally frequent ones by hash. */
// @ts-ignore: decorator
@inline
function isBefore(a: usize, b: usize): bool {
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
    if (child + 1 < count && isBefore(at + 16, at)) {
      child++;
      at += 16;
    }
    const parent = heap + ((<usize>i) << 4);
    if (!isBefore(at, parent)) return;
    const moved = v128.load(parent);
    v128.store(parent, v128.load(at));
    v128.store(at, moved);
    i = child;
  }
}
