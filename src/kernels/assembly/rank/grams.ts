/**
 * Runs of words that may be terms. A term of n words is no more frequent than the term of its first n - 1 words and than
 * its last word, so that only pairs (node, word) of candidates are counted: a node is a candidate word (its number) or a
 * run of words that was found frequent enough (a number from `words` on), and the edge table leads from (node, word) to it.
 *
 * Streams are uint32: candidates by number, the gap for words that are none (never twice in a row), `endOfRow`, tokens. The
 * gap is the number behind the last candidate's, so that loops over a stream may look it up as they do words: whether a
 * word is a candidate is as good as random, and a branch on it would be guessed wrongly every third time.
 */
import { addToHistogram, openHistogram, reachedBy } from './histogram';
import { endOfRow } from './tokenise';

/** No node. */
export const noNode: u32 = 0xfffffffe;

/** Turns a stream of term ids into one of candidates, in place; `numbers` has a candidate number or `gap` for each id. */
export function compact(stream: usize, end: usize, numbers: usize, gap: u32): usize {
  let out = stream;
  let last: u32 = gap;
  for (let p = stream; p < end; p += 4) {
    const id = load<u32>(p);
    if (id == endOfRow) {
      store<u32>(out, endOfRow);
      store<u32>(out, load<u32>(p, 4), 4);
      out += 8;
      p += 4;
      last = gap;
      continue;
    }
    const number = load<u32>(numbers + (<usize>id << 2));
    store<u32>(out, number);
    out += <usize>(number != gap || last != gap) << 2;
    last = number;
  }
  return out;
}

/** Stamp of the row that is counted; rows of all chunks of a pass have different ones. */
let stamp: u32 = 0;
/** A row was begun and has more pairs than there was room for. */
let isMidRow = false;
/** Pairs are counted whose hashes have these upper bits. */
let partBits: u32 = 0;
let part: u64 = 0;

/** Odd random numbers, so that no words can be chosen whose pairs all lie in one place, or in one part. */
let P0: u64 = 0x9e3779b97f4a7c15;
let P1: u64 = 0xbf58476d1ce4e5b9;

/** Takes random numbers; before a table or the edges are laid out. What comes of pairs does not depend on them. */
export function setPairSecret(a: u64, b: u64): void {
  P0 = a | 1;
  P1 = b | 1;
}

/** Begins a pass over all chunks, for the pairs of a part: those whose hashes begin with `bits` bits that are `number`. */
export function openPass(bits: u32, number: u32): void {
  stamp = 0;
  isMidRow = false;
  partBits = bits;
  part = number;
}

/** Offsets in a counted pair; the dense table has these 12 bytes at (left * (right words + 1) + right) * 12. */
const atCount: usize = 0;
const atStamp: usize = 8;

/**
 * Counts pairs of adjacent candidates, the left one below `left` and the right one below `right`, in a dense table of
 * left + 1 lines and right + 1 columns. The last line is for all other pairs.
 */
export function countDense(stream: usize, end: usize, left: u32, right: u32, table: usize): void {
  const lineBytes = (<usize>right + 1) * 12;
  const others = table + <usize>left * lineBytes;
  let row = stamp + 1;
  let line = others;
  for (let p = stream; p < end; p += 4) {
    const word = load<u32>(p);
    if (word == endOfRow) {
      p += 4;
      row++;
      line = others;
      continue;
    }
    // The cells of a column lie on as many pages: all other pairs have one cell.
    const at = select<usize>(line + <usize>word * 12, others, word < right);
    store<u64>(at, load<u64>(at, atCount) + (load<u32>(at, atStamp) == row ? 1 : 0x100000001), atCount);
    store<u32>(at, row, atStamp);
    line = table + <usize>min<u32>(word, left) * lineBytes;
  }
  stamp = row - 1;
}

/**
 * The sparse table of counted pairs: 24 bytes a slot, node << 32 | word (all bits set: empty), count, rows, stamp, unused.
 */
let pairs: usize = 0;
let pairMask: u32 = 0;
let pairCount: u32 = 0;
const emptyPair: u64 = 0xffffffffffffffff;

