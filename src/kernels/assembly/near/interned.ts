/**
 * Lists of frequent shingles, each held once: texts made from a template all have the template's.
 *
 *     entry   uint64 hash of the list, address, length: uint32 each; open addressing
 */
import { take } from '../shared/arena';
import { learnedEntries } from './frequent';
import { K0, spread } from './hash';
import { isInterned } from './order';

let entries: usize = 0;
let bits: u32 = 0;
let used: u32 = 0;
const internedMost: usize = 1 << 24;
let internedBytes: usize = 0;

/** What `split` made of a set: shingles of its own, and frequent ones. */
export let own: usize = 0;
export let owned: u32 = 0;
export let common: usize = 0;
export let commons: u32 = 0;
/** The list that is equal to the frequent ones, or 0. */
export let known: usize = 0;

let hash: u64 = 0;
let rares: usize = 0;
let capacity: u32 = 0;

/** Takes the set apart whose prefix was begun last. All are its own when the frequent ones are too few to be worth it. */
export function split(set: usize, n: u32): void {
  known = 0;
  if (learnedEntries == 0) {
    wholeOwn(set, n);
    return;
  }
  if (n > capacity) {
    capacity = max(max(n, capacity * 2), 1024);
    rares = take((<usize>capacity) << 3);
    common = take((<usize>capacity) << 3);
  }
  let rare: u32 = 0;
  let shared: u32 = 0;
  let h: u64 = 0;
  for (let i: usize = 0; i < <usize>n; i++) {
    const shingle = load<u64>(set + (i << 3));
    if (!isInterned(i, shingle)) {
      store<u64>(rares + ((<usize>rare) << 3), shingle);
      rare++;
    } else {
      store<u64>(common + ((<usize>shared) << 3), shingle);
      shared++;
      h = (h ^ shingle) * K0;
      h ^= h >> 32;
    }
  }
  if (shared < 8 || shared < n >> 2) {
    wholeOwn(set, n);
    return;
  }
  own = rares;
  owned = rare;
  commons = shared;
  hash = spread(h + <u64>shared) | 1;
  if (bits != 0) {
    const at = entryFor();
    known = <usize>load<u32>(at, 8);
  }
}

/** Whether the frequent ones can be held: their list is, or there is room for one more. Lists are never spilled. */
export function mayIntern(): bool {
  return known != 0 || internedBytes < internedMost;
}

/** The list that is equal to the frequent shingles of the last `split`: one more if there was none. */
export function intern(): usize {
  if (known != 0 || commons == 0) return known;
  if (bits == 0 || used > ((<u32>3) << bits) >> 2) widen();
  const at = entryFor();
  known = take((<usize>commons) << 3);
  internedBytes += (<usize>commons) << 3;
  memory.copy(known, common, (<usize>commons) << 3);
  store<u64>(at, hash);
  store<u32>(at, <u32>known, 8);
  store<u32>(at, commons, 12);
  used++;
  return known;
}

/** Leaves all shingles of the set its own. */
export function wholeOwn(set: usize, n: u32): void {
  own = set;
  owned = n;
  commons = 0;
  known = 0;
}

/** The entry of the list, or the empty one for it. */
function entryFor(): usize {
  const mask: u32 = ((<u32>1) << bits) - 1;
  let slot = <u32>(hash >> 32) & mask;
  while (true) {
    const at = entries + ((<usize>slot) << 4);
    const held = load<u64>(at);
    if (held == 0) return at;
    if (held == hash && load<u32>(at, 12) == commons) {
      const list = <usize>load<u32>(at, 8);
      if (memory.compare(list, common, (<usize>commons) << 3) == 0) return at;
    }
    slot = (slot + 1) & mask;
  }
}

function widen(): void {
  const from = entries;
  const end = from + (bits == 0 ? 0 : (<usize>16) << <usize>bits);
  bits = bits == 0 ? 10 : bits + 1;
  entries = take((<usize>16) << <usize>bits);
  memory.fill(entries, 0, (<usize>16) << <usize>bits);
  const mask: u32 = ((<u32>1) << bits) - 1;
  for (let at = from; at < end; at += 16) {
    const held = load<u64>(at);
    if (held == 0) continue;
    let slot = <u32>(held >> 32) & mask;
    while (load<u64>(entries + ((<usize>slot) << 4)) != 0) slot = (slot + 1) & mask;
    v128.store(entries + ((<usize>slot) << 4), v128.load(at));
  }
}
