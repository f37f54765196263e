import { describe, expect, test } from 'vitest';
import type { Block, Column, ReadBlock } from '../../dist/engine/block.js';
import type { ArrowType, ColumnType } from '../../dist/engine/types.js';
import { kind } from '../../dist/kernels/cells.js';
import { createIngestKernel } from '../../dist/kernels/ingest.js';
import { kindsOfType } from '../../dist/load/lattice.js';
import { reprOf } from '../../dist/load/render.js';
import { typeBlock } from '../../dist/load/typedblock.js';
import type { ColumnPlan } from '../../dist/load/typing.js';
import { columnInto } from '../dedupe/blocks.js';
import { allRules, noRules, tokens, valuesOf } from './cells.js';

const raw = { nullTokens: tokens, clean: noRules };
const cleaned = { nullTokens: tokens, clean: allRules };

/** A column of texts, or of numbers written by a DataView. */
function texts(values: readonly (string | null)[], type: ColumnType = { kind: 'text' }): Column {
  const bytes = values.map((t) => Buffer.from(t ?? ''));
  const offsets = new Int32Array(values.length + 1);
  bytes.forEach((b, i) => {
    offsets[i + 1] = offsets[i]! + b.length;
  });
  return { type, validity: validityOf(values), offsets, values: new Uint8Array(Buffer.concat(bytes)) };
}

function numbers<T>(
  type: ColumnType,
  width: number,
  values: readonly (T | null)[],
  put: (view: DataView, at: number, value: T) => void,
): Column {
  const bytes = new Uint8Array(values.length * width);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => {
    if (value !== null) put(view, i * width, value);
  });
  return { type, validity: validityOf(values), offsets: null, values: bytes };
}

const validityOf = (values: readonly unknown[]): Uint8Array | null =>
  values.includes(null) ? Uint8Array.from(values, (v) => Number(v !== null)) : null;

const int32: ColumnType = { kind: 'arrow', arrow: { name: 'int', bits: 32, signed: true } };
const int64s = (values: (bigint | null)[], type: ColumnType = { kind: 'int64' }) =>
  numbers(type, 8, values, (v, at, x) => v.setBigInt64(at, x, true));
const int32s = (values: (number | null)[], type: ColumnType = int32) =>
  numbers(type, 4, values, (v, at, x) => v.setInt32(at, x, true));
const doubles = (values: (number | null)[], type: ColumnType = { kind: 'float64' }) =>
  numbers(type, 8, values, (v, at, x) => v.setFloat64(at, x, true));

function convert(column: Column, rows: number, type: ColumnType, options = raw, declared = false) {
  const kernel = createIngestKernel();
  // In the kernel's own memory, as the Parquet reader gives them.
  const own = columnInto(kernel, column);
  const plan: ColumnPlan = { cell: 0, type, declared, kinds: 0 };
  const { block, kinds, coerced, misfits } = typeBlock(kernel, { rows, columns: [own] }, [plan], options);
  return { values: valuesOf(block.columns[0]!, block.rows), kinds: kinds[0]!, coerced: coerced[0]!, misfits };
}

describe('columns of the same type', () => {
  test('are passed on, texts cleaned', () => {
    const kernel = createIngestKernel();
    const list: ColumnType = { kind: 'nested', arrow: { name: 'list', item: { name: 'utf8' } } };
    const block: Block = {
      rows: 3,
      columns: [texts([' a\u0001', null, 'é']), int64s([1n, null, 3n]), texts([' a', 'b ', ''], list)],
    };
    const plans = block.columns.map(({ type }, cell): ColumnPlan => ({ cell, type, declared: false, kinds: 0 }));
    const { block: out, changed, kinds } = typeBlock(kernel, block, [...plans].reverse(), cleaned);
    expect(out.columns.map((c) => valuesOf(c, 3))).toEqual([
      [' a', 'b ', ''],
      [1n, null, 3n],
      ['a', null, 'é'],
    ]);
    expect(out.columns[1]!.values).toBe(block.columns[1]!.values);
    expect(changed).toEqual({ 'control characters removed': 1, trimmed: 1 });
    expect(kinds).toEqual([0, 0, 0]);
    expect(typeBlock(kernel, block, plans, raw).block.columns[0]!.values).toBe(block.columns[0]!.values);
  });

  test('in the memory of the kernel they survive its growth', () => {
    const kernel = createIngestKernel();
    const column = int64s([1n, 2n, 3n]);
    const own = columnInto(kernel, column);
    const wide = texts(['a'.repeat(5_000_000), 'b', 'c']);
    const block: ReadBlock = { rows: 3, columns: [own, wide] };
    const plans = [wide, own].map(({ type }, i): ColumnPlan => ({ cell: 1 - i, type, declared: false, kinds: 0 }));
    expect(valuesOf(typeBlock(kernel, block, plans, cleaned).block.columns[1]!, 3)).toEqual([1n, 2n, 3n]);
  });

  test('absent ones and constants', () => {
    const kernel = createIngestKernel();
    const plans: ColumnPlan[] = [
      { cell: -1, type: { kind: 'float64' }, declared: false, kinds: 0 },
      { cell: -1, type: { kind: 'text' }, declared: true, kinds: 0, constant: 'a.parquet' },
    ];
    const { block } = typeBlock(kernel, { rows: 2, columns: [] }, plans, raw);
    expect(block.columns.map((c) => valuesOf(c, 2))).toEqual([
      [null, null],
      ['a.parquet', 'a.parquet'],
    ]);
  });
});

