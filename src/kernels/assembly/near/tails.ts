/**
 * Which shingles a row need not be entered under. A tail of a set is what its order (order.ts) has from some position on:
 * here, from where a level of frequency begins. A row is not entered under the shingles of a tail if a row kept before it,
 * no larger, has all of them, as rows have that share a header.
 *
 * What is most similar to a set x, the earliest of equals, is found nevertheless. Let it be y. Prefix filtering finds it if
 * it is entered under the first shingle in order that both share. Let r be an earlier row that has a tail of y, d the number
 * of shingles that y has more than r (not negative), T those that x shares with that tail, and o those that it shares with
 * the rest of y, its head. Then r shares T or more with x. As r is earlier, y must be more similar, so
 *
 *     (T + o) / (|x| + |y| - T - o) > T / (|x| + |r| - T), which is o (|x| + |r|) > T d, and with a = d / (|x| + |r|), o > a T
 *
 * Also, T + o >= s (|x| + |y|), where s = t / (1 + t) for the threshold t, and |x| + |y| = (|x| + |r|) (1 + a). Together
 *
 *     o (1 + a) > a (T + o) >= a s (|x| + |r|) (1 + a) = s d (1 + a), which is o > s d, if d > 0; and o > 0 in any case
 *
 * So x and y share at least k = max(ceil(s d), 1) shingles of the head, which begins the order of y: the first of them is
 * none of the last k - 1 of the head, and y need not be entered under these either. A smaller s, as for rounding, is safe.
 *
 *     entry   uint64 hash of a tail; uint32 row that has it, the smallest so far and of those the earliest; uint32 list
 *             (interned.ts) and level of which it was found to have all shingles, or 0; open addressing. Hashes are hints:
 *             shingles are compared before any is left out.
 */
import { sharedRate } from './bounds';
import { internLevel, levelOf } from './frequent';
import { K0, spread } from '../shared/word-hash';
import { own, owned, unlisted } from './interned';
import { countOf, sorted, strays, sumOf, template } from './order';
import { ownAt, ownCount, rowAt, sharedAt, sharedCount, sizeOf } from './rows';
import { shinglesAt, takeRoom } from './sets';
import { levels } from './template';
import { whole } from './whole';

const firstBits: u32 = 12;
const mostBits: u32 = 20;

let entries: usize = 0;
let bits: u32 = 0;
let used: u32 = 0;

export function clearTails(): void {
  memory.fill(entries, 0, bits == 0 ? 0 : (<usize>16) << <usize>bits);
  used = 0;
}

/**
 * How many of the first `count` shingles the row `row` must be entered under: the row with the `n` shingles of `set`, the
 * one put in order last; `set` may be 0. If `list` is not 0, it is the list of those held once, and the set was taken apart
 * (interned.ts). Rows before it must have been entered.
 */
export function headLength(row: u32, set: usize, n: u32, count: u32, list: usize): u32 {
  if (!sorted) return count;
  const isFull = !hasSpare();
  let sum: u64 = 0;
  let head = n;
  let least = count;
  let leastLevel: u32 = 0;
  let found: usize = 0;
  for (let level = levels - 1; level > 0; level--) {
    if (countOf(level) == 0) continue;
    head -= countOf(level);
    sum += sumOf(level);
    if (head >= count) continue;
    const entry = entryFor(spread(sum + <u64>(n - head) * K0) | 1, row, !isFull);
    if (entry == 0) continue;
    const held = load<u32>(entry, 8);
    if (held != row && sizeOf(rowAt(held)) <= n) {
      least = head;
      leastLevel = <u32>level;
      found = entry;
    } else store<u64>(entry, <u64>row, 8);
  }
  if (least == count) return count;
  // If the tail is all of the list, it was perhaps compared before. Addresses of lists are multiples of 64.
  const isListed = list != 0 && leastLevel >= internLevel && (template == 0 ? unlisted : strays) == 0;
  const compared = isListed ? <u32>list | leastLevel : 0;
  const other = load<u32>(found, 8);
  if (compared == 0 || load<u32>(found, 12) != compared) {
    if (!hasTail(row, other, set, n, list, leastLevel)) return count;
    if (compared != 0) store<u32>(found, compared, 12);
  }
  const needed = <u32>Math.ceil(<f64>(n - sizeOf(rowAt(other))) * sharedRate);
  return least - min(max(needed, 1) - 1, least);
}

/** Whether another row has all shingles of a row's set that are of a level or above. */
function hasTail(row: u32, other: u32, set: usize, n: u32, list: usize, level: u32): bool {
  const record = rowAt(other);
  const count = load<u32>(record, ownCount);
  const shared = <usize>load<u32>(record, sharedAt);
  // What is of a list that both have needs no look.
  if (list != 0 && list == shared)
    return hasAll(shinglesAt(load<u32>(record, ownAt), count), count, 0, 0, own, owned, level);
  if (set == 0) set = whole(rowAt(row), n);
  const its = shinglesAt(load<u32>(record, ownAt), count);
  return hasAll(its, count, shared, load<u32>(record, sharedCount), set, n, level);
}

/** Whether two sorted lists together have all shingles of a set that are of a level or above. */
function hasAll(i: usize, iCount: u32, j: usize, jCount: u32, set: usize, n: u32, level: u32): bool {
  const iEnd = i + ((<usize>iCount) << 3);
  const jEnd = j + ((<usize>jCount) << 3);
  const end = set + ((<usize>n) << 3);
  for (let at = set; at < end; at += 8) {
    const shingle = load<u64>(at);
    while (i < iEnd && load<u64>(i) < shingle) i += 8;
    while (j < jEnd && load<u64>(j) < shingle) j += 8;
    if ((i < iEnd && load<u64>(i) == shingle) || (j < jEnd && load<u64>(j) == shingle)) continue;
    if (levelOf(shingle) >= level) return false;
  }
  return true;
}

/** Whether there is room for the tails of one row more. */
function hasSpare(): bool {
  if (bits == 0 || (used + <u32>levels > mostUsed() && bits < mostBits)) widen();
  return used + <u32>levels <= mostUsed();
}

function mostUsed(): u32 {
  return ((<u32>3) << bits) >> 2;
}

/** The entry of a tail. If there is none, one more for `row`, or 0. */
function entryFor(hash: u64, row: u32, adds: bool): usize {
  const at = slotOf(hash);
  if (load<u64>(at) != 0) return at;
  if (!adds) return 0;
  store<u64>(at, hash);
  store<u64>(at, <u64>row, 8);
  used++;
  return at;
}

/** The slot of a tail: its own, or the empty one for it. */
function slotOf(hash: u64): usize {
  const mask: u32 = ((<u32>1) << bits) - 1;
  let slot = <u32>(hash >> 32) & mask;
  while (true) {
    const at = entries + ((<usize>slot) << 4);
    const held = load<u64>(at);
    if (held == hash || held == 0) return at;
    slot = (slot + 1) & mask;
  }
}

function widen(): void {
  const from = entries;
  const end = from + (bits == 0 ? 0 : (<usize>16) << <usize>bits);
  bits = bits == 0 ? firstBits : bits + 1;
  entries = takeRoom((<usize>16) << <usize>bits);
  memory.fill(entries, 0, (<usize>16) << <usize>bits);
  for (let at = from; at < end; at += 16)
    if (load<u64>(at) != 0) v128.store(slotOf(load<u64>(at)), v128.load(at));
}
