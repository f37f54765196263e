// Picks rows of several blocks into new columns. Its memory is imported and shared: blocks lie in it once, and every worker
// gathers from all of them. The module has no data of its own.
//
// `table` has an address a block, in uint32. Row i of the result is row rows[i] of block from[i].

/** Values of 1, 2, 4, 8 or 16 bytes, or of any other width. */
export function gatherFixed(table: usize, width: u32, from: usize, rows: usize, count: u32, to: usize): void {
  if (width == 8) return gather8(table, from, rows, count, to);
  for (let i: u32 = 0; i < count; i++) {
    const at = <usize>load<u32>(table + (<usize>load<u32>(from + (<usize>i << 2)) << 2));
    const row = <usize>load<u32>(rows + (<usize>i << 2));
    memory.copy(to + <usize>i * <usize>width, at + row * <usize>width, <usize>width);
  }
}

function gather8(table: usize, from: usize, rows: usize, count: u32, to: usize): void {
  for (let i: u32 = 0; i < count; i++) {
    const at = <usize>load<u32>(table + (<usize>load<u32>(from + (<usize>i << 2)) << 2));
    const row = <usize>load<u32>(rows + (<usize>i << 2));
    store<u64>(to + (<usize>i << 3), load<u64>(at + (row << 3)));
  }
}

/** One byte a row; a block whose address is 0 has no nulls. */
export function gatherValidity(table: usize, from: usize, rows: usize, count: u32, to: usize): void {
  for (let i: u32 = 0; i < count; i++) {
    const at = <usize>load<u32>(table + (<usize>load<u32>(from + (<usize>i << 2)) << 2));
    const row = <usize>load<u32>(rows + (<usize>i << 2));
    store<u8>(to + i, at == 0 ? 1 : load<u8>(at + row));
  }
}

/** Offsets of the result, count + 1 of them; returns the bytes it will have, as a double since they may be too many. */
export function gatherOffsets(table: usize, from: usize, rows: usize, count: u32, to: usize): f64 {
  let total: u64 = 0;
  store<i32>(to, 0);
  for (let i: u32 = 0; i < count; i++) {
    const at = <usize>load<u32>(table + (<usize>load<u32>(from + (<usize>i << 2)) << 2));
    const row = at + (<usize>load<u32>(rows + (<usize>i << 2)) << 2);
    total += load<u32>(row, 4) - load<u32>(row);
    store<u32>(to + (<usize>i << 2), <u32>total, 4);
  }
  return <f64>total;
}

/** The bytes that the offsets of the result point into. */
export function gatherBytes(
  offsets: usize,
  values: usize,
  from: usize,
  rows: usize,
  count: u32,
  to: usize,
): void {
  for (let i: u32 = 0; i < count; i++) {
    const block = <usize>load<u32>(from + (<usize>i << 2)) << 2;
    const row = <usize>load<u32>(offsets + block) + (<usize>load<u32>(rows + (<usize>i << 2)) << 2);
    const start = <usize>load<u32>(row);
    const length = <usize>load<u32>(row, 4) - start;
    memory.copy(to, <usize>load<u32>(values + block) + start, length);
    to += length;
  }
}