describe('columns of another type', () => {
  test('numbers to wider numbers; what does not fit shows in kinds', () => {
    expect(convert(int32s([1, null, -7]), 3, { kind: 'int64' })).toMatchObject({ values: [1n, null, -7n], coerced: 0 });
    expect(convert(int32s([1, -7]), 2, { kind: 'float64' })).toMatchObject({ values: [1, -7], kinds: kind.integer });
    expect(convert(int64s([1n, 2n ** 60n]), 2, { kind: 'float64' }).kinds).toBe(kind.integer | kind.bigInteger);
    const half: ColumnType = { kind: 'arrow', arrow: { name: 'float', bits: 16 } };
    const halves = numbers(half, 2, [0x3c00, 0xc000, 0x0001, 0x8000], (v, at, x) => v.setUint16(at, x, true));
    expect(convert(halves, 4, { kind: 'float64' }).values).toEqual([1, -2, 2 ** -24, -0]);
    const single: ColumnType = { kind: 'arrow', arrow: { name: 'float', bits: 32 } };
    const singles = numbers(single, 4, [0.5, 0.1, Number.NaN, -Infinity], (v, at, x) => v.setFloat32(at, x, true));
    expect(convert(singles, 4, { kind: 'float64' }).values).toEqual([0.5, Math.fround(0.1), Number.NaN, -Infinity]);
    expect(convert(doubles([Number.NaN, Infinity]), 2, { kind: 'text' }).values).toEqual(['nan', 'inf']);
  });

  test('integers of every width', () => {
    const put = { 8: 'Int8', 16: 'Int16', 32: 'Int32' } as const;
    for (const bits of [8, 16, 32] as const)
      for (const signed of [true, false]) {
        const most = signed ? 2 ** (bits - 1) - 1 : 2 ** bits - 1;
        const type: ColumnType = { kind: 'arrow', arrow: { name: 'int', bits, signed } };
        const method = `set${signed ? '' : 'Ui'}${signed ? put[bits] : put[bits].slice(1)}` as 'setInt16';
        const column = numbers(type, bits / 8, [most, 0], (v, at, x) => v[method](at, x, true));
        expect(convert(column, 2, { kind: 'int64' }).values).toEqual([BigInt(most), 0n]);
      }
    const unsigned: ColumnType = { kind: 'arrow', arrow: { name: 'int', bits: 64, signed: false } };
    const wide = convert(int64s([-1n, 5n], unsigned), 2, { kind: 'int64' });
    expect(wide).toMatchObject({ values: [null, 5n], kinds: kind.text | kind.integer });
    expect(convert(int64s([-1n], unsigned), 1, { kind: 'text' }).values).toEqual(['18446744073709551615']);
  });

  test('dates and times', () => {
    const micros = (iso: string): bigint => BigInt(Date.parse(iso)) * 1000n;
    expect(convert(int32s([0, -1, 2932896], { kind: 'date' }), 3, { kind: 'text' }).values).toEqual([
      '1970-01-01',
      '1969-12-31',
      '9999-12-31',
    ]);
    expect(convert(int32s([1], { kind: 'date' }), 1, { kind: 'datetime' }).values).toEqual([86400000000n]);
    expect(convert(int32s([2932897, -800000], { kind: 'date' }), 2, { kind: 'text' }).values).toEqual([
      '+010000-01-01',
      '-000221-09-04',
    ]);
    const times = int64s([micros('2024-02-29T12:34:56Z'), -1n], { kind: 'datetime' });
    expect(convert(times, 2, { kind: 'text' }).values).toEqual(['2024-02-29T12:34:56Z', '1969-12-31T23:59:59.999999Z']);
    const stamp = (unit: 'ms' | 'us' | 'ns'): ColumnType => ({
      kind: 'arrow',
      arrow: { name: 'timestamp', unit, zone: null },
    });
    expect(convert(int64s([1500n], stamp('ms')), 1, { kind: 'datetime' }).values).toEqual([1500000n]);
    expect(convert(int64s([1500n, -2000n], stamp('ns')), 2, { kind: 'text' }).values).toEqual([
      '1970-01-01T00:00:00.0000015'.padEnd(29, '0'),
      '1969-12-31T23:59:59.999998',
    ]);
    expect(convert(int64s([1500n], stamp('ns')), 1, { kind: 'datetime' }).kinds).toBe(kind.text);
    const time = (unit: 'ms' | 'us'): ColumnType => ({ kind: 'arrow', arrow: { name: 'time', unit } });
    expect(convert(int32s([3723004], time('ms')), 1, { kind: 'text' }).values).toEqual(['01:02:03.004000']);
    expect(convert(int64s([0n], time('us')), 1, { kind: 'text' }).values).toEqual(['00:00:00']);
  });

  test('decimals and booleans', () => {
    const decimal = (scale: number): ColumnType => ({
      kind: 'arrow',
      arrow: { name: 'decimal', precision: 20, scale },
    });
    const wide = (values: bigint[], scale: number) =>
      numbers(decimal(scale), 16, values, (v, at, x) => {
        v.setBigUint64(at, x & 0xffffffffffffffffn, true);
        v.setBigInt64(at + 8, x >> 64n, true);
      });
    expect(convert(wide([12345n, -5n, 0n, -(10n ** 25n)], 2), 4, { kind: 'text' }).values).toEqual([
      '123.45',
      '-0.05',
      '0.00',
      '-100000000000000000000000.00',
    ]);
    expect(convert(wide([12n, 0n], -2), 2, { kind: 'text' }).values).toEqual(['1200', '0']);
    const flags = numbers<number>({ kind: 'boolean' }, 1, [1, null, 0], (v, at, x) => v.setUint8(at, x));
    expect(convert(flags, 3, { kind: 'text' }).values).toEqual(['true', null, 'false']);
  });

  test('text stays text where nothing was declared', () => {
    expect(convert(texts(['1', null]), 2, { kind: 'json', arrow: null }).values).toEqual(['"1"', null]);
    expect(convert(int32s([1]), 1, { kind: 'json', arrow: null }).values).toEqual(['1']);
    expect(convert(texts(['1']), 1, { kind: 'int64' }).kinds).toBe(kind.text | kind.jsonString);
    expect(
      convert({ type: { kind: 'null' }, validity: new Uint8Array(2), offsets: null, values: new Uint8Array(0) }, 2, {
        kind: 'text',
      }).values,
    ).toEqual([null, null]);
  });

  test('every flat type that has kinds can be converted', () => {
    const flat: ArrowType[] = [
      { name: 'bool' },
      { name: 'int', bits: 8, signed: true },
      { name: 'float', bits: 64 },
      { name: 'decimal', precision: 5, scale: 1 },
      { name: 'date' },
      { name: 'time', unit: 'ns' },
      { name: 'timestamp', unit: 'ns', zone: 'UTC' },
      { name: 'binary' },
      { name: 'fixed', width: 2 },
      { name: 'duration', unit: 'ms' },
    ];
    for (const arrow of flat) {
      const type: ColumnType = { kind: 'arrow', arrow };
      const column: Column = { type, validity: null, offsets: null, values: new Uint8Array(16) };
      const run = (): unknown[] => convert(column, 1, { kind: 'text' }).values;
      if (kindsOfType(type) === null) expect(run).toThrow();
      else expect(run()).toHaveLength(1);
    }
  });
});

