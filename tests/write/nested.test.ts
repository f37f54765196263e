// Nested columns of random types and values, read by three readers that are not ours; and what their pages must keep to.
import fs from 'node:fs';
import { tableFromIPC } from 'apache-arrow';
import fc from 'fast-check';
import { type FileMetaData, parquetMetadata, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import pl from 'nodejs-polars';
import { readParquet } from 'parquet-wasm';
import { describe, expect, test } from 'vitest';
import type { ArrowType } from '../../dist/engine/types.js';
import { dataPage, pageHeader } from '../../dist/write/parquet.js';
import { integer, readStruct, structOf } from '../../dist/write/thrift.js';
import { blockOf, nested } from './columns.js';
import { write } from './files.js';

const flat: fc.Arbitrary<ArrowType> = fc.constantFrom<ArrowType>(
  { name: 'int', bits: 64, signed: true },
  { name: 'int', bits: 8, signed: true },
  { name: 'float', bits: 64 },
  { name: 'bool' },
  { name: 'utf8' },
);

/** A nested type; `depth` is how many lists and structures may be within each other, `hasFixed` whether there are lists of one length. */
function nestedType(depth: number, hasFixed: boolean): fc.Arbitrary<ArrowType> {
  const inner = depth > 1 ? fc.oneof(flat, nestedType(depth - 1, hasFixed)) : flat;
  return fc.oneof(
    { weight: 3, arbitrary: inner.map((item): ArrowType => ({ name: 'list', item })) },
    {
      weight: 3,
      arbitrary: fc
        .array(inner, { minLength: 1, maxLength: 3 })
        .map((types): ArrowType => ({ name: 'struct', fields: types.map((type, i) => ({ name: `f${i}`, type })) })),
    },
    {
      weight: hasFixed ? 1 : 0,
      arbitrary: fc
        .tuple(inner, fc.integer({ min: 1, max: 3 }))
        .map(([item, size]): ArrowType => ({ name: 'fixedList', item, size })),
    },
  );
}

/** A value of a type or null, at every level. */
function cellOf(type: ArrowType): fc.Arbitrary<unknown> {
  return fc.option(presentOf(type), { nil: null, freq: 4 });
}

function presentOf(type: ArrowType): fc.Arbitrary<unknown> {
  switch (type.name) {
    case 'int':
      return type.bits === 8 ? fc.integer({ min: -128, max: 127 }) : fc.integer();
    case 'float':
      return fc.constantFrom(0.5, -1.25, 1e300, 3);
    case 'bool':
      return fc.boolean();
    case 'list':
      return fc.array(cellOf(type.item), { maxLength: 4 });
    case 'fixedList':
      return fc.array(cellOf(type.item), { minLength: type.size, maxLength: type.size });
    case 'struct':
      return fc.record(Object.fromEntries(type.fields.map((f) => [f.name, cellOf(f.type)])));
    default:
      return fc.constantFrom('', 'a', 'ä漢', 'a longer text', 'b');
  }
}

const columnOf = (types: fc.Arbitrary<ArrowType>): fc.Arbitrary<{ type: ArrowType; values: unknown[] }> =>
  types.chain((type) =>
    fc.record({ type: fc.constant(type), values: fc.array(cellOf(type), { minLength: 1, maxLength: 40 }) }),
  );
const column = columnOf(nestedType(4, true));

/** A value as plain lists, objects, numbers; absent is null. */
function plain(value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object') return value;
  const inner = value as { toArray?: () => ArrayLike<unknown>; toJSON?: () => unknown };
  if (Array.isArray(value)) return value.map(plain);
  if (typeof inner[Symbol.iterator as never] === 'function' && 'get' in inner && 'length' in inner)
    return Array.from({ length: Number(inner.length) }, (_, i) => plain((inner.get as (i: number) => unknown)(i)));
  if (typeof inner.toJSON === 'function') return plain(inner.toJSON());
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]));
}

const codecs = ['zstd', 'snappy', 'gzip'] as const;

async function fileOf(type: ArrowType, values: readonly unknown[], compression: (typeof codecs)[number] = 'zstd') {
  const { block, fields } = blockOf(values.length, [nested(type, values)]);
  const [file] = await write([block], fields, { compression });
  return { path: file!.path, bytes: Uint8Array.from(fs.readFileSync(file!.path)) };
}

const leavesOf = (metadata: FileMetaData) => metadata.row_groups[0]!.columns.map((chunk) => chunk.meta_data!);

/** The data pages of a leaf packed with Snappy: how many entries they have, and the repetition level of the first. */
function pagesOf(bytes: Uint8Array, leaf: ReturnType<typeof leavesOf>[number]) {
  const pages: { entries: number; firstRepetition: number }[] = [];
  const end = Number(leaf.data_page_offset) + Number(leaf.total_compressed_size);
  for (let at = Number(leaf.data_page_offset); at < end; ) {
    const { struct: header, end: from } = readStruct(bytes, at);
    const length = integer(header, pageHeader.compressedBytes)!;
    const page = compressors.SNAPPY!(bytes.subarray(from, from + length), integer(header, pageHeader.bytes)!);
    // Behind the length: the head of a run, or of groups of eight bits.
    const levels = page.subarray(4);
    let head = 0;
    while (levels[head]! > 127) head++;
    pages.push({
      entries: integer(structOf(header, pageHeader.data)!, dataPage.values)!,
      firstRepetition: levels[head + 1]! & 1,
    });
    at = from + length;
  }
  return pages;
}

