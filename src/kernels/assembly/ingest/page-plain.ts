// Values of a data page or of a dictionary in plain encoding
// (https://parquet.apache.org/docs/file-format/data-pages/encodings/#PLAIN). Nulls are left out; `validity` 0 says that there are none.
// Each function returns how many bytes it wrote, and may write up to 15 bytes behind them.
import { copyLoose } from '../shared/copy';

/** Values of `width` bytes, little-endian in the column as on the page. */
export function pageFixed(validity: usize, values: usize, width: u32, rows: u32, to: usize): usize {
  if (validity == 0) {
    memory.copy(to, values, <usize>rows * <usize>width);
    return <usize>rows * <usize>width;
  }
  const start = to;
  if (width == 8) {
    for (let r: usize = 0; r < <usize>rows; r++) {
      store<u64>(to, load<u64>(values + (r << 3)));
      to += <usize>load<u8>(validity + r) << 3;
    }
  } else if (width == 4) {
    for (let r: usize = 0; r < <usize>rows; r++) {
      store<u32>(to, load<u32>(values + (r << 2)));
      to += <usize>load<u8>(validity + r) << 2;
    }
  } else {
    for (let r: usize = 0; r < <usize>rows; r++) {
      if (load<u8>(validity + r) == 0) continue;
      memory.copy(to, values + r * <usize>width, <usize>width);
      to += <usize>width;
    }
  }
  return to - start;
}

/** Byte arrays, each with its length in front. */
export function pageTexts(validity: usize, offsets: usize, values: usize, rows: u32, to: usize): usize {
  const start = to;
  let from = <usize>load<u32>(offsets);
  for (let r: usize = 0; r < <usize>rows; r++) {
    const next = <usize>load<u32>(offsets + (r << 2), 4);
    if (validity == 0 || load<u8>(validity + r) != 0) {
      store<u32>(to, <u32>(next - from));
      copyLoose(to + 4, values + from, next - from);
      to += 4 + next - from;
    }
    from = next;
  }
  return to - start;
}

/** The lengths of byte arrays, as uint32; returns how many. */
export function pageLengths(validity: usize, offsets: usize, rows: u32, to: usize): u32 {
  const start = to;
  let from = load<u32>(offsets);
  for (let r: usize = 0; r < <usize>rows; r++) {
    const next = load<u32>(offsets + (r << 2), 4);
    store<u32>(to, next - from);
    to += validity == 0 ? 4 : <usize>load<u8>(validity + r) << 2;
    from = next;
  }
  return <u32>((to - start) >> 2);
}

/** Byte arrays one behind the other, without lengths. */
export function pageBytes(validity: usize, offsets: usize, values: usize, rows: u32, to: usize): usize {
  const start = to;
  let from = <usize>load<u32>(offsets);
  if (validity == 0) {
    const bytes = <usize>load<u32>(offsets + (<usize>rows << 2)) - from;
    memory.copy(to, values + from, bytes);
    return bytes;
  }
  for (let r: usize = 0; r < <usize>rows; r++) {
    const next = <usize>load<u32>(offsets + (r << 2), 4);
    if (load<u8>(validity + r) != 0) {
      copyLoose(to, values + from, next - from);
      to += next - from;
    }
    from = next;
  }
  return to - start;
}