describe('declared types', () => {
  test('texts are read, and rows that do not fit are dropped and named', () => {
    const kernel = createIngestKernel();
    const block: Block = {
      rows: 4,
      columns: [texts(['1', 'x', null, ' 7']), int64s([1n, 2n, 3n, 4n]), texts(['a', 'b', 'c', 'd'])],
    };
    const plans: ColumnPlan[] = [
      { cell: 1, type: { kind: 'int64' }, declared: true, kinds: 0 },
      { cell: 0, type: { kind: 'int64' }, declared: true, kinds: 0 },
      { cell: 2, type: { kind: 'text' }, declared: false, kinds: 0 },
    ];
    const { block: out, misfits } = typeBlock(kernel, block, plans, cleaned);
    expect(misfits).toEqual([{ row: 1, declared: 1, value: 'x' }]);
    expect(out.rows).toBe(3);
    expect(out.columns.map((c) => valuesOf(c, 3))).toEqual([
      [1n, 3n, 4n],
      [1n, null, 7n],
      ['a', 'c', 'd'],
    ]);
  });
});

test("Python's repr", () => {
  const cases = {
    '0.0': 0,
    '-0.0': -0,
    '1.0': 1,
    '1e+16': 1e16,
    '1000000000000000.0': 1e15,
    '0.0001': 1e-4,
    '1e-05': 1e-5,
    '1.5e-07': 1.5e-7,
    '123.456': 123.456,
    '-2.5': -2.5,
    '5e-324': 5e-324,
    '-inf': -Infinity,
  };
  for (const [text, value] of Object.entries(cases)) expect(reprOf(value)).toBe(text);
});
