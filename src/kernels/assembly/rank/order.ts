/**
 * The order of rows by score: a stable radix sort of (key, row), so that ties stay in source order. A key is the inverse of
 * a score's bits: bits of doubles that are not negative sort as the doubles do, inverted the largest come first. Passes go
 * over a piece of the rows at a time: a call of a loop that lasts is never replaced by better code.
 */
const digitBits: u64 = 11;
const buckets: usize = 2048;

/** Turns `rows` scores (float64, not negative) into keys, in place. */
export function makeKeys(scores: usize, rows: u32): void {
  for (let i: usize = 0; i < <usize>rows; i++) store<u64>(scores + (i << 3), ~load<u64>(scores + (i << 3)));
}

/** Turns keys into scores again. */
export function makeScores(keys: usize, rows: u32): void {
  makeKeys(keys, rows);
}

/** Adds the keys' digits at `digits` places from bit `shift` on to counts: 2048 uint32 a place. */
export function countDigits(keys: usize, rows: u32, shift: u32, digits: u32, counts: usize): void {
  for (let i: usize = 0; i < <usize>rows; i++) {
    let key = load<u64>(keys + (i << 3)) >> shift;
    for (let table = counts, end = counts + ((<usize>digits * buckets) << 2); table < end; table += buckets << 2) {
      const at = table + (<usize>(key & 2047) << 2);
      store<u32>(at, load<u32>(at) + 1);
      key >>= digitBits;
    }
  }
}

/** Turns the counts of a place into where each digit's keys begin; false if all `rows` keys have the same digit. */
export function beginDigits(counts: usize, rows: u32): bool {
  let sum: u32 = 0;
  for (let b: usize = 0; b < buckets; b++) {
    const held = load<u32>(counts + (b << 2));
    if (held == rows) return false;
    store<u32>(counts + (b << 2), sum);
    sum += held;
  }
  return true;
}

/** Moves rows `from` to `to` to their places by the digit at bit `shift`. `order` 0 means that rows are still in source order. */
export function moveByDigit(
  keys: usize,
  order: usize,
  from: u32,
  to: u32,
  shift: u32,
  begins: usize,
  toKeys: usize,
  toOrder: usize,
): void {
  for (let i = <usize>from; i < <usize>to; i++) {
    const key = load<u64>(keys + (i << 3));
    const at = begins + (<usize>((key >> shift) & 2047) << 2);
    const place = <usize>load<u32>(at);
    store<u32>(at, <u32>place + 1);
    store<u64>(toKeys + (place << 3), key);
    store<u32>(toOrder + (place << 2), order == 0 ? <u32>i : load<u32>(order + (i << 2)));
  }
}

/**
 * Sorts keys that are nearly in order, those before `from` already, by moving each of rows `from` to `to` down to its
 * place; false when that takes more than 16 steps a row.
 */
export function settleOrder(keys: usize, order: usize, from: u32, to: u32): bool {
  let steps = <i64>(to - from) << 4;
  for (let i = <usize>max<u32>(from, 1); i < <usize>to; i++) {
    const key = load<u64>(keys + (i << 3));
    if (load<u64>(keys + ((i - 1) << 3)) <= key) continue;
    const row = load<u32>(order + (i << 2));
    let j = i;
    for (; j > 0 && load<u64>(keys + ((j - 1) << 3)) > key; j--) {
      store<u64>(keys + (j << 3), load<u64>(keys + ((j - 1) << 3)));
      store<u32>(order + (j << 2), load<u32>(order + ((j - 1) << 2)));
    }
    store<u64>(keys + (j << 3), key);
    store<u32>(order + (j << 2), row);
    steps -= <i64>(i - j);
    if (steps < 0) return false;
  }
  return true;
}
