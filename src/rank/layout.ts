import type { RankKernel } from '../kernels/rank.js';
import type { RankModel } from './protocol.js';

/** BM25's parameters, as Lucene sets them. */
const k1 = 1.2;
const b = 0.75;
/** Pairs that the table of pairs may have, at 2 bytes each. */
const mostPairs = 2 ** 20;

/** Scores the rows of a stream into memory at `scores` and returns the end of the scores. */
export type Scorer = (stream: number, end: number, scores: number) => number;

/** Lays out a model in kernel memory (see assembly/rank/score.ts). `open` begins a chunk. */
export function layOutModel(kernel: RankKernel, model: RankModel): { open: () => void; score: Scorer } {
  const { exports } = kernel;
  const { weights, targets } = model;
  const words = model.words.offsets.length - 1;
  // Behind the words comes the gap, behind the runs a node for no run.
  const numberOf = (node: number): number => (node < words ? node : node + 1);
  const nodeCount = weights.length + 2;
  const pairs = targets === 0 && model.method === 'tfidf' ? pairTable(model, words, numberOf) : null;
  const nodes = kernel.alloc(nodeCount * 32);
  const sums = kernel.alloc(targets * 8);
  const seen = kernel.alloc(nodeCount * 4);
  const lists = kernel.alloc((model.postings.nodes.length * 2 + 1) * 16);
  if (pairs === null)
    openEdges(
      kernel,
      model.edges.map((n, i) => (i % 3 === 1 ? n : numberOf(n))),
    );
  else exports.openPairTable(kernel.put(pairs.table), pairs.columns);
  const values = kernel.f64(nodes, nodeCount * 4).fill(0);
  const fields = kernel.u32(nodes, nodeCount * 8);
  for (let n = 0; n < weights.length; n++) {
    values[numberOf(n) * 4] = weights[n]!;
    values[numberOf(n) * 4 + 1] = weights[n]! * weights[n]!;
  }
  if (pairs === null) for (let e = 0; e < model.edges.length; e += 3) fields[numberOf(model.edges[e]!) * 8 + 6] = 1;
  else
    pairs.links.forEach((links, word) => {
      fields[word * 8 + 6] = links;
    });
  placePostings(kernel, model.postings, lists, (node, at) => {
    fields[numberOf(node) * 8 + 7] = at;
  });
  exports.openModel(nodes, words, targets, sums, seen);
  const open = (): void => exports.openScores(nodeCount);
  if (pairs !== null) return { open, score: (at, end, to) => exports.scorePairs(at, end, to) >>> 0 };
  if (model.method === 'tfidf') return { open, score: (at, end, to) => exports.scoreTfidf(at, end, to) >>> 0 };
  return { open, score: (at, end, to) => exports.scoreBm25(at, end, to, k1, b, model.meanTokens) >>> 0 };
}

/** Lays out edges given as node, word, node that they lead to. */
export function openEdges(kernel: RankKernel, edges: Uint32Array): void {
  const count = edges.length / 3;
  let slots = 16;
  while (slots < count * 2) slots *= 2;
  kernel.exports.openEdges(kernel.alloc(slots * 16), slots, kernel.put(edges), count);
}

/** The table of pairs for `scorePairs`, and each word's links; null if runs are longer or the table would be too large. */
function pairTable(
  { edges, weights }: RankModel,
  words: number,
  numberOf: (node: number) => number,
): { table: Uint16Array; columns: number; links: Uint32Array } | null {
  const noRun = weights.length + 1;
  const lines = new Map<number, number>();
  const columns = new Map<number, number>();
  for (let e = 0; e < edges.length; e += 3) {
    if (edges[e]! >= words) return null;
    if (!lines.has(edges[e]!)) lines.set(edges[e]!, lines.size + 1);
    if (!columns.has(edges[e + 1]!)) columns.set(edges[e + 1]!, columns.size + 1);
  }
  const width = columns.size + 1;
  if ((lines.size + 1) * width > mostPairs || noRun > 0xffff) return null;
  const table = new Uint16Array((lines.size + 1) * width).fill(noRun);
  for (let e = 0; e < edges.length; e += 3)
    table[lines.get(edges[e]!)! * width + columns.get(edges[e + 1]!)!] = numberOf(edges[e + 2]!);
  const links = new Uint32Array(words);
  for (const [word, line] of lines) links[word] = line * 65536;
  for (const [word, column] of columns) links[word]! += column;
  return { table, columns: width, links };
}

/** Writes the postings at `lists` and says where those of a node are. */
function placePostings(
  kernel: RankKernel,
  postings: RankModel['postings'],
  lists: number,
  placed: (node: number, at: number) => void,
): void {
  let at = lists;
  for (let from = 0; from < postings.nodes.length; ) {
    const node = postings.nodes[from]!;
    let to = from;
    while (to < postings.nodes.length && postings.nodes[to] === node) to++;
    placed(node, at);
    kernel.u32(at, 1)[0] = to - from;
    for (let i = from; i < to; i++) {
      kernel.u32(at + 8 + (i - from) * 16, 1)[0] = postings.targets[i]!;
      kernel.f64(at + 16 + (i - from) * 16, 1)[0] = postings.factors[i]!;
    }
    at += 8 + (to - from) * 16;
    from = to;
  }
}
