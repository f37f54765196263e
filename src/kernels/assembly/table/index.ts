// The digests of the rows kept so far, with their ordinals: extendible hashing (Fagin and others, 1979) over pages of 768
// slots in buckets of 12. A full page is split in two, so that nothing is ever copied whole.
//
//     entry       16 bytes of digest, uint32 ordinal; in runs of 256 whose digests share their top byte
//     bucket      12 tags, uint16 of the page's, 2 bytes unused, 12 addresses of entries: what a cache fetches at once
//     page        64 buckets; the first one's uint16 is the page's depth, the second one's how many entries it has
//     directory   2^depth page addresses, by the top bits of the digest's first word
//
// A tag is 0 for an empty slot, or 0x80 and 7 bits of the digest's second word, whose low bits choose the bucket; what is
// too much for a bucket is in the next one with an empty slot. Rows are judged by the top byte of their digests, so that
// what is looked at stays in the processor's cache.

import { startAgain, take } from '../shared/arena';

export { __heap_base };

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

const bucketSlots: usize = 12;
const buckets: u32 = 64;
const slots: u32 = 768;
const bucketBytes: usize = 64;
const addressesAt: usize = 16;
const pageBytes: usize = 64 * bucketBytes;
/** Where the uint16 of the first and the second bucket are. */
const depthAt: usize = 12;
const countAt: usize = bucketBytes + 12;
/** A byte of a bucket that is written and never read. */
const touchedAt: usize = 15;
/** Entries at which a page is split. */
const splitAt: u32 = 680;
/** The tags of a bucket, as bits of a comparison of 16 bytes. */
const tagBits: i32 = 0xfff;
/** The directory's largest depth; a page of that depth fills up. */
const deepest: u32 = 22;
/** Addresses of the entries of a page that is split. */
const moving = memory.data(4 * 768, 16);

/** Rows whose buckets and entries are fetched ahead, so that the waits for memory overlap. */
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
  return load<u16>(<usize>load<u32>(directory + ((<usize>slot) << 2)), depthAt);
}

/** Copies the entries of a slot's page, at most 768, to `to`, one after the other. Returns how many there are. */
export function copyPage(slot: u32, to: usize): u32 {
  const count = listEntries(<usize>load<u32>(directory + ((<usize>slot) << 2)));
  for (let i: usize = 0; i < count; i++)
    memory.copy(to + i * entryBytes, <usize>load<u32>(moving + (i << 2)), entryBytes);
  return <u32>count;
}

/** Writes the addresses of a page's entries to `moving` and returns how many they are. */
function listEntries(page: usize): usize {
  let to = moving;
  for (let bucket = page; bucket < page + pageBytes; bucket += bucketBytes) {
    for (let slot: usize = 0; slot < bucketSlots; slot++) {
      if (load<u8>(bucket + slot) == 0) continue;
      store<u32>(to, load<u32>(bucket + addressesAt + (slot << 2)));
      to += 4;
    }
  }
  return (to - moving) >> 2;
}

function newPage(pageDepth: u32): usize {
  const page = take(pageBytes);
  empty(page, pageDepth);
  return page;
}

function empty(page: usize, pageDepth: u32): void {
  for (let bucket = page; bucket < page + pageBytes; bucket += bucketBytes) v128.store(bucket, i64x2.splat(0));
  store<u16>(page, <u16>pageDepth, depthAt);
}

// @ts-ignore: decorator
@inline
function pageOf(digest: usize): usize {
  // Shifting by 32 is shifting by 0, so the depth-0 directory needs the wider shift.
  const prefix = <usize>((<u64>load<u32>(digest)) >> (32 - depth));
  return <usize>load<u32>(directory + (prefix << 2));
}

// @ts-ignore: decorator
@inline
function bucketOf(digest: usize): usize {
  return (<usize>(load<u32>(digest, 4) & (buckets - 1))) * bucketBytes;
}

// @ts-ignore: decorator
@inline
function tagOf(digest: usize): u8 {
  return <u8>(0x80 | (load<u32>(digest, 4) >> 25));
}

