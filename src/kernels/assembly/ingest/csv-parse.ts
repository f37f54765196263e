// The second count of a CSV chunk, and its cells. It shares nothing with the scan: a machine that goes from cell to cell by
// bit masks of the bytes that can end one, so that it knows no irregular quotes. Cells go into the table column by column.
import { errorsOf, utf8Valid } from '../shared/utf8';
import { blank, firstBreak, isBlank, wholeLine } from './csv-line';

// The job, laid out by the host (load/csv/parse.ts): uint32 fields. Inputs:
const BASE: usize = 0;
const BYTES: usize = 4;
const COLUMNS: usize = 8;
const CAPACITY: usize = 12;
const STARTS: usize = 16;
const METAS: usize = 20;
const REJECTS: usize = 24;
const SCRATCH: usize = 28;
const DELIMITER: usize = 32;
const QUOTE: usize = 36;
const ESCAPE: usize = 40;
const COMMENT: usize = 44;
const ANY_NEWLINE: usize = 48;
const CHECK_UTF8: usize = 52;
const BLANKS: usize = 56;
// Whether to look at cells of several lines: 0 if there can't be any.
const MULTI: usize = 60;
// Outputs:
const RECORDS: usize = 64;
const ROWS: usize = 68;
const REJECTED: usize = 72;
const PADDED: usize = 76;
const TRIMMED: usize = 80;
const SCRATCH_END: usize = 84;
const UTF8_BAD: usize = 88;
const COMMENTS: usize = 92;
// Records with a cell of several lines that look like records, and the first of them: its index and the lines of the cell.
const SWALLOWING: usize = 96;
const SWALLOW_INDEX: usize = 100;
const SWALLOW_LINES: usize = 104;

const NONE: u32 = 256;
const LF: u32 = 10;
const CR: u32 = 13;
const QUOTED: u32 = 1;
const ABSENT: u32 = 2;

// Why a record is rejected; the wording is in load/csv/parse.ts.
const TOO_MANY_CELLS: u32 = 1;
const TEXT_AFTER_QUOTE: u32 = 2;
const NOT_UTF8: u32 = 3;
const UNTERMINATED: u32 = 4;
const TORN: u32 = 5;

// How a cell is read: up to the next separator, up to its closing quote, or on from there to the separator.
const PLAIN: u32 = 0;
const WITHIN: u32 = 1;
const AFTER: u32 = 2;

// @ts-ignore: decorator
@inline
function bits(p: usize, what: v128): u64 {
  return (
    (<u64>i8x16.bitmask(i8x16.eq(v128.load(p), what))) |
    ((<u64>i8x16.bitmask(i8x16.eq(v128.load(p, 16), what))) << 16) |
    ((<u64>i8x16.bitmask(i8x16.eq(v128.load(p, 32), what))) << 32) |
    ((<u64>i8x16.bitmask(i8x16.eq(v128.load(p, 48), what))) << 48)
  );
}

// @ts-ignore: decorator
@inline
function within(mask: u64, block: usize, end: usize): u64 {
  return end - block < 64 ? mask & (((<u64>1) << (end - block)) - 1) : mask;
}

// @ts-ignore: decorator
@inline
function isAscii(block: usize): bool {
  const low = v128.or(v128.load(block), v128.load(block, 16));
  return i8x16.bitmask(v128.or(low, v128.or(v128.load(block, 32), v128.load(block, 48)))) == 0;
}

/** Whether there is an error in the UTF-8 of a block, given the bytes before it. */
function hasErrors(block: usize): u32 {
  const a = v128.load(block);
  const b = v128.load(block, 16);
  const c = v128.load(block, 32);
  const d = v128.load(block, 48);
  const errors = v128.or(
    v128.or(errorsOf(a, v128.load(block - 16)), errorsOf(b, a)),
    v128.or(errorsOf(c, b), errorsOf(d, c)),
  );
  return v128.any_true(errors) ? 1 : 0;
}

/**
 * Copies a quoted cell's content with its escapes undone to `to`; returns the end there. An escape is the escape character
 * before a quote or before itself, where a doubled quote counts as one too.
 */
