// Compaction of columns by a mask of one byte a row (1 = keep). Sources and targets may be the same addresses.

import { copyDown } from '../shared/copy';

/** The next row from `row` whose mask byte is not `value`, or `rows`. */
// @ts-ignore: decorator
@inline
function runEnd(keep: usize, row: usize, rows: usize, value: u8): usize {
  while (row < rows && load<u8>(keep + row) == value) row++;
  return row;
}

/** How many rows the mask keeps. */
export function countKept(keep: usize, rows: usize): u32 {
  let kept: u32 = 0;
  for (let r: usize = 0; r < rows; r++) kept += <u32>load<u8>(keep + r);
  return kept;
}

/** Moves kept values of a fixed width together; without branches where one load takes a value. */
export function filterFixed(values: usize, width: usize, keep: usize, rows: usize, to: usize): void {
  let row: usize = 0;
  if (width == 8) {
    for (; row < rows; row++) {
      store<u64>(to, load<u64>(values + (row << 3)));
      to += <usize>load<u8>(keep + row) << 3;
    }
    return;
  }
  if (width == 1) {
    for (; row < rows; row++) {
      store<u8>(to, load<u8>(values + row));
      to += <usize>load<u8>(keep + row);
    }
    return;
  }
  while (row < rows) {
    const from = runEnd(keep, row, rows, 0);
    row = runEnd(keep, from, rows, 1);
    const bytes = (row - from) * width;
    const source = values + from * width;
    if (source != to) copyDown(to, source, bytes);
    to += bytes;
  }
}

/** Moves kept cells of offsets and bytes together; the new offsets begin at 0. Returns the bytes kept. */
export function filterBytes(
  offsets: usize, values: usize, keep: usize, rows: usize, toOffsets: usize, toValues: usize,
): u32 {
  let row: usize = 0;
  let written: u32 = 0;
  // The offset behind row `row`'s predecessor is read before its place may be written.
  let boundary = load<u32>(offsets);
  store<u32>(toOffsets, 0);
  while (row < rows) {
    const from = runEnd(keep, row, rows, 0);
    if (from > row) boundary = load<u32>(offsets + (from << 2));
    const start = boundary;
    const shift = written - start;
    row = from;
    while (row < rows && load<u8>(keep + row) == 1) {
      boundary = load<u32>(offsets + ((row + 1) << 2));
      toOffsets += 4;
      store<u32>(toOffsets, boundary + shift);
      row++;
    }
    const bytes = boundary - start;
    if (values + <usize>start != toValues + <usize>written)
      copyDown(toValues + <usize>written, values + <usize>start, <usize>bytes);
    written += bytes;
  }
  return written;
}
