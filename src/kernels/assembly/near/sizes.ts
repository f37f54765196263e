/** Which sizes kept sets have, by class (bounds.ts). */
import { leastOfClass, leastShared, leastSize, prefixLength, sizeClass } from './bounds';

/** A byte for each class: 1 if it has a row. */
const seen = memory.data(1 << 13);

export function addSize(n: u32): void {
  store<u8>(seen + <usize>sizeClass(n), 1);
}

// @ts-ignore: decorator
@inline
export function hasSize(size: u32): bool {
  return load<u8>(seen + <usize>size) != 0;
}

/** How much of its prefix a set needs, for the smallest of the kept sets that can be similar enough: 0 if none can. */
export function searchLength(n: u32, sizeMost: u32): u32 {
  const least = leastSize(n);
  const to = sizeClass(sizeMost);
  for (let size = sizeClass(least); size <= to; size++) {
    if (!hasSize(size)) continue;
    const shared = leastShared(n, max(least, leastOfClass(size)));
    return shared > n ? 0 : min(n - shared + 1, prefixLength(n));
  }
  return 0;
}
