import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { filterBlock } from '../../dist/dedupe/filter.js';
import type { Block, Column } from '../../dist/engine/block.js';
import { createIngestKernel } from '../../dist/kernels/ingest.js';
import { ExpectedRows, RowCheck } from '../../dist/ledger/rowcheck.js';
import { checkSums, rowTags } from '../../dist/ledger/rowtags.js';

const kernel = createIngestKernel();

type Cell = Buffer | null;

function texts(cells: readonly Cell[]): Column {
  const offsets = new Int32Array(cells.length + 1);
  cells.forEach((cell, i) => {
    offsets[i + 1] = offsets[i]! + (cell?.length ?? 0);
  });
  const validity = cells.includes(null) ? Uint8Array.from(cells, (cell) => (cell === null ? 0 : 1)) : null;
  return { type: { kind: 'text' }, validity, offsets, values: Buffer.concat(cells.map((cell) => cell ?? Buffer.of())) };
}

function numbers(values: readonly (bigint | null)[]): Column {
  const bytes = new Uint8Array(BigInt64Array.from(values, (v) => v ?? 0n).buffer);
  const validity = values.includes(null) ? Uint8Array.from(values, (v) => (v === null ? 0 : 1)) : null;
  return { type: { kind: 'int64' }, validity, offsets: null, values: bytes };
}

const booleans = (values: readonly number[]): Column => ({
  type: { kind: 'boolean' },
  validity: null,
  offsets: null,
  values: Uint8Array.from(values),
});

const tagsOf = (block: Block): BigUint64Array => {
  kernel.reset();
  return new BigUint64Array(rowTags(kernel, block).slice().buffer);
};
const oneColumn = (column: Column, rows: number): Block => ({ rows, columns: [column] });

const cell = fc.option(
  fc.uint8Array({ maxLength: 90 }).map((bytes) => Buffer.from(bytes)),
  { freq: 8 },
);
const row = fc.tuple(cell, fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })), fc.nat(1));
const blockOf = (rows: readonly [Cell, bigint | null, number][]): Block => ({
  rows: rows.length,
  columns: [texts(rows.map(([text]) => text)), numbers(rows.map(([, n]) => n)), booleans(rows.map(([, , b]) => b))],
});

describe('tags of rows', () => {
  test('change with every bit of a text of any length, and with the length', () => {
    for (let length = 0; length <= 100; length++) {
      const text = Buffer.from(Uint8Array.from({ length }, (_, i) => (i * 31 + length) & 255));
      const others: Buffer[] = [Buffer.concat([text, Buffer.of(0)])];
      for (let bit = 0; bit < length * 8; bit++) {
        const other = Buffer.from(text);
        other[bit >> 3]! ^= 1 << (bit & 7);
        others.push(other);
      }
      const tags = tagsOf(oneColumn(texts([text, ...others]), others.length + 1));
      expect(tags.indexOf(tags[0]!, 1)).toBe(-1);
    }
  });

  test("tell null from empty text and from zero, and two words in each other's place", () => {
    const words = [
      'aaaaaaaabbbbbbbb',
      'bbbbbbbbaaaaaaaa',
      'aaaaaaaaccccccccbbbbbbbbdddddddd',
      'bbbbbbbbccccccccaaaaaaaadddddddd',
    ];
    const tags = tagsOf(oneColumn(texts([null, Buffer.of(), ...words.map((w) => Buffer.from(w))]), 6));
    expect(new Set(tags).size).toBe(6);
    expect(new Set(tagsOf(oneColumn(numbers([null, 0n, 1n, -1n]), 4))).size).toBe(4);
  });

  test('do not depend on the other rows, on what is stored behind a null, or on where the block lies', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 40 }), (rows) => {
        const block = blockOf(rows);
        const tags = tagsOf(block);
        rows.forEach((one, i) => {
          expect(tagsOf(blockOf([one]))[0]).toBe(tags[i]);
        });
        const column = block.columns[1]!;
        const values = column.values.map((byte, i) => (column.validity?.[i >> 3] === 0 ? 77 : byte));
        const [text, , flag] = block.columns;
        expect(tagsOf({ rows: rows.length, columns: [text!, { ...column, values }, flag!] })).toEqual(tags);
      }),
    );
  });

  test('are those of the kept rows after a filter, in columns of the kernel', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(row, fc.boolean()), { minLength: 1, maxLength: 60 }), (marked) => {
        const block = blockOf(marked.map(([one]) => one));
        const all = tagsOf(block);
        kernel.reset();
        const kept = filterBlock(
          kernel,
          block,
          Uint8Array.from(marked, ([, keep]) => (keep ? 1 : 0)),
        );
        const tags = new BigUint64Array(rowTags(kernel, kept).slice().buffer);
        expect([...tags]).toEqual([...all].filter((_, i) => marked[i]![1]));
      }),
    );
  });

  test('of more rows than are tagged at once', () => {
    const rows = 10_000;
    const tags = tagsOf(oneColumn(numbers(Array.from({ length: rows }, (_, i) => BigInt(i))), rows));
    expect(new Set(tags).size).toBe(rows);
    for (const i of [0, 4095, 4096, 8191, 8192, 9999])
      expect(tags[i]).toBe(tagsOf(oneColumn(numbers([BigInt(i)]), 1))[0]);
  });
});

describe('the sums of the judged rows', () => {
  const block = (rows: number): Block =>
    oneColumn(numbers(Array.from({ length: rows }, (_, i) => BigInt(i * 7))), rows);

  test('are those of what is encoded, in pieces and in any order', () => {
    const all = block(1000);
    const keep = Uint8Array.from({ length: 1000 }, (_, i) => (i % 3 === 0 ? 0 : 1));
    const kept = [...keep.keys()].filter((i) => keep[i] === 1);
    const order = Uint32Array.from(kept.keys()).reverse();
    for (const hasTop of [false, true]) {
      const expected = (to: Uint32Array | null) => {
        const rows = new ExpectedRows(hasTop);
        rows.add(rowTags(kernel, all).subarray(0, 400 * 8), keep.subarray(0, 400));
        rows.add(rowTags(kernel, all).subarray(400 * 8), keep.subarray(400));
        expect(rows.rows).toBe(kept.length);
        return rows.sums(to);
      };
      const valuesOf = (rows: readonly number[]) => oneColumn(numbers(rows.map((i) => BigInt(i * 7))), rows.length);
      const inOrder = new RowCheck();
      for (const from of [300, 0]) {
        const rows = from === 0 ? kept.slice(0, 300) : kept.slice(300);
        inOrder.join(checkSums(kernel, valuesOf(rows), from, from));
      }
      expect(inOrder.sums).toEqual(expected(null));
      const reversed = new RowCheck();
      reversed.join(checkSums(kernel, valuesOf([...kept].reverse()), order, 0));
      expect(reversed.sums).toEqual(expected(order));
      expect(reversed.sums).not.toEqual(inOrder.sums);
    }
  });

  test('of the top rows only', () => {
    const rows = new ExpectedRows(true);
    rows.add(rowTags(kernel, block(10)), null);
    const order = Uint32Array.of(7, 2);
    const made = checkSums(kernel, oneColumn(numbers([49n, 14n]), 2), order, 0);
    expect(rows.sums(order)).toEqual(made);
  });
});
