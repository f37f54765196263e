// The first count of a CSV chunk: record borders by the parity of quotes, 64 bytes at a time. Parity is right as long as
// every quote that opens follows a separator or another quote; a block where one doesn't, and every block that touches a
// comment or a backslash escape, goes through the automaton below, which is the definition:
//
//   R record start   S cell start   U unquoted   Q quoted   C quote within quotes   M comment   B CR at a record start
//
//   a quote opens a quoted cell only in R and S; within quotes, a quote closes it unless another one follows; text after
//   the closing quote runs to the next separator, quotes in it are text; a record end in R or B is a blank line.

// The state between two calls, laid out by the host (load/csv/scan.ts): uint32 fields.
const INSIDE: usize = 0;
const AT_RECORD: usize = 4;
const AT_CELL: usize = 8;
const AFTER_QUOTE: usize = 12;
const AFTER_CR: usize = 16;
const IN_COMMENT: usize = 20;
const IN_ESCAPE: usize = 24;
const RECORDS: usize = 28;
const LINES: usize = 32;
const RAW_CR: usize = 36;
const BORDER: usize = 40;
const LAST_BORDER: usize = 44;
// The dialect, written once by the host.
const DELIMITER: usize = 48;
const QUOTE: usize = 52;
const ESCAPE: usize = 56;
const COMMENT: usize = 60;
const ANY_NEWLINE: usize = 64;

/** A character that is not set. */
const NONE: u32 = 256;
const LF: u8 = 10;
const CR: u8 = 13;

const R: u32 = 0;
const S: u32 = 1;
const U: u32 = 2;
const Q: u32 = 3;
const C: u32 = 4;
const M: u32 = 5;
const B: u32 = 6;
const X: u32 = 7;

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

/**
 * Scans bytes `from` (a multiple of 64) to `to` of the chunk at `base`; unless `final`, `to` is one too.
 * Returns 0 to be called with more, 1 when a limit was reached (BORDER is the byte after that record), 2 at the end of
 * the source, 3 when it ends within quotes. LAST_BORDER is the byte after the last whole record.
 */
