/**
 * The term table: open addressing over 64-bit hashes, the bytes always compared. The host lays out its memory and grows
 * it between calls; nothing here allocates.
 *
 * - slots: uint32 each, 0 for empty, else 6 bits of the hash << 26 | term id (from 1);
 * - entries: 32 bytes a term: its first 16 bytes (padded with 0, which no term holds), the address of the rest or 0,
 *   how often it occurs, in how many rows, and the stamp of the last such row;
 * - arena: for terms of more than 16 bytes, uint32 length of the rest and its bytes, padded with 0 to a multiple of 16.
 */
import { addToHistogram, openHistogram, reachedBy } from './histogram';

export const tagBits: u32 = 0xfc000000;
export const idBits: u32 = 0x03ffffff;

/** Offsets in an entry. */
export const atRest: usize = 16;
export const atCount: usize = 20;
export const atRows: usize = 24;
export const atStamp: usize = 28;

export let slots: usize = 0;
export let slotMask: u32 = 0;
export let entries: usize = 0;
/** Terms so far, which is also the largest id, and how many fit (the host keeps half of the slots empty). */
export let terms: u32 = 0;
export let capacity: u32 = 0;
export let arenaTop: usize = 0;
export let arenaEnd: usize = 0;

const keep: usize = memory.data<u8>([
  255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0,
]);

/** The `length` (0 to 16) bytes at `p` in lower case (ASCII letters only), the others 0. */
// @ts-ignore: decorator
@inline
export function loadLower(p: usize, length: usize): v128 {
  const v = v128.load(p);
  const upper = i8x16.lt_u(i8x16.sub(v, i8x16.splat(0x41)), i8x16.splat(26));
  return v128.and(v128.or(v, v128.and(upper, i8x16.splat(0x20))), v128.load(keep + 16 - length));
}

/** Random numbers, of this kernel alone, so that no texts can be made whose terms all lie in one place. */
let T0: u64 = 0x9e3779b97f4a7c15;
let T1: u64 = 0xbf58476d1ce4e5b9;
let T2: u64 = 0xc2b2ae3d27d4eb4f;
let T3: u64 = 0x94d049bb133111eb;

/** Takes random numbers; before the first term. What comes of terms does not depend on them. */
export function setTermSecret(a: u64, b: u64, c: u64, d: u64): void {
  T0 = a;
  T1 = b | 1;
  T2 = c;
  T3 = d | 1;
}

/** Hash of a term's first 16 bytes, which is the hash of a term of at most 16. */
// @ts-ignore: decorator
@inline
export function hashHead(low: u64, high: u64): u64 {
  const h = (low ^ T0) * T1 + rotl<u64>((high ^ T2) * T3, 32);
  return (h ^ (h >> 32)) * 0xd6e8feb86659fd93;
}

/** Adds 16 more bytes to the hash of a long term. */
// @ts-ignore: decorator
@inline
function hashMore(h: u64, low: u64, high: u64): u64 {
  return hashHead(low ^ h, high + rotl<u64>(h, 23));
}

/** Lays out the table in zeroed memory: 2^k slots, room for `room` terms, an arena. */
export function openTerms(slotsAt: usize, slotCount: u32, entriesAt: usize, room: u32, arenaAt: usize, arenaBytes: usize): void {
  slots = slotsAt;
  slotMask = slotCount - 1;
  entries = entriesAt;
  terms = 0;
  capacity = room;
  arenaTop = arenaAt;
  arenaEnd = arenaAt + arenaBytes;
}

