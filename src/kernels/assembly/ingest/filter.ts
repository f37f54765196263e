// Compaction of columns by a mask of one byte a row (1 = keep). Sources and targets may be the same addresses.

import { copyDown } from '../shared/copy';

/** How many rows the mask keeps. */
export function countKept(keep: usize, rows: usize): u32 {
  let kept: u32 = 0;
  for (let r: usize = 0; r < rows; r++) kept += <u32>load<u8>(keep + r);
  return kept;
}

/**
 * Where runs of kept rows begin and end, in turn: two uint32 each at `to`, which has room for one more than there are rows.
 * Returns how many runs there are.
 */
export function findRuns(keep: usize, rows: usize, to: usize): u32 {
  const first = to;
  let before: u32 = 0;
  for (let r: usize = 0; r < rows; r++) {
    const keeps = <u32>load<u8>(keep + r);
    store<u32>(to, <u32>r);
    to += <usize>(keeps ^ before) << 2;
    before = keeps;
  }
  store<u32>(to, <u32>rows);
  to += <usize>before << 2;
  return <u32>((to - first) >> 3);
}

/** Moves kept values of a fixed width together; without branches where one load takes a value. */
export function filterFixed(
  values: usize, width: usize, keep: usize, rows: usize, runs: usize, count: u32, to: usize,
): void {
  if (width == 8) {
    for (let row: usize = 0; row < rows; row++) {
      store<u64>(to, load<u64>(values + (row << 3)));
      to += <usize>load<u8>(keep + row) << 3;
    }
    return;
  }
  if (width == 1) {
    for (let row: usize = 0; row < rows; row++) {
      store<u8>(to, load<u8>(values + row));
      to += <usize>load<u8>(keep + row);
    }
    return;
  }
  const end = runs + ((<usize>count) << 3);
  for (; runs < end; runs += 8) {
    const from = <usize>load<u32>(runs);
    const bytes = (<usize>load<u32>(runs, 4) - from) * width;
    copyDown(to, values + from * width, bytes);
    to += bytes;
  }
}

/** Moves kept cells of offsets and bytes together; the new offsets begin at 0. Returns the bytes kept. */
export function filterBytes(
  offsets: usize, values: usize, keep: usize, rows: usize, runs: usize, count: u32, toOffsets: usize, toValues: usize,
): u32 {
  const end = runs + ((<usize>count) << 3);
  for (; runs < end; runs += 8) {
    const start = load<u32>(offsets + ((<usize>load<u32>(runs)) << 2));
    const bytes = <usize>(load<u32>(offsets + ((<usize>load<u32>(runs, 4)) << 2)) - start);
    copyDown(toValues, values + <usize>start, bytes);
    toValues += bytes;
  }
  // What is behind a row is read before its place may be written, and stays for the next row to begin with.
  let boundary = load<u32>(offsets);
  let written: u32 = 0;
  store<u32>(toOffsets, 0);
  for (let row: usize = 0; row < rows; row++) {
    const next = load<u32>(offsets + (row << 2), 4);
    const kept = <u32>load<u8>(keep + row);
    written += (next - boundary) * kept;
    boundary = next;
    toOffsets += <usize>kept << 2;
    store<u32>(toOffsets, written);
  }
  return written;
}
