import fc from 'fast-check';
import { expect, test } from 'vitest';
import { finishScores } from '../../dist/rank/scores.js';
import { naiveTfidf } from './naive.js';
import { rank } from './rank.js';

const words = [
  'data',
  'Data',
  'x',
  'é',
  'straße',
  'İI',
  'ΣΑΣ',
  'Σ',
  '日本',
  '日',
  '_',
  'a_b',
  '42',
  '½²',
  'the',
  'and',
  '👍',
];
const long = fc.integer({ min: 1, max: 150 }).map((n) => 'Wort'.repeat(40).slice(0, n));
const mixedLong = fc.integer({ min: 1, max: 90 }).map((n) => 'wörtΑΣ'.repeat(20).slice(0, n));
const word = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...words) },
  long,
  mixedLong,
  fc.stringMatching(/^[a-zA-Z]{1,20}$/),
);
const gaps = fc.constantFrom(' ', ' ', ' ', '', ', ', '-', '\n', "'", '\u0301', '\u00a0', '.'.repeat(70));
const text = fc.array(fc.tuple(word, gaps), { maxLength: 40 }).map((parts) => parts.flat().join(''));
const texts = fc.array(text, { minLength: 1, maxLength: 30 });
const settings = fc.record({
  ngrams: fc.constantFrom<[number, number][]>([1, 2], [1, 1], [2, 2], [1, 3], [2, 4], [3, 3]),
  minDf: fc.integer({ min: 1, max: 3 }),
  maxFeatures: fc.constantFrom(1, 3, 10, 50, 1000),
});

test('vocabulary and scores are those of the plain way', () => {
  fc.assert(
    fc.property(texts, settings, (rows, changed) => {
      const plain = naiveTfidf(rows, changed);
      const { ranking, scores } = rank([rows], changed);
      expect(ranking?.vocabulary.map((t) => t.term) ?? []).toEqual(plain.vocabulary);
      if (scores !== null) for (const [i, score] of scores.entries()) expect(score).toBeCloseTo(plain.scores[i]!, 9);
    }),
    { numRuns: 60 },
  );
});

test('columns are joined by a space', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 10 }), (rows) => {
      const changed = { minDf: 1, ngrams: [1, 2] as [number, number], maxFeatures: 20 };
      const apart = rank([rows.map((r) => r[0]), rows.map((r) => r[1])], changed);
      const joined = rank([rows.map((r) => r.join(' '))], changed);
      expect(apart.scores).toEqual(joined.scores);
      expect(apart.ranking).toEqual(joined.ranking);
    }),
    { numRuns: 20 },
  );
});

test('scores are the same bits for any workers, chunks and memory, and from 0 to 1', () => {
  const targets = fc.constantFrom<string[][]>([], ['data straße'], ['ΣΑΣ wort', 'data 42 data']);
  const split = fc.record({ workers: fc.integer({ min: 1, max: 4 }), chunkRows: fc.integer({ min: 1, max: 12 }) });
  const keep = fc.constantFrom(0, 2 ** 16, 2 ** 28);
  const method = fc.constantFrom('relevance' as const, 'bm25' as const);
  fc.assert(
    fc.property(texts, settings, targets, split, keep, method, (rows, changed, aims, layout, keepBytes, way) => {
      const method = aims.length === 0 ? 'relevance' : way;
      const one = rank([rows], { ...changed, method }, { targets: aims });
      const many = rank([rows], { ...changed, method, keepBytes }, { targets: aims, ...layout });
      expect(many.ranking).toEqual(one.ranking);
      expect(many.scores).toEqual(one.scores);
      for (const score of finishScores(one.ranking, one.scores === null ? [rows.length] : [one.scores]).scores) {
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(1);
      }
    }),
    { numRuns: 60 },
  );
});