export function csvScan(state: usize, base: usize, from: u32, to: u32, final: bool, maxRecords: u32, maxBytes: u32): i32 {
  const quoteOn: bool = load<u32>(state, QUOTE) != NONE;
  const commentOn: bool = load<u32>(state, COMMENT) != NONE;
  const escapeOn: bool = load<u32>(state, ESCAPE) != NONE;
  const any: bool = load<u32>(state, ANY_NEWLINE) != 0;
  const vq = i8x16.splat(<i8>load<u32>(state, QUOTE));
  const vd = i8x16.splat(<i8>load<u32>(state, DELIMITER));
  const vc = i8x16.splat(<i8>load<u32>(state, COMMENT));
  const vlf = i8x16.splat(LF);
  const vcr = i8x16.splat(CR);
  let inside: u64 = load<u32>(state, INSIDE) ? ~0 : 0;
  let atRecord: u64 = load<u32>(state, AT_RECORD);
  let atCell: u64 = load<u32>(state, AT_CELL);
  let afterQuote: u64 = load<u32>(state, AFTER_QUOTE);
  let afterCr: u64 = load<u32>(state, AFTER_CR);
  let rawCr: u64 = load<u32>(state, RAW_CR);
  let special: u32 = load<u32>(state, IN_COMMENT) | load<u32>(state, IN_ESCAPE);
  let records: u32 = load<u32>(state, RECORDS);
  let lines: u32 = load<u32>(state, LINES);
  let last: u32 = load<u32>(state, LAST_BORDER);

  for (let at = from; at < to; at += 64) {
    const p = base + at;
    const a = v128.load(p);
    const b = v128.load(p, 16);
    const c = v128.load(p, 32);
    const d = v128.load(p, 48);
    const room = to - at;
    const valid: u64 = room >= 64 ? ~0 : ((<u64>1) << room) - 1;
    const lf = bits(a, b, c, d, vlf) & valid;
    const cr = bits(a, b, c, d, vcr) & valid;
    const newline = any ? lf | cr : lf;
    let exact: bool = escapeOn || special != 0;
    let within: u64 = inside;
    let closing: u64 = 0;
    if (quoteOn) {
      const quotes = bits(a, b, c, d, vq) & valid;
      if (quotes != 0) {
        let x = quotes;
        x ^= x << 1;
        x ^= x << 2;
        x ^= x << 4;
        x ^= x << 8;
        x ^= x << 16;
        x ^= x << 32;
        within ^= x;
        closing = quotes & ~within;
        const delimiters = bits(a, b, c, d, vd);
        const mayOpen = (((newline | delimiters) & ~within) << 1) | atCell | (closing << 1) | afterQuote;
        const opening = quotes & within;
        if ((opening & ~mayOpen) != 0) exact = true;
      }
    }
    let ends = newline & ~within;
    const starts = (ends << 1) | atRecord;
    if (commentOn && (bits(a, b, c, d, vc) & valid & starts) != 0) exact = true;

    let real: u64;
    if (exact) {
      // The automaton.
      let s: u32 = U;
      if (load<u32>(state, IN_COMMENT)) s = M;
      else if (load<u32>(state, IN_ESCAPE)) s = X;
      else if (inside) s = Q;
      else if (afterQuote) s = C;
      else if (afterCr) s = B;
      else if (atRecord) s = R;
      else if (atCell) s = S;
      const quote = load<u32>(state, QUOTE);
      const delimiter = load<u32>(state, DELIMITER);
      const escape = load<u32>(state, ESCAPE);
      const comment = load<u32>(state, COMMENT);
      real = 0;
      const n: u32 = min<u32>(room, 64);
      for (let i: u32 = 0; i < n; i++) {
        const v: u32 = load<u8>(p + i);
        const ends: bool = v == LF || (any && v == CR);
        if (s == Q) {
          if (v == quote) s = C;
          else if (v == escape) s = X;
        } else if (s == X) {
          // Only a quote or the escape itself is escaped; before anything else it is text.
          s = Q;
        } else if (s == M) {
          if (ends) s = R;
        } else if (ends) {
          if (s != R && s != B) real |= (<u64>1) << i;
          s = R;
        } else if (s == C && v == quote) {
          s = Q;
        } else if (v == delimiter) {
          s = S;
        } else if (s == R) {
          if (v == comment) s = M;
          else if (v == quote) s = Q;
          else s = v == CR ? B : U;
        } else {
          s = s == S && v == quote ? Q : U;
        }
      }
      inside = s == Q || s == X ? ~0 : 0;
      atRecord = s == R ? 1 : 0;
      atCell = s == R || s == S ? 1 : 0;
      afterQuote = s == C ? 1 : 0;
      afterCr = s == B ? 1 : 0;
      store<u32>(state, s == M ? 1 : 0, IN_COMMENT);
      store<u32>(state, s == X ? 1 : 0, IN_ESCAPE);
      special = s == M || s == X ? 1 : 0;
    } else {
      const crAtStart = any ? 0 : cr & starts & ~within;
      real = ends & ~(starts | (crAtStart << 1) | afterCr);
      inside = <u64>((<i64>within) >> 63);
      if (room < 64) {
        // The last block of the source: what follows is decided below by its last byte.
        const top = room - 1;
        inside = (within >> top) & 1 ? ~0 : 0;
        atRecord = (ends >> top) & 1;
        afterCr = (crAtStart >> top) & 1;
      } else {
        atRecord = ends >> 63;
        afterCr = crAtStart >> 63;
        afterQuote = closing >> 63;
        atCell = quoteOn ? ((<u64>(load<u8>(p, 63) == <u8>load<u32>(state, DELIMITER)) & ~(within >> 63)) | atRecord) : atRecord;
      }
    }

    const breaks: u64 = any ? cr | (lf & ~((cr << 1) | rawCr)) : lf;
    rawCr = cr >> 63;
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
      last = at + 64 - <u32>clz(real);
    }
    lines += <u32>popcnt(breaks);
  }

  store<u32>(state, inside ? 1 : 0, INSIDE);
  store<u32>(state, <u32>atRecord, AT_RECORD);
  store<u32>(state, <u32>atCell, AT_CELL);
  store<u32>(state, <u32>afterQuote, AFTER_QUOTE);
  store<u32>(state, <u32>afterCr, AFTER_CR);
  store<u32>(state, <u32>rawCr, RAW_CR);
  store<u32>(state, records, RECORDS);
  store<u32>(state, lines, LINES);
  store<u32>(state, last, LAST_BORDER);
  if (!final) return 0;
  if (inside) return 3;
  if (!atRecord && !afterCr && load<u32>(state, IN_COMMENT) == 0 && to > 0) store<u32>(state, records + 1, RECORDS);
  store<u32>(state, to, BORDER);
  return 2;
}
