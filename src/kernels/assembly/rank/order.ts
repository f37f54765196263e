/**
 * The order of rows by score: a stable radix sort of (bits of the score, row), so that ties stay in source order.
 * Bits of doubles that are not negative sort as the doubles do; they are inverted for the largest first.
 */
const digitBits: u32 = 11;
const digits: u32 = 6;
const buckets: usize = 2048;

/**
 * Orders `rows` scores (float64, not negative) at `scores`. `keys` and `spareKeys` have 8 bytes a row, `order` and
 * `spareOrder` 4, `counts` 6 * 2048 uint32. Returns `order` or `spareOrder`, whichever has the result.
 */
export function orderScores(scores: usize, rows: u32, keys: usize, spareKeys: usize, order: usize, spareOrder: usize, counts: usize): usize {
  memory.fill(counts, 0, <usize>digits * buckets * 4);
  for (let i: u32 = 0; i < rows; i++) {
    const key = ~load<u64>(scores + (<usize>i << 3));
    store<u64>(keys + (<usize>i << 3), key);
    store<u32>(order + (<usize>i << 2), i);
    for (let d: u32 = 0; d < digits; d++) {
      const at = counts + ((<usize>d * buckets + <usize>((key >> (d * digitBits)) & 2047)) << 2);
      store<u32>(at, load<u32>(at) + 1);
    }
  }
  for (let d: u32 = 0; d < digits && rows > 0; d++) {
    const table = counts + ((<usize>d * buckets) << 2);
    const shift = <u64>(d * digitBits);
    if (load<u32>(table + (<usize>((load<u64>(keys) >> shift) & 2047) << 2)) == rows) continue;
    let sum: u32 = 0;
    for (let b: usize = 0; b < buckets; b++) {
      const held = load<u32>(table + (b << 2));
      store<u32>(table + (b << 2), sum);
      sum += held;
    }
    for (let i: usize = 0; i < <usize>rows; i++) {
      const key = load<u64>(keys + (i << 3));
      const at = table + (<usize>((key >> shift) & 2047) << 2);
      const place = <usize>load<u32>(at);
      store<u32>(at, <u32>place + 1);
      store<u64>(spareKeys + (place << 3), key);
      store<u32>(spareOrder + (place << 2), load<u32>(order + (i << 2)));
    }
    const k = keys;
    keys = spareKeys;
    spareKeys = k;
    const o = order;
    order = spareOrder;
    spareOrder = o;
  }
  return order;
}
