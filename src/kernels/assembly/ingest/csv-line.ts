// Lines of a CSV chunk looked at one by one, where a quote may have taken them in by mistake. Both counts ask these questions,
// of few lines; load/csv/record.ts answers them too, and is what both are tested against.

const LF: u32 = 10;
const CR: u32 = 13;

/** The first line end in `p` to `end`; `end` without one. */
export function firstBreak(p: usize, end: usize, any: bool): usize {
  const vlf = i8x16.splat(<i8>LF);
  const vcr = any ? i8x16.splat(<i8>CR) : vlf;
  while (p < end) {
    const v = v128.load(p);
    const m = i8x16.bitmask(v128.or(i8x16.eq(v, vlf), i8x16.eq(v, vcr)));
    if (m != 0) {
      p += <usize>ctz(m);
      break;
    }
    p += 16;
  }
  return p < end ? p : end;
}

// @ts-ignore: decorator
@inline
export function isBlank(c: u32, delimiter: u32): bool {
  return (c == 32 || c == 9) && c != delimiter;
}

/** Whether a cell's content is nothing but spaces and tabs. */
export function blank(from: usize, end: usize): bool {
  for (; from < end; from++) {
    const c = load<u8>(from);
    if (c != 32 && c != 9) return false;
  }
  return true;
}

/**
 * Whether the line from `p` is a record of its own: it has `columns` cells, or more of which the last ones are blank, and its
 * quotes close in it. `end` is at most the end of the line.
 */
export function wholeLine(p: usize, end: usize, columns: u32, delimiter: u32, quote: u32, escape: u32, comment: u32, blanks: bool): bool {
  // The line end's, and one that counts to it at the end of a file.
  if (end > p && <u32>load<u8>(end - 1) == CR) end--;
  if (end > p && <u32>load<u8>(end - 1) == CR) end--;
  if (p < end && <u32>load<u8>(p) == comment) return false;
  let cells: u32 = 0;
  while (true) {
    let from = p;
    if (blanks) while (p < end && isBlank(load<u8>(p), delimiter)) p++;
    if (p < end && <u32>load<u8>(p) == quote) {
      from = ++p;
      while (true) {
        if (p >= end) return false;
        const c: u32 = load<u8>(p);
        const next: u32 = p + 1 < end ? <u32>load<u8>(p, 1) : 256;
        if ((c == quote && next == quote) || (c == escape && (next == quote || next == escape))) p += 2;
        else if (c == quote) break;
        else p++;
      }
      const close = p++;
      while (p < end && isBlank(load<u8>(p), delimiter)) p++;
      if (p < end && <u32>load<u8>(p) != delimiter) return false;
      if (cells >= columns && !blank(from, close)) return false;
    } else {
      while (p < end && <u32>load<u8>(p) != delimiter) p++;
      if (cells >= columns && !blank(from, p)) return false;
    }
    cells++;
    if (p >= end) return cells >= columns;
    p++;
  }
}
