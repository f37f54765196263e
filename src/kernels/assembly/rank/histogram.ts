/**
 * A histogram of counts over the upper bits of floats (64 buckets an octave, 8192 uint32), to find a count that a number
 * of things reach and that is at most 1 / 64 below the largest such count.
 */
const buckets: usize = 8192;

export function openHistogram(histogram: usize): void {
  memory.fill(histogram, 0, buckets << 2);
}

// @ts-ignore: decorator
@inline
function bucketOf(count: u32): u32 {
  return (reinterpret<u32>(<f32>count) >> 17) - 127 * 64;
}

// @ts-ignore: decorator
@inline
export function addToHistogram(histogram: usize, count: u32): void {
  if (count == 0) return;
  const bucket = histogram + (<usize>bucketOf(count) << 2);
  store<u32>(bucket, load<u32>(bucket) + 1);
}

/** The count that `limit` things reach; 0 if there are fewer. */
export function reachedBy(histogram: usize, limit: u32): u32 {
  let sum: u32 = 0;
  for (let b: u32 = <u32>buckets; b > 0; b--) {
    sum += load<u32>(histogram + (<usize>(b - 1) << 2));
    if (sum >= limit) {
      // The smallest count of the bucket: floats round large counts, so those just below may be in it as well.
      let least = <u32>reinterpret<f32>((b - 1 + 127 * 64) << 17);
      while (least > 1 && bucketOf(least - 1) == b - 1) least--;
      return least;
    }
  }
  return 0;
}
