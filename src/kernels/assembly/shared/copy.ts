/**
 * Copies bytes forward in pieces of 32; may read and write up to 31 bytes too far, so it is for regions with slack that are
 * filled in order. A call of memory.copy costs more than this below about 200 bytes.
 */
// @ts-ignore: decorator
@inline
export function copyLoose(to: usize, from: usize, bytes: usize): void {
  if (bytes > 256) {
    memory.copy(to, from, bytes);
    return;
  }
  for (let i: usize = 0; i < bytes; i += 32) {
    const low = v128.load(from + i);
    const high = v128.load(from + i, 16);
    v128.store(to + i, low);
    v128.store(to + i, high, 16);
  }
}

/**
 * Copies bytes to a lower or equal address, or to another region; the regions may overlap. At the target it may write up to 63
 * bytes too far, but never behind the end of the source, unless the regions are apart and the target has slack.
 */
// @ts-ignore: decorator
@inline
export function copyDown(to: usize, from: usize, bytes: usize): void {
  if (from == to) return;
  // A call costs as much as a few hundred bytes in this loop, and so does what it does first, up to some ten thousand.
  if (from - to < 64 || bytes > 65536) {
    memory.copy(to, from, bytes);
    return;
  }
  for (let i: usize = 0; i < bytes; i += 64) {
    const a = v128.load(from + i);
    const b = v128.load(from + i, 16);
    const c = v128.load(from + i, 32);
    const d = v128.load(from + i, 48);
    v128.store(to + i, a);
    v128.store(to + i, b, 16);
    v128.store(to + i, c, 32);
    v128.store(to + i, d, 48);
  }
}
