// The first count of a CSV chunk: record borders, 64 bytes at a time. Where every quote that opens follows a separator or
// another quote, the parity of quotes says what is quoted; a block with another quote, a comment or a backslash escape in it
// is gone through from one such character to the next. So is one in which a cell of several lines ends, since its quote may
// have been opened by mistake. What a record is, is said in load/csv/record.ts.
import { firstBreak, isBlank, wholeLine } from './csv-line';

// The state between two calls, laid out by the host (load/csv/scan.ts): uint32 fields. Positions are bytes of the chunk.
const INSIDE: usize = 0;
const IN_COMMENT: usize = 4;
// A position behind an escape character: what stands there is text.
const ESCAPED: usize = 8;
// The position behind the last quote that closed.
const CLOSED: usize = 12;
// Where the record begins that is open.
const RECORD: usize = 16;
const RECORDS: usize = 20;
const LINES: usize = 24;
const BORDER: usize = 28;
// The dialect, written once by the host.
const DELIMITER: usize = 32;
const QUOTE: usize = 36;
const ESCAPE: usize = 40;
const COMMENT: usize = 44;
const ANY_NEWLINE: usize = 48;
const BLANKS: usize = 52;
const COLUMNS: usize = 56;
// Whether a line ended within the quotes that are open, and whether one did within those of the record that is open.
const INNER: usize = 60;
const MULTI: usize = 64;
// The position behind a quote that closed a cell of several lines, until it is known what follows; 0 for none.
const PENDING: usize = 68;
// Bytes that were read again.
const REDONE: usize = 72;

/** More than this many bytes of a chunk are not read again: no file of records has so many quotes that close nowhere. */
const MAX_REDONE: u32 = 1 << 30;

/** A character that is not set. */
const NONE: u32 = 256;
const LF: u32 = 10;
const CR: u32 = 13;

// @ts-ignore: decorator
@inline
function bits(a: v128, b: v128, c: v128, d: v128, what: v128): u64 {
  return (
    (<u64>i8x16.bitmask(i8x16.eq(a, what))) |
    ((<u64>i8x16.bitmask(i8x16.eq(b, what))) << 16) |
    ((<u64>i8x16.bitmask(i8x16.eq(c, what))) << 32) |
    ((<u64>i8x16.bitmask(i8x16.eq(d, what))) << 48)
  );
}

/** Line ends in bytes `from` to `to` of the chunk. */
function breaksIn(base: usize, from: u32, to: u32, any: bool): u32 {
  let n: u32 = 0;
  for (let i = from; i < to; i++) {
    const c: u32 = load<u8>(base + i);
    if (c == LF) {
      if (!any || i == 0 || <u32>load<u8>(base + i - 1) != CR) n++;
    } else if (any && c == CR) n++;
  }
  return n;
}

/** Whether a cell ends at `p`, behind its closing quote: but for blanks, there is a delimiter, a line end or the end. */
function endsCell(p: usize, end: usize, delimiter: u32, any: bool): bool {
  for (; p < end; p++) {
    const c: u32 = load<u8>(p);
    if (c == delimiter || c == LF || (any && c == CR)) return true;
    if (c == CR && (p + 1 == end || <u32>load<u8>(p, 1) == LF)) return true;
    if (c != 32 && c != 9) return false;
  }
  return true;
}

/** Whether a record without its line end has text behind a closing quote, or a cell too many that is not empty. */
function isMalformed(p: usize, end: usize, columns: u32, delimiter: u32, quote: u32, escape: u32, blanks: bool): bool {
  const vq = i8x16.splat(<i8>quote);
  const ve = i8x16.splat(<i8>(escape == NONE ? quote : escape));
  let cells: u32 = 0;
  while (true) {
    let from = p;
    if (blanks) while (p < end && isBlank(load<u8>(p), delimiter)) p++;
    if (p < end && <u32>load<u8>(p) == quote) {
      from = ++p;
      while (p < end) {
        const v = v128.load(p);
        const m = i8x16.bitmask(v128.or(i8x16.eq(v, vq), i8x16.eq(v, ve)));
        if (m == 0) {
          p += 16;
          continue;
        }
        p += <usize>ctz(m);
        const c: u32 = load<u8>(p);
        const next: u32 = p + 1 < end ? <u32>load<u8>(p, 1) : NONE;
        if (next == quote || (c != quote && next == escape)) p += 2;
        else if (c == quote) break;
        else p++;
      }
      const close = p++;
      for (; p < end && <u32>load<u8>(p) != delimiter; p++) {
        const c: u32 = load<u8>(p);
        if (c != 32 && c != 9) return true;
      }
      if (cells >= columns && (close > from || p > close + 1)) return true;
    } else {
      while (p < end && <u32>load<u8>(p) != delimiter) p++;
      if (cells >= columns && p > from) return true;
    }
    cells++;
    if (p++ >= end) break;
  }
  return false;
}

/**
 * Whether a record of several lines is to be read line by line: it is malformed, and its second line is a record of its own.
 * A quote that was opened by mistake may not take records with it.
 */
