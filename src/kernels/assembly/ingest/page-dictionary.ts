// Dictionaries of a column: the distinct values in the order in which they first come, and for each value its place among
// them (https://parquet.apache.org/docs/file-format/data-pages/encodings/#RLE_DICTIONARY).
import { hybrid } from './hybrid';
import { hashBytes, hashNumber } from './json-hash';

/**
 * Puts the values of a column with offsets into a dictionary: `table` has `slots` uint32, all 0, a power of two; `entries`
 * gets the row in which a value first comes, `ids` the place of every value that is not null. Returns how many entries
 * there are, or `most` + 1 when there are more than `most`, which must be less than `slots`.
 */
export function dictionaryOfTexts(
  validity: usize,
  offsets: usize,
  values: usize,
  rows: u32,
  table: usize,
  slots: u32,
  entries: usize,
  most: u32,
  ids: usize,
): u32 {
  const mask = slots - 1;
  let count: u32 = 0;
  let from = <usize>load<u32>(offsets);
  for (let r: usize = 0; r < <usize>rows; r++) {
    const next = <usize>load<u32>(offsets + (r << 2), 4);
    const at = values + from;
    const bytes = next - from;
    from = next;
    if (validity != 0 && load<u8>(validity + r) == 0) continue;
    let slot = hashBytes(at, <u32>bytes) & mask;
    let id: u32;
    while (true) {
      id = load<u32>(table + (<usize>slot << 2));
      if (id == 0) {
        if (count == most) return most + 1;
        store<u32>(entries + (<usize>count << 2), <u32>r);
        id = ++count;
        store<u32>(table + (<usize>slot << 2), id);
        break;
      }
      const first = offsets + (<usize>load<u32>(entries + (<usize>(id - 1) << 2)) << 2);
      const there = <usize>load<u32>(first);
      if (<usize>load<u32>(first, 4) - there == bytes && same(values + there, at, bytes)) break;
      slot = (slot + 1) & mask;
    }
    store<u32>(ids, id - 1);
    ids += 4;
  }
  return count;
}

/** Equal bytes; up to 7 bytes behind them are read. */
// @ts-ignore: decorator
@inline
function same(a: usize, b: usize, bytes: usize): bool {
  let i: usize = 0;
  for (; i + 8 <= bytes; i += 8) if (load<u64>(a + i) != load<u64>(b + i)) return false;
  if (i == bytes) return true;
  return (load<u64>(a + i) ^ load<u64>(b + i)) << ((8 - (bytes - i)) << 3) == 0;
}

/** The same for values of 4 or 8 bytes; equal bits are one value. */
export function dictionaryOfFixed(
  validity: usize,
  values: usize,
  width: u32,
  rows: u32,
  table: usize,
  slots: u32,
  entries: usize,
  most: u32,
  ids: usize,
): u32 {
  const mask = slots - 1;
  let count: u32 = 0;
  for (let r: usize = 0; r < <usize>rows; r++) {
    if (validity != 0 && load<u8>(validity + r) == 0) continue;
    const value = valueAt(values, width, r);
    let slot = hashNumber(value) & mask;
    let id: u32;
    while (true) {
      id = load<u32>(table + (<usize>slot << 2));
      if (id == 0) {
        if (count == most) return most + 1;
        store<u32>(entries + (<usize>count << 2), <u32>r);
        id = ++count;
        store<u32>(table + (<usize>slot << 2), id);
        break;
      }
      if (valueAt(values, width, <usize>load<u32>(entries + (<usize>(id - 1) << 2))) == value) break;
      slot = (slot + 1) & mask;
    }
    store<u32>(ids, id - 1);
    ids += 4;
  }
  return count;
}

// @ts-ignore: decorator
@inline
function valueAt(values: usize, width: u32, row: usize): u64 {
  return width == 8 ? load<u64>(values + (row << 3)) : <u64>load<u32>(values + (row << 2));
}

/** The entries in plain encoding; returns how many bytes. */
export function dictionaryTexts(offsets: usize, values: usize, entries: usize, count: u32, to: usize): usize {
  const start = to;
  for (let i: usize = 0; i < <usize>count; i++) {
    const row = offsets + (<usize>load<u32>(entries + (i << 2)) << 2);
    const from = <usize>load<u32>(row);
    const bytes = <usize>load<u32>(row, 4) - from;
    store<u32>(to, <u32>bytes);
    memory.copy(to + 4, values + from, bytes);
    to += 4 + bytes;
  }
  return to - start;
}

export function dictionaryFixed(values: usize, width: u32, entries: usize, count: u32, to: usize): usize {
  for (let i: usize = 0; i < <usize>count; i++) {
    const from = values + <usize>load<u32>(entries + (i << 2)) * <usize>width;
    memory.copy(to + i * <usize>width, from, <usize>width);
  }
  return <usize>count * <usize>width;
}

/**
 * Writes the places of `count` values as a hybrid of runs and of `width` bits (0 to 32), that number in front. Returns how
 * many bytes; at most 2 * count + count * width / 8 + 64.
 */
export function pageIds(ids: usize, count: u32, width: u32, to: usize): usize {
  store<u8>(to, <u8>width);
  return hybrid<u32>(ids, count, width, to + 1) - to;
}