/** The edge table: 16 bytes a slot, node << 32 | word (all bits set: empty), the node it leads to, unused. */
let edges: usize = 0;
let edgeMask: u32 = 0;

// @ts-ignore: decorator
@inline
function hashPair(key: u64): u32 {
  const h = key * P0;
  return <u32>((h ^ (h >> 32)) * P1 >> 32);
}

/** Lays out an empty table of 2^k slots. */
export function openPairs(at: usize, slots: u32): void {
  pairs = at;
  pairMask = slots - 1;
  pairCount = 0;
  for (let i: u32 = 0; i < slots; i++) clearPair(at + <usize>i * 24);
}

function clearPair(slot: usize): void {
  store<u64>(slot, emptyPair);
  store<u64>(slot, 0, 8);
  store<u64>(slot, 0, 16);
}

/** Moves the table to larger memory. */
export function growPairs(at: usize, slots: u32): void {
  const old = pairs;
  const oldEnd = old + (<usize>pairMask + 1) * 24;
  openPairs(at, slots);
  for (let p = old; p < oldEnd; p += 24) {
    const key = load<u64>(p);
    if (key == emptyPair) continue;
    const slot = findPair(key, hashPair(key), true);
    store<u64>(slot, load<u64>(p, 8), 8);
    store<u64>(slot, load<u64>(p, 16), 16);
  }
}

export function pairsHeld(): u32 {
  return pairCount;
}

/** The slot of a pair; 0 if it is not there and `add` is not set, or the table is half full. */
function findPair(key: u64, hash: u32, add: bool): usize {
  let i = hash & pairMask;
  while (true) {
    const slot = pairs + <usize>i * 24;
    const held = load<u64>(slot);
    if (held == key) return slot;
    if (held == emptyPair) {
      if (!add || pairCount > pairMask >> 1) return 0;
      store<u64>(slot, key);
      pairCount++;
      return slot;
    }
    i = (i + 1) & pairMask;
  }
}

/** Lays out the edge table in memory of 2^k slots: the edges are `count` times node, word, target (uint32 each). */
export function openEdges(at: usize, slots: u32, list: usize, count: u32): void {
  edges = at;
  edgeMask = slots - 1;
  memory.fill(at, 255, <usize>slots << 4);
  for (let e: u32 = 0; e < count; e++, list += 12) {
    const key = (<u64>load<u32>(list) << 32) | <u64>load<u32>(list, 4);
    let i = hashPair(key) & edgeMask;
    while (load<u64>(edges + (<usize>i << 4)) != emptyPair) i = (i + 1) & edgeMask;
    store<u64>(edges + (<usize>i << 4), key);
    store<u32>(edges + (<usize>i << 4), load<u32>(list, 8), 8);
  }
}

/** The node that (node, word) leads to, or `noNode`. */
// @ts-ignore: decorator
@inline
export function edgeOf(node: u32, word: u32): u32 {
  const key = (<u64>node << 32) | <u64>word;
  let i = hashPair(key) & edgeMask;
  while (true) {
    const slot = edges + (<usize>i << 4);
    const held = load<u64>(slot);
    if (held == key) return load<u32>(slot, 8);
    if (held == emptyPair) return noNode;
    i = (i + 1) & edgeMask;
  }
}

/**
 * Counts runs of `length` words in the sparse table: the first `length` - 1 lead to a node by the edges, the last is a
 * candidate below `right`; for runs of two the first is below `left`. Returns where it stopped because the table (kept at
 * most half full) has no room: the next call goes on there.
 */
