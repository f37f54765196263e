import type { RankMethod } from '../config/options.js';
import { type Ranking, runsOf } from './model.js';
import type { RankSettings } from './protocol.js';
import type { RankedColumn } from './rowtexts.js';
import { showTerm } from './terms.js';
import { wordsOf } from './words.js';

/** What the manifest says of a ranking. */
export interface RankSummary {
  /** Terms that rows are scored by. */
  vocabulary: number;
  /** The 20 terms of the largest count times idf. */
  heaviest: { term: string; count: number; rows: number; idf: number }[];
  /** Quartiles as numpy's default, linear between neighbours. */
  scores: { min: number; q1: number; median: number; q3: number; max: number } | null;
}

/** `scores` are in the order of `orderOf`. */
export function summarise(ranking: Ranking | null, scores: Float64Array): RankSummary {
  const heaviest = [...(ranking?.vocabulary ?? [])]
    .sort((a, b) => b.count * b.idf - a.count * a.idf || (a.key < b.key ? -1 : 1))
    .slice(0, 20)
    .map(({ term, count, rows, idf }) => ({ term, count, rows, idf }));
  const last = scores.length - 1;
  const quantile = (q: number): number => {
    const at = q * last;
    const below = scores[last - Math.floor(at)]!;
    const above = scores[last - Math.ceil(at)]!;
    return below + (above - below) * (at - Math.floor(at));
  };
  return {
    vocabulary: ranking?.vocabulary.length ?? 0,
    heaviest,
    scores:
      last < 0
        ? null
        : { min: quantile(0), q1: quantile(0.25), median: quantile(0.5), q3: quantile(0.75), max: quantile(1) },
  };
}

/** What `datagpu why` needs to show how a row's score came about. Plain JSON. */
export interface RankRecord {
  /** Ranked by, in order. */
  columns: RankedColumn[];
  method: RankMethod;
  language: string | null;
  ngrams: [number, number];
  /** What scores were divided by; 1 for cosines. */
  largest: number;
  meanTokens: number;
  terms: [term: string, idf: number][];
}

/** `largest` is the largest score before the division. */
export function recordOf(
  ranking: Ranking,
  settings: RankSettings,
  largest: number,
  columns: RankedColumn[],
): RankRecord {
  return {
    columns,
    method: settings.method,
    language: settings.language,
    ngrams: settings.ngrams,
    largest: ranking.relative && largest > 0 ? largest : 1,
    meanTokens: ranking.model.meanTokens,
    terms: ranking.vocabulary.map(({ term, idf }) => [term, idf]),
  };
}

/** A term's part in a row's score. */
export interface RowTerm {
  term: string;
  /** Occurrences in the row. */
  count: number;
  idf: number;
  /** What it adds to the score. */
  part: number;
}

/** The score of a row (its ranked texts in column order) and the terms that made it, the largest part first. */
export function explainRow(
  record: RankRecord,
  texts: readonly string[],
  targets: readonly string[],
): { score: number; target: number | null; terms: RowTerm[] } {
  const ngrams: [number, number] = record.method === 'bm25' ? [1, 1] : record.ngrams;
  const idf = new Map(record.terms);
  const [words, ...wanted] = wordsOf([texts.join(' '), ...targets], record.language).map((w) => w.map(showTerm));
  const counted = (list: readonly string[]): [string, number, number][] =>
    [...runsOf(list, ngrams)].filter(([term]) => idf.has(term)).map(([term, n]) => [term, n, idf.get(term)!]);
  const row = counted(words!);
  const partsFor = (factors: ReadonlyMap<string, number> | null): RowTerm[] => {
    if (record.method === 'bm25') {
      const saturation = 1.2 * (1 - 0.75 + (0.75 * words!.length) / record.meanTokens);
      return row.map(([term, count, i]) => {
        const part = ((factors?.get(term) ?? 0) * i * count) / (count + saturation) / record.largest;
        return { term, count, idf: i, part };
      });
    }
    const norm = Math.sqrt(row.reduce((sum, [, n, i]) => sum + (n * i) ** 2, 0));
    return row.map(([term, count, i]) => {
      const factor = factors === null ? 1 : (factors.get(term) ?? 0);
      return { term, count, idf: i, part: (count * i * factor) / norm / record.largest };
    });
  };
  const factorsOf = (target: readonly string[]): Map<string, number> => {
    const terms = counted(target);
    if (record.method === 'bm25') return new Map(terms.map(([term, n]) => [term, n]));
    const norm = Math.sqrt(terms.reduce((sum, [, n, i]) => sum + (n * i) ** 2, 0));
    return new Map(terms.map(([term, n, i]) => [term, (n * i) / norm]));
  };
  const tries = wanted.length === 0 ? [partsFor(null)] : wanted.map((target) => partsFor(factorsOf(target)));
  const sums = tries.map((parts) =>
    Math.min(
      1,
      parts.reduce((sum, t) => sum + t.part, 0),
    ),
  );
  const best = sums.reduce((top, sum, t) => (sum > sums[top]! ? t : top), 0);
  const terms = tries[best]!.filter((t) => t.part > 0).sort((a, b) => b.part - a.part || (a.term < b.term ? -1 : 1));
  return { score: sums[best]!, target: wanted.length === 0 ? null : best, terms };
}
