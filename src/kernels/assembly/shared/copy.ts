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

/** Copies bytes to a lower or equal address, touching nothing else; the regions may overlap. */
// @ts-ignore: decorator
@inline
export function copyDown(to: usize, from: usize, bytes: usize): void {
  if (bytes > 256) {
    memory.copy(to, from, bytes);
    return;
  }
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) v128.store(to + i, v128.load(from + i));
  if (bytes & 8) {
    store<u64>(to + i, load<u64>(from + i));
    i += 8;
  }
  if (bytes & 4) {
    store<u32>(to + i, load<u32>(from + i));
    i += 4;
  }
  if (bytes & 2) {
    store<u16>(to + i, load<u16>(from + i));
    i += 2;
  }
  if (bytes & 1) store<u8>(to + i, load<u8>(from + i));
}
