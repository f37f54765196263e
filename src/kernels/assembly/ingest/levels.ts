// Repetition and definition levels of the leaves of a nested column in Arrow's layout, after S. Melnik et al., "Dremel: Interactive
// Analysis of Web-Scale Datasets", VLDB 2010. From the root to a leaf a column is a list of entries: for each the slot of the node
// where its value is, and both levels. An entry whose definition level is less than the most that the node can have ends above it
// (a null, an empty list); its slot means nothing.
import { hybrid } from './hybrid';

/** The entries of a root of so many rows. */
export function levelsOfRows(rows: u32, slots: usize, repetition: usize, definition: usize): void {
  for (let r: u32 = 0; r < rows; r++) store<u32>(slots + (<usize>r << 2), r);
  memory.fill(repetition, 0, rows);
  memory.fill(definition, 0, rows);
}

// @ts-ignore: decorator
@inline
function bitOf(bits: usize, slot: u32): u8 {
  return (load<u8>(bits + (<usize>slot >> 3)) >> <u8>(slot & 7)) & 1;
}

/** Raises the definition level of the entries that have a value in a node's bitmap (0: all slots have one). `most`: what it was. */
export function levelsOfPresence(bits: usize, entries: u32, slots: usize, definition: usize, most: u32): void {
  for (let i: usize = 0; i < <usize>entries; i++) {
    const level = load<u8>(definition + i);
    if (level != <u8>most) continue;
    store<u8>(definition + i, level + (bits == 0 ? 1 : bitOf(bits, load<u32>(slots + (i << 2)))));
  }
}

/**
 * The entries of the items of lists: those of `offsets`, or where that is 0, `size` to a list. `most` is the definition level of a list
 * that is there, `level` the repetition level of its items. Returns how many; at most `entries` and the number of items.
 */
export function levelsOfItems(
  offsets: usize,
  size: u32,
  entries: u32,
  slots: usize,
  repetition: usize,
  definition: usize,
  most: u32,
  level: u32,
  toSlots: usize,
  toRepetition: usize,
  toDefinition: usize,
): u32 {
  let count: usize = 0;
  for (let i: usize = 0; i < <usize>entries; i++) {
    const defined = load<u8>(definition + i);
    let first: u32 = 0;
    let items: u32 = 0;
    if (defined == <u8>most) {
      const slot = load<u32>(slots + (i << 2));
      if (offsets == 0) {
        first = slot * size;
        items = size;
      } else {
        first = load<u32>(offsets + (<usize>slot << 2));
        items = load<u32>(offsets + (<usize>slot << 2), 4) - first;
      }
    }
    store<u32>(toSlots + (count << 2), first);
    store<u8>(toRepetition + count, load<u8>(repetition + i));
    store<u8>(toDefinition + count, items == 0 ? defined : <u8>(most + 1));
    count++;
    for (let item: u32 = 1; item < items; item++) {
      store<u32>(toSlots + (count << 2), first + item);
      store<u8>(toRepetition + count, <u8>level);
      store<u8>(toDefinition + count, <u8>(most + 1));
      count++;
    }
  }
  return <u32>count;
}

/**
 * Where a page ends that begins with the entry `from`, the first of a row: before the row with which more than `values` values would be
 * on it, but not before it has a row. A value is an entry of the definition level `most`; `repetition` 0 says that each is a row.
 */
export function levelsOfPage(repetition: usize, definition: usize, most: u32, from: u32, entries: u32, values: u32): u32 {
  let found: u32 = 0;
  let end = from;
  for (let i = from; i < entries; i++) {
    if (i > from && (repetition == 0 || load<u8>(repetition + i) == 0)) {
      if (found > values) return end > from ? end : i;
      end = i;
    }
    found += u32(load<u8>(definition + i) == <u8>most);
  }
  return found > values && end > from ? end : entries;
}

/** Writes levels of `width` bits with their length in front, as data pages of version 1 have them. Returns how many bytes. */
export function pageHybrid(levels: usize, entries: u32, width: u32, to: usize): usize {
  const end = hybrid<u8>(levels, entries, width, to + 4);
  store<u32>(to, <u32>(end - to - 4));
  return end - to;
}

/** A byte of 0 or 1 for each bit, the least significant of a byte first. */
export function bytesOfBits(bits: usize, count: u32, to: usize): void {
  for (let i: u32 = 0; i < count; i++) store<u8>(to + i, bitOf(bits, i));
}

/** Makes `count` lengths offsets in place: one more than there are lengths, the first 0. */
export function offsetsOfLengths(lengths: usize, count: u32): void {
  let end: u32 = 0;
  for (let i: usize = 0; i <= <usize>count; i++) {
    const length = load<u32>(lengths + (i << 2));
    store<u32>(lengths + (i << 2), end);
    end += length;
  }
}
