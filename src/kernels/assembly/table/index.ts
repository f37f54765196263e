// The digests of the rows kept so far, with their ordinals: extendible hashing (Fagin and others, 1979) over pages of 1,024
// slots, each page probed 16 tags at a time. A full page is split in two, so that nothing is ever copied whole.
//
//     entry       16 bytes of digest, uint32 ordinal; in runs of 256 whose digests share their top byte
//     page        uint32 depth, uint32 count, 56 bytes unused, 1,024 tags, 1,024 addresses of entries
//     directory   2^depth page addresses, by the top bits of the digest's first word
//
// A tag is 0 for an empty slot, or 0x80 and 7 bits of the digest's second word, whose low bits choose the group of 16.
// Rows are judged by the top byte of their digests, so that what is looked at stays in the processor's cache.

import { startAgain, take } from '../shared/arena';

export { __heap_base };
export { pick } from './pick';

/** Ends the run: more rows than the table can tell apart. */
// @ts-ignore: decorator
@external("host", "full")
declare function full(): void;

const entryBytes: usize = 20;
const runEntries: u32 = 256;
/** For each top byte: the address of its run's next free entry, and how many are free. */
const runs = memory.data(8 << 8, 16);
/** Rows by top byte: how many, then where they begin. */
const sections = memory.data(4 << 8, 16);

const groups: u32 = 64;
const slots: u32 = 1024;
const tagsAt: usize = 64;
const entriesAt: usize = 64 + 1024;
const pageBytes: usize = 64 + 1024 + 4096;
/** Entries at which a page is split. */
const splitAt: u32 = 920;
/** The directory's largest depth; a page of that depth fills up. */
const deepest: u32 = 22;
const moving = memory.data(4 << 10, 16);

/** Rows whose tags are fetched ahead, so that the waits for memory overlap. */
const ahead: usize = 32;
const fetched = memory.data(16, 16);

let entries: u32 = 0;
let directory: usize = 0;
let depth: u32 = 0;

/** Entries in the table. */
export function size(): u32 {
  return entries;
}

/** Makes an empty table of 2^bits pages; of one that was there before nothing is used any more. */
export function init(bits: u32): void {
  entries = 0;
  depth = bits;
  startAgain();
  memory.fill(runs, 0, 8 << 8);
  directory = take((<usize>4) << (<usize>bits));
  for (let i: usize = 0; i < (<usize>1) << (<usize>bits); i++) store<u32>(directory + (i << 2), <u32>newPage(bits));
}

/** The directory's depth: it has 2^depth slots. */
export function directoryDepth(): u32 {
  return depth;
}

/** The depth of a slot's page, which 2^(directoryDepth - it) slots share. */
export function pageDepth(slot: u32): u32 {
  return load<u32>(<usize>load<u32>(directory + ((<usize>slot) << 2)));
}

/** Copies the entries of a slot's page, at most 1,024, to `to`, one after the other. Returns how many there are. */
export function copyPage(slot: u32, to: usize): u32 {
  const page = <usize>load<u32>(directory + ((<usize>slot) << 2));
  let at = to;
  for (let s: usize = 0; s < <usize>slots; s++) {
    if (load<u8>(page + tagsAt + s) == 0) continue;
    memory.copy(at, <usize>load<u32>(page + entriesAt + (s << 2)), entryBytes);
    at += entryBytes;
  }
  return <u32>((at - to) / entryBytes);
}

function newPage(pageDepth: u32): usize {
  const page = take(pageBytes);
  memory.fill(page, 0, entriesAt);
  store<u32>(page, pageDepth);
  return page;
}

// @ts-ignore: decorator
@inline
function pageOf(digest: usize): usize {
  // Shifting by 32 is shifting by 0, so the depth-0 directory needs the wider shift.
  const prefix = <usize>((<u64>load<u32>(digest)) >> (32 - depth));
  return <usize>load<u32>(directory + (prefix << 2));
}

