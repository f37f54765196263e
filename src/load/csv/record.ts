import { mostColumns } from '../width.js';
import type { CsvDialect, DialectCodes } from './dialect.js';

/** No byte. */
const noDelimiter = -1;

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
  /** A quote in it was closed where no cell ends, on a later line: the record is its first line alone, and malformed. */
  torn: boolean;
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
    torn: false,
  };
}

/**
 * Reads the first record at or after `at`, one byte at a time: for samples, headers and messages. It is the definition
 * that the kernels are tested against. Returns false when only blank lines and comments are left.
 *
 * A quote that was opened by mistake takes no other line with it: when a cell of several lines is closed in front of text, the
 * record is its first line alone, malformed, and the next one begins behind that. So it is when a record of several lines has
 * text behind another closing quote, or more than `columns` cells, and its second line is a record by itself; `columns` is 0
 * where that is not known.
 */
export function readRecord(
  bytes: Uint8Array,
  at: number,
  end: number,
  codes: DialectCodes,
  record: CsvRecord,
  columns: number = 0,
): boolean {
  if (!readWhole(bytes, at, end, codes, record)) return false;
  if (record.torn || (columns > 1 && isTorn(bytes, codes, record, columns))) cutRecord(bytes, end, codes, record);
  return true;
}

/** The line end at or after `at`; `end` without one. */
export function lineEnd(bytes: Uint8Array, at: number, end: number, codes: DialectCodes): number {
  let p = at;
  while (p < end && bytes[p] !== 10 && !(codes.anyNewline === 1 && bytes[p] === 13)) p++;
  return p;
}

function isTorn(bytes: Uint8Array, codes: DialectCodes, record: CsvRecord, columns: number): boolean {
  if (record.unterminated) return false;
  const second = lineEnd(bytes, record.from, record.to, codes) + 1;
  if (second >= record.to || !(record.textAfterQuote || hasFurther(bytes, record, columns))) return false;
  return isWhole(bytes, second, lineEnd(bytes, second, record.to, codes), codes, columns);
}

/** Whether there is a cell behind the first `columns` that is not blank. */
function hasFurther(bytes: Uint8Array, record: CsvRecord, columns: number): boolean {
  for (let i = columns; i < record.cells; i++) if (!isBlankCell(bytes, record, i)) return true;
  return false;
}

/** Whether a cell has no content, and nothing behind its closing quote. */
export function isEmptyCell({ bounds }: CsvRecord, index: number): boolean {
  const [from, to, quoted, stop] = bounds.slice(index * 4, index * 4 + 4) as [number, number, number, number];
  return to === from && stop <= to + quoted;
}

/** Whether a cell, and what stands behind its closing quote, is nothing but spaces and tabs. */
export function isBlankCell(bytes: Uint8Array, { bounds }: CsvRecord, index: number): boolean {
  const [from, to, quoted, stop] = bounds.slice(index * 4, index * 4 + 4) as [number, number, number, number];
  return isBlank(bytes, from, to) && isBlank(bytes, to + quoted, stop);
}

function isBlank(bytes: Uint8Array, from: number, to: number): boolean {
  for (let p = from; p < to; p++) if (bytes[p] !== 32 && bytes[p] !== 9) return false;
  return true;
}

/** Whether a line is a record of `columns` cells, or of more of which the last ones are blank. */
export function isWhole(bytes: Uint8Array, from: number, end: number, codes: DialectCodes, columns: number): boolean {
  const line = newRecord();
  if (bytes[from] === codes.comment) return false;
  const to = end > from && bytes[end - 1] === 13 ? end - 1 : end;
  if (!readWhole(bytes, from, to, codes, line) || line.unterminated || line.textAfterQuote || line.torn) return false;
  return line.cells >= columns && !hasFurther(bytes, line, columns);
}

/** Makes a record its first line. */
export function cutRecord(bytes: Uint8Array, end: number, codes: DialectCodes, record: CsvRecord): void {
  const line = lineEnd(bytes, record.from, end, codes);
  record.torn = true;
  record.unterminated = record.open = false;
  record.to = codes.anyNewline === 0 && line > record.from && bytes[line - 1] === 13 ? line - 1 : line;
  record.next = line + 1;
  while (record.cells > 1 && record.bounds[record.cells * 4 - 4]! > line) record.cells--;
  record.bounds[record.cells * 4 - 3] = record.bounds[record.cells * 4 - 1] = record.to;
}

function readWhole(bytes: Uint8Array, at: number, end: number, codes: DialectCodes, record: CsvRecord): boolean {
  const { quote, comment } = codes;
  let { delimiter } = codes;
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
  record.escaped = record.textAfterQuote = record.unterminated = record.open = record.torn = false;
  for (;;) {
    let from = p;
    let to: number;
    let quoted = 0;
    if (codes.blanks === 1) {
      while (p < end && (bytes[p] === 32 || bytes[p] === 9) && bytes[p] !== delimiter) p++;
      if (p >= end || bytes[p] !== quote) p = from;
    }
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
      let isOneLine = false;
      for (; p < end; p++) {
        const b = bytes[p]!;
        if (b === delimiter || b === 10 || (any && b === 13)) break;
        if (b === 13 && (p + 1 === end || bytes[p + 1] === 10)) continue;
        if (b === 32 || b === 9) continue;
        // Looked for once: a cell without a line end has none, however much text comes behind it.
        if (isOneLine) continue;
        record.textAfterQuote = true;
        isOneLine = lineEnd(bytes, from, to, codes) === to;
        if (isOneLine) continue;
        // The bounds of this cell are set, so that those of the first line's cells are there.
        record.bounds[record.cells * 4] = from;
        record.torn = true;
        record.cells++;
        return true;
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
    // No table has so many: what is behind them is one cell, so that a line of nothing but commas takes no memory.
    if (record.cells > mostColumns) delimiter = noDelimiter;
    if (p < end && bytes[p] === codes.delimiter) {
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
