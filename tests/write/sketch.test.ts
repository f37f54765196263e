import { describe, expect, test } from 'vitest';
import type { Block, Column } from '../../dist/engine/block.js';
import { placeColumns } from '../../dist/engine/kernel-column.js';
import type { IngestKernel } from '../../dist/kernels/ingest.js';
import { FieldTotals } from '../../dist/write/field-totals.js';
import { DistinctCount, type Sketch, sketchColumns as sketchPlaced } from '../../dist/write/sketch.js';
import { field, fixed, nested, text } from './columns.js';
import { kernel } from './files.js';

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
