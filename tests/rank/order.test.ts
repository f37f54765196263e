import fc from 'fast-check';
import { expect, test } from 'vitest';
import { orderOf, rowsKept } from '../../dist/rank/order.js';

test('rows come by score, ties in source order', () => {
  const score = fc.oneof(fc.constantFrom(0, 1, 0.5, 5e-324), fc.double({ min: 0, max: 1, noNaN: true }));
  fc.assert(
    fc.property(fc.array(score, { maxLength: 300 }), (list) => {
      const scores = Float64Array.from(list, (x) => x + 0); // no negative zero
      const plain = list.map((_, i) => i).sort((a, b) => scores[b]! - scores[a]! || a - b);
      expect([...orderOf(scores)]).toEqual(plain);
    }),
  );
});

test('no rows have no order', () => {
  expect(orderOf(new Float64Array(0)).length).toBe(0);
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
