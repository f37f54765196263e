import fc from 'fast-check';
import { expect, test } from 'vitest';
import { orderOf, rowsKept } from '../../dist/rank/order.js';

test('rows come by score, ties in source order', () => {
  const score = fc.oneof(fc.constantFrom(0, 1, 0.5, 5e-324), fc.double({ min: 0, max: 1, noNaN: true }));
  fc.assert(
    fc.property(fc.array(score, { maxLength: 300 }), (list) => {
      const scores = Float64Array.from(list, (x) => x + 0); // no negative zero
      const plain = list.map((_, i) => i).sort((a, b) => scores[b]! - scores[a]! || a - b);
      const { rows, scores: sorted } = orderOf(scores);
      expect([...rows]).toEqual(plain);
      expect([...sorted]).toEqual(plain.map((row) => scores[row]));
    }),
  );
});

test('scores that differ in their last bits only, or are larger than 2, are in order too', () => {
  const next = (x: number, steps: number): number => {
    const bits = new BigUint64Array(new Float64Array([x]).buffer);
    bits[0]! += BigInt(steps);
    return new Float64Array(bits.buffer)[0]!;
  };
  for (const rows of [2, 1000, 40_000]) {
    const scores = Float64Array.from(
      { length: rows },
      (_, i) => next(0.25, (i * 7919) % rows) * (i % 3 === 0 ? 1 : 16),
    );
    const plain = Array.from(scores, (_, i) => i).sort((a, b) => scores[b]! - scores[a]! || a - b);
    const { rows: order, scores: sorted } = orderOf(scores);
    expect(order).toEqual(Uint32Array.from(plain));
    expect(sorted).toEqual(scores.slice().sort().reverse());
  }
});

test('no rows have no order', () => {
  expect(orderOf(new Float64Array(0)).rows.length).toBe(0);
});

test('a percentage rounds up', () => {
  expect(rowsKept(null, 7)).toBe(7);
  expect(rowsKept({ rows: 3 }, 7)).toBe(3);
  expect(rowsKept({ rows: 30 }, 7)).toBe(7);
  expect(rowsKept({ percent: 50 }, 7)).toBe(4);
  expect(rowsKept({ percent: 1.1 }, 1000)).toBe(11);
  expect(rowsKept({ percent: 0.01 }, 7)).toBe(1);
  expect(rowsKept({ percent: 100 }, 7)).toBe(7);
  expect(rowsKept({ percent: 10 }, 0)).toBe(0);
});
