/**
 * scikit-learn's tokens of UTF-8 text: lower-cased as Python does, runs of two or more word characters
 * (`(?u)\b\w\w+\b`), stop words left out; counted in the term table and written as a stream of term ids.
 *
 * 64 bytes at a time are classed by SIMD; a byte that is not ASCII counts as a word's there, and a run with such bytes is
 * decoded and split by `mixedRun`. Every run lies between ASCII bytes that are no word's, or the ends of the cell.
 */
import { codePointAt, codePointBytes, isSpecial, isWord, lowerOf, lowerSigma, putCodePoint, wordRecord } from '../shared/words';
import { addShort, arenaEnd, arenaTop, atCount, atRest, atStamp, capacity, entries, findTerm, hashHead, idBits, loadLower, slotMask, slots, tagBits, terms } from './terms';

/** All words of at most three bytes: 37 ASCII letters, digits and "_", fewer than 2,048 letters of two bytes, 61,440 of three. */
const shortWords: u32 = 300000;

/** How many different tokens a row of so many bytes can have: few are short, the others take five bytes with what ends them. */
export function distinctIn(bytes: u32, tokens: u32): u32 {
  return min(tokens, bytes / 5 + shortWords);
}

/** Ends a row in a stream of term ids; the number of the row's tokens follows. */
export const endOfRow: u32 = 0xffffffff;

/** Why `tokenise` stopped before the last row. */
const needsOutput: u32 = 1;
const needsTerms: u32 = 2;
const needsArena: u32 = 3;

let output: usize = 0;
let outputEnd: usize = 0;
let scratch: usize = 0;
let stamp: u32 = 0;
/** What an occurrence adds to count | rows << 32: for the row's first one and for the others. 0 when nothing is counted. */
let first: u64 = 0x100000001;
let again: u64 = 1;
/** Terms up to this id are stop words. */
let stopWords: u32 = 0;
/** With a stemmer: for each term as read the id of the term that stands for it, 0 to leave it out; else 0. */
let stands: usize = 0;
let stemBuffer: usize = 0;
let stopped: u32 = 0;
/** In a closed vocabulary the id of the term that stands for all words it does not have; else 0. */
let unknown: u32 = 0;
/** Tokens counted so far. */
let tokensCounted: f64 = 0;

/** Longer words (in bytes) are left out where words are stemmed: they are no language's. */
const longestStemmed: usize = 128;
const stemRoom: usize = 512;

/** Writes the stem of the word at `p` to `target`; returns its bytes (at most `room`), 0 for a stop word. */
// @ts-ignore: decorator
@external("host", "stem")
declare function stem(p: usize, bytes: usize, target: usize, room: usize): u32;

/** Where the ids of the next rows go, up to `end`. */
export function setOutput(at: usize, end: usize): void {
  output = at;
  outputEnd = end;
}

export function outputTop(): usize {
  return output;
}

/** Room for 3 / 2 of the longest row and 64 bytes. */
export function setScratch(at: usize): void {
  scratch = at;
}

export function setCounting(on: bool): void {
  first = on ? 0x100000001 : 0;
  again = on ? 1 : 0;
}

export function tokenCount(): f64 {
  return tokensCounted;
}

/** Closes the vocabulary: words that are not in the table count as the term `id`. 0 opens it again. */
export function setUnknown(id: u32): void {
  unknown = id;
}

/** Makes every term of the table so far a stop word. */
export function setStopWords(): void {
  stopWords = terms;
}

/** Turns stemming on: `table` has a uint32 per term (and is moved by this call as well), `buffer` has 1 KB. */
export function setStems(table: usize, buffer: usize): void {
  stands = table;
  stemBuffer = buffer;
}

/**
 * Why `tokenise` stopped: 1 output (4 bytes for every 2 bytes of the row and 12 more), 2 term table, 3 arena (8 times the
 * row and 1 KB) is too small for the next row. Without counting, texts hold no new terms, and only 1 can be.
 */
export function stopReason(): u32 {
  return stopped;
}

/**
 * Tokenises rows `from` to `to` of `count` columns, joined by a space, and returns the row it got to. `columns` has three
 * addresses a column: of the byte that offset 0 means, of the int32 offsets, of the validity bytes or 0.
 */
