import fc from 'fast-check';
import { expect, test } from 'vitest';
import { orderByRanges } from '../../dist/rank/ranges.js';

test('rows sorted range by range come by score, ties in source order', () => {
  const score = fc.oneof(fc.constantFrom(0, 1, 0.5, 5e-324, 0.5000000000000001), fc.double({ min: 0, noNaN: true }));
  fc.assert(
    fc.property(fc.array(score, { maxLength: 300 }), fc.integer({ min: 1, max: 60 }), (list, atOnce) => {
      const scores = Float64Array.from(list, (x) => x + 0); // no negative zero
      const plain = list.map((_, i) => i).sort((a, b) => scores[b]! - scores[a]! || a - b);
      const { rows, scores: sorted } = orderByRanges(scores, atOnce);
      expect([...rows]).toEqual(plain);
      expect([...sorted]).toEqual(plain.map((row) => scores[row]));
    }),
  );
});
