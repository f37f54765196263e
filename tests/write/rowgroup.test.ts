import fs from 'node:fs';
import { tableFromIPC } from 'apache-arrow';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { readParquet } from 'parquet-wasm';
import { describe, expect, test } from 'vitest';
import type { Block } from '../../dist/engine/block.js';
import { BufferPool } from '../../dist/engine/pool.js';
import type { Field } from '../../dist/engine/types.js';
import { encodeRowGroup, encodeRowGroupAside } from '../../dist/write/rowgroup.js';
import { distinctOf } from '../../dist/write/sketch.js';
import { columnInto } from '../dedupe/blocks.js';
import { blockOf, fixed, text } from './columns.js';
import { kernel, write } from './files.js';
import { samples } from './samples.js';

/** What hyparquet, a reader that shares no code with the writer, finds in a column. */
async function readBack(block: Block, fields: Field[], compression: 'zstd' | 'snappy' | 'gzip' = 'zstd') {
  const [file] = await write([block], fields, { compression });
  const bytes = fs.readFileSync(file!.path);
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
  return parquetReadObjects({ file: buffer, compressors, utf8: false });
}

/** Numbers and bigints of one value are one value; a field that is null may be left out. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return BigInt.asIntN(54, value) === value ? Number(value) : value.toString();
  if (value === undefined || value === null) return null;
  if (value instanceof Uint8Array) return [...value];
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, plain(v)]));
}

describe('encodeRowGroup', () => {
  test.each(Object.keys(samples))('keeps %s, read by hyparquet', async (name) => {
    const { column, values } = samples[name]!;
    const { block, fields } = blockOf(3, [column]);
    const rows = await readBack(block, fields);
    // Text that is marked as JSON is parsed by this reader.
    const due = name === 'json text' ? values.map((text) => text && JSON.parse(text as string)) : values;
    expect(rows.map((row) => plain(row.c0))).toEqual(due.map(plain));
  });

  test('keeps every kind beside the others, read by parquet-wasm', async () => {
    const names = Object.keys(samples);
    const { block, fields } = blockOf(
      3,
      names.map((name) => samples[name]!.column),
    );
    const [file] = await write([block], fields);
    const table = tableFromIPC(readParquet(fs.readFileSync(file!.path)).intoIPCStream());
    expect(table.numRows).toBe(3);
    names.forEach((name, c) => {
      const column = table.getChildAt(c)!;
      expect([name, [0, 1, 2].map((row) => column.get(row) === null)]).toEqual([
        name,
        samples[name]!.values.map((v) => v === null),
      ]);
    });
    const types = Object.fromEntries(names.map((name, c) => [name, table.schema.fields[c]!.type.toString()]));
    expect(types).toMatchObject({
      text: 'Utf8',
      'timestamp in a zone': 'Timestamp<MICROSECOND, UTC>',
      duration: 'Duration<MICROSECOND>',
      'wide decimal': 'Decimal[38e+3]',
      'list of one length': 'FixedSizeList[2]<Float32>',
      chat: 'List<Struct<{role:Utf8, content:Utf8}>>',
    });
  });

  test.each(['zstd', 'snappy', 'gzip'] as const)('compresses with %s', async (compression) => {
    const cells = Array.from({ length: 2000 }, (_, i) => `row ${i % 7} of many`);
    const { block, fields } = blockOf(2000, [text(cells)]);
    const rows = await readBack(block, fields, compression);
    expect(rows.map((row) => row.c0)).toEqual(cells);
  });

  test('takes a part of a column: offsets that do not begin at 0', async () => {
    const column = text(['left out', 'ä', null, 'c', 'left out']);
    const part = {
      ...column,
      offsets: column.offsets!.subarray(1, 5),
      validity: column.validity!.subarray(1, 4),
    };
    const { block, fields } = blockOf(3, [part]);
    expect((await readBack(block, fields)).map((row) => row.c0)).toEqual(['ä', null, 'c']);
  });

  test('reads columns that lie in shared memory', async () => {
    const column = text(['a', 'b']);
    const shared = new Uint8Array(new SharedArrayBuffer(column.values.length));
    shared.set(column.values);
    const { block, fields } = blockOf(2, [{ ...column, values: shared }]);
    expect((await readBack(block, fields)).map((row) => row.c0)).toEqual(['a', 'b']);
  });

  test('splits what is too long for a row group, and keeps the order', async () => {
    const rows = 600_001;
    const values = new Uint8Array(BigInt64Array.from({ length: rows }, (_, i) => BigInt(i)).buffer);
    const { block, fields } = blockOf(rows, [{ type: { kind: 'int64' }, validity: null, offsets: null, values }]);
    const read = await readBack(block, fields);
    expect(read.length).toBe(rows);
    expect([0, 262_144, 600_000].map((i) => read[i]!.c0)).toEqual([0n, 262_144n, 600_000n]);
  });

  test('counts nulls, bounds and distinct values', () => {
    const { block, fields } = blockOf(5, [
      text(['b', null, 'a', 'b', '']),
      fixed({ kind: 'int64' }, [3n, -7n, null, null, 3n]),
      fixed({ kind: 'float64' }, [0, -0, 1.5, null, 1.5]),
      samples.null!.column,
    ]);
    const { rows, fields: stats } = encodeRowGroup(block, fields, 'zstd', kernel);
    expect(rows).toBe(5);
    expect(stats.map((s) => s.nulls)).toEqual([1, 2, 1, 5]);
    expect(stats.map((s) => s.bounds)).toEqual([
      { min: '', max: 'b' },
      { min: -7n, max: 3n },
      { min: expect.closeTo(0), max: 1.5 },
      { min: null, max: null },
    ]);
    expect(stats.map((s) => distinctOf(s.distinct))).toEqual([3, 2, 2, 0]);
  });

  test('leaves a block in the kernel readable', () => {
    const values = new Uint8Array(Float64Array.of(1, 2).buffer);
    const column = columnInto(kernel, { type: { kind: 'float64' }, validity: null, offsets: null, values });
    const big = text(['y', 'z'.repeat(40_000_000)]);
    const { fields } = blockOf(2, [{ ...big, type: column.type }, big]);
    const block = { rows: 2, columns: [column, big] };
    expect(encodeRowGroup(block, fields, 'snappy', kernel).fields[0]!.bounds).toEqual({ min: 1, max: 2 });
    expect([...new Float64Array(column.values.slice().buffer)]).toEqual([1, 2]);
    kernel.reset();
  });

  test('gives the same bytes every time', () => {
    const { block, fields } = blockOf(
      3,
      Object.values(samples).map((s) => s.column),
    );
    const first = encodeRowGroup(block, fields, 'zstd', kernel);
    for (let i = 0; i < 3; i++) expect(encodeRowGroup(block, fields, 'zstd', kernel)).toEqual(first);
  });

  test.each(['zstd', 'gzip', 'snappy'] as const)(
    'gives the same bytes when other threads pack, with %s',
    async (codec) => {
      const rows = 270_000;
      const words = Array.from({ length: rows }, (_, i) => (i % 7 === 0 ? null : `text ${(i * 7919) % rows} of many`));
      const { block, fields } = blockOf(rows, [
        text(words),
        text(words.map((_, i) => (i % 3 === 0 ? 'few' : 'values'))),
        fixed(
          { kind: 'int64' },
          words.map((_, i) => BigInt(i * 3)),
        ),
      ]);
      const alone = encodeRowGroup(block, fields, codec, kernel);
      for (const threads of [1, 2, 3])
        expect(await encodeRowGroupAside(block, fields, codec, kernel, new BufferPool(), threads)).toEqual(alone);
      const { block: mixed, fields: all } = blockOf(
        3,
        Object.values(samples).map((s) => s.column),
      );
      expect(await encodeRowGroupAside(mixed, all, codec, kernel, new BufferPool(), 2)).toEqual(
        encodeRowGroup(mixed, all, codec, kernel),
      );
    },
  );
});