export function tokenise(columns: usize, count: u32, from: u32, to: u32): u32 {
  const columnsEnd = columns + <usize>count * 12;
  const perToken: u32 = stands == 0 ? 1 : 2;
  for (let row = from; row < to; row++) {
    let bytes: u32 = 0;
    for (let column = columns; column < columnsEnd; column += 12) {
      const offsets = <usize>load<u32>(column, 4) + (<usize>row << 2);
      bytes += load<u32>(offsets, 4) - load<u32>(offsets);
    }
    const tokens = (bytes >> 1) + 3;
    if (output + (<usize>tokens << 2) > outputEnd) stopped = needsOutput;
    else if (first == 0 || unknown != 0) stopped = 0;
    else if (terms + distinctIn(bytes, tokens) * perToken >= capacity) stopped = needsTerms;
    else if (arenaEnd - arenaTop < <usize>(bytes * perToken) * 4 + 1024) stopped = needsArena;
    else stopped = 0;
    if (stopped != 0) return row;
    stamp++;
    const rowStart = output;
    for (let column = columns; column < columnsEnd; column += 12) {
      const validity = <usize>load<u32>(column, 8);
      if (validity != 0 && load<u8>(validity + row) == 0) continue;
      const base = <usize>load<u32>(column);
      const offsets = <usize>load<u32>(column, 4) + (<usize>row << 2);
      cell(base + load<u32>(offsets), base + load<u32>(offsets, 4));
    }
    const found = <u32>((output - rowStart) >> 2);
    store<u32>(output, endOfRow);
    store<u32>(output, found, 4);
    output += 8;
    if (first != 0) tokensCounted += <f64>found;
  }
  return to;
}

/** One bit a byte of the 16 at `p`: part of a word, or not ASCII. */
// @ts-ignore: decorator
@inline
function wordBits(v: v128): u64 {
  const letter = i8x16.lt_u(i8x16.sub(v128.or(v, i8x16.splat(0x20)), i8x16.splat(0x61)), i8x16.splat(26));
  const digit = i8x16.lt_u(i8x16.sub(v, i8x16.splat(0x30)), i8x16.splat(10));
  const underscore = i8x16.eq(v, i8x16.splat(0x5f));
  return <u64>i8x16.bitmask(v128.or(v128.or(letter, digit), v128.or(underscore, v)));
}

function cell(start: usize, end: usize): void {
  const slots_ = slots;
  const mask = slotMask;
  const entries_ = entries;
  const row = stamp;
  const firstly = first;
  const stops = stopWords;
  const stemmed = stands != 0;
  let out = output;
  /** Start of a run that began in the 64 bytes before and is longer than that, or 0. */
  let open: usize = 0;
  let mixed: u64 = 0;
  for (let p = start, next = start; p < end; p = next) {
    next = p + 64;
    const a = v128.load(p);
    const b = v128.load(p, 16);
    const c = v128.load(p, 32);
    const d = v128.load(p, 48);
    let bits = wordBits(a) | (wordBits(b) << 16) | (wordBits(c) << 32) | (wordBits(d) << 48);
    let high: u64 = 0;
    if (v128.any_true(v128.and(v128.or(v128.or(a, b), v128.or(c, d)), i8x16.splat(-128)))) {
      high =
        <u64>i8x16.bitmask(a) | (<u64>i8x16.bitmask(b) << 16) | (<u64>i8x16.bitmask(c) << 32) | (<u64>i8x16.bitmask(d) << 48);
    }
    if (end - p < 64) {
      const inside = ((<u64>1) << (end - p)) - 1;
      bits &= inside;
      high &= inside;
    }
    if (open != 0) {
      const length = ctz(~bits);
      if (length == 64) {
        mixed |= high;
        continue;
      }
      const until = ((<u64>1) << length) - 1;
      output = out;
      if ((mixed | (high & until)) != 0) mixedRun(open, p + <usize>length, start, end);
      else asciiRun(open, p + <usize>length);
      out = output;
      open = 0;
      bits &= ~until;
    }
    while (bits != 0) {
      // Adding its lowest bit turns the lowest run into one bit behind it.
      const from = <usize>ctz(bits);
      const after = bits + (bits & (0 - bits));
      if (after == 0) {
        if (from != 0 && next < end) {
          // The next 64 bytes begin with this run, so that it is whole there.
          next = p + from;
          break;
        }
        open = p + from;
        mixed = high & ((<u64>-1) << from);
        break;
      }
      const to = <usize>ctz(after);
      bits = after & (after - 1);
      const length = to - from;
      const inside = high == 0 ? 0 : high & (((<u64>1) << to) - ((<u64>1) << from));
      if (length > 16 || stemmed) {
        output = out;
        if (inside != 0) mixedRun(p + from, p + to, start, end);
        else asciiRun(p + from, p + to);
        out = output;
        continue;
      }
      if (length < 2) continue;
      // A run that is not ASCII but is a term of the table as it stands, is that term: the table has lower case only.
      const v = loadLower(p + from, length);
      const low = <u64>i64x2.extract_lane(v, 0);
      const upper = <u64>i64x2.extract_lane(v, 1);
      const h = hashHead(low, upper);
      const tag = <u32>h & tagBits;
      let i = <u32>(h >> 32) & mask;
      let id: u32;
      let entry: usize;
      while (true) {
        const slot = slots_ + (<usize>i << 2);
        const held = load<u32>(slot);
        if (held == 0) {
          id = inside != 0 ? 0 : unknown != 0 ? unknown : addShort(slot, tag, low, upper);
          entry = entries_ + (<usize>id << 5);
          break;
        }
        id = held & idBits;
        entry = entries_ + (<usize>id << 5);
        if (
          ((held ^ tag) & tagBits) == 0 &&
          ((load<u64>(entry) ^ low) | (load<u64>(entry, 8) ^ upper) | <u64>load<u32>(entry, atRest)) == 0
        )
          break;
        i = (i + 1) & mask;
      }
      if (id == 0) {
        output = out;
        splitRun(p + from, p + to, start, end);
        out = output;
        continue;
      }
      store<u64>(entry, load<u64>(entry, atCount) + (load<u32>(entry, atStamp) == row ? again : firstly), atCount);
      store<u32>(entry, row, atStamp);
      store<u32>(out, id);
      out += <usize>(id > stops) << 2;
    }
  }
  output = out;
  if (open != 0) {
    if (mixed != 0) mixedRun(open, end, start, end);
    else asciiRun(open, end);
  }
}