/** The address of the entry with this digest, or 0. */
// @ts-ignore: decorator
@inline
function lookup(page: usize, digest: usize): usize {
  const tags = i8x16.splat(<i8>tagOf(digest));
  const low = load<u64>(digest);
  const high = load<u64>(digest, 8);
  let bucket = bucketOf(digest);
  for (let tried: u32 = 0; tried < buckets; tried++) {
    const held = v128.load(page + bucket);
    let hits = i8x16.bitmask(i8x16.eq(held, tags)) & tagBits;
    while (hits != 0) {
      const entry = <usize>load<u32>(page + bucket + addressesAt + ((<usize>ctz<i32>(hits)) << 2));
      if (load<u64>(entry) == low && load<u64>(entry, 8) == high) return entry;
      hits &= hits - 1;
    }
    if ((i8x16.bitmask(held) & tagBits) != tagBits) return 0;
    bucket = (bucket + bucketBytes) & (pageBytes - 1);
  }
  return 0;
}

/** Writes an entry's address into the first empty slot for its digest. */
function enter(page: usize, entry: usize): void {
  let bucket = bucketOf(entry);
  let empty: i32 = 0;
  while (true) {
    empty = ~i8x16.bitmask(v128.load(page + bucket)) & tagBits;
    if (empty != 0) break;
    bucket = (bucket + bucketBytes) & (pageBytes - 1);
  }
  const slot = <usize>ctz<i32>(empty);
  store<u8>(page + bucket + slot, tagOf(entry));
  store<u32>(page + bucket + addressesAt + (slot << 2), <u32>entry);
  store<u16>(page, load<u16>(page, countAt) + 1, countAt);
}

/** Divides a page's entries over two by the next bit of their digests. */
function split(page: usize, digest: usize): void {
  const pageDepth = <u32>load<u16>(page, depthAt);
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

  const count = listEntries(page);
  empty(page, pageDepth + 1);
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
  while (load<u16>(page, countAt) >= splitAt && load<u16>(page, depthAt) < deepest) {
    split(page, digest);
    page = pageOf(digest);
  }
  if (load<u16>(page, countAt) == slots - 1) full();
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

/**
 * Has the buckets brought that judging the next rows will read. A load would hold up what comes after it; a store is left
 * behind and waits for its place alone, so it goes to a byte that means nothing.
 */
function fetch(digests: usize, rows: usize): void {
  for (let digest = digests; digest < digests + (rows << 4); digest += 16)
    store<u8>(pageOf(digest) + bucketOf(digest), 0, touchedAt);
}

/** Reads the entries that are probably those of the next rows, all at once. */
function fetchEntries(digests: usize, rows: usize): void {
  let sum: u32 = 0;
  for (let digest = digests; digest < digests + (rows << 4); digest += 16) {
    const bucket = pageOf(digest) + bucketOf(digest);
    const hits = i8x16.bitmask(i8x16.eq(v128.load(bucket), i8x16.splat(<i8>tagOf(digest)))) & tagBits;
    const slot = (<usize>ctz<i32>(hits | (1 << 11))) << 2;
    // Without a hit the address is of another entry, or of none: then the bucket itself is read.
    sum ^= load<u32>(hits == 0 ? bucket : <usize>load<u32>(bucket + addressesAt + slot));
  }
  store<u32>(fetched, sum);
}

/**
 * Judges rows in order. `ordinals` and `skip` may be 0 (ordinals from `first` on; no row skipped). One byte a row goes to
 * `keep`, the ordinal of the kept row with its digest to `kept`; `order` and `sorted` are scratch of 4 and 16 bytes a row.
 * Returns how many rows were found to be duplicates.
 */
export function judge(
  digests: usize, rows: u32, first: u32, ordinals: usize, skip: usize, keep: usize, kept: usize, order: usize,
  sorted: usize,
): u32 {
  let duplicates: u32 = 0;
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
      if (i == 0) fetch(sorted, min(ahead, <usize>rows));
      if (i + ahead < <usize>rows) fetch(sorted + ((i + ahead) << 4), min(ahead, <usize>rows - i - ahead));
      fetchEntries(sorted + (i << 4), min(ahead, <usize>rows - i));
    }
    const r = <usize>load<u32>(order + (i << 2));
    let keeps: u8 = 0;
    let ordinal: u32 = 0;
    if (skip == 0 || load<u8>(skip + r) == 0) {
      const digest = sorted + (i << 4);
      const page = pageOf(digest);
      const entry = lookup(page, digest);
      if (entry != 0) {
        ordinal = load<u32>(entry, 16);
        duplicates++;
      } else {
        ordinal = ordinals == 0 ? first + <u32>r : load<u32>(ordinals + (r << 2));
        insertInto(page, digest, ordinal);
        keeps = 1;
      }
    }
    store<u8>(keep + r, keeps);
    store<u32>(kept + (r << 2), ordinal);
  }
  return duplicates;
}
