import { DatagpuError } from '../errors.js';
import { createRankKernel } from '../kernels/rank.js';
import { bm25Ranking, type Ranking, tfidfRanking } from './model.js';
import { countRuns, requireFew } from './planruns.js';
import type { RankReply, RankRequest, RankSettings } from './protocol.js';
import { type Asking, addCounts, sumOf } from './replies.js';
import { packTerms, TermTable, unpackTerms } from './terms.js';

/** A term with what was counted over all rows. */
export interface CountedTerm {
  /** Its words joined by a space, as a binary string (see terms.ts). */
  key: string;
  /** How often it occurs, and in how many rows. */
  count: number;
  rows: number;
}

/** A candidate: a word, or a run of words by the node of all but its last word. */
export interface Node extends CountedTerm {
  prefix: number;
  word: number;
}

/**
 * The coordinator's side of ranking, once all chunks are counted: yields what to ask of every worker (RankCounter) and is
 * given their replies; returns what to score by, or null if no term is left.
 *
 *     const plan = planRanking(settings, targets, workers);
 *     let step = plan.next();
 *     while (!step.done) step = plan.next(await askAll(step.value));
 *
 * Counts are sums over workers, so they do not depend on which worker has which chunk. To keep the exchange small, only
 * terms that can be in the vocabulary are asked for: what was seen c times in all was seen c / workers times by one of
 * them. `targets` are the words of each target (wordsOf).
 */
export function* planRanking(
  settings: RankSettings,
  targets: readonly string[][],
  workers: number,
): Generator<RankRequest, Ranking | null, RankReply[]> {
  if (settings.method === 'bm25') return yield* planBm25(targets);
  const [shortest, longest] = settings.ngrams;
  const limit = settings.maxFeatures;
  const first = yield { ask: 'reached', limit };
  const rows = sumOf(first.map((r) => r.rows));
  const limited = shortest === 1;
  const floor = limited ? Math.max(...first.map((r) => r.reached!)) : 0;
  let words = yield* countWords(settings, first, floor);
  if (limited) words = withTies(words, limit);
  const nodes: Node[] = words.map((word, i) => ({ ...word, prefix: -1, word: i }));
  let vocabulary: Node[] = limited ? [...nodes] : [];
  const edges: number[] = [];
  for (let length = 2; length <= longest && nodes.length > 0; length++) {
    const known = nodes.length;
    const found = yield* countRuns(settings, workers, {
      words: length === 2 ? words : null,
      edges: Uint32Array.from(edges),
      length,
      // The first word of a pair comes before it at the cut, so it is among the first `limit` itself.
      left: length === 2 && limited ? Math.min(limit, words.length) : words.length,
      right: words.length,
      floor: vocabulary.length >= limit ? vocabulary[limit - 1]!.count : 0,
      inRange: length >= shortest,
    });
    for (const run of found) {
      edges.push(run.prefix, run.word, nodes.length);
      nodes.push({ ...run, key: `${nodes[run.prefix]!.key} ${words[run.word]!.key}` });
    }
    if (length >= shortest) vocabulary = withTies(inOrder([...vocabulary, ...nodes.slice(known)]), limit);
    if (nodes.length === known) break;
  }
  return tfidfRanking(settings, nodes, words.length, vocabulary.slice(0, limit), targets, rows);
}

/** By count, ties by code point: the order in which terms enter the vocabulary. */
function inOrder<T extends CountedTerm>(terms: T[]): T[] {
  return terms.sort((a, b) => b.count - a.count || (a.key < b.key ? -1 : 1));
}

/** The first `limit` terms and those that occur as often as the last of them. */
function withTies<T extends CountedTerm>(terms: T[], limit: number): T[] {
  if (terms.length <= limit) return terms;
  const cut = terms[limit - 1]!.count;
  let end = limit;
  while (end < terms.length && terms[end]!.count === cut) end++;
  return terms.slice(0, end);
}

/** Words in enough rows that occur at least `floor` times, and perhaps some that do not, in order. */
function* countWords(settings: RankSettings, first: readonly RankReply[], floor: number): Asking<CountedTerm[]> {
  const workers = first.length;
  const atLeast = Math.max(1, Math.ceil(floor / workers));
  const lost = sumOf(first.map((r) => r.lost));
  // What was seen so often by a worker must not be forgotten there.
  if (first.some((r) => r.lost >= atLeast)) throw tooManyWords(settings);
  const replies = yield { ask: 'above', count: atLeast };
  const table = new TermTable(createRankKernel(), [], false);
  for (const reply of replies) table.add(reply.terms!, reply.counts!);
  // What the workers may have left out of a sum.
  const missing = (workers - 1) * (atLeast - 1) + lost;
  const reached = Math.max(floor, missing === 0 ? 0 : table.reached(settings.maxFeatures, settings.minDf));
  const ids = table.above(Math.max(1, reached - missing), missing === 0 ? settings.minDf : 1);
  requireFew(ids.length, 1);
  const terms = table.pack(ids);
  const ask = lost === 0 ? 'counts' : 'recount';
  const counts = missing === 0 ? table.counts(ids) : addCounts(yield { ask, terms });
  const words = unpackTerms(terms).map((key, i) => ({ key, count: counts[2 * i]!, rows: counts[2 * i + 1]! }));
  return inOrder(words.filter((word) => word.rows >= settings.minDf));
}

function tooManyWords({ maxFeatures, ngrams }: RankSettings): DatagpuError {
  return new DatagpuError(
    'input',
    `the text has too many distinct words to find the ${maxFeatures} most frequent terms of ${ngrams.join(' to ')} words in this memory`,
    { hint: 'Give more with --memory, lower --max-features, or name fewer columns with --rank-on' },
  );
}

/** BM25 needs nothing but the rows of the targets' words and the mean length of a row. */
function* planBm25(targets: readonly string[][]): Asking<Ranking | null> {
  const keys = [...new Set(targets.flat())].sort((a, b) => (a < b ? -1 : 1));
  const terms = packTerms(keys);
  let replies = yield { ask: 'counts', terms };
  if (replies.some((r) => r.lost > 0)) replies = yield { ask: 'recount', terms };
  const counts = addCounts(replies);
  const words = keys.map((key, i) => ({ key, count: counts[2 * i]!, rows: counts[2 * i + 1]! }));
  const rows = sumOf(replies.map((r) => r.rows));
  const tokens = sumOf(replies.map((r) => r.tokens));
  return bm25Ranking(
    words.filter((word) => word.rows > 0),
    targets,
    rows,
    tokens,
  );
}
