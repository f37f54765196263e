import fc from 'fast-check';
import { expect, test } from 'vitest';
import { naiveBm25 } from './naive.js';
import { rank } from './rank.js';

const words = fc.constantFrom('data', 'rows', 'clean', 'the', 'x', 'straße', '日本', 'rank', 'dup');
const text = fc.array(words, { maxLength: 30 }).map((list) => list.join(' '));

test('BM25 is that of the plain way', () => {
  fc.assert(
    fc.property(
      fc.array(text, { minLength: 1, maxLength: 30 }),
      fc.array(text, { minLength: 1, maxLength: 4 }),
      (rows, targets) => {
        const { ranking, scores } = rank([rows], { method: 'bm25' }, { targets, workers: 2, chunkRows: 7 });
        if (ranking === null) expect(rows.every((row) => /^(the|x| )*$/.test(row))).toBe(true);
        else for (const [i, score] of naiveBm25(rows, targets).entries()) expect(scores![i]).toBeCloseTo(score, 10);
      },
    ),
    { numRuns: 40 },
  );
});

test('a target without a known word scores nothing and is named', () => {
  const { ranking, scores } = rank([['some data', 'more data']], { method: 'bm25' }, { targets: ['zebra', 'data'] });
  expect(ranking!.warnings).toEqual(['rank target 1 has no term that the data is ranked by']);
  expect(Math.min(...scores!)).toBeGreaterThan(0);
});
