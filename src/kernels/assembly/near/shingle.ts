/**
 * Shingle sets of texts. A word is a maximal run of letters, marks and numbers after lower-casing; a character of a script
 * without spaces is a word of its own. A shingle is a run of words, hashed to 64 bits; a text of fewer words is one shingle.
 */
import { lowerText } from '../shared/lower';
import { codePointAt, codePointBytes, isAlone, isPart, wordRecord } from '../shared/words';
import { hashWord, S0, S1, S2, S3, spread } from '../shared/word-hash';
import { cutBytes, merge, sameBytes } from './header';
import { sortDistinct } from './sort';

/** Where the next word's hash goes. */
let words: usize = 0;

/** What the first column's texts of many rows begin with, and how many shingles that has; 0 bytes if nothing is known. */
let header: usize = 0;
let headerBytes: usize = 0;
let headerShingles: u32 = 0;
/** Fewer bytes are not worth it, nor is a header that is longer by less than a quarter. */
const leastHeader: usize = 512;

/**
 * Appends the sorted distinct shingles of rows `from` to `rows` at `out` and returns the row it got to: fewer than `rows`
 * when the next row may not fit before `outEnd`. For each row, `ends` takes the number of shingles so far, from `before` on.
 *
 * `columns` has three uint32 a column: addresses of validity (or 0), offsets and values. `scratch` has room for 14 times the
 * bytes of the longest row and 256 more, `spare` for 6 times as many, 64 and 8 a word of a shingle.
 */
export function shingle(
  columns: usize, count: u32, from: u32, rows: u32, size: u32, scratch: usize, spare: usize,
  out: usize, outEnd: usize, ends: usize, before: u32,
): u32 {
  const columnsEnd = columns + (<usize>count) * 12;
  // The last words of the header, then its shingles.
  const carried = (<usize>(size - 1)) << 3;
  const known = spare + carried;
  headerBytes = 0;
  let last: usize = 0;
  let lastBytes: usize = 0;
  for (let row = from; row < rows; row++) {
    let bytes: usize = 0;
    for (let column = columns; column < columnsEnd; column += 12) {
      const offset = <usize>load<u32>(column, 4) + ((<usize>row) << 2);
      bytes += <usize>(load<u32>(offset, 4) - load<u32>(offset));
    }
    // Lower-casing makes at most 3 bytes of 2, and a word takes at least one byte and a separator, or two bytes.
    const mostWords = ((bytes * 3) >> 2) + 2 + <usize>count;
    const wordsAt = (scratch + ((bytes * 3) >> 1) + 64 + 7) & ~7;
    if (out + (mostWords << 3) > outEnd) return row;
    const counts = wordsAt + (mostWords << 3);
    words = wordsAt;
    let skipped: usize = 0;
    for (let column = columns; column < columnsEnd; column += 12) {
      const validity = <usize>load<u32>(column);
      if (validity != 0 && load<u8>(validity + <usize>row) == 0) continue;
      const offset = <usize>load<u32>(column, 4) + ((<usize>row) << 2);
      const start = load<u32>(offset);
      let text = <usize>load<u32>(column, 8) + <usize>start;
      let length = <usize>(load<u32>(offset, 4) - start);
      if (column == columns && length >= leastHeader) {
        const same = sameBytes(last, text, min(lastBytes, length));
        if (same >= leastHeader && same - (same >> 2) > headerBytes)
          learnHeader(text, cutBytes(text, same), size, scratch, spare, wordsAt, counts);
        if (headerBytes > 0 && headerBytes <= length && sameBytes(header, text, headerBytes) == headerBytes) {
          skipped = headerBytes;
          memory.copy(wordsAt, spare, carried);
          words = wordsAt + carried;
        }
        last = text;
        lastBytes = length;
        text += skipped;
        length -= skipped;
      }
      const lowered = lowerText(text, length, scratch);
      split(scratch, scratch + lowered);
    }
    const found = <u32>((words - wordsAt) >> 3);
    let distinct: u32 = 0;
    if (skipped == 0 || found >= size) {
      const shingles = combine(wordsAt, found, size, out);
      // Behind the words: the sorted copy and the counters of the sort.
      distinct = sortDistinct(out, shingles, wordsAt, counts);
    }
    if (skipped > 0) {
      memory.copy(wordsAt, out, (<usize>distinct) << 3);
      distinct = merge(known, headerShingles, wordsAt, distinct, out);
    }
    out += (<usize>distinct) << 3;
    before += distinct;
    store<u32>(ends + ((<usize>row) << 2), before);
  }
  return rows;
}