/** Moves the table to larger memory (zeroed). */
export function growTerms(slotsAt: usize, slotCount: u32, entriesAt: usize, room: u32): void {
  memory.copy(entriesAt, entries, (<usize>terms + 1) << 5);
  slots = slotsAt;
  slotMask = slotCount - 1;
  entries = entriesAt;
  capacity = room;
  for (let id: u32 = 1; id <= terms; id++) {
    const entry = entries + (<usize>id << 5);
    let h = hashHead(load<u64>(entry), load<u64>(entry, 8));
    const rest = <usize>load<u32>(entry, atRest);
    if (rest != 0) {
      const end = rest + 4 + load<u32>(rest);
      for (let p = rest + 4; p < end; p += 16) h = hashMore(h, load<u64>(p), load<u64>(p, 8));
    }
    place(h, id);
  }
}

/** Gives the arena new memory; what is in the old one stays there. */
export function openArena(at: usize, bytes: usize): void {
  arenaTop = at;
  arenaEnd = at + bytes;
}

export function termCount(): u32 {
  return terms;
}

export function entriesAddress(): usize {
  return entries;
}

export function arenaLeft(): usize {
  return arenaEnd - arenaTop;
}

function place(h: u64, id: u32): void {
  let i = <u32>(h >> 32) & slotMask;
  while (load<u32>(slots + (<usize>i << 2)) != 0) i = (i + 1) & slotMask;
  store<u32>(slots + (<usize>i << 2), (<u32>h & tagBits) | id);
}

/** Adds a term of at most 16 bytes that is not there, at an empty slot. */
export function addShort(slot: usize, tag: u32, low: u64, high: u64): u32 {
  const id = ++terms;
  const entry = entries + (<usize>id << 5);
  store<u64>(entry, low);
  store<u64>(entry, high, 8);
  store<u64>(entry, 0, 16);
  store<u64>(entry, 0, 24);
  store<u32>(slot, tag | id);
  return id;
}

/** The id of the `length` bytes at `p`, lower-cased if they are ASCII; added if they are new and `add` is set, else 0. */
export function findTerm(p: usize, length: usize, add: bool): u32 {
  const v = loadLower(p, min<usize>(length, 16));
  const low = <u64>i64x2.extract_lane(v, 0);
  const high = <u64>i64x2.extract_lane(v, 1);
  let h = hashHead(low, high);
  if (length > 16) {
    for (let at: usize = 16; at < length; at += 16) {
      const w = loadLower(p + at, min<usize>(length - at, 16));
      h = hashMore(h, <u64>i64x2.extract_lane(w, 0), <u64>i64x2.extract_lane(w, 1));
    }
  }
  const tag = <u32>h & tagBits;
  let i = <u32>(h >> 32) & slotMask;
  while (true) {
    const slot = slots + (<usize>i << 2);
    const held = load<u32>(slot);
    if (held == 0) {
      if (!add) return 0;
      const id = addShort(slot, tag, low, high);
      if (length > 16) addRest(entries + (<usize>id << 5), p + 16, length - 16);
      return id;
    }
    if (((held ^ tag) & tagBits) == 0) {
      const id = held & idBits;
      const entry = entries + (<usize>id << 5);
      if (((load<u64>(entry) ^ low) | (load<u64>(entry, 8) ^ high)) == 0) {
        const rest = <usize>load<u32>(entry, atRest);
        if (length <= 16 ? rest == 0 : rest != 0 && sameRest(rest, p + 16, length - 16)) return id;
      }
    }
    i = (i + 1) & slotMask;
  }
}

function addRest(entry: usize, p: usize, length: usize): void {
  const rest = arenaTop;
  store<u32>(entry, <u32>rest, atRest);
  store<u32>(rest, <u32>length);
  for (let at: usize = 0; at < length; at += 16) v128.store(rest + 4 + at, loadLower(p + at, min<usize>(length - at, 16)));
  arenaTop = rest + 4 + ((length + 15) & ~15);
}

function sameRest(rest: usize, p: usize, length: usize): bool {
  if (load<u32>(rest) != <u32>length) return false;
  for (let at: usize = 0; at < length; at += 16) {
    const w = loadLower(p + at, min<usize>(length - at, 16));
    if (v128.any_true(v128.xor(w, v128.load(rest + 4 + at)))) return false;
  }
  return true;
}

