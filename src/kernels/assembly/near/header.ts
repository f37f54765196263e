/** What texts begin with that the text before began with as well, so that its shingles are made once. */

/** How many of the first `most` bytes are the same. Reads up to 15 bytes too far. */
export function sameBytes(x: usize, y: usize, most: usize): usize {
  let at: usize = 0;
  while (at < most) {
    const differ = i8x16.bitmask(i8x16.ne(v128.load(x + at), v128.load(y + at)));
    if (differ != 0) return min(at + <usize>ctz<u32>(differ), most);
    at += 16;
  }
  return most;
}

/**
 * The last place up to `bytes` that is behind a space or a line feed: no word goes across it, and no letter's lower case
 * depends on letters behind one. Three ASCII bytes are before that, so that no stray byte takes it with it. 0 if there is none.
 */
export function cutBytes(text: usize, bytes: usize): usize {
  for (; bytes >= 4; bytes--) {
    const byte = load<u8>(text + bytes - 1);
    if ((byte == 0x20 || byte == 0x0a) && (load<u32>(text + bytes - 4) & 0x80808080) == 0) return bytes;
  }
  return 0;
}

/** Merges two lists of ascending distinct uint64 into one at `to`; returns how many it has. */
export function merge(x: usize, n: u32, y: usize, m: u32, to: usize): u32 {
  const from = to;
  const xEnd = x + ((<usize>n) << 3);
  const yEnd = y + ((<usize>m) << 3);
  while (x < xEnd && y < yEnd) {
    const a = load<u64>(x);
    const b = load<u64>(y);
    store<u64>(to, min(a, b));
    to += 8;
    x += (<usize>(a <= b)) << 3;
    y += (<usize>(b <= a)) << 3;
  }
  memory.copy(to, x, xEnd - x);
  to += xEnd - x;
  memory.copy(to, y, yEnd - y);
  to += yEnd - y;
  return <u32>((to - from) >> 3);
}
