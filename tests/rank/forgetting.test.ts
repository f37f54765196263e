import { describe, expect, test } from 'vitest';
import { defaults, rank } from './rank.js';

/** Rows of a few frequent words among words that are seen once or twice, some of them long, some not ASCII. */
function makeRows(count: number): string[] {
  let x = 7;
  const next = (n: number): number => {
    x = (Math.imul(x, 1103515245) + 12345) & 0x7fffffff;
    return (x >>> 8) % n;
  };
  const frequent = 'data Models straße rows cleaning ranked 日本語 naïveté quality tokens'.split(' ');
  return Array.from({ length: count }, () =>
    Array.from({ length: 4 + next(12) }, () => {
      const kind = next(10);
      if (kind < 6) return frequent[Math.min(next(10), next(10))]!;
      if (kind < 8) return `w${next(2000)}`;
      return kind === 8 ? `wört${next(2000)}` : `${'long'.repeat(next(8))}${next(2000)}`;
    }).join(' '),
  );
}

const rows = makeRows(1200);
// Of these, 318 are English stop words.
const maxTerms = 700;

describe('a table that forgets rare terms', () => {
  for (const changed of [
    {},
    { keepBytes: 0 },
    { language: 'en', maxFeatures: 7 },
    { language: 'de', keepBytes: 2 ** 17 },
    { ngrams: [1, 1] as [number, number], minDf: 1 },
    { ngrams: [1, 3] as [number, number] },
  ]) {
    for (const workers of [1, 3]) {
      test(`gives the same scores: ${JSON.stringify(changed)}, ${workers} workers`, () => {
        const options = { maxFeatures: 8, ...changed };
        for (const targets of [[], ['clean data of high quality', 'straße w7']]) {
          const whole = rank([rows], options, { targets });
          const small = rank([rows], { ...options, maxTerms }, { targets, workers, chunkRows: 25 });
          expect(small.ranking!.vocabulary).toEqual(whole.ranking!.vocabulary);
          expect(small.scores).toEqual(whole.scores);
        }
      });
    }
  }

  test('gives the same scores with bm25, rare words of a target included', () => {
    for (const language of [null, 'en']) {
      const options = { method: 'bm25' as const, language };
      const targets = ['clean data w7', 'wört12 w1999 w3 unseen'];
      const whole = rank([rows], options, { targets });
      const small = rank([rows], { ...options, maxTerms }, { targets, workers: 2, chunkRows: 25 });
      expect(small.ranking).toEqual(whole.ranking);
      expect(small.scores).toEqual(whole.scores);
    }
  });

  test('refuses a vocabulary that it may have forgotten terms of', () => {
    for (const changed of [{ maxFeatures: 1000 }, { ngrams: [2, 2] as [number, number] }])
      expect(() => rank([rows], { ...changed, maxTerms }, { chunkRows: 25 })).toThrow(/too many distinct words/);
    expect(rank([rows], { maxFeatures: 1000, maxTerms: defaults.maxTerms }, { chunkRows: 25 }).ranking).not.toBeNull();
  });
});
