import { expect, test } from 'vitest';
import { explainRow, recordOf, summarise } from '../../dist/rank/explain.js';
import { orderOf } from '../../dist/rank/order.js';
import { finishScores } from '../../dist/rank/scores.js';
import { defaults, rank } from './rank.js';

const rows = ['clean data', 'clean rows of clean data', 'rows', '', 'ranked rows of data, Straße', 'straße'];

test('the summary has the vocabulary, the heaviest terms and quartiles', () => {
  const { ranking, scores } = rank([rows]);
  const { scores: finished } = finishScores(ranking, [scores!]);
  const summary = summarise(ranking, orderOf(finished).scores);
  expect(summary.vocabulary).toBe(ranking!.vocabulary.length);
  expect(summary.heaviest[0]).toMatchObject({ term: 'clean', count: 3, rows: 2 });
  const sorted = [...finished].sort((a, b) => a - b);
  expect(summary.scores).toMatchObject({ min: 0, max: 1, median: (sorted[2]! + sorted[3]!) / 2 });
  expect(summarise(null, new Float64Array(0))).toEqual({
    vocabulary: 0,
    heaviest: [],
    scores: null,
  });
});

for (const method of ['relevance', 'bm25'] as const) {
  for (const targets of [[], ['clean data'], ['rows', 'straße data data']]) {
    if (method === 'bm25' && targets.length === 0) continue;
    for (const language of [null, 'de']) {
      test(`a row's terms add up to its score: ${method}, ${targets.length} targets, ${language}`, () => {
        const settings = { ...defaults, method, language };
        const { ranking, scores } = rank([rows], settings, { targets });
        const { scores: finished } = finishScores(ranking, [scores!]);
        const record = JSON.parse(JSON.stringify(recordOf(ranking!, settings, Math.max(...scores!), [])));
        for (const [i, row] of rows.entries()) {
          const { score, terms } = explainRow(record, [row], targets);
          expect(score).toBeCloseTo(finished[i]!, 12);
          expect(terms.reduce((sum, t) => sum + t.part, 0)).toBeCloseTo(finished[i]!, 12);
        }
      });
    }
  }
}