function isTorn(p: usize, end: usize, columns: u32, delimiter: u32, quote: u32, escape: u32, comment: u32, any: bool, blanks: bool): bool {
  if (columns < 2) return false;
  if (!any && end > p && <u32>load<u8>(end - 1) == CR) end--;
  if (!isMalformed(p, end, columns, delimiter, quote, escape, blanks)) return false;
  const second = firstBreak(p, end, any) + 1;
  return second < end && wholeLine(second, firstBreak(second, end, any), columns, delimiter, quote, escape, comment, blanks);
}

/**
 * Scans bytes `from` (a multiple of 64) to `to` of the chunk at `base`; unless `final`, `to` is one too.
 * Returns 0 to be called with more, 1 when a limit was reached (BORDER is the byte after that record), 2 at the end of
 * the source, 3 when it ends within quotes, 4 when too many quotes are closed where no cell ends.
 */
export function csvScan(state: usize, base: usize, from: u32, to: u32, final: bool, maxRecords: u32, maxBytes: u32): i32 {
  const delimiter = load<u32>(state, DELIMITER);
  const quote = load<u32>(state, QUOTE);
  const escape = load<u32>(state, ESCAPE);
  const comment = load<u32>(state, COMMENT);
  const any: bool = load<u32>(state, ANY_NEWLINE) != 0;
  const vlf = i8x16.splat(<i8>LF);
  const vcr = i8x16.splat(<i8>CR);
  // Without quotes, the vector of line feeds stands in, and the mask is cleared.
  const vq = quote == NONE ? vlf : i8x16.splat(<i8>quote);
  const vd = i8x16.splat(<i8>delimiter);
  const blanks: bool = load<u32>(state, BLANKS) != 0;
  const columns = load<u32>(state, COLUMNS);
  let inside: u64 = load<u32>(state, INSIDE) ? ~0 : 0;
  let inComment: bool = load<u32>(state, IN_COMMENT) != 0;
  let escaped: u32 = load<u32>(state, ESCAPED);
  let closed: u32 = load<u32>(state, CLOSED);
  let record: u32 = load<u32>(state, RECORD);
  let records: u32 = load<u32>(state, RECORDS);
  let lines: u32 = load<u32>(state, LINES);
  let inner: bool = load<u32>(state, INNER) != 0;
  let multi: bool = load<u32>(state, MULTI) != 0;
  let pending: u32 = load<u32>(state, PENDING);
  let redone: u32 = load<u32>(state, REDONE);
  // Bytes before it are read: where a record is read anew, it begins within a block.
  let start: u32 = 0;
  let at = from;

  while (true) {
    let torn = false;
    let real: u64 = 0;
    let breaks: u64 = 0;
    if (at < to) {
      const p = base + at;
      const a = v128.load(p);
      const b = v128.load(p, 16);
      const c = v128.load(p, 32);
      const d = v128.load(p, 48);
      let lf = bits(a, b, c, d, vlf);
      let quotes = bits(a, b, c, d, vq);
      if (quote == NONE) quotes = 0;
      let newline = lf;
      let cr: u64 = 0;
      if (any) {
        cr = bits(a, b, c, d, vcr);
        newline |= cr;
      }
      const room = to - at;
      let valid: u64 = ~0;
      if (room < 64) valid = ((<u64>1) << room) - 1;
      if (at < start) valid &= <u64>~0 << (start - at);
      quotes &= valid;
      newline &= valid;
      lf &= valid;
      cr &= valid;
      const slow: bool = inComment || at < start || (escape != NONE && (inside != 0 || quotes != 0));
      if ((quotes | newline) == 0 && !slow && record != at) {
        at += 64;
        continue;
      }

      // What is quoted, the opening quote included and the closing one not.
      let within = inside;
      let exact = slow;
      if (quotes != 0) {
        let x = quotes;
        x ^= x << 1;
        x ^= x << 2;
        x ^= x << 4;
        x ^= x << 8;
        x ^= x << 16;
        x ^= x << 32;
        within ^= x;
        const closing = quotes & ~within;
        const before: u32 = at == 0 ? LF : <u32>load<u8>(p - 1);
        const first: u64 = before == delimiter || before == LF || (any && before == CR) || closed == at ? 1 : 0;
        const mayOpen = ((newline | bits(a, b, c, d, vd) | closing) << 1) | first;
        if ((quotes & within & ~mayOpen) != 0) exact = true;
        if (inner || multi || (newline & within) != 0) exact = true;
      } else if (inside == 0) {
        if (multi || pending != 0) exact = true;
      } else if (newline != 0) inner = multi = true;
      let ends = newline & ~within;
      if (!exact) {
        const starts = (ends << 1) | (record == at ? 1 : 0);
        if (comment != NONE && (starts & bits(a, b, c, d, i8x16.splat(<i8>comment))) != 0) exact = true;
        else if (ends != 0) {
          let blank = starts;
          if (!any) {
            // CR LF at the start of a record.
            blank |= (starts & bits(a, b, c, d, vcr)) << 1;
            if (record + 1 == at && load<u8>(p - 1) == <u8>CR) blank |= 1;
          }
          real = ends & ~blank;
          record = at + 64 - <u32>clz(ends);
        }
      }
      if (!exact) {
        if (quotes != 0) {
          inside = <u64>((<i64>within) >> 63);
          const closing = quotes & ~within;
          if (closing != 0) closed = at + 64 - <u32>clz(closing);
        }
      } else {
        let events = quotes | newline;
        if (escape != NONE) events |= bits(a, b, c, d, i8x16.splat(<i8>escape));
        if (comment != NONE) events |= bits(a, b, c, d, i8x16.splat(<i8>comment));
        events &= valid;
        let open: bool = inside != 0;
        while (events != 0) {
          const bit = ctz(events);
          events &= events - 1;
          const i = at + <u32>bit;
          const v: u32 = load<u8>(base + i);
          const ended: bool = v == LF || (any && v == CR);
          // Behind a quote that closed a cell of several lines; a second quote opens it again.
          if (pending != 0 && !(i == pending && v == quote)) {
            if (!endsCell(base + pending, base + i + 1, delimiter, any)) {
              torn = true;
              break;
            }
            inner = false;
          }
          pending = 0;
          if (inComment) {
            if (ended) {
              inComment = false;
              record = i + 1;
            }
          } else if (open) {
            if (ended) inner = multi = true;
            else if (i != escaped || i == 0) {
              if (v == quote) {
                open = false;
                closed = i + 1;
                if (inner) pending = i + 1;
              } else if (v == escape) escaped = i + 1;
            }
          } else if (ended) {
            if (i != record && (any || i != record + 1 || load<u8>(base + record) != <u8>CR)) {
              if (multi && isTorn(base + record, base + i, columns, delimiter, quote, escape, comment, any, blanks)) {
                torn = true;
                break;
              }
              real |= (<u64>1) << bit;
            }
            record = i + 1;
            inner = multi = false;
          } else if (v == quote) {
            if (i == record || closed == i) open = true;
            else {
              let q = i - 1;
              if (blanks) while (q > record && isBlank(load<u8>(base + q), delimiter)) q--;
              const before: u32 = load<u8>(base + q);
              if (before == delimiter || (blanks && q == record && isBlank(before, delimiter))) open = true;
            }
          } else if (v == comment && i == record) inComment = true;
        }
        inside = open ? ~0 : 0;
      }
      breaks = any ? cr | (lf & ~((cr << 1) | (at > 0 && load<u8>(p - 1) == <u8>CR ? 1 : 0))) : lf;
    } else {
      if (!final) break;
      if (pending != 0 && !endsCell(base + pending, base + to, delimiter, any)) torn = true;
      else if (inside == 0 && multi && record < to)
        torn = isTorn(base + record, base + to, columns, delimiter, quote, escape, comment, any, blanks);
      if (!torn) break;
    }
    if (real != 0) {
      const n = <u32>popcnt(real);
      if (records + n >= maxRecords || at + 64 >= maxBytes) {
        let left = real;
        let count = records;
        while (left != 0) {
          const i = <u32>ctz(left);
          left &= left - 1;
          count++;
          if (count == maxRecords || at + i + 1 >= maxBytes) {
            const upTo: u64 = i == 63 ? ~0 : ((<u64>1) << (i + 1)) - 1;
            store<u32>(state, count, RECORDS);
            store<u32>(state, lines + <u32>popcnt(breaks & upTo), LINES);
            store<u32>(state, at + i + 1, BORDER);
            return 1;
          }
        }
      }
      records += n;
    }
    if (!torn) {
      lines += <u32>popcnt(breaks);
      at += 64;
      continue;
    }
    // The first line alone is a record, and the next one begins behind it.
    const next = <u32>(firstBreak(base + record, base + to, any) - base) + 1;
    const seen = at < to ? at : to;
    if (next <= seen) {
      lines -= breaksIn(base, next, seen, any);
      redone += seen - next;
      if (redone > MAX_REDONE) return 4;
    } else lines += breaksIn(base, seen > start ? seen : start, next, any);
    records++;
    if (records == maxRecords || next >= maxBytes) {
      store<u32>(state, records, RECORDS);
      store<u32>(state, lines, LINES);
      store<u32>(state, next, BORDER);
      return 1;
    }
    record = closed = start = next;
    escaped = pending = 0;
    inside = 0;
    inner = multi = false;
    at = next & ~63;
  }

  store<u32>(state, inside ? 1 : 0, INSIDE);
  store<u32>(state, inComment ? 1 : 0, IN_COMMENT);
  store<u32>(state, escaped, ESCAPED);
  store<u32>(state, closed, CLOSED);
  store<u32>(state, record, RECORD);
  store<u32>(state, records, RECORDS);
  store<u32>(state, lines, LINES);
  store<u32>(state, inner ? 1 : 0, INNER);
  store<u32>(state, multi ? 1 : 0, MULTI);
  store<u32>(state, pending, PENDING);
  store<u32>(state, redone, REDONE);
  if (!final) return 0;
  if (inside) return 3;
  const open: bool = record < to && !inComment && (any || record + 1 != to || load<u8>(base + record) != <u8>CR);
  store<u32>(state, open ? records + 1 : records, RECORDS);
  store<u32>(state, to, BORDER);
  return 2;
}
