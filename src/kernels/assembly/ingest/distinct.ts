/**
 * How many different 16-byte digests some rows have; rows with 1 in `skip`, which may be 0, don't count. `slots` has room for
 * mask + 1 row numbers (uint32), a power of two above `rows`.
 */
export function countDistinct(digests: usize, rows: u32, skip: usize, slots: usize, mask: u32): u32 {
  memory.fill(slots, 0xff, (<usize>mask + 1) << 2);
  let count: u32 = 0;
  for (let row: u32 = 0; row < rows; row++) {
    if (skip != 0 && load<u8>(skip + <usize>row) != 0) continue;
    const digest = v128.load(digests + ((<usize>row) << 4));
    let slot = <u32>i32x4.extract_lane(digest, 0) & mask;
    while (true) {
      const other = load<u32>(slots + ((<usize>slot) << 2));
      if (other == 0xffffffff) {
        store<u32>(slots + ((<usize>slot) << 2), row);
        count++;
        break;
      }
      if (!v128.any_true(v128.xor(v128.load(digests + ((<usize>other) << 4)), digest))) break;
      slot = (slot + 1) & mask;
    }
  }
  return count;
}
