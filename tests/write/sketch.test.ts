import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Block, Column } from '../../dist/engine/block.js';
import { placeColumns } from '../../dist/engine/kernel-column.js';
import { compile, load } from '../../dist/index.js';
import { createIngestKernel, type IngestKernel } from '../../dist/kernels/ingest.js';
import { schemaLabel } from '../../dist/manifest/type-name.js';
import { noBounds } from '../../dist/write/bounds.js';
import { FieldTotals } from '../../dist/write/field-totals.js';
import { DistinctCount, type Sketch, sketchColumns as sketchPlaced } from '../../dist/write/sketch.js';
import { field, fixed, nested, text } from './columns.js';
import { kernel, scratchFolder } from './files.js';

function sketchColumns(kernel: IngestKernel, block: Block): Sketch[] {
  const mark = kernel.mark();
  const sketches = sketchPlaced(kernel, block, placeColumns(kernel, block.columns));
  kernel.reset(mark);
  return sketches;
}

const sketch = (rows: number, column: Column): Sketch => sketchColumns(kernel, { rows, columns: [column] })[0]!;
const numbers = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

function count(...sketches: Sketch[]): DistinctCount {
  const distinct = new DistinctCount();
  for (const s of sketches) distinct.add(s);
  return distinct;
}

describe('distinct values', () => {
  test.each([0, 1, 2, 999, 1000])('%i are counted exactly', (n) => {
    const cells = [...numbers(0, n), ...numbers(0, n), null].map((v) => (v === null ? null : `value ${v}`));
    const distinct = count(sketch(cells.length, text(cells)));
    expect([distinct.exact, distinct.estimate]).toEqual([n, n]);
  });

  test.each([1001, 5000, 20_000, 300_000])('%i are estimated within 5 %%', (n) => {
    for (const column of [text(numbers(0, n).map((v) => `${v}`)), fixed({ kind: 'int64' }, numbers(0, n))]) {
      const distinct = count(sketch(n, column));
      expect(distinct.exact).toBeNull();
      expect(Math.abs(distinct.estimate / n - 1)).toBeLessThan(0.05);
    }
  });

  test('do not depend on how the rows are divided, nor on the order', () => {
    const n = 4000;
    const whole = count(sketch(n, fixed({ kind: 'int64' }, numbers(0, n))));
    for (const cut of [1, 700, 1000, 1001, 3999]) {
      const left = sketch(cut, fixed({ kind: 'int64' }, numbers(0, cut)));
      const right = sketch(n - cut, fixed({ kind: 'int64' }, numbers(cut, n)));
      expect(count(left, right).estimate).toBe(whole.estimate);
      expect(count(right, left).estimate).toBe(whole.estimate);
    }
    const small = numbers(0, 10).map((i) => sketch(100, fixed({ kind: 'int64' }, numbers(i * 90, i * 90 + 100))));
    expect(count(...small).exact).toBe(910);
    expect(count(...small.toReversed()).exact).toBe(910);
  });

  test('texts differ by any byte and by their length', () => {
    const base = 'x'.repeat(200);
    const cells = [base, `${base}x`, base.slice(1), '', '\0', '\0\0'];
    for (let i = 0; i < 200; i++) cells.push(`${base.slice(0, i)}y${base.slice(i + 1)}`);
    expect(count(sketch(cells.length, text(cells))).exact).toBe(cells.length);
  });

  test('of every width, one zero, and of nested values', () => {
    const byte = { kind: 'arrow', arrow: { name: 'int', bits: 8, signed: true } } as const;
    expect(count(sketch(4, fixed(byte, [1, 2, null, 1]))).exact).toBe(2);
    const decimal = { kind: 'arrow', arrow: { name: 'decimal', precision: 38, scale: 0 } } as const;
    expect(count(sketch(3, fixed(decimal, [1n, 1n << 70n, 1n]))).exact).toBe(2);
    expect(count(sketch(3, fixed({ kind: 'float64' }, [0, -0, 1]))).exact).toBe(2);
    const list = { name: 'list', item: { name: 'utf8' } } as const;
    expect(count(sketch(4, nested(list, [['a'], ['a', 'b'], null, ['a']]))).exact).toBe(2);
  });
});

/** Arithmetic of the hash that estimates rest on, which anybody can read (kernels/assembly/ingest/sketch.ts). */
const u64 = (x: bigint): bigint => BigInt.asUintN(64, x);
const first = 0x9e3779b97f4a7c15n;
const rotated = (x: bigint, by: bigint): bigint => u64((x << by) | (x >> (64n - by)));

/** Texts of two words of 8 bytes that have one hash: the second word takes back what the first one does. */
function colliding(from: number, to: number): Column {
  const start = u64(17n * first);
  const after = (word: bigint): bigint => rotated(u64((start ^ word) * first), 29n);
  const values = Buffer.alloc((to - from) * 16);
  for (let i = from; i < to; i++) {
    const word = BigInt(i) * 0x0101_0101n;
    values.writeBigUInt64LE(word, (i - from) * 16);
    values.writeBigUInt64LE(after(word) ^ after(0n), (i - from) * 16 + 8);
  }
  const offsets = Int32Array.from({ length: to - from + 1 }, (_, i) => i * 16);
  return { type: { kind: 'text' }, validity: null, offsets, values };
}

