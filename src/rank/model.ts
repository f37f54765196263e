import type { CountedTerm, Node } from './plan.js';
import type { RankModel, RankSettings } from './protocol.js';
import { packTerms, showTerm } from './terms.js';

/** A term of the vocabulary. */
export interface VocabularyTerm extends CountedTerm {
  /** As people read it. */
  term: string;
  idf: number;
}

/** What a data set is ranked by. Plain data. */
export interface Ranking {
  model: RankModel;
  /** In order of code points. */
  vocabulary: VocabularyTerm[];
  /** Scores are divided by the largest one; otherwise they are cosines. */
  relative: boolean;
  warnings: string[];
}

interface Posting {
  node: number;
  target: number;
  factor: number;
}

/**
 * TF-IDF with scikit-learn's smooth idf, ln((1 + n) / (1 + df)) + 1
 * (https://scikit-learn.org/stable/modules/feature_extraction.html#tfidf-term-weighting). `nodes` are the `words`
 * candidates and the runs that edges lead to, `chosen` those of the vocabulary. Null if there are none.
 */
export function tfidfRanking(
  settings: RankSettings,
  nodes: readonly Node[],
  words: number,
  chosen: readonly Node[],
  targets: readonly string[][],
  rows: number,
): Ranking | null {
  if (chosen.length === 0) return null;
  const idf = new Map(chosen.map((node) => [node, Math.log((1 + rows) / (1 + node.rows)) + 1]));
  const numbers = numberNodes(nodes, words, new Set(chosen));
  const weights = new Float64Array(numbers.reduce((n, number) => n + Number(number >= 0), 0));
  const edges: number[] = [];
  nodes.forEach((node, i) => {
    const number = numbers[i]!;
    if (number < 0) return;
    weights[number] = idf.get(node) ?? 0;
    if (i >= words) edges.push(numbers[node.prefix]!, node.word, number);
  });
  const byKey = new Map<string, number>();
  nodes.forEach((node, i) => {
    if (idf.has(node)) byKey.set(node.key, numbers[i]!);
  });
  const postings: Posting[] = [];
  const warnings: string[] = [];
  targets.forEach((target, t) => {
    const found = targetPostings(runsOf(target, settings.ngrams), t, byKey, weights);
    if (found.length === 0) warnings.push(noTerm(t, targets.length));
    for (const posting of found) postings.push(posting);
  });
  return {
    model: {
      method: 'tfidf',
      words: packTerms(nodes.slice(0, words).map((node) => node.key)),
      edges: Uint32Array.from(edges),
      weights,
      targets: targets.length,
      postings: packPostings(postings),
      meanTokens: 0,
    },
    vocabulary: describe(chosen, (node) => idf.get(node)!),
    relative: targets.length === 0,
    warnings,
  };
}

/** Numbers for all words and for the runs that are chosen or lead to a chosen one; -1 for the others. */
function numberNodes(nodes: readonly Node[], words: number, chosen: ReadonlySet<Node>): Int32Array {
  const needed = new Uint8Array(nodes.length).fill(1, 0, words);
  for (let i = nodes.length - 1; i >= words; i--) {
    if (chosen.has(nodes[i]!)) needed[i] = 1;
    if (needed[i] === 1) needed[nodes[i]!.prefix] = 1;
  }
  let next = 0;
  return Int32Array.from(needed, (n) => (n === 1 ? next++ : -1));
}

/** Every run of words in the range of lengths, with how often it occurs, in order of first sight. */
export function runsOf(words: readonly string[], [shortest, longest]: readonly [number, number]): Map<string, number> {
  const counts = new Map<string, number>();
  for (let length = shortest; length <= longest; length++) {
    for (let i = 0; i + length <= words.length; i++) {
      const key = words.slice(i, i + length).join(' ');
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return counts;
}

/** What each occurrence of a term adds to the product with a target's normalised vector. */
function targetPostings(
  runs: ReadonlyMap<string, number>,
  target: number,
  byKey: ReadonlyMap<string, number>,
  weights: Float64Array,
): Posting[] {
  const postings: Posting[] = [];
  let squares = 0;
  for (const [key, count] of runs) {
    const node = byKey.get(key);
    if (node === undefined) continue;
    const value = count * weights[node]!;
    squares += value * value;
    postings.push({ node, target, factor: weights[node]! * value });
  }
  const norm = Math.sqrt(squares);
  for (const posting of postings) posting.factor /= norm;
  return postings;
}

/**
 * BM25 with Lucene's idf, ln(1 + (n - df + 0.5) / (df + 0.5))
 * (https://lucene.apache.org/core/9_0_0/core/org/apache/lucene/search/similarities/BM25Similarity.html), a word of a
 * target as often as it occurs there. `words` are the targets' words that occur. Null if no row has a token.
 */
export function bm25Ranking(
  words: readonly CountedTerm[],
  targets: readonly string[][],
  rows: number,
  tokens: number,
): Ranking | null {
  if (tokens === 0) return null;
  const idf = words.map((word) => Math.log(1 + (rows - word.rows + 0.5) / (word.rows + 0.5)));
  const byKey = new Map(words.map((word, i) => [word.key, i]));
  const postings: Posting[] = [];
  const warnings: string[] = [];
  targets.forEach((target, t) => {
    const before = postings.length;
    for (const [key, count] of runsOf(target, [1, 1])) {
      const node = byKey.get(key);
      if (node !== undefined) postings.push({ node, target: t, factor: count * idf[node]! });
    }
    if (postings.length === before) warnings.push(noTerm(t, targets.length));
  });
  return {
    model: {
      method: 'bm25',
      words: packTerms(words.map((word) => word.key)),
      edges: new Uint32Array(0),
      weights: Float64Array.from(idf),
      targets: targets.length,
      postings: packPostings(postings),
      meanTokens: tokens / rows,
    },
    vocabulary: describe(words, (word) => idf[byKey.get(word.key)!]!),
    relative: true,
    warnings,
  };
}

function packPostings(postings: Posting[]): RankModel['postings'] {
  postings.sort((a, b) => a.node - b.node || a.target - b.target);
  return {
    nodes: Uint32Array.from(postings, (p) => p.node),
    targets: Uint32Array.from(postings, (p) => p.target),
    factors: Float64Array.from(postings, (p) => p.factor),
  };
}

function describe<T extends CountedTerm>(terms: readonly T[], idf: (term: T) => number): VocabularyTerm[] {
  return terms
    .map((t) => ({ key: t.key, term: showTerm(t.key), count: t.count, rows: t.rows, idf: idf(t) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}

function noTerm(target: number, targets: number): string {
  const which = targets === 1 ? 'the rank target' : `rank target ${target + 1}`;
  return `${which} has no term that the data is ranked by`;
}
