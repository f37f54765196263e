// Values of flat columns in the form in which Parquet stores them, where that is another one than in the column. Nulls are
// converted like values. Results are little-endian, one after the other.

/** Integers of 1 or 2 bytes as 4. */
export function storeSmall(values: usize, width: u32, isSigned: bool, rows: u32, to: usize): void {
  for (let r: usize = 0; r < <usize>rows; r++) {
    let value: i32;
    if (width == 1) value = isSigned ? <i32>load<i8>(values + r) : <i32>load<u8>(values + r);
    else value = isSigned ? <i32>load<i16>(values + (r << 1)) : <i32>load<u16>(values + (r << 1));
    store<i32>(to + (r << 2), value);
  }
}

/** Floats of 2 bytes (IEEE 754 binary16) as 4, without loss. */
export function storeHalves(values: usize, rows: u32, to: usize): void {
  for (let r: usize = 0; r < <usize>rows; r++) {
    const half = <u32>load<u16>(values + (r << 1));
    const exponent = (half >> 10) & 31;
    const fraction = half & 1023;
    let size: f32;
    if (exponent == 31) size = fraction == 0 ? <f32>Infinity : <f32>NaN;
    else if (exponent == 0) size = <f32>fraction * <f32>(1.0 / 16777216.0);
    else size = reinterpret<f32>(((exponent + 112) << 23) | (fraction << 13));
    store<f32>(to + (r << 2), half & 0x8000 ? -size : size);
  }
}

/** Times of 4 bytes in milliseconds, or of 8 in microseconds, as nanoseconds. */
export function storeTimes(values: usize, width: u32, rows: u32, to: usize): void {
  for (let r: usize = 0; r < <usize>rows; r++) {
    const time = width == 4 ? <i64>load<i32>(values + (r << 2)) * 1_000_000 : load<i64>(values + (r << 3)) * 1_000;
    store<i64>(to + (r << 3), time);
  }
}

/** The lower `width` bytes of integers of 16: as they are for 4 and 8, which take an integer, and the highest first otherwise. */
export function storeDecimals(values: usize, width: u32, rows: u32, to: usize): void {
  for (let r: usize = 0; r < <usize>rows; r++) {
    const from = values + (r << 4);
    if (width == 4) store<u32>(to + (r << 2), load<u32>(from));
    else if (width == 8) store<u64>(to + (r << 3), load<u64>(from));
    else {
      const at = to + r * <usize>width;
      for (let i: usize = 0; i < <usize>width; i++) store<u8>(at + i, load<u8>(from + <usize>width - 1 - i));
    }
  }
}

/** Offsets of values of one width, rows + 1 of them. */
export function storeOffsets(width: u32, rows: u32, to: usize): void {
  for (let r: u32 = 0; r <= rows; r++) store<u32>(to + (<usize>r << 2), r * width);
}
