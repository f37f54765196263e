/** Shingles that two sets share; any smaller number than `least` when they are fewer than that. */
export function overlap(x: usize, n: u32, y: usize, m: u32, least: u32): u32 {
  if (n < least || m < least) return 0;
  const xEnd = x + ((<usize>n) << 3);
  const yEnd = y + ((<usize>m) << 3);
  const xMost = n - least;
  const yMost = m - least;
  let both: u32 = 0;
  let i = x;
  let j = y;
  while (i < xEnd && j < yEnd) {
    const a = load<u64>(i);
    const b = load<u64>(j);
    i += (<usize>(a <= b)) << 3;
    j += (<usize>(a >= b)) << 3;
    both += <u32>(a == b);
    if (<u32>((i - x) >> 3) - both > xMost || <u32>((j - y) >> 3) - both > yMost) return 0;
  }
  return both;
}