export function countSparse(stream: usize, end: usize, length: u32, left: u32, right: u32): usize {
  const shift = <u64>(32 - partBits);
  let p = stream;
  while (p < end) {
    let rowEnd = p;
    while (load<u32>(rowEnd) != endOfRow) rowEnd += 4;
    if (!isMidRow) stamp++;
    isMidRow = false;
    for (const ahead = (<usize>length - 1) << 2; p + ahead < rowEnd; p += 4) {
      let node = load<u32>(p);
      if (node >= left) continue;
      const last = p + ahead;
      let q = p + 4;
      for (; q < last; q += 4) {
        node = edgeOf(node, load<u32>(q));
        if (node == noNode) break;
      }
      if (q < last) continue;
      const word = load<u32>(last);
      if (word >= right) continue;
      const key = (<u64>node << 32) | <u64>word;
      const hash = hashPair(key);
      if (<u64>hash >> shift != part) continue;
      const slot = findPair(key, hash, true);
      if (slot == 0) {
        isMidRow = true;
        return p;
      }
      store<u64>(slot, load<u64>(slot, 8) + (load<u32>(slot, 16) == stamp ? 1 : 0x100000001), 8);
      store<u32>(slot, stamp, 16);
    }
    p = rowEnd + 8;
  }
  return p;
}

/** Adds counted pairs (16 bytes each: node, word, count, rows) to the sparse table; returns how many it had room for. */
export function addPairs(list: usize, count: u32): u32 {
  for (let i: u32 = 0; i < count; i++, list += 16) {
    const key = (<u64>load<u32>(list) << 32) | <u64>load<u32>(list, 4);
    const slot = findPair(key, hashPair(key), true);
    if (slot == 0) return i;
    store<u64>(slot, load<u64>(slot, 8) + load<u64>(list, 8), 8);
  }
  return count;
}

/** A count that `limit` pairs in at least `rows` rows reach; see histogram.ts. */
export function pairsReached(limit: u32, rows: u32, histogram: usize): u32 {
  openHistogram(histogram);
  const end = pairs + (<usize>pairMask + 1) * 24;
  for (let p = pairs; p < end; p += 24) if (load<u32>(p, 12) >= rows) addToHistogram(histogram, load<u32>(p, 8));
  return reachedBy(histogram, limit);
}

/** As `pairsReached`, over the dense table of `left` times `right` pairs. */
export function denseReached(table: usize, left: u32, right: u32, limit: u32, rows: u32, histogram: usize): u32 {
  openHistogram(histogram);
  for (let p = table; left > 0; left--, p += 12) {
    for (const end = p + <usize>right * 12; p < end; p += 12)
      if (load<u32>(p, 4) >= rows) addToHistogram(histogram, load<u32>(p));
  }
  return reachedBy(histogram, limit);
}

/** Writes the pairs counted at least `atLeast` times as 16 bytes each (node, word, count, rows); returns how many. */
export function pairsAbove(atLeast: u32, target: usize): u32 {
  const end = pairs + (<usize>pairMask + 1) * 24;
  let found: u32 = 0;
  for (let p = pairs; p < end; p += 24) {
    if (load<u64>(p) == emptyPair || load<u32>(p, 8) < atLeast) continue;
    if (target != 0) writePair(target + (<usize>found << 4), load<u32>(p, 4), load<u32>(p), p + 8);
    found++;
  }
  return found;
}

/** As `pairsAbove`, from a dense table of `left` times `right` pairs. */
export function denseAbove(table: usize, left: u32, right: u32, atLeast: u32, target: usize): u32 {
  let found: u32 = 0;
  let p = table;
  for (let node: u32 = 0; node < left; node++, p += 12) {
    for (let word: u32 = 0; word < right; word++, p += 12) {
      if (load<u32>(p) < atLeast || load<u32>(p) == 0) continue;
      if (target != 0) writePair(target + (<usize>found << 4), node, word, p);
      found++;
    }
  }
  return found;
}

function writePair(target: usize, node: u32, word: u32, counts: usize): void {
  store<u32>(target, node);
  store<u32>(target, word, 4);
  store<u64>(target, load<u64>(counts), 8);
}

/** Writes count and rows (uint32 each) of `count` pairs given as node, word; 0 for those not there. */
export function pairCounts(list: usize, count: u32, target: usize): void {
  for (let i: u32 = 0; i < count; i++, list += 8, target += 8) {
    const key = (<u64>load<u32>(list) << 32) | <u64>load<u32>(list, 4);
    const slot = findPair(key, hashPair(key), false);
    store<u64>(target, slot == 0 ? 0 : load<u64>(slot, 8));
  }
}
