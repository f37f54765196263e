/** Ranking done the plain way, on strings, to compare with. The inputs must be old characters: Node brings its own Unicode. */
import { englishStopWords } from '../../dist/rank/stopwords.js';

const stopWords = new Set(englishStopWords);

export function naiveTokens(text: string): string[] {
  return (text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? []).filter((t) => [...t].length >= 2 && !stopWords.has(t));
}

function naiveTerms(text: string, [shortest, longest]: readonly [number, number]): Map<string, number> {
  const tokens = naiveTokens(text);
  const counts = new Map<string, number>();
  for (let n = shortest; n <= longest; n++) {
    for (let i = 0; i + n <= tokens.length; i++) {
      const term = tokens.slice(i, i + n).join(' ');
      counts.set(term, (counts.get(term) ?? 0) + 1);
    }
  }
  return counts;
}

export interface NaiveOptions {
  ngrams: [number, number];
  minDf: number;
  maxFeatures: number;
}

/** Raw scores (sum of the l2-normalised row) and the vocabulary in order of code points. */
export function naiveTfidf(
  texts: readonly string[],
  options: NaiveOptions,
): { vocabulary: string[]; scores: number[] } {
  const rows = texts.map((text) => naiveTerms(text, options.ngrams));
  const totals = new Map<string, [count: number, rows: number]>();
  for (const row of rows) {
    for (const [term, n] of row) {
      const total = totals.get(term) ?? [0, 0];
      totals.set(term, [total[0] + n, total[1] + 1]);
    }
  }
  const compare = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
  const vocabulary = [...totals]
    .filter(([, [, df]]) => df >= options.minDf)
    .sort(([a, [x]], [b, [y]]) => y - x || compare(a, b))
    .slice(0, options.maxFeatures)
    .map(([term]) => term)
    .sort(compare);
  const idf = new Map(vocabulary.map((t) => [t, Math.log((1 + rows.length) / (1 + totals.get(t)![1])) + 1]));
  const scores = rows.map((row) => {
    let sum = 0;
    let squares = 0;
    for (const [term, n] of row) {
      const value = n * (idf.get(term) ?? 0);
      sum += value;
      squares += value * value;
    }
    return squares === 0 ? 0 : sum / Math.sqrt(squares);
  });
  return { vocabulary, scores };
}

/** Raw BM25 (Lucene's idf, k1 1.2, b 0.75), the largest over the targets. */
export function naiveBm25(texts: readonly string[], targets: readonly string[]): number[] {
  const rows = texts.map(naiveTokens);
  const mean = rows.reduce((n, row) => n + row.length, 0) / rows.length;
  return rows.map((row) =>
    Math.max(
      ...targets.map((target) =>
        naiveTokens(target).reduce((sum, word) => {
          const df = rows.filter((r) => r.includes(word)).length;
          const tf = row.filter((w) => w === word).length;
          const idf = Math.log(1 + (rows.length - df + 0.5) / (df + 0.5));
          return tf === 0 ? sum : sum + (idf * tf) / (tf + 1.2 * (0.25 + (0.75 * row.length) / mean));
        }, 0),
      ),
    ),
  );
}
