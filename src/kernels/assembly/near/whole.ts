/** Rows as whole sets again. */
import { take } from '../shared/arena';
import { ownAt, ownCount, sharedAt, sharedCount } from './rows';
import { shinglesAt } from './sets';

let merged: usize = 0;
let mergedRoom: u32 = 0;

/** A copy of all shingles of a row, sorted; of the last one only. */
export function whole(record: usize, n: u32): usize {
  if (n > mergedRoom) {
    mergedRoom = max(n, mergedRoom * 2);
    merged = take((<usize>mergedRoom) << 3);
  }
  let i = shinglesAt(load<u32>(record, ownAt), load<u32>(record, ownCount));
  const t = load<u32>(record, sharedCount);
  let j = <usize>load<u32>(record, sharedAt);
  const iEnd = i + ((<usize>load<u32>(record, ownCount)) << 3);
  const jEnd = j + ((<usize>t) << 3);
  const end = merged + ((<usize>n) << 3);
  for (let to = merged; to < end; to += 8) {
    if (j == jEnd || (i < iEnd && load<u64>(i) < load<u64>(j))) {
      store<u64>(to, load<u64>(i));
      i += 8;
    } else {
      store<u64>(to, load<u64>(j));
      j += 8;
    }
  }
  return merged;
}
