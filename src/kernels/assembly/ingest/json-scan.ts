// The first count of JSON sources: where records end. It trusts quotes and brackets; the parser is strict, and what a scan
// misread in malformed bytes is a syntax error in the chunk that holds them.

// The state between two calls, laid out by the host (load/json/scan.ts): uint32 fields.
/** Start of the line that is not ended yet; for elements, the end of the last one. */
const START: usize = 0;
const RECORDS: usize = 4;
const LINES: usize = 8;
const DEPTH: usize = 12;
const INSIDE: usize = 16;
const ESCAPED: usize = 20;
/** LF bytes up to START. */
const LINES_AT_START: usize = 24;

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

/** Bytes of the byte order mark at `p`: where files were put one behind the other, a line begins with one. */
// @ts-ignore: decorator
@inline
export function markBytes(p: usize): usize {
  return (load<u32>(p) & 0xffffff) == 0xbfbbef ? 3 : 0;
}

/** True when a line holds anything but space, tab, CR and LF behind its byte order mark. */
export function jsonFilled(from: usize, end: usize): bool {
  const mark = markBytes(from);
  for (let p = from + mark <= end ? from + mark : from; p < end; p++) {
    const c = load<u8>(p);
    if (c != 32 && c != 13 && c != 9 && c != 10) return true;
  }
  return false;
}

/**
 * Counts lines that are not blank in `from` to `end`. Returns the address behind the LF with which a limit was reached
 * (`softEnd` or `maxRecords`), or 0 to be called with more.
 */
export function jsonScanLines(state: usize, from: usize, end: usize, softEnd: usize, maxRecords: u32): usize {
  const lf = i8x16.splat(10);
  let start: usize = load<u32>(state, START);
  let records = load<u32>(state, RECORDS);
  let lines = load<u32>(state, LINES);
  let result: usize = 0;
  let p = from;
  while (p < end && result == 0) {
    const a = v128.load(p);
    const b = v128.load(p, 16);
    const c = v128.load(p, 32);
    const d = v128.load(p, 48);
    const ea = i8x16.eq(a, lf);
    const eb = i8x16.eq(b, lf);
    const ec = i8x16.eq(c, lf);
    const ed = i8x16.eq(d, lf);
    if (v128.any_true(v128.or(v128.or(ea, eb), v128.or(ec, ed)))) {
      let mask: u64 =
        (<u64>i8x16.bitmask(ea)) |
        ((<u64>i8x16.bitmask(eb)) << 16) |
        ((<u64>i8x16.bitmask(ec)) << 32) |
        ((<u64>i8x16.bitmask(ed)) << 48);
      if (end - p < 64) mask &= ((<u64>1) << (<u64>(end - p))) - 1;
      while (mask != 0) {
        const at = p + <usize>ctz(mask);
        mask &= mask - 1;
        lines++;
        const first = load<u8>(start);
        if ((first > 32 && first != 0xef) || jsonFilled(start, at)) records++;
        start = at + 1;
        if (start >= softEnd || records >= maxRecords) {
          result = start;
          break;
        }
      }
    }
    p += 64;
  }
  store<u32>(state, <u32>start, START);
  store<u32>(state, records, RECORDS);
  store<u32>(state, lines, LINES);
  store<u32>(state, lines, LINES_AT_START);
  return result;
}

/** LF bytes in a range. */
export function jsonCountLines(from: usize, end: usize): u32 {
  const lf = i8x16.splat(10);
  let lines: u32 = 0;
  let p = from;
  for (; p + 16 <= end; p += 16) lines += popcnt(i8x16.bitmask(i8x16.eq(v128.load(p), lf)));
  for (; p < end; p++) if (load<u8>(p) == 10) lines++;
  return lines;
}

/**
 * Finds the ends of the elements of an array (`commas`: an element for each comma at depth 0) or of values that follow
 * each other (an element for each bracket that returns to depth 0). Returns the address behind the element with which a
 * limit was reached, or that of the bracket that closes the array (INSIDE is 2 then), or 0 to be called with more.
 */
