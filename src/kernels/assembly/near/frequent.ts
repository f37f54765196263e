/**
 * How frequent shingles are, as learned from a sample of the kept sets; all others count as rare.
 *
 *     counted   uint64 shingle, uint32 count from the second time on, 4 bytes unused; open addressing
 *     learned   uint64 shingle, uint32 count in the sample, uint32 flags; open addressing, and a bit map before it
 */
import { take } from '../shared/arena';

/** So frequent that its posting lists are kept by size of the set, but for the first rows. */
const splitFlag: u32 = 1;
/** So frequent that it is held once: those of this level and above, which 1 set of 32 has. */
export const internFlag: u32 = 2;
export const internLevel: u32 = 5;
const splitFrom: f64 = 128;
const unsplitMost: u32 = 64;
/** In the flags, from these bits on: the level, 8 bits; rows entered under the shingle alone, up to `unsplitMost`. */
const levelShift: u32 = 8;
const enteredShift: u32 = 16;
/** Shingles in fewer than 1 set of 2^9, or in fewer than `leastCommon` of the sample, are of level 0. */
const mostLevels: u32 = 9;
const leastCommon: u32 = 3;

const entryBytes: usize = 16;
const countedBits: u32 = 20;
const countedMost: u32 = 750000;
const learnedBits: u32 = 17;
const learnedMost: u32 = 90000;
const leastCount: u32 = 2;
const metBits: u32 = 24;
/** Beyond this, bits of `met` that others set would be taken for a shingle's own too often. */
const metMost: u32 = 4000000;
const bitmapBits: u32 = 20;

let counted: usize = 0;
let countedEntries: u32 = 0;
/** A bit for shingles that were met, so that those met once, which are most, take no entry. */
let met: usize = 0;
let metEntries: u32 = 0;
const learned = memory.data(16 << 17, 16);
/** Shingles that are known to be frequent. */
export let learnedEntries: u32 = 0;
/** How often they were learned. */
export let learnings: u32 = 0;
const bitmap = memory.data(1 << 17, 16);

/** Empties the counters. */
export function beginCounting(): void {
  if (counted == 0) {
    counted = take(entryBytes << countedBits);
    met = take(1 << (metBits - 3));
  }
  memory.fill(met, 0, 1 << (metBits - 3));
  metEntries = 0;
  memory.fill(counted, 0, entryBytes << countedBits);
  countedEntries = 0;
}

/** The slot of a shingle in a table of 2^bits entries of 16 bytes: its own, or the empty one for it. Shingle 0 has none. */
// @ts-ignore: decorator
@inline
function slotOf(table: usize, bits: u32, shingle: u64): usize {
  const mask: u32 = (1 << bits) - 1;
  let slot = <u32>(shingle >> 16) & mask;
  while (true) {
    const at = table + ((<usize>slot) << 4);
    const held = load<u64>(at);
    if (held == shingle || held == 0) return at;
    slot = (slot + 1) & mask;
  }
}

/** Counts the shingles of a set of the sample; false when no more fit. */
export function countSet(set: usize, n: u32): bool {
  for (let i: usize = 0; i < <usize>n; i++) {
    if (countedEntries >= countedMost || metEntries >= metMost) return false;
    const shingle = load<u64>(set + (i << 3));
    const bit = <u32>(shingle >> 20) & ((1 << metBits) - 1);
    const byte = met + <usize>(bit >> 3);
    const mark = (<u32>1) << (bit & 7);
    if (((<u32>load<u8>(byte)) & mark) == 0) {
      store<u8>(byte, (<u32>load<u8>(byte)) | mark);
      metEntries++;
      continue;
    }
    const at = slotOf(counted, countedBits, shingle);
    if (load<u64>(at) == 0) {
      store<u64>(at, shingle);
      countedEntries++;
    }
    store<u32>(at, load<u32>(at, 8) + 1, 8);
  }
  return true;
}

/** Learns the frequent shingles among those counted. `rate` is how many kept sets one of the sample stands for. */
export function learn(rate: f64, taken: u32): void {
  memory.fill(learned, 0, entryBytes << learnedBits);
  memory.fill(bitmap, 0, 1 << 17);
  learnedEntries = 0;
  learnings++;
  const end = counted + (entryBytes << countedBits);
  let least = leastCount;
  while (true) {
    let frequent: u32 = 0;
    for (let at = counted; at < end; at += entryBytes) frequent += <u32>(load<u32>(at, 8) >= least);
    if (frequent <= learnedMost) break;
    least += max(least >> 2, 1);
  }
  for (let at = counted; at < end; at += entryBytes) {
    const count = load<u32>(at, 8);
    const shingle = load<u64>(at);
    if (count < least || shingle == 0) continue;
    const slot = slotOf(learned, learnedBits, shingle);
    store<u64>(slot, shingle);
    store<u32>(slot, count, 8);
    const split = <f64>count * rate >= splitFrom ? splitFlag : 0;
    const level = levelFor(count, taken);
    store<u32>(slot, split | (level >= internLevel ? internFlag : 0) | (level << levelShift), 12);
    const bit = <u32>shingle & ((1 << bitmapBits) - 1);
    store<u8>(bitmap + <usize>(bit >> 3), load<u8>(bitmap + <usize>(bit >> 3)) | <u8>((<u32>1) << (bit & 7)));
    learnedEntries++;
  }
}

/** The level of a shingle that `count` of `taken` sets have: one more for each doubling. */
function levelFor(count: u32, taken: u32): u32 {
  if (count < leastCommon || (count << mostLevels) < taken) return 0;
  return 32 - clz<u32>((count << mostLevels) / max(taken, 1));
}

/** The level in the flags of an entry. */
// @ts-ignore: decorator
@inline
export function levelIn(flags: u32): u32 {
  return (flags >> levelShift) & 0xff;
}

/** How frequent a shingle is: 0 if rare. Shingles of a higher level come later in the order. */
// @ts-ignore: decorator
@inline
export function levelOf(shingle: u64): u32 {
  const at = frequent(shingle);
  return at == 0 ? 0 : levelIn(load<u32>(at, 12));
}

/** Whether there are lists by size for a shingle with these flags, beside the one for the first rows. */
// @ts-ignore: decorator
@inline
export function isSplit(flags: u32): bool {
  return flags >> enteredShift == unsplitMost;
}

/** Whether a row is to be entered in the list by size of a shingle that had these flags; if not, it is counted. */
// @ts-ignore: decorator
@inline
export function entersBySize(shingle: u64, flags: u32): bool {
  if ((flags & splitFlag) == 0) return false;
  const at = frequent(shingle);
  const current = load<u32>(at, 12);
  if (isSplit(current)) return true;
  store<u32>(at, current + (1 << enteredShift), 12);
  return false;
}

/** The entry of a frequent shingle, or 0. */
// @ts-ignore: decorator
@inline
export function frequent(shingle: u64): usize {
  const bit = <u32>shingle & ((1 << bitmapBits) - 1);
  if ((load<u8>(bitmap + <usize>(bit >> 3)) & <u8>((<u32>1) << (bit & 7))) == 0) return 0;
  const at = slotOf(learned, learnedBits, shingle);
  return load<u64>(at) == shingle && shingle != 0 ? at : 0;
}
