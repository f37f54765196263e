import { createRequire } from 'node:module';
import type { CsvDialect } from './dialect.js';

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
}

/**
 * Parses a chunk with csv-parse, a reader that shares nothing with the kernels: slow (an object a cell), and called only
 * where the two counts of a chunk differ. Text after a closing quote, which csv-parse can't read, throws.
 */
export function parseExactly(bytes: Uint8Array, dialect: CsvDialect): ExactRecord[] {
  // Loaded when it is needed, which is next to never.
  const { parse }: typeof import('csv-parse/sync') = createRequire(import.meta.url)('csv-parse/sync');
  const rows = parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), {
    delimiter: dialect.delimiter,
    quote: dialect.quote === '' ? false : dialect.quote,
    escape: dialect.escape === '\\' ? '\\' : dialect.quote === '' ? null : dialect.quote,
    comment: dialect.comment === '' ? null : dialect.comment,
    comment_no_infix: true,
    record_delimiter: dialect.newline === '\r' ? ['\r\n', '\n', '\r'] : ['\r\n', '\n'],
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    info: true,
    encoding: null,
    cast: (value, context) => ({ bytes: value as unknown as Uint8Array, quoted: context.quoting }),
  }) as unknown as { info: { bytes: number }; record: ExactCell[] }[];
  return rows.map(({ record, info }) => ({ cells: record, end: info.bytes }));
}
