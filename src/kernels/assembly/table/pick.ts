/** Moves the 16-byte digests of the rows that `keep` has a one for to the front, in order; returns how many they are. */
export function pick(digests: usize, keep: usize, rows: u32): u32 {
  let to = digests;
  for (let row: usize = 0; row < <usize>rows; row++) {
    v128.store(to, v128.load(digests + (row << 4)));
    to += (<usize>load<u8>(keep + row)) << 4;
  }
  return <u32>((to - digests) >> 4);
}
