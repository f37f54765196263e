/**
 * Which rows have which shingles: for a key (32 bits of a shingle) the rows, their sizes and the position that the shingle
 * has in their order, and their signatures of 64 bits. Most shingles are of one row only.
 *
 *     slot   key, and 2 * row + 2 or the address of a node + 1: uint32 each; open addressing by lines of 8, which are one
 *            wait for memory, in pages of 2^15, which are split in two when they are full: extendible hashing (R. Fagin and
 *            others, TODS 4 (3), 1979)
 *     node   address of the next node or 0, in the first one the address of the last, entries, room: uint32 each; then
 *            a signature for each entry there is room for, and for each row and position | size << 16; rows ascending
 *
 * Sizes and positions beyond 65,535 are held as 65,535.
 */
import { folded, rowAt, signatureAt, sizeOf } from './rows';
import { takeRoom } from './sets';

export const saturated: u32 = 0xffff;
export const nodeHeader: usize = 16;
const entryBytes: usize = 16;
const firstRoom: u32 = 3;
const mostRoom: u32 = 63;

/** Slots of a page: its first line has its depth and how many slots are used. */
const pageLines: u32 = 1 << 12;
const mostUsed: u32 = 26000;
const slotPageBytes: usize = 8 << 15;
/** Addresses of pages by the first `depth` bits of a key; entries with the same bits up to a page's own depth share it. */
const mostDepth: u32 = 16;
const directory = memory.data(4 << 16, 16);
let depth: u32 = 0;
const splitting = memory.data(8 << 15, 16);
let fetched: u32 = 0;

const nodePageBytes: usize = 1 << 18;
const nodePages = memory.data(4 << 14, 16);
/** Pages there are, and those in use; the last of them up to `nodeTop`. */
let pages: u32 = 0;
let pagesUsed: u32 = 0;
let nodeTop: usize = 0;
let nodeEnd: usize = 0;

export function initPostings(): void {
  for (let i: usize = 0; i < 2; i++) store<u32>(directory + (i << 2), <u32>newPage(1));
  depth = 1;
}

/** Forgets all, and keeps the memory. */
export function clearPostings(): void {
  for (let i: u32 = 0; i < (<u32>1) << depth; ) {
    const page = pageOf(i);
    const own = load<u32>(page);
    memory.fill(page, 0, slotPageBytes);
    store<u32>(page, own);
    i += (<u32>1) << (depth - own);
  }
  pagesUsed = 0;
  nodeEnd = 0;
  nodeTop = 0;
}

function newPage(own: u32): usize {
  const page = takeRoom(slotPageBytes);
  memory.fill(page, 0, slotPageBytes);
  store<u32>(page, own);
  return page;
}

// @ts-ignore: decorator
@inline
function pageOf(index: u32): usize {
  return <usize>load<u32>(directory + ((<usize>index) << 2));
}

/** The line that a key's slot is looked for in first: by its last bits, and never the first one, which has the page's header. */
// @ts-ignore: decorator
@inline
function lineIn(page: usize, key: u32): usize {
  return page + (max<usize>(<usize>(key & (pageLines - 1)), 1) << 6);
}

/** The slot of a key: its own, or the empty one for it. */
// @ts-ignore: decorator
@inline
function slotIn(page: usize, key: u32): usize {
  let line = lineIn(page, key);
  let slot = <usize>(key >> 12) << 3;
  while (true) {
    const end = slot + 64;
    for (; slot < end; slot += 8) {
      const at = line + (slot & 56);
      if (load<u32>(at, 4) == 0 || load<u32>(at) == key) return at;
    }
    line += 64;
    if (line == page + slotPageBytes) line = page + 64;
  }
}

// @ts-ignore: decorator
@inline
function slotOf(key: u32): usize {
  return slotIn(pageOf(key >> (32 - depth)), key);
}

/** What a key's slot holds: 0 for nothing, an even number for a row alone, an odd one for a node. */
// @ts-ignore: decorator
@inline
export function valueOf(key: u32): u32 {
  return load<u32>(slotOf(key), 4);
}

/** Reads the slots of `count` keys, each at `keys` + 16 i, all at once, so that the waits for memory overlap. */
export function fetchSlots(keys: usize, count: u32): void {
  let sum: u32 = 0;
  const end = keys + ((<usize>count) << 4);
  for (let at = keys; at < end; at += 16) {
    const key = load<u32>(at);
    sum += load<u32>(lineIn(pageOf(key >> (32 - depth)), key));
  }
  fetched = sum;
}

