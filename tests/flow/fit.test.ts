import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { parquetWriteFile } from 'hyparquet-writer';
import { afterAll, describe, expect, test } from 'vitest';
import { laneCount, leastBytes } from '../../dist/flow/budget.js';
import { openExecutor } from '../../dist/flow/resources.js';
import { compile } from '../../dist/index.js';
import { largePageBytes } from '../../dist/load/parquet/large-pages.js';
import { lookParquet } from '../../dist/load/parquet/look.js';
import { KeptPage } from '../../dist/load/parquet/memo.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'fit-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

const mb = 2 ** 20;

test('there are as many lanes as fit, at least one', () => {
  const weights = fc.record({ records: fc.nat({ max: 1e9 }), pageBytes: fc.nat({ max: 2 ** 30 }) });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 64 }),
      fc.integer({ min: 768, max: 64_000 }),
      fc.boolean(),
      weights,
      (threads, memory, ranks, weight) => {
        const lanes = laneCount(threads, memory * mb, ranks, weight);
        expect(lanes).toBeGreaterThanOrEqual(1);
        expect(lanes).toBeLessThanOrEqual(threads);
        if (lanes > 1) expect(leastBytes(lanes, ranks, weight)).toBeLessThanOrEqual(memory * mb);
        if (lanes < threads) expect(leastBytes(lanes + 1, ranks, weight)).toBeGreaterThan(memory * mb);
        expect(lanes).toBeLessThanOrEqual(laneCount(threads, memory * mb, ranks));
      },
    ),
  );
});

test.each([0, 3])('lanes that are kept go on, of %d threads', async (threads) => {
  const executor = openExecutor(threads, 2 ** 33);
  await executor.keep(1);
  expect(executor.lanes).toBe(1);
  expect(await executor.run(0, 'spent', null)).toBeDefined();
  await executor.keep(1);
  await executor.close();
});

describe('large pages of Parquet', () => {
  /** Writes `rows` texts of a kilobyte as one page, beside a column of numbers. */
  function write(name: string, rows: number, codec: 'UNCOMPRESSED' | 'SNAPPY', pageSize: number): string {
    const file = path.join(folder, name);
    const filler = 'lorem ipsum dolor sit amet '.repeat(38);
    const text = Array.from({ length: rows }, (_, i) => `${filler}${i}`.slice(-1000));
    const columnData = [
      { name: 'n', data: Array.from({ length: rows }, (_, i) => i), type: 'INT32' as const, nullable: false },
      { name: 'text', data: text, type: 'STRING' as const, encoding: 'PLAIN' as const, nullable: false },
    ];
    parquetWriteFile({ filename: file, columnData, codec, pageSize, rowGroupSize: rows, statistics: false });
    return file;
  }

  test('what they take is known from their headers', () => {
    const rows = 20_000;
    const bytes = rows * 1004;
    const one = lookParquet(write('one.parquet', rows, 'UNCOMPRESSED', 2 ** 30), 'one.parquet');
    // Unpacked in the kernel and kept for the next piece, with two levels a value.
    expect(one.pageBytes.map((regions) => largePageBytes([regions]))).toEqual([0, 2 * bytes + 2 * rows]);
    const packed = write('packed.parquet', rows, 'SNAPPY', 2 ** 30);
    const text = largePageBytes(lookParquet(packed, 'packed.parquet').pageBytes);
    expect(text).toBeGreaterThan(2 * bytes + 2 * rows);
    expect(text).toBeLessThan(2 * bytes + 2 * rows + fs.statSync(packed).size);
    // A small page is not kept; what a lane needs anyway has room for it.
    const small = lookParquet(write('small.parquet', rows, 'UNCOMPRESSED', 2 ** 20), 'small.parquet');
    expect(largePageBytes(small.pageBytes)).toBeLessThan(2 ** 20 * 1.1);
  });

  test('of several columns share the memory of the largest of each region', () => {
    const regions = fc.array(fc.nat({ max: 2 ** 28 }), { minLength: 10, maxLength: 10 });
    fc.assert(
      fc.property(fc.array(regions, { maxLength: 6 }), (columns) => {
        let sum = 0;
        for (let i = 0; i < 10; i++) sum += Math.max(0, ...columns.map((column) => column[i]!));
        expect(largePageBytes(columns)).toBe(sum);
        // Columns without large pages add nothing, however many there are.
        expect(largePageBytes([[], ...columns, [], []])).toBe(sum);
      }),
    );
  });

  test('take turns in one buffer, and one that a piece used stays', () => {
    const page = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value);
    const kept = new KeptPage();
    kept.keep(1, page(100, 1));
    expect(kept.has(1)).toBe(false);
    kept.keep(1, page(2 ** 23, 1));
    kept.keep(2, page(2 ** 24, 2));
    expect([kept.has(1), kept.has(2), kept.bytes.length, kept.bytes.at(-1)]).toEqual([true, false, 2 ** 23, 1]);
    const { buffer } = kept.bytes;
    kept.begin();
    kept.keep(2, page(2 ** 24, 2));
    expect([kept.has(1), kept.has(2), kept.bytes.length, kept.bytes.at(-1)]).toEqual([false, true, 2 ** 24, 2]);
    expect(kept.bytes.buffer).toBe(buffer);
    kept.release(1);
    expect(kept.has(2)).toBe(true);
    kept.release(2);
    expect([kept.has(2), buffer.byteLength]).toEqual([false, 0]);
  });

  test('are refused where not even one lane has room for them, unless they are not read', async () => {
    const file = write('large.parquet', 180_000, 'UNCOMPRESSED', 2 ** 30);
    const options = { cache: false, rank: false, cwd: folder, memory: '768MiB' };
    const failure = await compile([file], { out: path.join(folder, 'none'), ...options }).catch((e: unknown) => e);
    expect(failure).toMatchObject({ code: 'input', column: 'text', message: expect.stringContaining('--memory') });
    const memory = /--memory (\d+MiB)/.exec((failure as { hint: string }).hint)![1]!;
    expect(Number.parseInt(memory, 10)).toBeGreaterThan(768);
    expect(fs.existsSync(path.join(folder, 'none', 'manifest.yaml'))).toBe(false);

    const { manifest } = await compile([file], { out: path.join(folder, 'all'), ...options, memory, threads: 4 });
    expect(manifest.rows).toBe(180_000);
    const some = await compile([file], { out: path.join(folder, 'some'), ...options, drop: ['text'] });
    expect(some.manifest.rows).toBe(180_000);
  });
});
