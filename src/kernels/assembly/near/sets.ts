/**
 * The shingles that kept sets have as their own, in pages that can be spilled: a set is named by the place of its first
 * shingle among all of them, and a page holds whole sets only. What is compared with a set that was spilled reads it back;
 * that is rare, because signatures (rows.ts) stay in memory.
 *
 *     page   2^15 shingles. In the table its address, or 0 when it was spilled; bit 0 is set if it goes on with a set of
 *            the page before it
 */
import { take } from '../shared/arena';

// @ts-ignore: decorator
@external("host", "hasRoom")
declare function hasRoom(bytes: usize): bool;
// @ts-ignore: decorator
@external("host", "spill")
declare function spill(page: u32, at: usize): bool;
// @ts-ignore: decorator
@external("host", "fetch")
declare function fetch(place: u32, count: u32, to: usize): void;

const pageBits: u32 = 15;
const setPageBytes: usize = 8 << 15;
/** Places have 32 bits. */
const mostPages: u32 = 1 << 17;
const table = memory.data(4 << 17, 16);
/** Memory of pages that were spilled. */
const idle = memory.data(4 << 15, 16);
let idleCount: u32 = 0;

let pages: u32 = 0;
/** No page before this one is in memory. */
let oldest: u32 = 0;
/** Where the next set goes, and the address of that. */
let top: u32 = 0;
let topAt: usize = 0;
let left: u32 = 0;

let fetched: usize = 0;
let fetchedRoom: u32 = 0;

// @ts-ignore: decorator
@inline
function entry(page: u32): usize {
  return table + ((<usize>page) << 2);
}

/** Copies a set's shingles; returns their place. */
export function keep(set: usize, n: u32): u32 {
  if (n > left) open(max((n + (1 << pageBits) - 1) >> pageBits, 1));
  memory.copy(topAt, set, (<usize>n) << 3);
  const place = top;
  top += n;
  topAt += (<usize>n) << 3;
  left -= n;
  return place;
}

/** The address of the `n` shingles at a place, until it is called again. */
export function shinglesAt(place: u32, n: u32): usize {
  const page = <usize>(load<u32>(entry(place >> pageBits)) & ~1);
  if (page != 0) return page + ((<usize>(place & ((1 << pageBits) - 1))) << 3);
  if (n > fetchedRoom) {
    fetchedRoom = max(n, 4096);
    fetched = take((<usize>fetchedRoom) << 3);
  }
  if (n > 0) fetch(place, n, fetched);
  return fetched;
}

/** Begins `count` pages one after the other. */
function open(count: u32): void {
  if (pages + count >= mostPages) unreachable();
  const bytes = setPageBytes * <usize>count;
  let at: usize = count == 1 ? idlePage() : 0;
  while (at == 0) {
    if (hasRoom(bytes) || !spillOldest()) at = take(bytes);
    else if (count == 1) at = idlePage();
  }
  for (let i: u32 = 0; i < count; i++)
    store<u32>(entry(pages + i), <u32>(at + setPageBytes * <usize>i) | <u32>(i > 0));
  top = pages << pageBits;
  topAt = at;
  left = count << pageBits;
  pages += count;
}

/** Of at most a page, if memory is short and sets can make room; else 0. */
function roomOfSets(bytes: usize): usize {
  if (bytes > setPageBytes) return 0;
  const at = idlePage();
  if (at != 0 || hasRoom(bytes) || !spillOldest()) return at;
  return idlePage();
}

function idlePage(): usize {
  if (idleCount == 0) return 0;
  idleCount--;
  return <usize>load<u32>(idle + ((<usize>idleCount) << 2));
}

/** Spills the sets that were kept first, whole ones; false if there are none but those of the pages begun last. */
function spillOldest(): bool {
  let end = oldest + 1;
  while (end < pages && (load<u32>(entry(end)) & 1) != 0) end++;
  if (end >= pages || idleCount + end - oldest > 1 << 15) return false;
  for (let page = oldest; page < end; page++)
    if (!spill(page, <usize>(load<u32>(entry(page)) & ~1))) return false;
  for (; oldest < end; oldest++) {
    store<u32>(idle + ((<usize>idleCount) << 2), load<u32>(entry(oldest)) & ~1);
    idleCount++;
    store<u32>(entry(oldest), load<u32>(entry(oldest)) & 1);
  }
  return true;
}

/** Memory that stays reserved, for other things than sets; a multiple of 16 bytes. Sets are spilled for it if need be. */
export function takeRoom(bytes: usize): usize {
  const at = roomOfSets(bytes);
  return at == 0 ? take(bytes) : at;
}
