// What became of every record, by its ordinal, in pages of 65,536 records that are never copied:
//
//     page        65,536 bytes of fates, then as many uint32: of a duplicate the ordinal of the kept row; of a kept row how
//                 many duplicates it has, and once placed its position in the output; of a row that a stage counted something
//                 of, that number
//     directory   65,536 page addresses

import { take } from '../shared/arena';

/** Told of a kept row that has enough duplicates to be among the largest groups; answers how many are too few from now on. */
// @ts-ignore: decorator
@external("host", "group")
declare function group(ordinal: u32, duplicates: u32): u32;

export const KEPT: u8 = 0;
/** The other fates, as the pipeline numbers them. */
let MALFORMED: u8 = 0;
let EXACT: u8 = 0;
let NEAR: u8 = 0;
let BELOW_TOP: u8 = 0;

/** What records of a fate have besides, one byte a fate. */
const traits = memory.data(256);
/** A row that was kept in their stead. */
export const TWIN: u8 = 1;
/** A similarity with that row. */
export const COMPARED: u8 = 2;
/** A number. */
export const COUNTED: u8 = 4;

// @ts-ignore: decorator
@inline
export function traitsOf(fate: u8): u8 {
  return load<u8>(traits + <usize>fate);
}

/** Says which numbers the fates have that this module decides about. */
export function setFates(malformed: u32, exact: u32, near: u32, belowTop: u32): void {
  MALFORMED = <u8>malformed;
  EXACT = <u8>exact;
  NEAR = <u8>near;
  BELOW_TOP = <u8>belowTop;
  store<u8>(traits + exact, TWIN);
  store<u8>(traits + near, TWIN | COMPARED);
}

/** Says that records of a fate have a number each. */
export function setCounted(fate: u32): void {
  store<u8>(traits + fate, COUNTED);
}

/** A position that no kept row has: it is below the top. */
const NONE: u32 = 0xffffffff;

const pageBits: u32 = 16;
const pageRecords: u32 = 1 << pageBits;
const refsAt: usize = 1 << pageBits;
const pageBytes: usize = 5 << pageBits;

let directory: usize = 0;
let pages: u32 = 0;

export function init(): void {
  directory = take(4 << 16);
  pages = 0;
}

/** Makes room for `records` in all, kept unless something else is said of them. */
export function reserve(records: u32): void {
  while ((<u64>pages) << pageBits < <u64>records) {
    const page = take(pageBytes);
    memory.fill(page, 0, pageBytes);
    store<u32>(directory + ((<usize>pages) << 2), <u32>page);
    pages++;
  }
}

/** The address of a page. */
export function pageAt(page: u32): usize {
  return <usize>load<u32>(directory + ((<usize>page) << 2));
}

/** The address of a record's fate. */
// @ts-ignore: decorator
@inline
export function fateAt(ordinal: u32): usize {
  return pageAt(ordinal >> pageBits) + <usize>(ordinal & (pageRecords - 1));
}

/** The address of a record's number. */
// @ts-ignore: decorator
@inline
export function refAt(ordinal: u32): usize {
  return pageAt(ordinal >> pageBits) + refsAt + ((<usize>(ordinal & (pageRecords - 1))) << 2);
}

// @ts-ignore: decorator
@inline
function set(ordinal: u32, fate: u8, ref: u32): void {
  store<u8>(fateAt(ordinal), fate);
  store<u32>(refAt(ordinal), ref);
}

/**
 * Enters the records of a chunk, of which the first is `first`: `rejected` of them, at the ascending positions `rejects`, are
 * malformed; the others are rows, `drops` (0: none) and `keep` (0: all) have a byte for each, `kept` the ordinal of the row
 * kept in its stead. `drops` is the fate of a row that a stage dropped by itself, or 0, and `numbers` (0: none) what it counted
 * of it. `near` has the rows that are near duplicates, and their ordinals afterwards. How many rows are kept and how many were
 * dropped so goes to the two uint32 at `counts`. Returns 0 if a reject or a near duplicate is none of the records.
 */
export function add(
  first: u32, records: u32, rejects: usize, rejected: u32, drops: usize, numbers: usize, keep: usize, kept: usize,
  near: usize, nears: u32, counts: usize,
): i32 {
  let r: u32 = 0;
  let n: u32 = 0;
  let row: u32 = 0;
  let dropped: u32 = 0;
  let places: u32 = 0;
  for (let i: u32 = 0; i < records; i++) {
    if (r < rejected && load<u32>(rejects + ((<usize>r) << 2)) == i) {
      r++;
      set(first + i, MALFORMED, 0);
      continue;
    }
    const at = row++;
    const code: u8 = drops == 0 ? 0 : load<u8>(drops + <usize>at);
    if (code != 0) {
      set(first + i, code, numbers == 0 ? 0 : load<u32>(numbers + ((<usize>at) << 2)));
      dropped++;
      continue;
    }
    if (keep == 0 || load<u8>(keep + <usize>at) != 0) {
      places++;
      continue;
    }
    const twin = load<u32>(kept + ((<usize>at) << 2));
    const duplicates = refAt(twin);
    store<u32>(duplicates, load<u32>(duplicates) + 1);
    let fate = EXACT;
    if (n < nears && load<u32>(near + ((<usize>n) << 2)) == at) {
      store<u32>(near + ((<usize>n) << 2), first + i);
      n++;
      fate = NEAR;
    }
    set(first + i, fate, twin);
  }
  store<u32>(counts, places);
  store<u32>(counts, dropped, 4);
  return i32(r == rejected && n == nears);
}

/** Notes for rows that come at `base` and after in the output, at which position each does. */
export function invert(order: usize, rows: u32, base: u32, positions: usize): void {
  for (let p: u32 = 0; p < rows; p++) {
    store<u32>(positions + ((<usize>load<u32>(order + ((<usize>p) << 2))) << 2), base + p);
  }
}

/** Gives the kept rows their positions, those of `positions` (0: source order). Returns how many have one. */
export function place(records: u32, positions: usize): u32 {
  let placed: u32 = 0;
  let small: u32 = 0;
  let k: u32 = 0;
  for (let ordinal: u32 = 0; ordinal < records; ordinal++) {
    const fate = fateAt(ordinal);
    if (load<u8>(fate) != KEPT) continue;
    const ref = refAt(ordinal);
    const duplicates = load<u32>(ref);
    if (duplicates > small) small = group(ordinal, duplicates);
    const position = positions == 0 ? k : load<u32>(positions + ((<usize>k) << 2));
    k++;
    store<u32>(ref, position == NONE ? 0 : position);
    if (position == NONE) store<u8>(fate, BELOW_TOP);
    else placed++;
  }
  return placed;
}

/** Adds how many records have each fate to the uint32 at `counts`. */
export function count(records: u32, counts: usize): void {
  for (let ordinal: u32 = 0; ordinal < records; ordinal++) {
    const at = counts + ((<usize>load<u8>(fateAt(ordinal))) << 2);
    store<u32>(at, load<u32>(at) + 1);
  }
}
