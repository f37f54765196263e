/**
 * Which rows have which shingles: for a key (32 bits of a shingle) the rows, their sizes and the position that the shingle
 * has in their order, and their signatures of 64 bits. Most shingles are of one row only.
 *
 *     slot   key, and 2 * row + 2 or the address of a node + 1: uint32 each; open addressing
 *     node   address of the next node or 0, in the first one the address of the last, entries, room: uint32 each; then
 *            a signature for each entry there is room for, and for each row and position | size << 16; rows ascending
 *
 * Sizes and positions beyond 65,535 are held as 65,535.
 */
import { take } from '../shared/arena';
import { giveBack } from './room';
import { folded, rowAt, signatureAt, sizeOf } from './rows';
import { leaveRoom, takeRoom } from './sets';

export const saturated: u32 = 0xffff;
export const nodeHeader: usize = 16;
const entryBytes: usize = 16;
const firstRoom: u32 = 3;
const mostRoom: u32 = 63;

let slots: usize = 0;
let slotBits: u32 = 0;
let used: u32 = 0;
let fetched: u32 = 0;

const nodePageBytes: usize = 1 << 18;
const nodePages = memory.data(4 << 14, 16);
/** Pages there are, and those in use; the last of them up to `nodeTop`. */
let pages: u32 = 0;
let pagesUsed: u32 = 0;
let nodeTop: usize = 0;
let nodeEnd: usize = 0;

export function initPostings(): void {
  makeSlots(13);
}

/** Forgets all, and keeps the memory. */
export function clearPostings(): void {
  memory.fill(slots, 0, (<usize>8) << <usize>slotBits);
  used = 0;
  pagesUsed = 0;
  nodeEnd = 0;
  nodeTop = 0;
}

function makeSlots(bits: u32): void {
  slotBits = bits;
  slots = take((<usize>8) << <usize>bits);
  memory.fill(slots, 0, (<usize>8) << <usize>bits);
  used = 0;
  leaveRoom((<usize>8) << <usize>(bits + growth()));
}

/** Bits by which the table grows. */
function growth(): u32 {
  return slotBits < 20 ? 2 : 1;
}

/** Where a key's slot is looked for first. */
// @ts-ignore: decorator
@inline
function home(key: u32): u32 {
  return (key * 0x9e3779b1) >> (32 - slotBits);
}

/** The slot of a key: its own, or the empty one for it. */
// @ts-ignore: decorator
@inline
function slotOf(key: u32): usize {
  const mask: u32 = ((<u32>1) << slotBits) - 1;
  let slot = home(key);
  while (true) {
    const at = slots + ((<usize>slot) << 3);
    if (load<u32>(at, 4) == 0 || load<u32>(at) == key) return at;
    slot = (slot + 1) & mask;
  }
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
  for (let at = keys; at < end; at += 16) sum += load<u32>(slots + ((<usize>home(load<u32>(at))) << 3));
  fetched = sum;
}

/** Makes room for more keys. */
export function reserveSlots(keys: u32): void {
  while (used + keys > ((<u32>3) << slotBits) >> 2) widen();
}

function widen(): void {
  const from = slots;
  const end = from + ((<usize>8) << <usize>slotBits);
  makeSlots(slotBits + growth());
  for (let at = from; at < end; at += 8) {
    if (load<u32>(at, 4) == 0) continue;
    store<u64>(slotOf(load<u32>(at)), load<u64>(at));
    used++;
  }
  giveBack(from, end - from);
}

/** Enters a row under a key, once `reserveSlots` was called. */
export function post(key: u32, row: u32, position: u32, size: u32, signature: u64): void {
  const slot = slotOf(key);
  const value = load<u32>(slot, 4);
  if (value == 0) {
    store<u32>(slot, key);
    store<u32>(slot, (row + 1) << 1, 4);
    used++;
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