/** The address of the entry with this digest, or 0. */
// @ts-ignore: decorator
@inline
function lookup(page: usize, digest: usize): usize {
  const word = load<u32>(digest, 4);
  const tags = i8x16.splat(<i8>(0x80 | (word >> 25)));
  const low = load<u64>(digest);
  const high = load<u64>(digest, 8);
  let group = word & (groups - 1);
  for (let tried: u32 = 0; tried < groups; tried++) {
    const held = v128.load(page + tagsAt + ((<usize>group) << 4));
    let hits = i8x16.bitmask(i8x16.eq(held, tags));
    while (hits != 0) {
      const slot = (group << 4) + <u32>ctz<i32>(hits);
      const entry = <usize>load<u32>(page + entriesAt + ((<usize>slot) << 2));
      if (load<u64>(entry) == low && load<u64>(entry, 8) == high) return entry;
      hits &= hits - 1;
    }
    if ((i8x16.bitmask(held) & 0xffff) != 0xffff) return 0;
    group = (group + 1) & (groups - 1);
  }
  return 0;
}

/** Writes an entry's address into the first empty slot for its digest. */
function enter(page: usize, entry: usize): void {
  const word = load<u32>(entry, 4);
  let group = word & (groups - 1);
  let empty: i32 = 0;
  while (true) {
    empty = ~i8x16.bitmask(v128.load(page + tagsAt + ((<usize>group) << 4))) & 0xffff;
    if (empty != 0) break;
    group = (group + 1) & (groups - 1);
  }
  const slot = (<usize>group << 4) + <usize>ctz<i32>(empty);
  store<u8>(page + tagsAt + slot, <u8>(0x80 | (word >> 25)));
  store<u32>(page + entriesAt + (slot << 2), <u32>entry);
  store<u32>(page, load<u32>(page, 4) + 1, 4);
}

/** Divides a page's entries over two by the next bit of their digests. */
function split(page: usize, digest: usize): void {
  const pageDepth = load<u32>(page);
  if (pageDepth == depth) {
    const wider = take((<usize>8) << (<usize>depth));
    for (let i: usize = 0; i < (<usize>1) << (<usize>depth); i++) {
      const address = load<u32>(directory + (i << 2));
      store<u32>(wider + (i << 3), address);
      store<u32>(wider + (i << 3), address, 4);
    }
    directory = wider;
    depth++;
  }
  const twin = newPage(pageDepth + 1);
  const span = (<usize>1) << (<usize>(depth - pageDepth));
  const prefix = <usize>((<u64>load<u32>(digest)) >> (32 - pageDepth));
  const second = directory + ((prefix * span + (span >> 1)) << 2);
  for (let i: usize = 0; i < span >> 1; i++) store<u32>(second + (i << 2), <u32>twin);

  let count: usize = 0;
  for (let slot: usize = 0; slot < <usize>slots; slot++) {
    if (load<u8>(page + tagsAt + slot) == 0) continue;
    store<u32>(moving + (count << 2), load<u32>(page + entriesAt + (slot << 2)));
    count++;
  }
  memory.fill(page, 0, entriesAt);
  store<u32>(page, pageDepth + 1);
  for (let i: usize = 0; i < count; i++) {
    const entry = <usize>load<u32>(moving + (i << 2));
    enter((load<u32>(entry) >> (31 - pageDepth)) & 1 ? twin : page, entry);
  }
}

/** Enters a digest that is not in the table. */
// @ts-ignore: decorator
@inline
function insertInto(page: usize, digest: usize, ordinal: u32): void {
  const run = runs + ((<usize>load<u8>(digest, 3)) << 3);
  let free = load<u32>(run, 4);
  if (free == 0) {
    store<u32>(run, <u32>take(entryBytes * runEntries));
    free = runEntries;
  }
  const entry = <usize>load<u32>(run);
  store<u32>(run, <u32>(entry + entryBytes));
  store<u32>(run, free - 1, 4);
  entries++;
  v128.store(entry, v128.load(digest));
  store<u32>(entry, ordinal, 16);
  while (load<u32>(page, 4) >= splitAt && load<u32>(page) < deepest) {
    split(page, digest);
    page = pageOf(digest);
  }
  if (load<u32>(page, 4) == slots - 1) full();
  enter(page, entry);
}

