import fs from 'node:fs';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, describe, expect, it } from 'vitest';
import { asMap, type Compiled, compiled, readParquet, temporaryFolder, type Value } from './compiled.js';

const files = path.join(import.meta.dirname, 'files');
const folder = temporaryFolder();
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const named = (kind: string, extension: string): string[] =>
  fs
    .readdirSync(path.join(files, kind))
    .filter((name) => name.endsWith(extension))
    .sort();

/** Compiles a file of the collection. */
async function compiledFile(kind: string, name: string, options = {}): Promise<Compiled> {
  const source = path.join(folder, name);
  fs.copyFileSync(path.join(files, kind, name), source);
  return compiled(source, options);
}

/** Rows as objects by the source's names. */
function byName({ manifest, rows }: Compiled): Map<string, Value>[] {
  const names = manifest.fields.map((f) => f.source_name);
  return rows.map((row) => new Map(row.map((value, c) => [names[c]!, value ?? null])));
}

describe('CSV as csv-spectrum says it is', () => {
  it.each(named('csv-spectrum', '.csv'))('%s', async (name) => {
    const answer = fs.readFileSync(path.join(files, 'csv-spectrum', name.replace('.csv', '.expected')), 'utf8');
    const told = JSON.parse(answer) as Record<string, string> | Record<string, string>[];
    const expected = Array.isArray(told) ? told : [told];
    const types = Object.fromEntries(Object.keys(expected[0]!).map((column) => [column, 'text']));
    const read = byName(await compiledFile('csv-spectrum', name, { types }));
    expect(read.map((row) => Object.fromEntries([...row].map(([n, v]) => [n, v ?? ''])))).toEqual(expected);
  });
});

/** The grammar of types, on its own: what a column of these cells is, null being an unquoted empty one. */
function typedColumn(cells: (string | null)[]): Value[] {
  const tokens = ['na', 'n/a', '#n/a', 'null', 'none', 'nan'];
  const values = cells.filter((c): c is string => c !== null && !tokens.includes(c.trim().toLowerCase()));
  const all = (form: RegExp): boolean => values.length > 0 && values.every((v) => form.test(v));
  const as = (convert: (text: string) => Value): Value[] =>
    cells.map((c) => (c === null || tokens.includes(c.trim().toLowerCase()) ? null : convert(c)));
  if (all(/^-?(0|[1-9]\d*)$/)) return as(BigInt);
  if (all(/^-?(0|[1-9]\d*)(\.\d+)?$/)) return as(Number);
  if (all(/^(true|false)$/i)) return as((c) => c.toLowerCase() === 'true');
  if (all(/^\d{4}-\d\d-\d\d$/)) return as((c) => `D${Date.parse(c) / 86_400_000}`);
  return cells;
}

describe('CSV as csv-parse reads it', () => {
  it.each([
    ['blanks.csv', {}],
    ['leading_zeros.csv', {}],
    ['utf8bom.csv', {}],
    ['utf16.csv', { encoding: 'utf16le' }],
    ['cr-line-endings.csv', { record_delimiter: '\r' }],
    ['nullbyte.csv', { delimiter: '|' }],
    ['duplicate_header_columns.csv', {}],
    ['empty_header.csv', {}],
    ['latin1.csv', { encoding: 'latin1' }],
    ['header_only.csv', {}],
    ['test_header_newline.csv', {}],
    ['synthetic_formula_cells.csv', {}],
    ['synthetic_proto_columns.csv', {}],
    ['synthetic_separator_ambiguity.csv', {}],
    ['synthetic_terminal_escape_header.csv', {}],
  ] as const)('%s', async (name, dialect) => {
    const bytes = fs.readFileSync(path.join(files, 'csv', name));
    const quoted: boolean[][] = [];
    const cells: string[][] = parse(bytes, {
      bom: true,
      ...dialect,
      cast: (text, { quoting, lines: _, index, records }) => {
        quoted[records] ??= [];
        quoted[records]![index] = quoting;
        return text;
      },
    });
    const [header, ...records] = cells;
    const { rows, manifest } = await compiledFile('csv', name);
    expect(manifest.fields.map((f) => f.source_name)).toEqual(header);
    const columns = header!.map((_, c) =>
      typedColumn(records.map((record, r) => (record[c] === '' && !quoted[r + 1]![c] ? null : record[c]!))),
    );
    expect(rows).toEqual(records.map((_, r) => columns.map((column) => column[r])));
  });

  it('says what it made of ragged and broken records', async () => {
    const ragged = await compiledFile('csv', 'csvkit_bad.csv');
    expect([ragged.manifest.ledger.read, ragged.manifest.ledger.dropped.malformed]).toEqual([3, 1]);
    expect(ragged.manifest.ledger.changed).toMatchObject({ padded: 1 });
    const broken = await compiledFile('csv', 'fastcsv_malformed.csv');
    expect([broken.manifest.ledger.read, broken.manifest.ledger.dropped.malformed]).toEqual([2, 1]);
  });
});

