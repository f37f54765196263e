/**
 * What sets that have a list of frequent shingles (interned.ts) as their own need not work out for it again: counts, sums and
 * signatures of a set are those of its other shingles and the list's.
 *
 *     list   256 bytes before it: count, learning that what follows is of, whether all are frequent since, address of the
 *            list in order, address of long signatures, rows that have it: uint32 each, 8 bytes unused; signature
 *            (rows.ts); for each level of frequency how many, uint32, and their sum, uint64. Then uint64 shingles,
 *            ascending, and a 0
 *     in order   uint64 shingle, uint32 address of its entry (frequent.ts), uint32 count of that
 */
import { take } from '../shared/arena';
import { frequent, learnings, levelIn } from './frequent';
import { longWords, signLong } from './long';
import { sign } from './rows';
import { byDigits } from './sort';

export const levels: usize = 12;

const headerBytes: usize = 256;
const countAt: usize = 0;
const learningAt: usize = 4;
const isOrderedAt: usize = 8;
const inOrderAt: usize = 12;
const longAt: usize = 16;
const rowsAt: usize = 20;
const signatureAt: usize = 32;
const countsAt: usize = 64;
const sumsAt: usize = 112;

/** Putting a list in order is worth it from so many rows on. */
const leastRows: u32 = 4;

/** Lists are never spilled: so many bytes may be made of them. */
const mostBytes: usize = 1 << 25;
let bytes: usize = 0;

let keys: usize = 0;
let capacity: u32 = 0;

/** Whether there is room for one list more. */
export function mayMakeList(): bool {
  return bytes < mostBytes;
}

/** A copy of `count` shingles as a list, on a border of 64 bytes. */
export function makeList(shingles: usize, count: u32): usize {
  const list = takeBytes(headerBytes + ((<usize>count) << 3) + 8) + headerBytes;
  memory.fill(list - headerBytes, 0, headerBytes);
  memory.copy(list, shingles, (<usize>count) << 3);
  store<u64>(list + ((<usize>count) << 3), 0);
  store<u32>(list - headerBytes, count, countAt);
  sign(list, count, signatureOf(list));
  return list;
}

// @ts-ignore: decorator
@inline
export function lengthOf(list: usize): u32 {
  return load<u32>(list - headerBytes, countAt);
}

/** Counts a row that has the list. */
export function addListed(list: usize): void {
  store<u32>(list - headerBytes, load<u32>(list - headerBytes, rowsAt) + 1, rowsAt);
}

/** Whether many rows have the list. */
export function isShared(list: usize): bool {
  return load<u32>(list - headerBytes, rowsAt) >= leastRows;
}

// @ts-ignore: decorator
@inline
export function signatureOf(list: usize): usize {
  return list - headerBytes + signatureAt;
}

/** Where a list's counts by level are. */
// @ts-ignore: decorator
@inline
export function countsOf(list: usize): usize {
  return list - headerBytes + countsAt;
}

// @ts-ignore: decorator
@inline
export function sumsOf(list: usize): usize {
  return list - headerBytes + sumsAt;
}

// @ts-ignore: decorator
@inline
export function inOrder(list: usize): usize {
  return <usize>load<u32>(list - headerBytes, inOrderAt);
}

/** Sees to it that a list is in order, by what was learned last; false if it can't be, as one of it is not frequent any more. */
export function isOrdered(list: usize): bool {
  const header = list - headerBytes;
  if (load<u32>(header, learningAt) != learnings) {
    store<u32>(header, learnings, learningAt);
    store<u32>(header, <u32>putInOrder(list), isOrderedAt);
  }
  return load<u32>(header, isOrderedAt) != 0;
}

function putInOrder(list: usize): bool {
  const count = lengthOf(list);
  const header = list - headerBytes;
  if (load<u32>(header, inOrderAt) == 0) {
    if (!mayMakeList()) return false;
    store<u32>(header, <u32>takeBytes((<usize>count) << 4), inOrderAt);
  }
  if (count > capacity) {
    capacity = max(count, capacity * 2);
    keys = take((<usize>capacity) << 4);
  }
  memory.fill(countsOf(list), 0, levels << 2);
  memory.fill(sumsOf(list), 0, levels << 3);
  for (let i: usize = 0; i < <usize>count; i++) {
    const shingle = load<u64>(list + (i << 3));
    const known = frequent(shingle);
    if (known == 0) return false;
    const level = <usize>levelIn(load<u32>(known, 12));
    const levelCount = countsOf(list) + (level << 2);
    store<u32>(levelCount, load<u32>(levelCount) + 1);
    const sum = sumsOf(list) + (level << 3);
    store<u64>(sum, load<u64>(sum) + shingle);
    store<u64>(keys + (i << 3), ((<u64>load<u32>(known, 8)) << 32) | <u64>i);
  }
  byDigits(keys, count, keys + ((<usize>count) << 3));
  let to = inOrder(list);
  for (let i: usize = 0; i < <usize>count; i++) {
    const key = load<u64>(keys + (i << 3));
    const shingle = load<u64>(list + ((<usize><u32>key) << 3));
    store<u64>(to, shingle);
    store<u32>(to, <u32>frequent(shingle), 8);
    store<u32>(to, <u32>(key >> 32), 12);
    to += 16;
  }
  return true;
}

/** A list's long signature of so many words, or 0: there are those that sets need of which it is a quarter or more. */
export function longOf(list: usize, words: u32): usize {
  const count = lengthOf(list);
  if (count < 128) return 0;
  const least = longWords(count);
  if (words < least || words > least << 2) return 0;
  const header = list - headerBytes;
  if (load<u32>(header, longAt) == 0) {
    const at = takeBytes((<usize>(least * 7)) << 3);
    for (let w: u32 = 1; w <= 4; w <<= 1)
      signLong(list, count, least * w, 0, at + ((<usize>(least * (w - 1))) << 3));
    store<u32>(header, <u32>at, longAt);
  }
  return <usize>load<u32>(header, longAt) + ((<usize>(words - least)) << 3);
}

function takeBytes(wanted: usize): usize {
  bytes += wanted;
  return take(wanted);
}
