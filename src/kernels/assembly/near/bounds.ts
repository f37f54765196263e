/**
 * How many shingles two sets must share to be as similar as the threshold, in the doubles that decide it: rounded division
 * is monotone, so the estimates are only starting points.
 */

let threshold: f64 = 0;

/** Times the size of both sets together it is at most what they must share. */
export let sharedRate: f64 = 0;

export function setThreshold(t: f64): void {
  threshold = t;
  sharedRate = sharedRateOf(t);
}

/** The same for any similarity. */
export function sharedRateOf(similarity: f64): f64 {
  return (similarity / (1 + similarity)) * (1 - 1e-12);
}

// @ts-ignore: decorator
@inline
function reaches(shared: u32, union: u32): bool {
  return <f64>shared / <f64>union >= threshold;
}

/** The least number of shared shingles that makes sets of `n` and `m` similar enough; more than either has if none does. */
// @ts-ignore: decorator
@inline
export function leastShared(n: u32, m: u32): u32 {
  const sum = n + m;
  let shared = min(<u32>((threshold / (1 + threshold)) * <f64>sum), min(n, m));
  while (shared > 0 && reaches(shared - 1, sum - shared + 1)) shared--;
  while (shared <= min(n, m) && !reaches(shared, sum - shared)) shared++;
  return shared;
}

/** Shingles of a set of `n` of which any set that is similar enough has at least one. */
export function prefixLength(n: u32): u32 {
  let shared = min(<u32>(threshold * <f64>n), n);
  while (shared > 0 && reaches(shared - 1, n)) shared--;
  while (shared < n && !reaches(shared, n)) shared++;
  return n - max(shared, 1) + 1;
}

/** The least size of a set that can be similar enough to one of `n`. */
export function leastSize(n: u32): u32 {
  return n - prefixLength(n) + 1;
}

// @ts-ignore: decorator
@inline
export function sizesFit(n: u32, m: u32): bool {
  return n < m ? reaches(n, m) : reaches(m, n);
}

/** The largest set that can be similar enough to one of `n`. */
export function mostSize(n: u32): u32 {
  let m = <u32>(<f64>n / threshold) + 1;
  while (!sizesFit(n, m)) m--;
  return m;
}

/** Sizes in classes, in order: exact below 256, then 128 classes to each doubling. */
// @ts-ignore: decorator
@inline
export function sizeClass(size: u32): u32 {
  if (size < 256) return size;
  const shift = 24 - clz<u32>(size);
  return (size >> shift) + (shift << 7);
}

/** The least size of a class. */
export function leastOfClass(size: u32): u32 {
  if (size < 256) return size;
  return ((size & 127) | 128) << ((size >> 7) - 1);
}