/** The number whose hash this is. */
function numberOf(hash: bigint): bigint {
  const inverse = (odd: bigint): bigint => {
    let x = odd;
    for (let i = 0; i < 6; i++) x = u64(x * (2n - odd * x));
    return x;
  };
  const unshifted = (h: bigint, by: bigint): bigint => {
    let x = h;
    for (let i = 0; i < 4; i++) x = h ^ (x >> by);
    return x;
  };
  let h = unshifted(hash, 31n);
  h = unshifted(u64(h * inverse(0x94d049bb133111ebn)), 27n);
  h = unshifted(u64(h * inverse(0xbf58476d1ce4e5b9n)), 30n);
  return BigInt.asIntN(64, (h - first) * inverse(first));
}

describe('values made to have one hash', () => {
  const estimated = (column: Column): number => count(sketch(5000, column)).estimate;

  test('are counted exactly up to 1,000, over chunks too, and are no categories', () => {
    for (const n of [2, 500, 1000]) expect(count(sketch(n, colliding(0, n))).exact).toBe(n);
    expect(count(sketch(400, colliding(0, 400)), sketch(400, colliding(200, 600))).exact).toBe(600);
    const many = count(sketch(5000, colliding(0, 5000)));
    expect(many.exact).toBeNull();
    expect(count(sketch(700, colliding(0, 700)), sketch(700, colliding(700, 1400))).exact).toBeNull();
    expect(schemaLabel({ kind: 'text' }, many.exact, 1_000_000)).toBe('text');
    // What they spoil is the estimate.
    expect(estimated(colliding(0, 5000))).toBeLessThan(100);
  });

  test('or the greatest ranks spoil the estimate, which is no more than the rows', () => {
    const cells = Array.from({ length: 4096 }, (_, register) => numberOf(BigInt(register) << 52n));
    const distinct = sketch(4096, fixed({ kind: 'int64' }, cells));
    expect(count(distinct).estimate).toBeGreaterThan(1e12);
    const totals = new FieldTotals();
    totals.add(4096, [{ nulls: 0, bounds: noBounds, distinct }]);
    expect(totals.totals([field('n', { kind: 'int64' })])[0]).toMatchObject({ distinct: 4096, exactDistinct: null });
  });

  test('are written as they are, by whatever an estimate advises', async () => {
    const folder = scratchFolder();
    const lines = Array.from({ length: 4096 }, (_, register) => `${numberOf(BigInt(register) << 52n)}`);
    fs.writeFileSync(path.join(folder, 'a.csv'), `n,again\n${lines.map((n) => `${n},${n}`).join('\n')}\n`);
    const { manifest } = await compile(['a.csv'], {
      cwd: folder,
      cache: false,
      threads: 0,
      rank: false,
      types: { n: 'integer', again: 'text' },
    });
    expect(manifest.fields.map((f) => f.distinct)[0]).toBe(4096);
    const rows: string[] = [];
    for await (const row of await load(path.join(folder, 'compiled'))) rows.push(`${row.n},${row.again}`);
    expect(rows).toEqual(lines.map((n) => `${n},${n}`));
  });

  test('estimates are the same in every compile, whatever its secret', () => {
    const column = text(numbers(0, 3000).map((v) => `${v}`));
    const estimates = Array.from({ length: 3 }, () => {
      const own = createIngestKernel();
      const part = (from: number, to: number): Sketch =>
        sketchColumns(own, { rows: to - from, columns: [text(numbers(from, to).map((v) => `${v}`))] })[0]!;
      return [
        count(sketchColumns(own, { rows: 3000, columns: [column] })[0]!).estimate,
        count(part(0, 900), part(900, 1800), part(1800, 3000)).estimate,
      ];
    });
    expect(new Set(estimates.flat()).size).toBe(1);
  });
});

describe('FieldTotals', () => {
  test('adds up row groups', () => {
    const totals = new FieldTotals();
    const part = (rows: number, cells: number[]) => ({
      nulls: rows - cells.length,
      bounds: { min: BigInt(Math.min(...cells)), max: BigInt(Math.max(...cells)) },
      distinct: sketch(cells.length, fixed({ kind: 'int64' }, cells)),
    });
    totals.add(4, [part(4, [5, 6, 7])]);
    totals.add(3, [part(3, [1, 7])]);
    expect(totals.totals([field('n', { kind: 'int64' })])).toEqual([
      { nulls: 2, min: 1, max: 7, distinct: 4, exactDistinct: 4 },
    ]);
  });

  test('without rows', () => {
    expect(new FieldTotals().totals([field('n', { kind: 'int64' })])).toEqual([
      { nulls: 0, min: null, max: null, distinct: 0, exactDistinct: 0 },
    ]);
  });
});
