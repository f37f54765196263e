// The least and the greatest value of a column, in the order that Parquet has for its type
// (https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift, ColumnOrder). `validity` 0 says that no row is
// null. Each function returns whether there is any value that is in order.

/** Integers of `width` 1 (unsigned), 4 or 8 bytes; the bounds go to `to` and `to + 16`. */
export function integerBounds(
  validity: usize,
  values: usize,
  width: u32,
  isSigned: bool,
  rows: u32,
  to: usize,
): bool {
  if (width == 8) return isSigned ? bounds<i64>(validity, values, rows, to) : bounds<u64>(validity, values, rows, to);
  if (width == 4) return isSigned ? bounds<i32>(validity, values, rows, to) : bounds<u32>(validity, values, rows, to);
  return bounds<u8>(validity, values, rows, to);
}

/** The first row that is not null, or `rows`. */
// @ts-ignore: decorator
@inline
function firstValue(validity: usize, rows: u32): usize {
  let r: usize = 0;
  if (validity != 0) while (r < <usize>rows && load<u8>(validity + r) == 0) r++;
  return r;
}

function bounds<T>(validity: usize, values: usize, rows: u32, to: usize): bool {
  const first = firstValue(validity, rows);
  if (first >= <usize>rows) return false;
  let least = load<T>(values + first * sizeof<T>());
  let greatest = least;
  for (let r = first; r < <usize>rows; r++) {
    if (validity != 0 && load<u8>(validity + r) == 0) continue;
    const value = load<T>(values + r * sizeof<T>());
    least = select(value, least, value < least);
    greatest = select(value, greatest, value > greatest);
  }
  store<T>(to, least);
  store<T>(to, greatest, 16);
  return true;
}

/** Two's complement integers of `width` bytes (at most 16), the highest byte first. */
export function bytesBounds(validity: usize, values: usize, width: u32, rows: u32, to: usize): bool {
  let least: usize = 0;
  let greatest: usize = 0;
  for (let r: usize = 0; r < <usize>rows; r++) {
    if (validity != 0 && load<u8>(validity + r) == 0) continue;
    const at = values + r * <usize>width;
    if (least == 0 || isLess(at, least, <usize>width)) least = at;
    if (greatest == 0 || isLess(greatest, at, <usize>width)) greatest = at;
  }
  if (least == 0) return false;
  memory.copy(to, least, <usize>width);
  memory.copy(to + 16, greatest, <usize>width);
  return true;
}

function isLess(a: usize, b: usize, width: usize): bool {
  if (load<i8>(a) != load<i8>(b)) return load<i8>(a) < load<i8>(b);
  for (let i: usize = 1; i < width; i++) if (load<u8>(a + i) != load<u8>(b + i)) return load<u8>(a + i) < load<u8>(b + i);
  return false;
}

/**
 * Floats of `width` 4 or 8 bytes. A least 0 is -0, a greatest one +0. There are no bounds where there is a NaN: Parquet's leave it out,
 * but engines in which it is the greatest value skip row groups by them.
 */
export function floatBounds(validity: usize, values: usize, width: u32, rows: u32, to: usize): bool {
  return width == 8 ? floats<f64>(validity, values, rows, to) : floats<f32>(validity, values, rows, to);
}

function floats<T>(validity: usize, values: usize, rows: u32, to: usize): bool {
  const first = firstValue(validity, rows);
  if (first >= <usize>rows) return false;
  let least = load<T>(values + first * sizeof<T>());
  let greatest = least;
  for (let r = first; r < <usize>rows; r++) {
    if (validity != 0 && load<u8>(validity + r) == 0) continue;
    const value = load<T>(values + r * sizeof<T>());
    // The lesser and the greater of two of which one is NaN is NaN.
    least = min<T>(least, value);
    greatest = max<T>(greatest, value);
  }
  if (least != least) return false;
  store<T>(to, least == 0 ? <T>-0.0 : least);
  store<T>(to, greatest == 0 ? <T>0.0 : greatest, 16);
  return true;
}

/** Byte arrays by unsigned bytes: uint32 rows of the least and the greatest at `to` and `to + 4`. Reads 7 bytes too far. */
export function textBounds(validity: usize, offsets: usize, values: usize, rows: u32, to: usize): bool {
  let any: bool = false;
  let least: usize = 0;
  let greatest: usize = 0;
  let leastKey: u64 = 0;
  let greatestKey: u64 = 0;
  let from = <usize>load<u32>(offsets);
  for (let r: usize = 0; r < <usize>rows; r++) {
    const next = <usize>load<u32>(offsets + (r << 2), 4);
    const bytes = next - from;
    const at = values + from;
    from = next;
    if (validity != 0 && load<u8>(validity + r) == 0) continue;
    let key = bswap<u64>(load<u64>(at));
    if (bytes < 8) key = bytes == 0 ? 0 : key & (~(<u64>0) << ((8 - <u64>bytes) << 3));
    if (!any) {
      any = true;
      least = greatest = r;
      leastKey = greatestKey = key;
    } else {
      if (key < leastKey || (key == leastKey && isBefore(offsets, values, r, least))) {
        least = r;
        leastKey = key;
      }
      if (key > greatestKey || (key == greatestKey && isBefore(offsets, values, greatest, r))) {
        greatest = r;
        greatestKey = key;
      }
    }
  }
  store<u32>(to, <u32>least);
  store<u32>(to, <u32>greatest, 4);
  return any;
}

/** Whether the text of row `a` comes before that of row `b`. */
function isBefore(offsets: usize, values: usize, a: usize, b: usize): bool {
  const fromA = <usize>load<u32>(offsets + (a << 2));
  const fromB = <usize>load<u32>(offsets + (b << 2));
  const bytesA = <usize>load<u32>(offsets + (a << 2), 4) - fromA;
  const bytesB = <usize>load<u32>(offsets + (b << 2), 4) - fromB;
  const shared = bytesA < bytesB ? bytesA : bytesB;
  let i: usize = 0;
  for (; i + 8 <= shared; i += 8) {
    if (load<u64>(values + fromA + i) == load<u64>(values + fromB + i)) continue;
    return bswap<u64>(load<u64>(values + fromA + i)) < bswap<u64>(load<u64>(values + fromB + i));
  }
  for (; i < shared; i++) {
    const x = load<u8>(values + fromA + i);
    const y = load<u8>(values + fromB + i);
    if (x != y) return x < y;
  }
  return bytesA < bytesB;
}