function unescape(from: usize, end: usize, to: usize, quote: u32, escape: u32): usize {
  const vq = i8x16.splat(<i8>quote);
  const ve = i8x16.splat(<i8>(escape == NONE ? quote : escape));
  while (from < end) {
    const v = v128.load(from);
    v128.store(to, v);
    const m: u32 = i8x16.bitmask(v128.or(i8x16.eq(v, vq), i8x16.eq(v, ve)));
    const skip = <usize>ctz(m | 0x10000);
    if (from + skip >= end) return to + (end - from);
    from += skip;
    to += skip;
    if (m == 0) continue;
    const c: u32 = load<u8>(from);
    const next: u32 = from + 1 < end ? <u32>load<u8>(from + 1) : NONE;
    if ((c == quote && next == quote) || (c == escape && (next == quote || next == escape))) {
      store<u8>(to, <u8>next);
      from += 2;
    } else {
      store<u8>(to, <u8>c);
      from++;
    }
    to++;
  }
  return to;
}

/**
 * Lines of a quoted cell, if nearly all that are wholly in it look like records of this file, and there are several of them;
 * else 0. Where records have two cells many a line of prose looks like one.
 */
function swallowed(from: usize, close: usize, columns: u32, delimiter: u32, quote: u32, escape: u32, comment: u32, any: bool, blanks: bool): u32 {
  let p = firstBreak(from, close, any) + 1;
  if (p > close) return 0;
  let lines: u32 = 2;
  let whole: u32 = 0;
  let others: u32 = 0;
  while (true) {
    const end = firstBreak(p, close, any);
    if (end == close) break;
    // CR LF where records end with both.
    if (!(any && end == p && <u32>load<u8>(p) == LF)) {
      if (wholeLine(p, end, columns, delimiter, quote, escape, comment, blanks)) whole++;
      else if (++others > 1 + (whole >> 3)) return 0;
      lines++;
    }
    p = end + 1;
  }
  const least: u32 = columns == 2 ? 10 : 3;
  return whole >= least && others << 3 <= whole ? lines : 0;
}

