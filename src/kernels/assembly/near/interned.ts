/**
 * Lists of frequent shingles, each held once: texts made from a template all have the template's.
 *
 *     entry   uint64 hash of the list, address, length: uint32 each; open addressing
 */
import { take } from '../shared/arena';
import { learnedEntries } from './frequent';
import { K0, spread } from '../shared/word-hash';
import { isInterned } from './order';
import { isOrdered, lengthOf, makeList, mayMakeList } from './template';

let entries: usize = 0;
let bits: u32 = 0;
let used: u32 = 0;

/** Lists that sets had, the last one first, or 0. */
const recent = memory.data(4 * 4, 16);
const recents: usize = 4;

/** What `split` made of a set: shingles of its own, and frequent ones. */
export let own: usize = 0;
export let owned: u32 = 0;
export let common: usize = 0;
export let commons: u32 = 0;
/** The list that is equal to the frequent ones, or 0. */
export let known: usize = 0;
/** How many of its own are frequent enough to be held once, but not in the list. */
export let unlisted: u32 = 0;

let hash: u64 = 0;
let rares: usize = 0;
let capacity: u32 = 0;

/** Takes the set apart whose prefix was begun last. All are its own when the frequent ones are too few to be worth it. */
export function split(set: usize, n: u32): void {
  known = 0;
  unlisted = 0;
  if (learnedEntries == 0) {
    wholeOwn(set, n);
    return;
  }
  makeRoom(n);
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
      h = mixed(h, shingle);
    }
  }
  if (shared < 8 || shared < n >> 2) {
    wholeOwn(set, n);
    return;
  }
  own = rares;
  owned = rare;
  commons = shared;
  find(h);
  // Texts of one template have phrases besides that are as frequent. What many have in common is part of the list before.
  if (known == 0 && load<u32>(recent) != 0) narrow(set, n, <usize>load<u32>(recent));
}

/** Finds the list that is equal to the common shingles. `h` is their hash. */
function find(h: u64): void {
  hash = spread(h + <u64>commons) | 1;
  known = bits == 0 ? 0 : <usize>load<u32>(entryFor(), 8);
}

/** Leaves those in common that are in a list, if they are most of both. */
function narrow(set: usize, n: u32, list: usize): void {
  const most = commons;
  let at = list;
  const end = list + ((<usize>lengthOf(list)) << 3);
  let both: u32 = 0;
  for (let i: usize = 0; i < <usize>n && at < end; i++) {
    const shingle = load<u64>(set + (i << 3));
    while (at < end && load<u64>(at) < shingle) at += 8;
    both += <u32>(at < end && load<u64>(at) == shingle);
  }
  const least = max(lengthOf(list), most);
  if (both < least - (least >> 3) || both < 8 || both < n >> 2) return;
  owned = 0;
  commons = 0;
  at = list;
  let h: u64 = 0;
  for (let i: usize = 0; i < <usize>n; i++) {
    const shingle = load<u64>(set + (i << 3));
    while (at < end && load<u64>(at) < shingle) at += 8;
    if (at < end && load<u64>(at) == shingle) {
      store<u64>(common + ((<usize>commons) << 3), shingle);
      commons++;
      h = mixed(h, shingle);
    } else {
      store<u64>(rares + ((<usize>owned) << 3), shingle);
      owned++;
      unlisted += <u32>isInterned(i, shingle);
    }
  }
  find(h);
}

// @ts-ignore: decorator
@inline
function mixed(h: u64, shingle: u64): u64 {
  h = (h ^ shingle) * K0;
  return h ^ (h >> 32);
}

function makeRoom(n: u32): void {
  if (n <= capacity) return;
  capacity = max(max(n, capacity * 2), 1024);
  rares = take((<usize>capacity) << 3);
  common = take((<usize>capacity) << 3);
}

/** Takes the set apart by one of the lists that sets had last, if it has all of it; else false. It is in order then. */
export function splitByList(set: usize, n: u32): bool {
  if (learnedEntries == 0 || load<u32>(recent) == 0) return false;
  makeRoom(n);
  for (let i: usize = 0; i < recents; i++) {
    const list = <usize>load<u32>(recent + (i << 2));
    if (list == 0) return false;
    if (lengthOf(list) < n >> 2 || !leaves(set, n, list) || !isOrdered(list)) continue;
    for (; i > 0; i--) store<u32>(recent + (i << 2), load<u32>(recent + ((i - 1) << 2)));
    store<u32>(recent, <u32>list);
    own = rares;
    commons = lengthOf(list);
    known = list;
    return true;
  }
  return false;
}

/** Writes what a set has beside a list, if it has all of that. */
function leaves(set: usize, n: u32, list: usize): bool {
  const end = set + ((<usize>n) << 3);
  let to = rares;
  let next = load<u64>(list);
  for (let at = set; at < end; at += 8) {
    const shingle = load<u64>(at);
    if (shingle == next) {
      list += 8;
      next = load<u64>(list);
    } else {
      // Behind the list is a 0.
      if (next < shingle && next != 0) return false;
      store<u64>(to, shingle);
      to += 8;
    }
  }
  owned = <u32>((to - rares) >> 3);
  return next == 0;
}

/** Takes a row apart that has a list: copies the others. */
export function splitRow(others: usize, count: u32, list: usize): void {
  makeRoom(count);
  memory.copy(rares, others, (<usize>count) << 3);
  own = rares;
  owned = count;
  commons = lengthOf(list);
  known = list;
}

/** Tries a list with the next sets, after the one that they had last. */
export function remember(list: usize): void {
  let last = load<u32>(recent) == 0 ? 0 : 1;
  for (let i = last; i < <i32>recents; i++) if (load<u32>(recent + ((<usize>i) << 2)) == <u32>list) return;
  for (let i = <i32>recents - 1; i > last; i--)
    store<u32>(recent + ((<usize>i) << 2), load<u32>(recent + ((<usize>(i - 1)) << 2)));
  store<u32>(recent + ((<usize>last) << 2), <u32>list);
}

/** Whether the frequent ones can be held: their list is, or there is room for one more. */
export function mayIntern(): bool {
  return known != 0 || mayMakeList();
}

/** The list that is equal to the frequent shingles of the last `split`: one more if there was none. */
export function intern(): usize {
  if (known != 0 || commons == 0) return known;
  if (bits == 0 || used > ((<u32>3) << bits) >> 2) widen();
  const at = entryFor();
  known = makeList(common, commons);
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