/** Makes two pages of the one that a key's slot is in. */
function split(key: u32): void {
  const full = pageOf(key >> (32 - depth));
  const own = load<u32>(full);
  if (own == depth) {
    if (depth == mostDepth) unreachable();
    for (let i: i32 = (1 << depth) - 1; i >= 0; i--) {
      const page = load<u32>(directory + ((<usize>i) << 2));
      store<u32>(directory + ((<usize>i) << 3), page);
      store<u32>(directory + ((<usize>i) << 3), page, 4);
    }
    depth++;
  }
  const second = newPage(own + 1);
  // The second half of the entries that lead to the page.
  const from = ((((key >> (31 - own)) | 1) << (depth - own - 1)) & (((<u32>1) << depth) - 1));
  for (let i: u32 = 0; i < (<u32>1) << (depth - own - 1); i++)
    store<u32>(directory + ((<usize>(from + i)) << 2), <u32>second);
  memory.copy(splitting, full, slotPageBytes);
  memory.fill(full, 0, slotPageBytes);
  store<u32>(full, own + 1);
  for (let at = splitting + 64; at < splitting + slotPageBytes; at += 8) {
    if (load<u32>(at, 4) == 0) continue;
    const held = load<u32>(at);
    const page = ((held >> (31 - own)) & 1) != 0 ? second : full;
    store<u64>(slotIn(page, held), load<u64>(at));
    store<u32>(page, load<u32>(page, 4) + 1, 4);
  }
}

/** Enters a row under a key. */
export function post(key: u32, row: u32, position: u32, size: u32, signature: u64): void {
  let page = pageOf(key >> (32 - depth));
  let slot = slotIn(page, key);
  const value = load<u32>(slot, 4);
  if (value == 0) {
    while (load<u32>(page, 4) >= mostUsed) {
      split(key);
      page = pageOf(key >> (32 - depth));
      slot = slotIn(page, key);
    }
    store<u32>(slot, key);
    store<u32>(slot, (row + 1) << 1, 4);
    store<u32>(page, load<u32>(page, 4) + 1, 4);
    return;
  }
  let first = <usize>(value ^ 1);
  if ((value & 1) == 0) {
    first = newNode(firstRoom);
    // A row that was alone did not keep its position: 0 leaves everything open.
    const alone = (value >> 1) - 1;
    append(first, alone, 0, sizeOf(rowAt(alone)), folded(rowAt(alone) + signatureAt));
    store<u32>(slot, <u32>first | 1, 4);
  }
  let last = <usize>load<u32>(first, 4);
  const room = load<u32>(last, 12);
  if (load<u32>(last, 8) == room) {
    const node = newNode(min(room * 2 + 1, mostRoom));
    store<u32>(last, <u32>node);
    store<u32>(first, <u32>node, 4);
    last = node;
  }
  append(last, row, position, size, signature);
}

// @ts-ignore: decorator
@inline
function append(node: usize, row: u32, position: u32, size: u32, signature: u64): void {
  const count = load<u32>(node, 8);
  const at = node + nodeHeader + ((<usize>count) << 3);
  const room = <usize>load<u32>(node, 12);
  store<u64>(at, signature);
  store<u32>(at + (room << 3), row);
  store<u32>(at + (room << 3), min(position, saturated) | (min(size, saturated) << 16), 4);
  store<u32>(node, count + 1, 8);
}

function newNode(room: u32): usize {
  const bytes: usize = nodeHeader + (<usize>room) * entryBytes;
  if (nodeTop + bytes > nodeEnd) {
    const slot = nodePages + ((<usize>pagesUsed) << 2);
    if (pagesUsed == pages) {
      store<u32>(slot, <u32>takeRoom(nodePageBytes));
      pages++;
    }
    pagesUsed++;
    nodeTop = <usize>load<u32>(slot);
    nodeEnd = nodeTop + nodePageBytes;
  }
  const node = nodeTop;
  nodeTop += bytes;
  store<u32>(node, 0);
  store<u32>(node, <u32>node, 4);
  store<u32>(node, 0, 8);
  store<u32>(node, room, 12);
  return node;
}
