// Picks rows of several blocks into new columns. Its memory is imported and shared: blocks lie in it once, and every worker
// gathers from all of them. The module has no data of its own.
//
// `table` has an address a block, in uint32. Row i of the result is row rows[i] of block from[i].

/** Values of a number of bytes each. */
export function gatherFixed(table: usize, width: u32, from: usize, rows: usize, count: u32, to: usize): void {
  if (width == 4) return gather4(table, from, rows, count, to);
  if (width == 8) return gather8(table, from, rows, count, to);
  if (width == 16) return gather16(table, from, rows, count, to);
  for (let i: u32 = 0; i < count; i++) {
    const at = <usize>load<u32>(table + (<usize>load<u32>(from + (<usize>i << 2)) << 2));
    const row = <usize>load<u32>(rows + (<usize>i << 2));
    memory.copy(to + <usize>i * <usize>width, at + row * <usize>width, <usize>width);
  }
}

function gather4(table: usize, from: usize, rows: usize, count: u32, to: usize): void {
  for (let i: u32 = 0; i < count; i++) {
    const at = <usize>load<u32>(table + (<usize>load<u32>(from + (<usize>i << 2)) << 2));
    const row = <usize>load<u32>(rows + (<usize>i << 2));
    store<u32>(to + (<usize>i << 2), load<u32>(at + (row << 2)));
  }
}

function gather8(table: usize, from: usize, rows: usize, count: u32, to: usize): void {
  for (let i: u32 = 0; i < count; i++) {
    const at = <usize>load<u32>(table + (<usize>load<u32>(from + (<usize>i << 2)) << 2));
    const row = <usize>load<u32>(rows + (<usize>i << 2));
    store<u64>(to + (<usize>i << 3), load<u64>(at + (row << 3)));
  }
}

function gather16(table: usize, from: usize, rows: usize, count: u32, to: usize): void {
  for (let i: u32 = 0; i < count; i++) {
    const at = <usize>load<u32>(table + (<usize>load<u32>(from + (<usize>i << 2)) << 2));
    const row = <usize>load<u32>(rows + (<usize>i << 2));
    v128.store(to + (<usize>i << 4), v128.load(at + (row << 4)));
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

/**
 * Offsets of the result, count + 1 of them, and in `starts` (uint32) the address of each row's bytes; `values` has an
 * address a block, as `table` has for the offsets. Returns the bytes it will have, as a double since they may be too many.
 */
export function gatherOffsets(
  table: usize,
  values: usize,
  from: usize,
  rows: usize,
  count: u32,
  to: usize,
  starts: usize,
): f64 {
  let total: u64 = 0;
  store<i32>(to, 0);
  for (let i: u32 = 0; i < count; i++) {
    const block = <usize>load<u32>(from + (<usize>i << 2)) << 2;
    const row = <usize>load<u32>(table + block) + (<usize>load<u32>(rows + (<usize>i << 2)) << 2);
    const start = load<u32>(row);
    total += load<u32>(row, 4) - start;
    store<u32>(starts + (<usize>i << 2), load<u32>(values + block) + start);
    store<u32>(to + (<usize>i << 2), <u32>total, 4);
  }
  return <f64>total;
}

/**
 * The bytes that the offsets of the result point into, 32 at a time: up to 31 bytes behind each row's are read and written
 * as well. A call of memory.copy takes longer than a short text.
 */
export function gatherBytes(offsets: usize, starts: usize, count: u32, to: usize): void {
  for (let i: u32 = 0; i < count; i++) {
    const start = <usize>load<u32>(starts + (<usize>i << 2));
    const at = to + <usize>load<u32>(offsets + (<usize>i << 2));
    const length = <usize>load<u32>(offsets + (<usize>i << 2), 4) + to - at;
    if (length > 1024) {
      memory.copy(at, start, length);
      continue;
    }
    for (let k: usize = 0; k < length; k += 32) {
      v128.store(at + k, v128.load(start + k));
      v128.store(at + k, v128.load(start + k, 16), 16);
    }
  }
}