// @ts-ignore: decorator
@inline
function lengthOf(entry: usize): usize {
  const rest = <usize>load<u32>(entry, atRest);
  if (rest != 0) return 16 + <usize>load<u32>(rest);
  const high = load<u64>(entry, 8);
  return high != 0 ? 16 - <usize>(clz(high) >> 3) : 8 - <usize>(clz(load<u64>(entry)) >> 3);
}

/** Bytes that `count` terms (uint32 ids at `ids`) take. */
export function termBytes(ids: usize, count: u32): usize {
  let bytes: usize = 0;
  for (let i: usize = 0; i < <usize>count; i++) bytes += lengthOf(entries + (<usize>load<u32>(ids + (i << 2)) << 5));
  return bytes;
}

/** Writes `count` terms as count + 1 uint32 offsets and their bytes (16 more may be touched). */
export function copyTerms(ids: usize, count: u32, offsets: usize, target: usize): void {
  let q = target;
  store<u32>(offsets, 0);
  for (let i: usize = 0; i < <usize>count; i++) {
    const entry = entries + (<usize>load<u32>(ids + (i << 2)) << 5);
    v128.store(q, v128.load(entry));
    const rest = <usize>load<u32>(entry, atRest);
    if (rest != 0) memory.copy(q + 16, rest + 4, load<u32>(rest));
    q += lengthOf(entry);
    store<u32>(offsets + (i << 2), <u32>(q - target), 4);
  }
}

/** Writes the ids of `count` terms given as offsets and bytes; those not in the table are added, or 0 if `add` is not set. */
export function findTerms(offsets: usize, bytes: usize, count: u32, ids: usize, add: bool): void {
  for (let i: usize = 0; i < <usize>count; i++) {
    const from = <usize>load<u32>(offsets + (i << 2));
    const to = <usize>load<u32>(offsets + (i << 2), 4);
    store<u32>(ids + (i << 2), findTerm(bytes + from, to - from, add));
  }
}

/** Writes count and rows (uint32 each) of terms by id; 0 for id 0. */
export function termCounts(ids: usize, count: u32, target: usize): void {
  for (let i: usize = 0; i < <usize>count; i++) {
    const id = <usize>load<u32>(ids + (i << 2));
    store<u64>(target + (i << 3), id == 0 ? 0 : load<u64>(entries + (id << 5), atCount));
  }
}

/** Adds counts and rows (uint32 each) to terms by id. */
export function addTermCounts(ids: usize, count: u32, counts: usize): void {
  for (let i: usize = 0; i < <usize>count; i++) {
    const entry = entries + (<usize>load<u32>(ids + (i << 2)) << 5);
    store<u64>(entry, load<u64>(entry, atCount) + load<u64>(counts + (i << 3)), atCount);
  }
}

/**
 * Writes the ids of terms that occur at least `count` and at least one time, in at least `rows` rows, and returns how
 * many they are. `from` leaves out the ids up to it.
 */
export function termsAbove(from: u32, count: u32, rows: u32, ids: usize): u32 {
  let found: u32 = 0;
  for (let id = from + 1; id <= terms; id++) {
    const entry = entries + (<usize>id << 5);
    if (load<u32>(entry, atCount) < max<u32>(count, 1) || load<u32>(entry, atRows) < rows) continue;
    store<u32>(ids + (<usize>found << 2), id);
    found++;
  }
  return found;
}

/** A count that `limit` terms in at least `rows` rows reach; see histogram.ts. */
export function countReached(from: u32, limit: u32, rows: u32, histogram: usize): u32 {
  openHistogram(histogram);
  for (let id = from + 1; id <= terms; id++) {
    const entry = entries + (<usize>id << 5);
    if (load<u32>(entry, atRows) >= rows) addToHistogram(histogram, load<u32>(entry, atCount));
  }
  return reachedBy(histogram, limit);
}