describe('nested columns', () => {
  test('are read by hyparquet as they were', async () => {
    await fc.assert(
      fc.asyncProperty(column, fc.constantFrom(...codecs), async ({ type, values }, compression) => {
        const { bytes } = await fileOf(type, values, compression);
        const rows = await parquetReadObjects({ file: bytes.buffer, compressors });
        expect(rows.map((row) => plain(row.c0))).toEqual(values.map(plain));
      }),
      { numRuns: 300 },
    );
  });

  test('are read by parquet-wasm as they were', async () => {
    await fc.assert(
      fc.asyncProperty(column, async ({ type, values }) => {
        const { bytes } = await fileOf(type, values);
        const cells = tableFromIPC(readParquet(bytes).intoIPCStream()).getChildAt(0)!;
        expect(values.map((_, row) => plain(cells.get(row)))).toEqual(values.map(plain));
      }),
      { numRuns: 200 },
    );
  });

  test('are read by nodejs-polars as they were', async () => {
    // As JSON: its way of making JavaScript of values does not know all of them. Of arrays beside a null one its JSON is wrong.
    await fc.assert(
      fc.asyncProperty(columnOf(nestedType(4, false)), async ({ type, values }) => {
        const { path } = await fileOf(type, values);
        const rows: { c0: unknown }[] = JSON.parse(pl.readParquet(path).writeJSON({ format: 'json' }).toString());
        expect(rows.map((row) => plain(row.c0))).toEqual(values.map(plain));
      }),
      { numRuns: 200 },
    );
  });

  test('have pages that begin with a row, and leaves whose numbers agree with their values', async () => {
    const type: ArrowType = { name: 'list', item: { name: 'utf8' } };
    const values = Array.from({ length: 3000 }, (_, row) =>
      row % 10 === 0
        ? null
        : Array.from({ length: row % 5 }, (_, i) => (i === 3 ? null : `${row} `.repeat(60 * (i + 1)))),
    );
    const { bytes } = await fileOf(type, values, 'snappy');
    const rows = await parquetReadObjects({ file: bytes.buffer, compressors });
    expect(rows.map((row) => plain(row.c0))).toEqual(values);
    const [leaf] = leavesOf(parquetMetadata(bytes.buffer));
    const entries = values.flatMap((value) => (value === null || value.length === 0 ? [null] : value));
    expect(leaf!.path_in_schema).toEqual(['c0', 'list', 'element']);
    expect(Number(leaf!.num_values)).toBe(entries.length);
    const texts = entries.filter((entry) => entry !== null).sort();
    expect(leaf!.statistics!.null_count).toBe(BigInt(entries.length - texts.length));
    expect(texts[0]!.startsWith(leaf!.statistics!.min_value as string)).toBe(true);
    expect(Number(leaf!.total_uncompressed_size)).toBeGreaterThan(2 * 2 ** 20);
    const pages = pagesOf(bytes, leaf!);
    expect(pages.length).toBeGreaterThan(2);
    expect(pages.map((page) => page.firstRepetition)).toEqual(pages.map(() => 0));
    expect(pages.reduce((n, page) => n + page.entries, 0)).toBe(entries.length);
  });

  test('get a dictionary where few values differ, and none where most do', async () => {
    const type: ArrowType = {
      name: 'list',
      item: { name: 'struct', fields: ['role', 'content'].map((name) => ({ name, type: { name: 'utf8' } })) },
    };
    const turn = (i: number) => ({ role: i % 2 === 0 ? 'user' : 'assistant', content: `text ${i} of many` });
    const values = Array.from({ length: 20_000 }, (_, row) => [turn(row * 2), turn(row * 2 + 1)]);
    const { bytes } = await fileOf(type, values);
    const [role, content] = leavesOf(parquetMetadata(bytes.buffer));
    expect(role!.encodings).toContain('RLE_DICTIONARY');
    expect(content!.encodings).not.toContain('RLE_DICTIONARY');
    const rows = await parquetReadObjects({ file: bytes.buffer, compressors });
    expect(rows.map((row) => plain(row.c0))).toEqual(values);
  });

  test('may have a row that no page has room for', async () => {
    const type: ArrowType = { name: 'list', item: { name: 'int', bits: 64, signed: true } };
    const long = Array.from({ length: 400_000 }, (_, i) => (i * 7919) % 1_000_003);
    const values = [[1], long, [], [2, null], null];
    const { bytes } = await fileOf(type, values);
    const rows = await parquetReadObjects({ file: bytes.buffer, compressors });
    expect(rows.map((row) => plain(row.c0))).toEqual(values);
  });

  test('are no longer than lists of nothing need', async () => {
    const type: ArrowType = { name: 'list', item: { name: 'utf8' } };
    for (const value of [null, []]) {
      const values = Array.from({ length: 100_000 }, () => value);
      const { bytes } = await fileOf(type, values);
      const [leaf] = leavesOf(parquetMetadata(bytes.buffer));
      expect(Number(leaf!.total_compressed_size)).toBeLessThan(100);
      const rows = await parquetReadObjects({ file: bytes.buffer, compressors });
      expect(rows.map((row) => plain(row.c0))).toEqual(values);
    }
  });
});