/** A value as JSON.parse gives it; `unfolded` when it is a Parquet struct or list, in which absent keys are null. */
function jsonLike(value: Value): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(jsonLike);
  if (value === null || value === undefined) return null;
  if (typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, jsonLike(v)]));
}

/** Leaves out what is null, on both sides: a struct has every key. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, v]) => v !== null)
      .map(([k, v]) => [k, withoutNulls(v)]),
  );
}

/** What is JSON text where the record has no string, because of strings elsewhere or of keys that are data. */
function unfolded(value: unknown, record: unknown): unknown {
  if (typeof value === 'string') return typeof record === 'string' ? value : JSON.parse(value);
  if (Array.isArray(value)) return value.map((v, i) => unfolded(v, (record as unknown[])[i]));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([k, v]) => [k, unfolded(v, (record as Record<string, unknown>)[k])]),
  );
}

/** Compares a data set with records that JSON.parse read. */
function expectRecords(read: Compiled, records: Record<string, unknown>[]): void {
  const names = [...new Set(records.flatMap((r) => Object.keys(r)))];
  expect(read.manifest.fields.map((f) => f.source_name).sort()).toEqual(names.sort());
  const rows = byName(read).map((row, r) =>
    Object.fromEntries([...row].map(([name, value]) => [name, unfolded(jsonLike(value), records[r]![name])])),
  );
  expect(rows.map(withoutNulls)).toEqual(records.map(withoutNulls));
}

describe('JSON as JSON.parse reads it', () => {
  const text = (kind: string, name: string): string =>
    fs.readFileSync(path.join(files, kind, name), 'utf8').replace(/^\ufeff/, '');
  it.each(named('json', '.json'))('%s', async (name) => {
    const whole = JSON.parse(text('json', name)) as Record<string, unknown> | Record<string, unknown>[];
    // The records of an object are the one array of objects in it.
    const records = Array.isArray(whole) ? whole : (Object.values(whole).find((v) => Array.isArray(v)) ?? [whole]);
    expectRecords(await compiledFile('json', name), records as Record<string, unknown>[]);
  });
  it.each(['different_schemas', 'duplicate_key', 'example_crlf', 'inconsistent_schemas', 'map_of_nulls'])(
    '%s.jsonl',
    async (name) => {
      const lines = text('jsonl', `${name}.jsonl`)
        .split('\n')
        .filter((line) => line.trim() !== '');
      expectRecords(
        await compiledFile('jsonl', `${name}.jsonl`),
        lines.map((line) => JSON.parse(line)),
      );
    },
  );
  it('objects side by side are records, and a broken line is one too', async () => {
    const several = text('jsonl', 'multiple_objects_per_line.jsonl').replaceAll(/\}\s*\{/g, '},{');
    expectRecords(await compiledFile('jsonl', 'multiple_objects_per_line.jsonl'), JSON.parse(`[${several}]`));
    const lines = text('jsonl', 'unterminated_quotes.jsonl').trim().split('\n');
    const whole = lines.flatMap((line) => {
      try {
        return [JSON.parse(line)];
      } catch {
        return [];
      }
    });
    const broken = await compiledFile('jsonl', 'unterminated_quotes.jsonl');
    expect(broken.manifest.ledger.dropped.malformed).toBe(lines.length - whole.length);
    expectRecords(broken, whole);
  });
});

describe('Parquet as hyparquet reads it', () => {
  it.each(named('parquet', '.parquet'))('%s', async (name) => {
    const expected = await readParquet(path.join(files, 'parquet', name));
    const read = await compiledFile('parquet', name);
    expect(read.columns).toEqual(expected.columns);
    const hasMaps = name.includes('map');
    expect(hasMaps ? read.rows.map((row) => row.map(asMap)) : read.rows).toEqual(
      expected.rows.map((row) => row.map((value) => value ?? null)),
    );
  });
});