/** Parses the chunk. Returns false when there are more records than the table has room for. */
export function csvParse(job: usize): bool {
  const base: usize = load<u32>(job, BASE);
  const bytes: usize = load<u32>(job, BYTES);
  const columns = load<u32>(job, COLUMNS);
  const capacity = load<u32>(job, CAPACITY);
  const starts: usize = load<u32>(job, STARTS);
  const metaShift: usize = <usize>load<u32>(job, METAS) - starts;
  const stride: usize = <usize>capacity << 2;
  const delimiter = load<u32>(job, DELIMITER);
  const quote = load<u32>(job, QUOTE);
  const escape = load<u32>(job, ESCAPE);
  const comment = load<u32>(job, COMMENT);
  const any: bool = load<u32>(job, ANY_NEWLINE) != 0;
  const checkUtf8: bool = load<u32>(job, CHECK_UTF8) != 0;
  const blanks: bool = load<u32>(job, BLANKS) != 0;
  const multi: bool = load<u32>(job, MULTI) != 0 && columns > 1;
  const vd = i8x16.splat(<i8>delimiter);
  const vq = i8x16.splat(<i8>quote);
  const ve = i8x16.splat(<i8>(escape == NONE ? quote : escape));
  const vlf = i8x16.splat(<i8>LF);
  const vcr = i8x16.splat(<i8>CR);
  const end = base + bytes;
  let rejects: usize = load<u32>(job, REJECTS);
  let scratch: usize = load<u32>(job, SCRATCH);
  let records: u32 = 0;
  let row: u32 = 0;
  let padded: u32 = 0;
  let trimmed: u32 = 0;
  let rejected: u32 = 0;
  let errors: u32 = 0;
  let comments: u32 = 0;
  let swallowing: u32 = 0;
  let swallowIndex: u32 = 0;
  let swallowLines: u32 = 0;
  // The block before this one had bytes of other scripts: a character may go on.
  let high: bool = false;

  // The block of 64 bytes that the masks are of, and the masks: what ends a cell, what may end a quoted one.
  let block: usize = base - 64;
  let separators: u64 = 0;
  let quotes: u64 = 0;
  let p: usize = base;

  while (p < end) {
    // At the start of a record.
    const first: u32 = load<u8>(p);
    if (first == LF || (any && first == CR)) {
      p++;
      continue;
    }
    if (first == CR && (p + 1 == end || load<u8>(p, 1) == <u8>LF)) {
      p += 2;
      continue;
    }
    if (first == comment) {
      comments++;
      while (p < end && load<u8>(p) != <u8>LF && !(any && load<u8>(p) == <u8>CR)) p++;
      continue;
    }
    if (records == capacity) return false;
    records++;
    const recordStart = p;
    const scratchStart = scratch;
    let taken: u32 = 0;
    let at = starts + (<usize>row << 2);
    let column: u32 = 0;
    let extra: u32 = 0;
    let bad: u32 = 0;

    while (true) {
      // At the start of a cell. Where there are no quotes, cells follow one another by the mask of separators alone.
      let from = p;
      if (p - block < 64 && quotes >> (p - block) == 0) {
        const shift = p - block;
        let m = (separators >> shift) << shift;
        while (true) {
          while (m != 0) {
            p = block + <usize>ctz(m);
            if (column == columns || <u32>load<u8>(p) != delimiter) break;
            store<u32>(at, <u32>from);
            store<u32>(at + metaShift, <u32>(p - from) << 4);
            at += stride;
            column++;
            from = p + 1;
            m &= m - 1;
          }
          // A cell begins in this block and ends behind it.
          if (m != 0 || from - block >= 64 || block + 64 >= end) break;
          block += 64;
          p = block;
          const ascii = isAscii(block);
          if (!ascii || high) errors |= hasErrors(block);
          high = !ascii;
          if (quote != NONE) quotes = within(escape == NONE ? bits(block, vq) : bits(block, vq) | bits(block, ve), block, end);
          separators = bits(block, vd) | bits(block, vlf);
          if (any) separators |= bits(block, vcr);
          separators = within(separators, block, end);
          if (quotes != 0) break;
          m = separators;
        }
        if (from > p) p = from;
      }
      let mode: u32 = PLAIN;
      let escaped = false;
      let close: usize = 0;
      if (blanks) {
        // `p` may be at the next block already, where all before it in the cell is no quote.
        let q = from;
        while (q < end && isBlank(load<u8>(q), delimiter)) q++;
        if (q >= p && q < end && <u32>load<u8>(q) == quote) {
          // A character may be cut off at the end of a block behind which blocks of blanks are passed over.
          if (high && q - block >= 64) errors |= 1;
          p = from = q;
        }
      }
      if (p == from && p < end && <u32>load<u8>(p) == quote) {
        mode = WITHIN;
        from = ++p;
      }
      while (true) {
        while (p - block >= 64) {
          block += (p - block) & ~63;
          separators = 0;
          quotes = 0;
          if (block >= end) break;
          const ascii = isAscii(block);
          if (!ascii || high) errors |= hasErrors(block);
          high = !ascii;
          if (quote != NONE) quotes = within(escape == NONE ? bits(block, vq) : bits(block, vq) | bits(block, ve), block, end);
          if (mode == WITHIN && quotes == 0) {
            p = block + 64;
            continue;
          }
          separators = bits(block, vd) | bits(block, vlf);
          if (any) separators |= bits(block, vcr);
          separators = within(separators, block, end);
        }
        if (p >= end) {
          p = end;
          break;
        }
        const found = (mode == WITHIN ? quotes : separators) >> (p - block);
        if (found == 0) {
          p = block + 64;
          continue;
        }
        p += <usize>ctz(found);
        if (mode != WITHIN) break;
        const c: u32 = load<u8>(p);
        const next: u32 = p + 1 < end ? <u32>load<u8>(p, 1) : NONE;
        if (c != quote) {
          // The escape character.
          escaped = true;
          p += next == quote || next == c ? 2 : 1;
          continue;
        }
        if (next == quote) {
          escaped = true;
          p += 2;
          continue;
        }
        close = p++;
        if (next == delimiter || next == LF || next == NONE || (any && next == CR)) break;
        if (next == CR && (p + 1 == end || load<u8>(p, 1) == <u8>LF)) {
          p++;
          break;
        }
        mode = AFTER;
      }

      // The cell ends at p: a separator or the end of the chunk.
      let length: usize = 0;
      let flags: u32 = 0;
      if (mode == PLAIN) {
        length = p - from;
        if (!any && length > 0 && (p == end || load<u8>(p) == <u8>LF) && load<u8>(p - 1) == <u8>CR) length--;
      } else if (close == 0) {
        // The scan ends no chunk within quotes: it found behind the end that they were opened by mistake.
        bad = firstBreak(recordStart, end, any) < end ? TORN : UNTERMINATED;
        break;
      } else {
        flags = QUOTED;
        length = close - from;
        const opened = from;
        if (escaped || mode == AFTER) {
          const target = scratch;
          if (escaped) scratch = unescape(from, close, scratch, quote, escape);
          else {
            memory.copy(scratch, from, length);
            scratch += length;
          }
          if (mode == AFTER) {
            let tail = p;
            if (!any && (p == end || load<u8>(p) == <u8>LF) && load<u8>(p - 1) == <u8>CR) tail--;
            if (!blank(close + 1, tail)) {
              bad = TEXT_AFTER_QUOTE;
              // Opened by mistake perhaps: no line behind the first one may be lost to it.
              if (firstBreak(from, close, any) < close) {
                bad = TORN;
                break;
              }
            }
            memory.copy(scratch, close + 1, tail - close - 1);
            scratch += tail - close - 1;
          }
          from = target;
          length = scratch - target;
        }
        if (multi && close > opened + 8) {
          const lines = swallowed(opened, close, columns, delimiter, quote, escape, comment, any, blanks);
          if (lines > taken) taken = lines;
        }
      }
      if (column < columns) {
        store<u32>(at, <u32>from);
        store<u32>(at + metaShift, (<u32>length << 4) | flags);
        at += stride;
        column++;
      } else {
        extra++;
        if (bad == 0 && !blank(from, from + length)) bad = TOO_MANY_CELLS;
      }
      if (p >= end) break;
      if (<u32>load<u8>(p++) != delimiter) break;
    }

    let recordEnd = p;
    if (recordEnd > recordStart && (load<u8>(recordEnd - 1) == <u8>LF || (any && load<u8>(recordEnd - 1) == <u8>CR))) recordEnd--;
    if (!any && recordEnd > recordStart && load<u8>(recordEnd - 1) == <u8>CR) recordEnd--;
    // A record of several lines that is malformed, with a second line that is a record.
    if ((bad == TOO_MANY_CELLS || bad == TEXT_AFTER_QUOTE) && columns > 1) {
      const second = firstBreak(recordStart, recordEnd, any) + 1;
      if (second < recordEnd && wholeLine(second, firstBreak(second, recordEnd, any), columns, delimiter, quote, escape, comment, blanks))
        bad = TORN;
    }
    if (bad == TORN) {
      recordEnd = firstBreak(recordStart, end, any);
      p = recordEnd + 1;
      if (!any && recordEnd > recordStart && <u32>load<u8>(recordEnd - 1) == CR) recordEnd--;
      // The masks are those of a block further on.
      block = base - 64;
      high = true;
      scratch = scratchStart;
    }
    if (checkUtf8 && !utf8Valid(recordStart, recordEnd)) bad = NOT_UTF8;
    if (bad != 0) {
      store<u32>(rejects, records - 1);
      store<u32>(rejects, <u32>recordStart, 4);
      store<u32>(rejects, <u32>(recordEnd - recordStart), 8);
      store<u32>(rejects, bad, 12);
      store<u32>(rejects, column + extra, 16);
      rejects += 20;
      rejected++;
      continue;
    }
    if (taken != 0) {
      if (swallowing++ == 0) {
        swallowIndex = records - 1;
        swallowLines = taken;
      }
    }
    trimmed += extra;
    padded += columns - column;
    for (; column < columns; column++, at += stride) {
      store<u32>(at, <u32>recordEnd);
      store<u32>(at + metaShift, ABSENT);
    }
    row++;
  }
  // A character that the end cuts shows in the block of the end, which is zero behind it, or else in the next one.
  if (high && (bytes & 63) == 0) errors |= hasErrors(end);
  store<u32>(job, records, RECORDS);
  store<u32>(job, row, ROWS);
  store<u32>(job, rejected, REJECTED);
  store<u32>(job, padded, PADDED);
  store<u32>(job, trimmed, TRIMMED);
  store<u32>(job, <u32>scratch, SCRATCH_END);
  store<u32>(job, errors, UTF8_BAD);
  store<u32>(job, comments, COMMENTS);
  store<u32>(job, swallowing, SWALLOWING);
  store<u32>(job, swallowIndex, SWALLOW_INDEX);
  store<u32>(job, swallowLines, SWALLOW_LINES);

  // Rejected records left room at the end of each column.
  if (row < capacity) {
    const metas = starts + metaShift;
    for (let c: usize = 1; c < <usize>columns; c++) {
      memory.copy(starts + c * (<usize>row << 2), starts + c * stride, <usize>row << 2);
      memory.copy(metas + c * (<usize>row << 2), metas + c * stride, <usize>row << 2);
    }
  }
  return true;
}
