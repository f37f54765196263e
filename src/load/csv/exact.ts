import { createRequire } from 'node:module';
import type { CsvDialect } from './dialect.js';
import { csvRecordRanges } from './raw.js';

/** A cell of the exact parser: its decoded bytes, and whether it was quoted. */
export interface ExactCell {
  bytes: Uint8Array;
  quoted: boolean;
}

/** A record of the exact parser. */
export interface ExactRecord {
  cells: ExactCell[];
  /** Byte of the chunk after it, and after its line end or in the middle of that. */
  end: number;
  /** What the definition of a record (record.ts) says is wrong with its quotes: csv-parse can't read such records. */
  wrong?: 'torn' | 'text after quote';
}

/**
 * Parses a chunk with csv-parse, a reader that shares nothing with the kernels: slow (an object a cell), and called only
 * where the two counts of a chunk differ. Records whose quotes are wrong, which csv-parse can't read, are found by the
 * definition of a record, and what is between them is parsed.
 */
export function parseExactly(bytes: Uint8Array, dialect: CsvDialect, columns: number): ExactRecord[] {
  const records: ExactRecord[] = [];
  let from = 0;
  for (const { from: begin, next, torn, textAfterQuote } of csvRecordRanges(bytes, dialect, columns)) {
    if (!torn && !textAfterQuote) continue;
    parseRun(bytes, from, begin, dialect, records);
    records.push({ cells: [], end: next, wrong: torn ? 'torn' : 'text after quote' });
    from = next;
  }
  parseRun(bytes, from, bytes.length, dialect, records);
  return records;
}

/** Parses bytes `from` to `to`, which end behind a record. */
function parseRun(bytes: Uint8Array, from: number, to: number, dialect: CsvDialect, records: ExactRecord[]): void {
  // Loaded when it is needed, which is next to never.
  const { parse }: typeof import('csv-parse/sync') = createRequire(import.meta.url)('csv-parse/sync');
  const rows = parse(Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from), {
    delimiter: dialect.delimiter,
    quote: dialect.quote === '' ? false : dialect.quote,
    escape: dialect.escape === '\\' ? '\\' : dialect.quote === '' ? null : dialect.quote,
    comment: dialect.comment === '' ? null : dialect.comment,
    comment_no_infix: true,
    record_delimiter: dialect.newline === '\r' ? ['\r\n', '\n', '\r'] : ['\r\n', '\n'],
    relax_column_count: true,
    relax_quotes: true,
    ltrim: dialect.blanks,
    skip_empty_lines: true,
    info: true,
    encoding: null,
    cast: (value, context) => ({ bytes: value as unknown as Uint8Array, quoted: context.quoting }),
  }) as unknown as { info: { bytes: number }; record: ExactCell[] }[];
  for (const { record, info } of rows) records.push({ cells: record, end: from + info.bytes });
}
