import type { CsvDialect, DialectCodes } from './dialect.js';

/** A record as the reader below leaves it, reused from call to call. Positions are bytes. */
export interface CsvRecord {
  from: number;
  /** The end without the line end. */
  to: number;
  /** Where to go on. */
  next: number;
  /** How many cells. */
  cells: number;
  /** Of each cell: first byte and end of its raw content, 1 if it was quoted, and the separator behind it. */
  bounds: number[];
  /** A quoted cell has escapes in it. */
  escaped: boolean;
  /** There was text, other than spaces, after a closing quote. */
  textAfterQuote: boolean;
  /** Quotes that stand within unquoted cells. */
  strayQuotes: number;
  /** Cells that were quoted. */
  quotedCells: number;
  /** The end of the bytes was reached within quotes. */
  unterminated: boolean;
  /** Where the last quoted cell opened. */
  openedAt: number;
  /** The record was ended by the end of the bytes, not by a line end. */
  open: boolean;
}

export function newRecord(): CsvRecord {
  return {
    from: 0,
    to: 0,
    next: 0,
    cells: 0,
    bounds: [],
    escaped: false,
    textAfterQuote: false,
    strayQuotes: 0,
    quotedCells: 0,
    unterminated: false,
    openedAt: -1,
    open: false,
  };
}

/**
 * Reads the first record at or after `at`, one byte at a time: for samples, headers and messages. It is the definition
 * that the kernels are tested against. Returns false when only blank lines and comments are left.
 */
export function readRecord(
  bytes: Uint8Array,
  at: number,
  end: number,
  codes: DialectCodes,
  record: CsvRecord,
): boolean {
  const { delimiter, quote, comment } = codes;
  const any = codes.anyNewline === 1;
  let p = at;
  for (;;) {
    if (p >= end) {
      record.from = record.to = record.next = end;
      return false;
    }
    const first = bytes[p]!;
    if (first === 10 || (any && first === 13)) p++;
    else if (first === 13 && (p + 1 === end || bytes[p + 1] === 10)) p = Math.min(p + 2, end);
    else if (first === comment) {
      while (p < end && bytes[p] !== 10 && !(any && bytes[p] === 13)) p++;
    } else break;
  }
  record.from = p;
  record.cells = record.strayQuotes = record.quotedCells = 0;
  record.escaped = record.textAfterQuote = record.unterminated = record.open = false;
  for (;;) {
    let from = p;
    let to: number;
    let quoted = 0;
    if (p < end && bytes[p] === quote) {
      record.openedAt = p++;
      record.quotedCells++;
      quoted = 1;
      from = p;
      for (; p < end; p++) {
        const b = bytes[p];
        if (b === quote) {
          if (bytes[p + 1] !== quote || p + 1 >= end) break;
          record.escaped = true;
          p++;
        } else if (b === codes.escape && p + 1 < end && (bytes[p + 1] === quote || bytes[p + 1] === codes.escape)) {
          record.escaped = true;
          p++;
        }
      }
      if (p >= end) {
        record.unterminated = true;
        record.to = record.next = end;
        record.bounds[record.cells * 4] = from;
        record.bounds[record.cells * 4 + 1] = end;
        record.bounds[record.cells * 4 + 2] = 1;
        record.bounds[record.cells * 4 + 3] = end;
        record.cells++;
        return true;
      }
      to = p++;
      for (; p < end; p++) {
        const b = bytes[p]!;
        if (b === delimiter || b === 10 || (any && b === 13)) break;
        if (b === 13 && (p + 1 === end || bytes[p + 1] === 10)) continue;
        if (b !== 32 && b !== 9) record.textAfterQuote = true;
      }
    } else {
      for (; p < end; p++) {
        const b = bytes[p]!;
        if (b === delimiter || b === 10 || (any && b === 13)) break;
        if (b === quote) record.strayQuotes++;
      }
      to = p;
      if (!any && to > from && (p === end || bytes[p] === 10) && bytes[to - 1] === 13) to--;
    }
    record.bounds[record.cells * 4] = from;
    record.bounds[record.cells * 4 + 1] = to;
    record.bounds[record.cells * 4 + 2] = quoted;
    record.bounds[record.cells * 4 + 3] =
      !any && p > to && bytes[p - 1] === 13 && (p === end || bytes[p] === 10) ? p - 1 : p;
    record.cells++;
    if (p < end && bytes[p] === delimiter) {
      p++;
      continue;
    }
    record.open = p >= end;
    record.to = p;
    if (!any && p > record.from && bytes[p - 1] === 13) record.to--;
    record.next = Math.min(p + 1, end);
    return true;
  }
}

/**
 * The text of a record's cell, escapes undone, with what stands behind its closing quote. Bytes that are not UTF-8 become
 * U+FFFD: for looking, not for keeping.
 */
export function cellText(bytes: Uint8Array, record: CsvRecord, index: number, dialect: CsvDialect): string {
  const [from, to, quoted, stop] = record.bounds.slice(index * 4, index * 4 + 4) as [number, number, number, number];
  const text = (a: number, b: number): string =>
    Buffer.from(bytes.buffer, bytes.byteOffset + a, b - a).toString('utf8');
  if (quoted === 0) return text(from, to);
  const content = record.escaped ? unescaped(text(from, to), dialect) : text(from, to);
  return stop > to + 1 ? content + text(to + 1, stop) : content;
}

function unescaped(raw: string, dialect: CsvDialect): string {
  const { quote } = dialect;
  if (dialect.escape !== '\\') return raw.replaceAll(quote + quote, quote);
  let text = '';
  for (let i = 0; i < raw.length; i++) {
    const c = raw[i]!;
    const next = raw[i + 1];
    if ((c === quote && next === quote) || (c === '\\' && (next === quote || next === '\\'))) i++;
    text += raw[i];
  }
  return text;
}
