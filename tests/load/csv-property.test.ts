import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CsvDialect, dialectCodes } from '../../dist/load/csv/dialect.js';
import { cellText, newRecord, readRecord } from '../../dist/load/csv/record.js';
import { fileOf, plain, type ReadCell, readCsv, sniff } from './csv-read.js';

const how = fc.record({
  limits: fc.record({ bytes: fc.integer({ min: 1, max: 400 }), records: fc.integer({ min: 1, max: 40 }) }),
  pieceBytes: fc.integer({ min: 1, max: 300 }),
});

const cellOf = fc
  .record({
    text: fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 40 }),
      fc.string({
        unit: fc.constantFrom('a', '"', ',', ';', '\n', '\r', ' ', '\\', '#', 'é', '日', '😀', '\0'),
        maxLength: 90,
      }),
      fc.constantFrom('', ' ', 'NA', '007', 'x'.repeat(200)),
    ),
    quoted: fc.boolean(),
  })
  .map((c): ReadCell => c);

/** A table of one width, with at least one record. */
const tableOf = fc
  .integer({ min: 1, max: 6 })
  .chain((columns) =>
    fc.array(fc.array(cellOf, { minLength: columns, maxLength: columns }), { minLength: 1, maxLength: 30 }),
  );

/** Writes a table, quoting every cell that must be and those that are to be; `quoted` is made to say which. */
function written(table: ReadCell[][], delimiter: string, newline: string, finalNewline: boolean): string {
  const any = newline === '\r';
  const rows = table.map((row) => {
    for (const cell of row) {
      const odd = cell.text.startsWith('"') || cell.text.includes(delimiter) || /[\n\r]/.test(cell.text);
      if (odd || (row.length === 1 && cell.text === '')) cell.quoted = true;
    }
    return row.map((c) => (c.quoted ? `"${c.text.replaceAll('"', '""')}"` : c.text)).join(delimiter);
  });
  return rows.join(any ? '\r' : newline) + (finalNewline ? newline : '');
}

describe('any table', () => {
  const dialects = fc.record({
    delimiter: fc.constantFrom(',', ';', '\t', '|'),
    newline: fc.constantFrom('\n' as const, '\r\n' as const, '\r' as const),
    end: fc.boolean(),
  });
  it('comes back cell for cell, whatever the chunk size', () => {
    fc.assert(
      fc.property(tableOf, dialects, how, (table, { delimiter, newline, end }, sizes) => {
        const file = fileOf(written(table, delimiter, newline, end));
        const columns = table[0]!.length;
        const read = readCsv(file, { ...plain, delimiter, newline }, columns, sizes);
        expect(read.rows).toEqual(table);
        expect(read.chunks.some((c) => c.exact)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
  it('comes back from the exact parser', () => {
    fc.assert(
      fc.property(tableOf, dialects, how, (table, { delimiter, newline, end }, sizes) => {
        // csv-parse takes a quote within an unquoted cell for the end of it.
        for (const cell of table.flat()) if (cell.text.includes('"')) cell.quoted = true;
        const file = fileOf(written(table, delimiter, newline, end));
        const read = readCsv(file, { ...plain, delimiter, newline }, table[0]!.length, { ...sizes, exact: true });
        expect(read.rows).toEqual(table);
      }),
      { numRuns: 100 },
    );
  });
  it('with names over it comes back with its dialect found', () => {
    fc.assert(
      fc.property(tableOf, dialects, (table, { delimiter, newline, end }) => {
        const columns = table[0]!.length;
        fc.pre(columns >= 3);
        // What makes a dialect unclear: the other delimiters and line ends in the cells.
        for (const cell of table.flat()) cell.text = cell.text.replace(/[,;\t|\r\n"'#\\]/g, ' ');
        const names = Array.from({ length: columns }, (_, i): ReadCell => ({ text: `name ${i}`, quoted: false }));
        const file = written([names, ...table], delimiter, newline, end);
        const found = sniff(file);
        expect(found.dialect.delimiter).toBe(delimiter);
        expect(found.columns).toEqual(names.map((n) => n.text));
        expect(readCsv(fileOf(file), found.dialect, columns, { start: found.dataStart }).rows).toEqual(table);
      }),
      { numRuns: 100 },
    );
  });
});

describe('any bytes', () => {
  const parts = fc.oneof(
    fc.constantFrom(
      'a',
      'bb',
      '"',
      ',',
      '\n',
      '\r',
      '\r\n',
      ' ',
      '#',
      '\\',
      'é',
      '""',
      '"x,y"',
      '"\n"',
      '\n1,',
      ',"x\n',
      '\xff',
    ),
    fc.constantFrom('a'.repeat(60), `"${'b'.repeat(70)}"`),
  );
  const bytesOf = fc
    .array(parts, { maxLength: 150 })
    .map((p) => Buffer.concat(p.map((s) => (s === '\xff' ? Buffer.from([255]) : Buffer.from(s)))));
  const dialects: fc.Arbitrary<CsvDialect> = fc
    .record({
      quote: fc.constantFrom('"', '"', '"', ''),
      escape: fc.constantFrom('"' as const, '\\' as const),
      newline: fc.constantFrom('\n' as const, '\r' as const),
      comment: fc.constantFrom('', '#'),
      blanks: fc.boolean(),
    })
    .map((d) => ({ ...plain, ...d }));

  it('are read by the kernels as by the definition, record for record', () => {
    fc.assert(
      fc.property(bytesOf, dialects, fc.integer({ min: 1, max: 4 }), how, (bytes, dialect, columns, sizes) => {
        const due = defined(bytes, dialect, columns);
        const file = fileOf(bytes);
        if (due === null) {
          expect(() => readCsv(file, dialect, columns, sizes)).toThrow(/is never closed/);
          return;
        }
        const read = readCsv(file, dialect, columns, sizes);
        expect(read.rows).toEqual(due.rows);
        expect(read.rejects.map((r) => [r.row, Buffer.from(r.raw)])).toEqual(due.rejects);
        expect(read.chunks.some((c) => c.exact)).toBe(false);
      }),
      { numRuns: 1500 },
    );
  });
});

/** What the definition says: null for a quote that is never closed. */
function defined(bytes: Buffer, dialect: CsvDialect, columns: number) {
  const rows: (ReadCell | null)[][] = [];
  const rejects: [number, Buffer][] = [];
  const record = newRecord();
  let row = 0;
  for (let at = 0; readRecord(bytes, at, bytes.length, dialectCodes(dialect), record, columns); at = record.next) {
    if (record.unterminated) return null;
    row++;
    const cells = Array.from(
      { length: record.cells },
      (_, i): ReadCell => ({
        text: cellText(bytes, record, i, dialect),
        quoted: record.bounds[i * 4 + 2] === 1,
      }),
    );
    const raw = bytes.subarray(record.from, record.to);
    const utf8 = Buffer.from(raw.toString()).equals(raw);
    if (!utf8 || record.torn || record.textAfterQuote || cells.slice(columns).some((c) => /[^ \t]/.test(c.text)))
      rejects.push([row, raw]);
    else rows.push(Array.from({ length: columns }, (_, c) => cells[c] ?? null));
  }
  return { rows, rejects };
}
