import { describe, expect, test } from 'vitest';
import { assignSplits, endsOf } from '../../dist/split/assign.js';
import { contentOf } from '../../dist/split/content.js';
import { divideOrder } from '../../dist/split/divide.js';
import type { Block, Column } from '../../src/engine/block.js';

const bytesOf = (array: ArrayBufferView): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

function texts(values: (string | null)[], type: Column['type'] = { kind: 'text' }): Column {
  const offsets = new Int32Array(values.length + 1);
  values.forEach((value, i) => {
    offsets[i + 1] = offsets[i]! + Buffer.byteLength(value ?? '');
  });
  const validity = Uint8Array.from(values, (value) => (value === null ? 0 : 1));
  return { type, validity, offsets, values: Buffer.from(values.join('')) };
}
const flat = (kind: 'int64' | 'float64' | 'date' | 'datetime', values: ArrayBufferView): Column => ({
  type: { kind },
  validity: null,
  offsets: null,
  values: bytesOf(values),
});
const whole = (columns: Column[], names: string[], rows = 1): Buffer[] => {
  const content = contentOf(
    { rows, columns } as Block,
    columns.map((_, c) => c),
    names,
  );
  return Array.from({ length: rows }, (_, row) => Buffer.from(content(row)));
};
const cell = (column: Column): Buffer => whole([column], ['c'])[0]!;

describe('the content of a row', () => {
  test('is names and texts with their lengths, by code point of the names', () => {
    const [bytes] = whole([texts(['é']), flat('int64', BigInt64Array.of(-5n))], ['b', 'a']);
    expect(bytes!.toString('latin1')).toBe('\x01\0\0\0a\x02\0\0\0-5\x01\0\0\0b\x02\0\0\0\xc3\xa9');
  });
  test('does not depend on the order of columns, on empty ones, nor on the type that others give a column', () => {
    const [a, b] = [texts(['x']), flat('int64', BigInt64Array.of(7n))];
    expect(whole([a, b], ['a', 'b'])).toEqual(whole([b, a], ['b', 'a']));
    expect(whole([a, texts([null]), texts([''])], ['a', 'b', 'c'])).toEqual(whole([a], ['a']));
    expect(cell(flat('int64', BigInt64Array.of(7n)))).toEqual(cell(flat('float64', Float64Array.of(7))));
    expect(cell(flat('int64', BigInt64Array.of(7n)))).toEqual(cell(texts(['7'])));
    expect(cell(flat('float64', Float64Array.of(-0)))).toEqual(cell(texts(['0'])));
    expect(cell(flat('float64', Float64Array.of(0.1)))).toEqual(cell(texts(['0.1'])));
    expect(cell(flat('date', Int32Array.of(19782)))).toEqual(cell(texts(['2024-02-29'])));
    expect(cell(flat('datetime', BigInt64Array.of(19782n * 86_400_000_000n)))).toEqual(cell(texts(['2024-02-29'])));
  });
  test('tells rows apart whose texts are cut elsewhere', () => {
    expect(whole([texts(['a|b']), texts(['c'])], ['x', 'y'])).not.toEqual(
      whole([texts(['a']), texts(['b|c'])], ['x', 'y']),
    );
    expect(whole([texts(['a']), texts([null])], ['x', 'y'])).not.toEqual(
      whole([texts([null]), texts(['a'])], ['x', 'y']),
    );
  });
  test('has nested values as JSON, whose keys have an order and no nulls', () => {
    const arrow = {
      name: 'list',
      item: {
        name: 'struct',
        fields: [
          { name: 'role', type: { name: 'utf8' } },
          { name: 'at', type: { name: 'float', bits: 64 } },
        ],
      },
    } as const;
    const column = texts(['[{"role":"a\\"b","at":1.0},{"at":null,"role":"ä"}]'], {
      kind: 'json',
      arrow: arrow as never,
    });
    expect(cell(column)).toEqual(cell(texts(['[{"at":1,"role":"a\\"b"},{"role":"ä"}]'])));
  });
});

describe('the split of a row', () => {
  const rows = 20_000;
  const column = texts(Array.from({ length: rows }, (_, i) => `row ${i}`));
  const block: Block = { rows, columns: [column] };
  const plan = { names: ['c'], group: null, content: [0] };

  test('is by XXH64 of its content', async () => {
    // XXH64, seed 0, of the bytes 01 00 00 00 63 01 00 00 00 61.
    const { default: xxhash } = await import('xxhash-wasm');
    const hash = (await xxhash()).h64Raw(Buffer.from('0100000063010000' + '0061', 'hex'));
    const at = Number(hash >> 11n) / 2 ** 53;
    const one: Block = { rows: 1, columns: [texts(['a'])] };
    expect([...(await assignSplits(one, { ...plan, shares: [at + 1e-9, 1 - at - 1e-9] }))]).toEqual([0]);
    expect([...(await assignSplits(one, { ...plan, shares: [at - 1e-9, 1 - at + 1e-9] }))]).toEqual([1]);
  });
  test('has about its share of the rows, and rows only move to a split whose share grows', async () => {
    const before = await assignSplits(block, { ...plan, shares: [0.8, 0.1, 0.1] });
    const after = await assignSplits(block, { ...plan, shares: [0.9, 0.05, 0.05] });
    for (const [split, share] of [0.8, 0.1, 0.1].entries())
      expect(Math.abs(before.filter((s) => s === split).length / rows - share)).toBeLessThan(0.012);
    expect(before.some((split, row) => split === 0 && after[row] !== 0)).toBe(false);
  });
  test('is that of its group, or its own if it has no value there', async () => {
    const grouped: Block = {
      rows,
      columns: [column, texts(Array.from({ length: rows }, (_, i) => (i % 2 ? 'same' : null)))],
    };
    const shares = [0.5, 0.5];
    const found = await assignSplits(grouped, { names: ['c', 'g'], group: [1], content: [0], shares });
    const own = await assignSplits(block, { ...plan, shares });
    expect(new Set(found.filter((_, i) => i % 2 === 1)).size).toBe(1);
    expect(found.filter((_, i) => i % 2 === 0)).toEqual(own.filter((_, i) => i % 2 === 0));
  });
  test('the last one takes what rounding leaves', () => expect(endsOf([0.1, 0.2, 0.7])).toHaveLength(2));
});

test('rows keep their order within a split', () => {
  const { order, places, counts } = divideOrder(Uint32Array.of(4, 2, 0, 3), 4, Uint8Array.of(1, 0, 0, 1, 1), 3);
  expect([[...order], [...places], counts]).toEqual([
    [2, 4, 0, 3],
    [1, 0, 2, 3],
    [1, 3, 0],
  ]);
});
