/** Memory that tables have outgrown, for what comes later. */

/** Pieces given back: address and end, the largest last. */
const pieces = memory.data(8 << 5, 16);
let count: u32 = 0;

/** Gives memory back. Pieces come in growing sizes, and there are at most 32. */
export function giveBack(at: usize, bytes: usize): void {
  if (count == 32) return;
  store<u32>(pieces + ((<usize>count) << 3), <u32>at);
  store<u32>(pieces + ((<usize>count) << 3), <u32>(at + bytes), 4);
  count++;
}

/** Memory that was given back, or 0; `bytes` is a multiple of 16. */
export function reuse(bytes: usize): usize {
  for (let i: u32 = 0; i < count; i++) {
    const piece = pieces + ((<usize>i) << 3);
    const at = <usize>load<u32>(piece);
    if (at + bytes > <usize>load<u32>(piece, 4)) continue;
    store<u32>(piece, <u32>(at + bytes));
    return at;
  }
  return 0;
}
