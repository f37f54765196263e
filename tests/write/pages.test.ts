import fs from 'node:fs';
import { tableFromIPC } from 'apache-arrow';
import fc from 'fast-check';
import { type FileMetaData, parquetMetadata, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { readParquet } from 'parquet-wasm';
import { describe, expect, test } from 'vitest';
import type { Column } from '../../dist/engine/block.js';
import type { ArrowType, ColumnType } from '../../dist/engine/types.js';
import { blockOf, fixed, text, variable } from './columns.js';
import { write } from './files.js';

type Cell = number | bigint | boolean | string | Uint8Array | null;
const compressions = ['zstd', 'snappy', 'gzip'] as const;

function columnOf(type: ColumnType, cells: readonly Cell[]): Column {
  if (type.kind === 'text' || (type.kind === 'arrow' && type.arrow.name === 'binary'))
    return variable(type, cells as (string | Uint8Array | null)[]);
  return fixed(type, cells as (number | bigint | boolean | Uint8Array | null)[]);
}

interface ReadColumn {
  cells: unknown[];
  metadata: NonNullable<FileMetaData['row_groups'][number]['columns'][number]['meta_data']>;
}

/** Writes a column and reads it with hyparquet. */
async function roundTrip(column: Column, rows: number, compression: 'zstd' | 'snappy' | 'gzip'): Promise<ReadColumn> {
  const { block, fields } = blockOf(rows, [column]);
  const [file] = await write([block], fields, { compression });
  const bytes = Uint8Array.from(fs.readFileSync(file!.path));
  const read = await parquetReadObjects({ file: bytes.buffer, compressors, utf8: false });
  const table = tableFromIPC(readParquet(bytes).intoIPCStream());
  expect(table.numRows).toBe(rows);
  // parquet-wasm is a second reader: it must agree on what is null, and on texts.
  const other = table.getChildAt(0)!;
  for (const row of [0, rows >> 1, rows - 1]) {
    const cell = read[row]!.c0;
    expect([row, other.get(row) === null]).toEqual([row, cell === null || cell === undefined]);
    if (typeof cell === 'string') expect(other.get(row)).toBe(cell);
  }
  return {
    cells: read.map((row) => row.c0 ?? null),
    metadata: parquetMetadata(bytes.buffer).row_groups[0]!.columns[0]!.meta_data!,
  };
}

/** Values that compare as they should: bytes as text, integers as bigint, times as milliseconds. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (value instanceof Date) return BigInt(value.getTime());
  if (typeof value === 'number' && Number.isInteger(value) && !Object.is(value, -0)) return BigInt(value);
  return value;
}

const arrow = (type: ArrowType): ColumnType => ({ kind: 'arrow', arrow: type });
const signed = (bits: 8 | 16 | 32 | 64): ColumnType => arrow({ name: 'int', bits, signed: true });
const unsigned = (bits: 8 | 16 | 32 | 64): ColumnType => arrow({ name: 'int', bits, signed: false });
const range = (bits: number, isSigned: boolean): fc.Arbitrary<bigint> =>
  isSigned
    ? fc.bigInt({ min: -(2n ** BigInt(bits - 1)), max: 2n ** BigInt(bits - 1) - 1n })
    : fc.bigInt({ min: 0n, max: 2n ** BigInt(bits) - 1n });

const types: Record<string, [ColumnType, fc.Arbitrary<Cell>]> = {
  text: [{ kind: 'text' }, fc.string({ unit: 'grapheme', maxLength: 40 })],
  binary: [arrow({ name: 'binary' }), fc.uint8Array({ maxLength: 20 })],
  'binary of one width': [arrow({ name: 'fixed', width: 5 }), fc.uint8Array({ minLength: 5, maxLength: 5 })],
  boolean: [{ kind: 'boolean' }, fc.boolean()],
  int64: [{ kind: 'int64' }, range(64, true)],
  'small int64': [{ kind: 'int64' }, range(4, true)],
  float64: [{ kind: 'float64' }, fc.double()],
  float32: [arrow({ name: 'float', bits: 32 }), fc.float()],
  date: [arrow({ name: 'int', bits: 32, signed: true }), range(32, true)],
  int8: [signed(8), range(8, true)],
  int16: [signed(16), range(16, true)],
  uint8: [unsigned(8), range(8, false)],
  uint16: [unsigned(16), range(16, false)],
  uint32: [unsigned(32), range(32, false)],
  uint64: [unsigned(64), range(64, false)],
};

describe('pages', () => {
  test.each(Object.keys(types))('of %s keep every value and null, and their bounds hold', async (name) => {
    const [type, cell] = types[name]!;
    const nullable = fc.oneof({ weight: 3, arbitrary: cell }, { weight: 1, arbitrary: fc.constant(null) });
    const values = fc.oneof(
      fc.array(nullable, { minLength: 1, maxLength: 300 }),
      // Long runs of values and of nulls.
      fc
        .array(fc.tuple(nullable, fc.integer({ min: 1, max: 200 })), { minLength: 1, maxLength: 12 })
        .map((runs) => runs.flatMap(([value, count]) => new Array<Cell>(count).fill(value))),
    );
    await fc.assert(
      fc.asyncProperty(values, fc.constantFrom(...compressions), async (cells, compression) => {
        const { cells: read, metadata } = await roundTrip(columnOf(type, cells), cells.length, compression);
        expect(read.map(plain)).toEqual(cells.map(plain));
        const stats = metadata.statistics!;
        expect(Number(stats.null_count)).toBe(cells.filter((c) => c === null).length);
        if (cells.some((c) => typeof c === 'number' || typeof c === 'bigint')) {
          if (cells.some(Number.isNaN)) expect(stats.min_value).toBeUndefined();
          else
            for (const c of cells) {
              if (c === null) continue;
              expect((stats.min_value as number) <= (c as number)).toBe(true);
              expect((stats.max_value as number) >= (c as number)).toBe(true);
            }
        }
      }),
      { numRuns: 25 },
    );
  });

  test('of floats: there are no bounds with NaN, and 0 may be of either sign', async () => {
    const of = async (cells: (number | null)[]) =>
      (await roundTrip(fixed({ kind: 'float64' }, cells), cells.length, 'zstd')).metadata.statistics!;
    expect(await of([2, null, 1])).toEqual({ null_count: 1n, min_value: 1, max_value: 2 });
    expect(await of([2, Number.NaN, 1])).toEqual({ null_count: 0n });
    expect(await of([Number.NaN, null])).toEqual({ null_count: 1n });
    const zeros = await of([0, -0]);
    expect([Object.is(zeros.min_value, -0), Object.is(zeros.max_value, 0)]).toEqual([true, true]);
    expect(await of([Number.NEGATIVE_INFINITY, 5])).toMatchObject({
      min_value: Number.NEGATIVE_INFINITY,
      max_value: 5,
    });
  });

  test.each([0, 1, 7, 8, 9, 15, 16, 17, 63, 64, 65])('of all nulls and of none, %i rows', async (rows) => {
    for (const value of [null, 'x']) {
      const cells = new Array<string | null>(rows + 1).fill(value);
      expect((await roundTrip(text(cells), rows + 1, 'zstd')).cells).toEqual(cells);
    }
  });

  test('end where they are full: texts', async () => {
    // Pages of 1 MiB: the third text alone is longer than a page, the last one begins a page of its own.
    const cells = [
      'a'.repeat(2 ** 19),
      'b'.repeat(2 ** 19 - 9),
      null,
      'c'.repeat(2 ** 21),
      '',
      'd'.repeat(2 ** 20 - 8),
      'e',
    ];
    for (const compression of compressions) {
      const { cells: read } = await roundTrip(text(cells), cells.length, compression);
      expect(read.map((c) => (c as string | null)?.length ?? null)).toEqual(cells.map((c) => c?.length ?? null));
      expect(read).toEqual(cells);
    }
  });

  test('end where they are full: numbers, with nulls on the border', async () => {
    const rows = 2 ** 18;
    const cells = Array.from({ length: rows }, (_, i) => (i % 131_072 < 3 ? null : Math.sqrt(i)));
    const { cells: read, metadata } = await roundTrip(fixed({ kind: 'float64' }, cells), rows, 'zstd');
    expect(metadata.encodings).toEqual(['PLAIN', 'RLE']);
    expect(read).toEqual(cells);
  });

  test.each([
    ['no nulls', 0],
    ['a null in three', 3],
    ['a null in a thousand', 1000],
  ])('of texts apart from their lengths, %s, over several pages', async (_, every) => {
    const word = (n: number): string =>
      Math.imul(n, 0x9e3779b1)
        .toString(36)
        .slice(1, 3 + (n % 5));
    const cells = Array.from({ length: 40_000 }, (_, i) =>
      every > 0 && i % every === 1
        ? null
        : Array.from({ length: Math.imul(i, 7919) & 31 }, (_, w) => (w === 7 ? 'ä字😀' : word(i * 31 + w))).join(' '),
    );
    for (const compression of compressions) {
      const { cells: read, metadata } = await roundTrip(text(cells), cells.length, compression);
      expect(metadata.encodings).toContain('DELTA_LENGTH_BYTE_ARRAY');
      expect(read).toEqual(cells);
    }
    const { block, fields } = blockOf(cells.length, [text(cells)]);
    const [file] = await write([block], fields);
    const other = tableFromIPC(readParquet(fs.readFileSync(file!.path)).intoIPCStream()).getChildAt(0)!;
    expect([...other]).toEqual(cells);
  });

  describe('of differences', () => {
    /** Reads with parquet-wasm too, all rows. */
    async function check(type: ColumnType, cells: (bigint | null)[]): Promise<string[]> {
      const column = fixed(type, cells);
      const { cells: read, metadata } = await roundTrip(column, cells.length, 'snappy');
      expect(read.map(plain)).toEqual(cells);
      const { block, fields } = blockOf(cells.length, [column]);
      const [file] = await write([block], fields);
      const other = tableFromIPC(readParquet(fs.readFileSync(file!.path)).intoIPCStream()).getChildAt(0)!;
      expect(Array.from(other, plain)).toEqual(cells);
      return metadata.encodings;
    }

    test.each([8192, 8193, 8223, 8224, 8225, 8319, 8320, 8321, 8322])('of %i growing numbers', async (rows) => {
      const cells = Array.from({ length: rows }, (_, i) => BigInt(i) * 3n + BigInt((i * 7919) % 3));
      expect(await check({ kind: 'int64' }, cells)).toContain('DELTA_BINARY_PACKED');
      expect(await check(signed(32), cells)).toContain('DELTA_BINARY_PACKED');
    });

    test('that take any number of bits, and wrap around', async () => {
      const cells: bigint[] = [];
      for (let bits = 1n; bits <= 64n; bits++)
        for (let i = 0n; i < 160n; i++) cells.push(BigInt.asIntN(64, (i * 0x9e3779b97f4a7c15n) >> (64n - bits)));
      // What is tried first decides.
      const growing = Array.from({ length: 8192 }, (_, i) => BigInt(i));
      expect(
        await check({ kind: 'int64' }, [...growing, ...cells, -(2n ** 63n), 2n ** 63n - 1n, -(2n ** 63n)]),
      ).toContain('DELTA_BINARY_PACKED');
      const narrow = cells.map((c) => BigInt.asIntN(32, c));
      expect(await check(signed(32), [...growing, ...narrow, -(2n ** 31n), 2n ** 31n - 1n])).toContain(
        'DELTA_BINARY_PACKED',
      );
    });

    test('with nulls', async () => {
      for (const every of [2, 33, 1000]) {
        const cells = Array.from({ length: 20_000 }, (_, i) => (i % every === 0 ? null : BigInt(i) * 5n));
        expect(await check({ kind: 'int64' }, cells)).toContain('DELTA_BINARY_PACKED');
      }
      const mostlyNull = Array.from({ length: 20_000 }, (_, i) => (i < 19_000 ? null : BigInt(i)));
      await check({ kind: 'int64' }, mostlyNull);
    });
  });

  describe('with a dictionary', () => {
    test.each([1, 2, 3, 255, 256, 257, 1000, 1001, 5000])('of %i texts', async (distinct) => {
      const rows = 40_000;
      const cells = Array.from({ length: rows }, (_, i) =>
        i % 11 === 0 ? null : `value number ${(i * 7919) % distinct}`,
      );
      const { cells: read, metadata } = await roundTrip(text(cells), rows, 'snappy');
      expect(metadata.encodings).toContain('RLE_DICTIONARY');
      expect(read).toEqual(cells);
    });

    test('of integers, with long runs', async () => {
      const cells = Array.from({ length: 30_000 }, (_, i) => BigInt(i < 15_000 ? Math.floor(i / 500) : i % 13));
      const { cells: read, metadata } = await roundTrip(fixed({ kind: 'int64' }, cells), cells.length, 'gzip');
      expect(metadata.encodings).toContain('RLE_DICTIONARY');
      expect(read).toEqual(cells);
    });

    test('no more, when most values differ', async () => {
      const cells = Array.from({ length: 20_000 }, (_, i) => `text ${i}`);
      const { cells: read, metadata } = await roundTrip(text(cells), cells.length, 'zstd');
      expect(metadata.encodings).not.toContain('RLE_DICTIONARY');
      expect(read).toEqual(cells);
    });
  });
});