/** Makes the shingles of what texts begin with. */
function learnHeader(
  text: usize, bytes: usize, size: u32, scratch: usize, spare: usize, wordsAt: usize, counts: usize,
): void {
  headerBytes = 0;
  words = wordsAt;
  split(scratch, scratch + lowerText(text, bytes, scratch));
  const found = <u32>((words - wordsAt) >> 3);
  words = wordsAt;
  if (found < size) return;
  header = text;
  headerBytes = bytes;
  const carried = (<usize>(size - 1)) << 3;
  memory.copy(spare, wordsAt + ((<usize>found) << 3) - carried, carried);
  headerShingles = sortDistinct(spare + carried, combine(wordsAt, found, size, spare + carried), wordsAt, counts);
}

/** Hashes of all runs of `size` words, or of all words when they are fewer. */
function combine(at: usize, count: u32, size: u32, out: usize): u32 {
  if (count == 0) return 0;
  const width = min(size, count);
  const shingles = count - width + 1;
  if (width == 3) {
    for (let i: usize = 0; i < <usize>shingles; i++) {
      const p = at + (i << 3);
      store<u64>(out + (i << 3), spread(load<u64>(p) * S0 + load<u64>(p, 8) * S1 + load<u64>(p, 16) * S2 + 3));
    }
    return shingles;
  }
  for (let i: usize = 0; i < <usize>shingles; i++) {
    let h: u64 = <u64>width;
    if (width == 2) h += load<u64>(at + (i << 3)) * S0 + load<u64>(at + (i << 3), 8) * S1;
    else for (let k: usize = i; k < i + <usize>width; k++) h = spread(h + load<u64>(at + (k << 3))) * S3;
    store<u64>(out + (i << 3), spread(h));
  }
  return shingles;
}

/** One bit a byte: ASCII letters (lower-cased already) and digits, and every byte that is not ASCII. */
// @ts-ignore: decorator
@inline
function wordMask(p: usize): u64 {
  const v = v128.load(p);
  const letter = i8x16.lt_u(i8x16.sub(v, i8x16.splat(0x61)), i8x16.splat(26));
  const digit = i8x16.lt_u(i8x16.sub(v, i8x16.splat(0x30)), i8x16.splat(10));
  const wide = i8x16.lt_s(v, i8x16.splat(0));
  return <u64>(i8x16.bitmask(v128.or(v128.or(letter, digit), wide)) & 0xffff);
}

/** Appends the hashes of a lower-cased text's words. Runs lie between ASCII bytes that are no word's, or the ends. */
function split(from: usize, end: usize): void {
  let run: usize = 0; // where the open run begins
  let carry: u64 = 0;
  for (let p = from; p < end; p += 64) {
    let mask = wordMask(p) | (wordMask(p + 16) << 16) | (wordMask(p + 32) << 32) | (wordMask(p + 48) << 48);
    if (end - p < 64) mask &= ((<u64>1) << <u64>(end - p)) - 1;
    let turns = mask ^ ((mask << 1) | carry);
    carry = mask >> 63;
    while (turns != 0) {
      const at = p + <usize>ctz<u64>(turns);
      turns &= turns - 1;
      if (run == 0) run = at;
      else {
        close(run, at);
        run = 0;
      }
    }
  }
  if (run != 0) close(run, end);
}

// @ts-ignore: decorator
@inline
function put(p: usize, bytes: usize): void {
  store<u64>(words, hashWord(p, bytes));
  words += 8;
}

/** Ends a run. Most are ASCII, and then a word. */
// @ts-ignore: decorator
@inline
function close(from: usize, to: usize): void {
  let p = from;
  while (p + 16 <= to && !v128.any_true(i8x16.lt_s(v128.load(p), i8x16.splat(0)))) p += 16;
  const rest = to - p;
  const high = i8x16.bitmask(v128.load(p));
  if (rest < 16 && (high & ((1 << <i32>rest) - 1)) == 0) put(from, to - from);
  else closeWide(from, to);
}

/** A run with code points beyond ASCII, which may be words by themselves, or none. */
function closeWide(from: usize, to: usize): void {
  let start = from;
  let p = from;
  while (p < to) {
    const c = codePointAt(p);
    const bytes = codePointBytes(<u32>load<u8>(p));
    const record = wordRecord(c);
    if ((record & isPart) == 0 || (record & isAlone) != 0) {
      if (p > start) put(start, p - start);
      if ((record & isAlone) != 0) put(p, bytes);
      start = p + bytes;
    }
    p += bytes;
  }
  if (to > start) put(start, to - start);
}
