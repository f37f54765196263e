import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { CompileOptions } from '../../dist/index.js';
import { inChunks } from './chunked.js';
import { compiled, temporaryFolder } from './compiled.js';
import { comparable, type Table, tableOf } from './tables.js';
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

/** JSON has no dates: its strings are text unless they are declared. */
function declared({ columns }: Table): CompileOptions {
  const types = columns.flatMap(({ name, spec: { kind } }) =>
    kind === 'date' || kind === 'datetime' ? [[name, kind] as const] : [],
  );
  return { types: Object.fromEntries(types) };
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
