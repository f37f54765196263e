// Small numbers as a hybrid of runs and of bit packing (https://parquet.apache.org/docs/file-format/data-pages/encodings/#RLE).

/** A run shorter than this is cheaper as bits. */
const leastRun: usize = 16;

/** An unsigned LEB128 number; returns the address behind it. */
export function writeVarint(to: usize, value: u32): usize {
  while (value > 127) {
    store<u8>(to++, <u8>(value | 128));
    value >>= 7;
  }
  store<u8>(to, <u8>value);
  return to + 1;
}

/** How many of the next values are the same, but no more than `most`. */
// @ts-ignore: decorator
@inline
function runAt<T>(values: usize, count: usize, most: usize): usize {
  const first = load<T>(values);
  const end = count < most ? count : most;
  let run: usize = 1;
  if (sizeof<T>() == 1) {
    const eight = <u64>first * 0x0101010101010101;
    if (end >= 8 && load<u64>(values) == eight) {
      run = 8;
      while (run + 8 <= end && load<u64>(values + run) == eight) run += 8;
    }
  }
  while (run < end && load<T>(values + run * sizeof<T>()) == first) run++;
  return run;
}

/**
 * Writes `count` values of `width` bits (0 to 32) each. Returns the address behind them; it is at most 2 * count + count * width / 8 + 64
 * bytes further on.
 */
export function hybrid<T>(values: usize, count: u32, width: u32, to: usize): usize {
  const runBytes = (<usize>width + 7) >> 3;
  let left = <usize>count;
  while (left > 0) {
    const run = runAt<T>(values, left, left);
    if (run >= leastRun || run == left) {
      to = writeVarint(to, <u32>run << 1);
      store<u32>(to, <u32>load<T>(values));
      to += runBytes;
      values += run * sizeof<T>();
      left -= run;
      continue;
    }
    let literals: usize = 0;
    do literals += 8;
    while (literals < left && runAt<T>(values + literals * sizeof<T>(), left - literals, leastRun) < leastRun);
    to = writeVarint(to, <u32>(literals >> 2) | 1);
    const taken = literals < left ? literals : left;
    to = pack<T>(values, taken, literals, width, to);
    values += taken * sizeof<T>();
    left -= taken;
  }
  return to;
}

/** Packs numbers into `width` bits each, least significant first, and zeros after them until there are `padded`. */
function pack<T>(values: usize, count: usize, padded: usize, width: u32, to: usize): usize {
  const end = to + ((padded * <usize>width) >> 3);
  let bits: u64 = 0;
  let filled: u32 = 0;
  for (let i: usize = 0; i < count; i++) {
    bits |= <u64>load<T>(values + i * sizeof<T>()) << filled;
    filled += width;
    if (filled >= 32) {
      store<u32>(to, <u32>bits);
      to += 4;
      bits >>= 32;
      filled -= 32;
    }
  }
  store<u64>(to, bits);
  for (to += 8; to < end; to++) store<u8>(to, 0);
  return end;
}
