// The first count of a CSV chunk: record borders, 64 bytes at a time. Where every quote that opens follows a separator or
// another quote, the parity of quotes says what is quoted; a block with another quote, a comment or a backslash escape in it
// is gone through from one such character to the next. What a record is, is said in load/csv/record.ts.

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

/**
 * Scans bytes `from` (a multiple of 64) to `to` of the chunk at `base`; unless `final`, `to` is one too.
 * Returns 0 to be called with more, 1 when a limit was reached (BORDER is the byte after that record), 2 at the end of
 * the source, 3 when it ends within quotes.
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
  let inside: u64 = load<u32>(state, INSIDE) ? ~0 : 0;
  let inComment: bool = load<u32>(state, IN_COMMENT) != 0;
  let escaped: u32 = load<u32>(state, ESCAPED);
  let closed: u32 = load<u32>(state, CLOSED);
  let record: u32 = load<u32>(state, RECORD);
  let records: u32 = load<u32>(state, RECORDS);
  let lines: u32 = load<u32>(state, LINES);

  for (let at = from; at < to; at += 64) {
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
    if (room < 64) {
      const valid: u64 = ((<u64>1) << room) - 1;
      quotes &= valid;
      newline &= valid;
      lf &= valid;
      cr &= valid;
    }
    const slow: bool = inComment || (escape != NONE && (inside != 0 || quotes != 0));
    if ((quotes | newline) == 0 && !slow && record != at) continue;

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
    }
    let real: u64 = 0;
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
      if (room < 64) events &= ((<u64>1) << room) - 1;
      let open: bool = inside != 0;
      while (events != 0) {
        const bit = ctz(events);
        events &= events - 1;
        const i = at + <u32>bit;
        const v: u32 = load<u8>(base + i);
        const ended: bool = v == LF || (any && v == CR);
        if (inComment) {
          if (ended) {
            inComment = false;
            record = i + 1;
          }
        } else if (open) {
          if (i != escaped || i == 0) {
            if (v == quote) {
              open = false;
              closed = i + 1;
            } else if (v == escape) escaped = i + 1;
          }
        } else if (ended) {
          if (i != record && (any || i != record + 1 || load<u8>(base + record) != <u8>CR)) real |= (<u64>1) << bit;
          record = i + 1;
        } else if (v == quote) {
          if (i == record || closed == i) open = true;
          else {
            const before: u32 = load<u8>(base + i - 1);
            if (before == delimiter) open = true;
          }
        } else if (v == comment && i == record) inComment = true;
      }
      inside = open ? ~0 : 0;
    }
    const breaks: u64 = any ? cr | (lf & ~((cr << 1) | (at > 0 && load<u8>(p - 1) == <u8>CR ? 1 : 0))) : lf;
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
    lines += <u32>popcnt(breaks);
  }

  store<u32>(state, inside ? 1 : 0, INSIDE);
  store<u32>(state, inComment ? 1 : 0, IN_COMMENT);
  store<u32>(state, escaped, ESCAPED);
  store<u32>(state, closed, CLOSED);
  store<u32>(state, record, RECORD);
  store<u32>(state, records, RECORDS);
  store<u32>(state, lines, LINES);
  if (!final) return 0;
  if (inside) return 3;
  const open: bool = record < to && !inComment && (any || record + 1 != to || load<u8>(base + record) != <u8>CR);
  store<u32>(state, open ? records + 1 : records, RECORDS);
  store<u32>(state, to, BORDER);
  return 2;
}