/** The ordinal that came with the digest, or -1. */
export function find(digest: usize): f64 {
  const entry = lookup(pageOf(digest), digest);
  return entry == 0 ? -1 : <f64>load<u32>(entry, 16);
}

export function insert(digest: usize, ordinal: u32): void {
  insertInto(pageOf(digest), digest, ordinal);
}

/** Reads the tags and addresses that judging the next rows will read, all at once. */
function fetch(digests: usize, rows: usize): void {
  let sum = i64x2.splat(0);
  for (let i: usize = 0; i < rows; i++) {
    const digest = digests + (i << 4);
    const group = <usize>(load<u32>(digest, 4) & (groups - 1));
    const page = pageOf(digest);
    sum = v128.xor(sum, v128.load(page + tagsAt + (group << 4)));
    sum = v128.xor(sum, v128.load(page + entriesAt + (group << 6)));
  }
  v128.store(fetched, sum);
}

/** Reads the entries that the tags of the next rows lead to first, where most duplicates have theirs. */
function fetchEntries(digests: usize, rows: usize): void {
  let sum: u32 = 0;
  for (let i: usize = 0; i < rows; i++) {
    const digest = digests + (i << 4);
    const word = load<u32>(digest, 4);
    const group = <usize>(word & (groups - 1));
    const page = pageOf(digest);
    const tags = i8x16.splat(<i8>(0x80 | (word >> 25)));
    const hits = i8x16.bitmask(i8x16.eq(v128.load(page + tagsAt + (group << 4)), tags));
    const slot = (group << 4) + <usize>(ctz<i32>(hits | 0x8000) & 15);
    // Without a hit the address is of another entry, or of none: then the page itself is read.
    const entry = load<u32>(page + entriesAt + (slot << 2));
    sum ^= load<u32>(hits == 0 ? page : <usize>entry);
  }
  store<u32>(fetched, sum);
}

/**
 * Judges rows in order. `ordinals` and `skip` may be 0 (ordinals from `first` on; no row skipped). One byte a row goes to
 * `keep`, the ordinal of the kept row with its digest to `kept`; `order` and `sorted` are scratch of 4 and 16 bytes a row.
 */
export function judge(
  digests: usize, rows: u32, first: u32, ordinals: usize, skip: usize, keep: usize, kept: usize, order: usize,
  sorted: usize,
): void {
  memory.fill(sections, 0, 4 << 8);
  for (let r: usize = 0; r < <usize>rows; r++) {
    const section = sections + ((<usize>load<u8>(digests + (r << 4), 3)) << 2);
    store<u32>(section, load<u32>(section) + 1);
  }
  let from: u32 = 0;
  for (let s: usize = 0; s < 256; s++) {
    const count = load<u32>(sections + (s << 2));
    store<u32>(sections + (s << 2), from);
    from += count;
  }
  for (let r: usize = 0; r < <usize>rows; r++) {
    const section = sections + ((<usize>load<u8>(digests + (r << 4), 3)) << 2);
    const at = load<u32>(section);
    store<u32>(section, at + 1);
    store<u32>(order + ((<usize>at) << 2), <u32>r);
    v128.store(sorted + ((<usize>at) << 4), v128.load(digests + (r << 4)));
  }
  for (let i: usize = 0; i < <usize>rows; i++) {
    if (i % ahead == 0) {
      fetch(sorted + (i << 4), min(ahead, <usize>rows - i));
      fetchEntries(sorted + (i << 4), min(ahead, <usize>rows - i));
    }
    const r = <usize>load<u32>(order + (i << 2));
    let keeps: u8 = 0;
    let ordinal: u32 = 0;
    if (skip == 0 || load<u8>(skip + r) == 0) {
      const digest = sorted + (i << 4);
      const page = pageOf(digest);
      const entry = lookup(page, digest);
      if (entry != 0) ordinal = load<u32>(entry, 16);
      else {
        ordinal = ordinals == 0 ? first + <u32>r : load<u32>(ordinals + (r << 2));
        insertInto(page, digest, ordinal);
        keeps = 1;
      }
    }
    store<u8>(keep + r, keeps);
    store<u32>(kept + (r << 2), ordinal);
  }
}