function asciiRun(p: usize, end: usize): void {
  if (end - p >= 2) token(p, end - p);
}

/** Counts the token of `length` bytes at `p`, in lower case but for ASCII letters. */
function token(p: usize, length: usize): void {
  if (stands == 0) {
    const word = findTerm(p, length, unknown == 0);
    countTerm(word != 0 ? word : unknown);
    return;
  }
  const known = terms;
  // A closed vocabulary remembers words as read while there is room: they save asking for their stems.
  const word = findTerm(p, length, unknown == 0 || (terms < capacity - 1 && arenaEnd - arenaTop > length + 32));
  countTerm(word == 0 || word > known ? standIn(word, p, length) : load<u32>(stands + (<usize>word << 2)));
}

function countTerm(id: u32): void {
  if (id <= stopWords) return;
  const entry = entries + (<usize>id << 5);
  store<u64>(entry, load<u64>(entry, atCount) + (load<u32>(entry, atStamp) == stamp ? again : first), atCount);
  store<u32>(entry, stamp, atStamp);
  store<u32>(output, id);
  output += 4;
}

/** Asks the host for the stem of a word that is new, or (0) is not remembered. Stems are kept apart from words as read by a byte 1 before them. */
function standIn(word: u32, p: usize, length: usize): u32 {
  let id: u32 = 0;
  const bytes: u32 = length > longestStemmed ? 0 : stem(p, length, stemBuffer + 1, stemRoom);
  if (bytes != 0) {
    store<u8>(stemBuffer, 1);
    id = findTerm(stemBuffer, bytes + 1, unknown == 0);
    if (id == 0) id = unknown;
  }
  if (word != 0) store<u32>(stands + (<usize>word << 2), id);
  return id;
}

/** Counts a run with bytes that are not ASCII; `start` and `end` are the cell's. */
function mixedRun(p: usize, runEnd: usize, start: usize, end: usize): void {
  // Most are words in lower case that were seen before; very long ones are not.
  const known = runEnd - p <= 64 ? findTerm(p, runEnd - p, false) : 0;
  if (known == 0) splitRun(p, runEnd, start, end);
  else countTerm(stands == 0 ? known : load<u32>(stands + (<usize>known << 2)));
}

/** What a code point that is a word's and is its own lower-case form has of its record. */
const plainMask: u32 = ~(<u32>0xff) | isWord | isSpecial;

/** Leads E5 to E8, EB and EC: Han from U+5000 to U+8FFF and Hangul from U+B000 to U+CFFF, all plain letters. */
const plainLeads: u32 = 0x19e0;

/** Splits a run with bytes that are not ASCII into tokens, in lower case but for ASCII letters. */
function splitRun(p: usize, runEnd: usize, start: usize, end: usize): void {
  let begun = p;
  let q = scratch;
  let characters: u32 = 0;
  // A token that is the text as it stands is read there: what was just written byte by byte is slow to load as a vector.
  let changed = false;
  while (p < runEnd) {
    const lead = <u32>load<u8>(p);
    if (lead < 0x80) {
      store<u8>(q++, lead);
      characters++;
      p++;
      continue;
    }
    if (((plainLeads >> (lead - 0xe0)) & 1) != 0 && lead - 0xe0 < 16) {
      store<u32>(q, load<u32>(p));
      q += 3;
      p += 3;
      characters++;
      continue;
    }
    const c = codePointAt(p);
    const bytes = codePointBytes(lead);
    const record = wordRecord(c);
    p += bytes;
    if ((record & plainMask) == isWord) {
      store<u32>(q, load<u32>(p - bytes));
      q += bytes;
      characters++;
      continue;
    }
    if ((record & isWord) != 0 && c != 0x130) {
      q += putCodePoint(q, c == 0x3a3 ? lowerSigma(p - bytes, start, end) : lowerOf(c, record));
      characters++;
      changed = true;
      continue;
    }
    if (c == 0x130) {
      // It becomes "i" and a combining dot, which is no word character.
      store<u8>(q++, 0x69);
      characters++;
      changed = true;
    }
    if (characters >= 2) token(changed ? scratch : begun, q - scratch);
    begun = p;
    q = scratch;
    characters = 0;
    changed = false;
  }
  if (characters >= 2) token(changed ? scratch : begun, q - scratch);
}
