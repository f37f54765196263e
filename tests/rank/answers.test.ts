import fs from 'node:fs';
import { expect, test } from 'vitest';
import type { RankSettings } from '../../dist/rank/protocol.js';
import { finishScores } from '../../dist/rank/scores.js';
import { rank } from './rank.js';

interface Corpus {
  name: string;
  columns: string[][];
  options: { max_features: number; ngram_range: [number, number]; min_df: number };
  vocabulary: string[];
  idf: number[];
  scores: number[];
  targets: { texts: string[]; scores: number[] }[];
}

const { corpora } = JSON.parse(fs.readFileSync(new URL('./answers.json', import.meta.url), 'utf8')) as {
  corpora: Corpus[];
};

function settingsOf({ options }: Corpus): Partial<RankSettings> {
  return { maxFeatures: options.max_features, ngrams: options.ngram_range, minDf: options.min_df };
}

/** The largest difference, and never NaN. */
function difference(ours: Float64Array, theirs: readonly number[]): number {
  expect(ours.length).toBe(theirs.length);
  return ours.reduce(
    (most, x, i) => Math.max(most, Number.isNaN(x) ? Number.POSITIVE_INFINITY : Math.abs(x - theirs[i]!)),
    0,
  );
}

for (const corpus of corpora) {
  test(`scikit-learn's vocabulary and scores: ${corpus.name}`, () => {
    const { ranking, scores } = rank(corpus.columns, settingsOf(corpus));
    expect(ranking?.vocabulary.map((t) => t.term) ?? []).toEqual(corpus.vocabulary);
    for (const [i, term] of (ranking?.vocabulary ?? []).entries()) expect(term.idf).toBeCloseTo(corpus.idf[i]!, 10);
    const { scores: finished } = finishScores(ranking, scores === null ? [corpus.columns[0]!.length] : [scores]);
    expect(difference(finished, corpus.scores)).toBeLessThan(1e-10);
  });
  for (const [i, target] of corpus.targets.entries()) {
    test(`scikit-learn's cosines: ${corpus.name}, target ${i + 1}`, () => {
      const { ranking, scores } = rank(corpus.columns, settingsOf(corpus), { targets: target.texts });
      expect(difference(finishScores(ranking, [scores!]).scores, target.scores)).toBeLessThan(1e-10);
      expect(ranking!.warnings.length > 0).toBe(Math.max(...target.scores) === 0);
    });
  }
}
