/** Entering kept sets in the index (join.ts), and rebuilding it when its order of shingles makes the search long. */
import { prefixLength, sizeClass } from './bounds';
import { beginCounting, countSet, entersBySize, learn } from './frequent';
import { commons, intern, known, mayIntern, own, owned, remember, splitRow, wholeOwn } from './interned';
import { brief, forget, keyFor, longSignature, prepare, restart, signature, signLongOnce, work } from './join';
import { keepLong, longFrom } from './long';
import { beginPrefix, extendPrefix, forgetBefore, prefix, template } from './order';
import { clearPostings, post } from './postings';
import {
  addRow,
  folded,
  longAt,
  ordinalAt,
  ownAt,
  ownCount,
  rowAt,
  rows,
  sharedAt,
  sharedCount,
  signatureAt,
  sizeAt,
  sizeOf,
  tallyOf,
  unenteredAt,
} from './rows';
import { keep, shinglesAt } from './sets';
import { addSize } from './sizes';
import { addListed, isOrdered, isShared } from './template';
import { clearTails, headLength } from './tails';
import { whole } from './whole';

/** Sets from which frequencies are learned. */
const sampleSets: u32 = 65536;
/**
 * Postings met, for each posting there is and each shingle that a rebuild looks up, after which the index is rebuilt; twice as
 * many if that did not help.
 */
const patienceAtFirst: u64 = 3;
/** Shingles that a step of a rebuild takes. */
const stepShingles: u32 = 1 << 18;

/** Shingles indexed. */
let indexed: u32 = 0;
/** Shingles that a rebuild looks up: of all rows, without lists that many have. */
let held: u64 = 0;
let patience: u64 = patienceAtFirst;
let builds: u32 = 0;
let rowsAtBuild: u32 = 0;
/** What a rebuild is at: 1 counting, 2 entering rows; 0 if none is under way. How many sets or rows of that are done. */
let phase: u32 = 0;
let reached: u32 = 0;

/** How often the index was rebuilt. */
export function rebuilds(): u32 {
  return builds;
}

/** Enters a set that is kept. Copies it. */
export function insert(set: usize, n: u32, ordinal: u32): void {
  prepare(set, n);
  if (!mayIntern()) wholeOwn(set, n);
  const place = keep(own, owned);
  const record = addRow();
  if (n >= longFrom) {
    signLongOnce(set, n);
    store<u32>(record, <u32>keepLong(longSignature, n), longAt);
  }
  store<u32>(record, place, ownAt);
  store<u32>(record, <u32>intern(), sharedAt);
  if (known != 0) {
    addListed(known);
    if (template == 0) remember(known);
  }
  store<u32>(record, owned, ownCount);
  store<u32>(record, commons, sharedCount);
  store<u32>(record, ordinal, ordinalAt);
  store<u32>(tallyOf(rows - 1), n, sizeAt);
  memory.copy(record + signatureAt, signature, 32);
  forget();
  held += known != 0 && isShared(known) ? owned : n;
  addSize(n);
  enter(rows - 1, n, headLength(rows - 1, set, n, prefixLength(n), known), brief);
}

/** Enters a row under the first `count` shingles of its order. */
function enter(row: u32, n: u32, count: u32, signature: u64): void {
  extendPrefix(count);
  for (let p: u32 = 0; p < count; p++) {
    const entry = prefix + ((<usize>p) << 4);
    const key = load<u32>(entry, 8);
    post(entersBySize(load<u64>(entry), load<u32>(entry, 12)) ? keyFor(key, sizeClass(n)) : key, row, p, n, signature);
  }
  store<u32>(tallyOf(row), n - count, unenteredAt);
  indexed += count;
}

/** Whether the search has met so much that the index is to be rebuilt before the next probe. */
export function isStale(): bool {
  return phase != 0 || work > (<u64>indexed + held) * patience + 100000;
}

/**
 * A step of a rebuild, some milliseconds: learns frequencies from sets that are spread evenly, and enters all rows anew. True
 * when it is done; before that no set may be probed or entered.
 */
export function rebuildStep(): bool {
  if (phase == 0) {
    beginCounting();
    phase = 1;
    reached = 0;
  }
  let seen: u32 = 0;
  if (phase == 1) {
    const sample = min(rows, sampleSets);
    while (reached < sample) {
      // Multiples of the golden ratio: spread evenly wherever it stops.
      const record = rowAt(<u32>((<u64>(reached * 0x9e3779b1) * <u64>rows) >> 32));
      const own = load<u32>(record, ownCount);
      if (!countSet(shinglesAt(load<u32>(record, ownAt), own), own)) break;
      if (!countSet(<usize>load<u32>(record, sharedAt), load<u32>(record, sharedCount))) break;
      reached++;
      seen += sizeOf(record);
      if (seen > stepShingles) return false;
    }
    learn(reached == 0 ? 1 : <f64>rows / <f64>reached, reached);
    clearPostings();
    clearTails();
    forgetBefore();
    indexed = 0;
    phase = 2;
    reached = 0;
  }
  while (reached < rows) {
    const record = rowAt(reached);
    const n = sizeOf(record);
    const count = prefixLength(n);
    const list = <usize>load<u32>(record, sharedAt);
    const isApart = list != 0 && isShared(list) && isOrdered(list);
    let set: usize = 0;
    if (isApart) {
      const others = load<u32>(record, ownCount);
      splitRow(shinglesAt(load<u32>(record, ownAt), others), others, list);
      beginPrefix(own, others, list, count);
    } else {
      set = whole(record, n);
      beginPrefix(set, n, 0, count);
    }
    enter(reached, n, headLength(reached, set, n, count, isApart ? list : 0), folded(record + signatureAt));
    reached++;
    seen += n;
    if (seen > stepShingles) return false;
  }
  phase = 0;
  patience = rows >= 2 * rowsAtBuild ? patienceAtFirst : patience * 2;
  rowsAtBuild = rows;
  restart();
  builds++;
  return true;
}
