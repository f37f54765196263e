import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, describe, expect, test } from 'vitest';
import { type CompileOptions, compile } from '../../dist/index.js';
import { readParquet } from '../ingest/compiled.js';

// Ordinary tables whose shape makes row groups end, and the memory of a kernel grow, in the middle of a chunk's work. Each has
// ended a compile once, with "detached ArrayBuffer".

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'datagpu-shapes-'));
afterAll(() => fs.rmSync(dir, { recursive: true, force: true }));

/** Every row differs; text of a length that changes. */
const rowOf = (id: number): [bigint, string, number] => [
  BigInt(id),
  `t${Math.imul(id, 2654435761) >>> 0}${'x'.repeat(id % 23)}`,
  id / 8 + 0.0625,
];
const rowsOf = (from: number, rows: number): [bigint, string, number][] =>
  Array.from({ length: rows }, (_, i) => rowOf(from + i));

const csvOf = (from: number, rows: number): string =>
  `id,a,b\n${rowsOf(from, rows)
    .map((r) => r.join(','))
    .join('\n')}\n`;
const jsonlOf = (from: number, rows: number): string =>
  rowsOf(from, rows)
    .map(([id, a, b]) => `{"id":${id},"a":"${a}","b":${b}}\n`)
    .join('');
function parquetOf(from: number, rows: number, rowGroupSize: number | number[] = 100_000): Buffer {
  const all = rowsOf(from, rows);
  const columnData = [
    { name: 'id', data: all.map((r) => r[0]), type: 'INT64' as const },
    { name: 'a', data: all.map((r) => r[1]), type: 'STRING' as const },
    { name: 'b', data: all.map((r) => r[2]), type: 'DOUBLE' as const },
  ];
  return Buffer.from(parquetWriteBuffer({ columnData, rowGroupSize }));
}

/** Compiles and compares every value with what was written. */
async function expectAll(sources: string[], rows: number, options: CompileOptions): Promise<void> {
  const out = fs.mkdtempSync(path.join(dir, 'out-'));
  const { manifest } = await compile(sources, { out, cache: false, rank: false, ...options });
  expect([manifest.rows, manifest.ledger.read]).toEqual([rows, rows]);
  const read = await readParquet(path.join(out, 'data.parquet'));
  expect(read.columns).toEqual(['id', 'a', 'b']);
  expect(read.rows.length).toBe(rows);
  const wrong = read.rows.findIndex((row, i) => row.some((value, c) => value !== rowOf(i)[c]));
  expect(wrong === -1 ? null : { row: wrong, is: read.rows[wrong] }).toBeNull();
  fs.rmSync(out, { recursive: true });
}

const ways: CompileOptions[] = [{ threads: 2 }];

describe.each(ways)('%j', (options) => {
  test.each([
    ['csv', csvOf],
    ['jsonl', jsonlOf],
    ['parquet', parquetOf],
  ] as const)('a hundred files of a thousand rows: %s', async (format, make) => {
    const folder = path.join(dir, format);
    fs.mkdirSync(folder, { recursive: true });
    for (let f = 0; f < 100; f++)
      fs.writeFileSync(path.join(folder, `${String(f).padStart(3, '0')}.${format}`), make(f * 1000, 1000));
    await expectAll([folder], 100_000, options);
  });

  test('a chunk of CSV of several row groups', async () => {
    const file = path.join(dir, 'long.csv');
    const values = Array.from({ length: 400_000 }, (_, row) => createHash('md5').update(`${row}`).digest('hex'));
    fs.writeFileSync(file, `v\n${values.join('\n')}\n`);
    const out = path.join(dir, 'long');
    const { manifest } = await compile([file], { out, cache: false, rank: false, ...options });
    expect(manifest.rows).toBe(values.length);
    const { rows } = await readParquet(path.join(out, 'data.parquet'));
    expect(rows.findIndex(([v], row) => v !== values[row])).toBe(-1);
  });

  test.each([500, 40_000])('Parquet with row groups of %i rows', async (size) => {
    const file = path.join(dir, 'groups.parquet');
    fs.writeFileSync(file, parquetOf(0, 150_000, size));
    await expectAll([file], 150_000, options);
  });
});