export function jsonScanElements(
  state: usize, from: usize, end: usize, softEnd: usize, maxRecords: u32, commas: bool,
): usize {
  const vQuote = i8x16.splat(0x22);
  const vBackslash = i8x16.splat(0x5c);
  const vComma = i8x16.splat(0x2c);
  const vLf = i8x16.splat(10);
  const vCase = i8x16.splat(0x20);
  const vOpen = i8x16.splat(0x7b);
  const vClose = i8x16.splat(0x7d);
  let records = load<u32>(state, RECORDS);
  let lines = load<u32>(state, LINES);
  let depth = load<u32>(state, DEPTH);
  let inside: u64 = load<u32>(state, INSIDE) ? ~0 : 0;
  let escaped: u64 = load<u32>(state, ESCAPED);
  let result: usize = 0;
  let p = from;
  while (p < end) {
    const a = v128.load(p);
    const b = v128.load(p, 16);
    const c = v128.load(p, 32);
    const d = v128.load(p, 48);
    const room = end - p;
    const valid: u64 = room >= 64 ? ~0 : ((<u64>1) << (<u64>room)) - 1;
    let quotes = bits(a, b, c, d, vQuote) & valid;
    let slashes = bits(a, b, c, d, vBackslash) & valid;
    const newlines = bits(a, b, c, d, vLf) & valid;
    if ((slashes | escaped) != 0) {
      // A backslash that is not escaped itself escapes the byte after it.
      let marks = escaped;
      slashes &= ~escaped;
      escaped = 0;
      while (slashes != 0) {
        const i = ctz(slashes);
        if (i == 63) {
          escaped = 1;
          break;
        }
        marks |= (<u64>2) << i;
        slashes &= ~((<u64>3) << i);
      }
      // The last byte of a partial block: what it escapes is not there yet.
      if (room < 64) escaped = (marks >> (<u64>room)) & 1;
      quotes &= ~marks;
    }
    let within = quotes;
    within ^= within << 1;
    within ^= within << 2;
    within ^= within << 4;
    within ^= within << 8;
    within ^= within << 16;
    within ^= within << 32;
    within ^= inside;
    inside = room < 64 ? ((within >> (<u64>(room - 1))) & 1 ? ~0 : 0) : <u64>((<i64>within) >> 63);
    const open = bits(v128.or(a, vCase), v128.or(b, vCase), v128.or(c, vCase), v128.or(d, vCase), vOpen) & ~within & valid;
    const close = bits(v128.or(a, vCase), v128.or(b, vCase), v128.or(c, vCase), v128.or(d, vCase), vClose) & ~within & valid;
    const closes = <u32>popcnt(close);
    if (depth > closes) {
      depth = depth + <u32>popcnt(open) - closes;
    } else {
      const comma = commas ? bits(a, b, c, d, vComma) & ~within & valid : 0;
      let left = open | close | comma;
      while (left != 0) {
        const bit = left & (0 - left);
        left ^= bit;
        if ((open & bit) != 0) depth++;
        else if ((close & bit) != 0) {
          const at = p + <usize>ctz(bit);
          if (depth == 0) {
            // The end of the array; in other layouts a syntax error that the parser will name.
            store<u32>(state, 2, INSIDE);
            lines += <u32>popcnt(newlines & (bit - 1));
            result = at;
            break;
          }
          depth--;
          if (depth == 0) {
            if (!commas) records++;
            store<u32>(state, <u32>at + 1, START);
            store<u32>(state, lines + <u32>popcnt(newlines & (bit - 1)), LINES_AT_START);
            if (at + 1 >= softEnd || records >= maxRecords) {
              store<u32>(state, 0, INSIDE);
              lines += <u32>popcnt(newlines & (bit - 1));
              result = at + 1;
              break;
            }
          }
        } else if (depth == 0) records++;
      }
      if (result != 0) {
        store<u32>(state, records, RECORDS);
        store<u32>(state, lines, LINES);
        return result;
      }
    }
    lines += <u32>popcnt(newlines);
    p += 64;
  }
  store<u32>(state, records, RECORDS);
  store<u32>(state, lines, LINES);
  store<u32>(state, depth, DEPTH);
  store<u32>(state, inside ? 1 : 0, INSIDE);
  store<u32>(state, <u32>escaped, ESCAPED);
  return 0;
}
