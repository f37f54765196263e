import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { DeclaredType } from '../../dist/config/options.js';
import type { CompileOptions } from '../../dist/index.js';
import { inChunks } from './chunked.js';
import { compiled, temporaryFolder, type Value } from './compiled.js';
import { comparable, type Spec, type Table, tableOf } from './tables.js';
import { writeCsv, writeJson, writeJsonLines, writeParquet } from './writers.js';

const folder = temporaryFolder();
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const runs = { numRuns: 40 };
const chunkBytes = fc.integer({ min: 1, max: 3000 });

/** Everything is in the data set, value for value and in order; and the same in small chunks. */
async function expectBack(
  file: string,
  table: Table,
  bytes: number | null,
  options: CompileOptions = {},
): Promise<void> {
  const { columns, rows, manifest } = await compiled(file, options);
  const names = table.columns.map((c) => c.name);
  // Keys stand in the order in which they are first seen.
  expect([...columns].sort()).toEqual([...names].sort());
  const places = names.map((name) => columns.indexOf(name));
  const inOrder = rows.map((row) => places.map((c) => row[c]!));
  expect(comparable(inOrder, table.columns)).toEqual(comparable(table.rows, table.columns));
  const { read, kept } = manifest.ledger;
  expect([read, kept, manifest.rows]).toEqual([table.rows.length, table.rows.length, table.rows.length]);
  if (bytes === null) return;
  const small = await inChunks(file, bytes, options);
  expect([small.hash, small.rows, small.coerced]).toEqual([
    manifest.hash,
    table.rows.length,
    manifest.fields.map((f) => f.coercions),
  ]);
}

/** JSON has no dates: its strings are text unless they are declared. Nor does it say which keys are fields. */
function declared({ columns, rows }: Table): CompileOptions {
  // Without a prototype: a column may be called "__proto__".
  const types = Object.create(null) as Record<string, DeclaredType>;
  columns.forEach(({ name, spec }, c) => {
    if (spec.kind === 'date' || spec.kind === 'datetime') types[name] = spec.kind;
    else for (const row of rows) declareFields(name, spec, row[c]!, types);
  });
  return { types };
}

/** Declares the places at which the value has objects with keys whose values are not null. */
function declareFields(path: string, spec: Spec, value: Value, types: Record<string, DeclaredType>): void {
  if (value === null) return;
  if (spec.kind === 'list') for (const item of value as Value[]) declareFields(`${path}[]`, spec.item, item, types);
  if (spec.kind !== 'struct') return;
  for (const [name, field] of spec.fields) {
    const inner = (value as Record<string, Value>)[name] ?? null;
    if (inner === null) continue;
    types[path] = 'struct';
    declareFields(`${path}.${name}`, field, inner, types);
  }
}

describe('any table comes back value for value', () => {
  it('from CSV', async () => {
    const style = fc.record({
      delimiter: fc.constantFrom(',', ';', '\t', '|'),
      newline: fc.constantFrom('\n', '\r\n'),
      finalNewline: fc.boolean(),
      quoteAll: fc.boolean(),
      mark: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(tableOf('csv'), style, chunkBytes, async (table, how, bytes) => {
        const file = path.join(folder, 'table.csv');
        writeCsv(file, table, how);
        await expectBack(file, table, bytes, { delimiter: how.delimiter, quote: '"', header: true, comment: '' });
      }),
      runs,
    );
  });
  const style = fc.record({
    sparse: fc.boolean(),
    ascii: fc.boolean(),
    space: fc.constantFrom('', ' ', '\t '),
  });
  it('from JSONL', async () => {
    await fc.assert(
      fc.asyncProperty(
        tableOf('json'),
        style,
        fc.constantFrom('\n', '\r\n', '\n\n'),
        chunkBytes,
        async (table, how, newline, bytes) => {
          const file = path.join(folder, 'table.jsonl');
          writeJsonLines(file, table, how, newline);
          await expectBack(file, table, bytes, declared(table));
        },
      ),
      runs,
    );
  });
  it('from JSON', async () => {
    await fc.assert(
      fc.asyncProperty(tableOf('json'), style, chunkBytes, async (table, how, bytes) => {
        const file = path.join(folder, 'table.json');
        writeJson(file, table, how);
        await expectBack(file, table, bytes, declared(table));
      }),
      runs,
    );
  });
  it('from Parquet', async () => {
    const how = fc.record({
      rowGroupSize: fc.integer({ min: 1, max: 30 }),
      pageSize: fc.integer({ min: 1, max: 4000 }),
      codec: fc.constantFrom('SNAPPY' as const, 'UNCOMPRESSED' as const),
    });
    await fc.assert(
      fc.asyncProperty(tableOf('parquet'), how, async (table, settings) => {
        const file = path.join(folder, 'table.parquet');
        writeParquet(file, table, settings);
        await expectBack(file, table, null);
      }),
      runs,
    );
  });
});
