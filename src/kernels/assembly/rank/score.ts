/**
 * Scores of rows over streams of candidates. A node of the vocabulary has 32 bytes: weight and its square (float64; 0 for
 * a node that is no term), row stamp << 32 | count in that row, bit 0 of a uint32 if edges leave it, and the address of
 * its postings or 0: a uint32 count, 4 bytes unused, and 16 bytes for each target that has the term (its number, 4 bytes
 * unused, the factor as float64).
 *
 * Sums run over a row's terms in the order of the text, so that a score depends on the row and the vocabulary only.
 */
import { edgeOf, gap } from './grams';
import { endOfRow } from './tokenise';

const atSquare: usize = 8;
const atCount: usize = 16;
const atEdges: usize = 24;
const atPostings: usize = 28;

let nodes: usize = 0;
let stamp: u32 = 0;
let targets: u32 = 0;
/** A float64 for each target. */
let sums: usize = 0;
/** Largest score so far. */
let largest: f64 = 0;
/** Nodes seen in a row, for BM25. */
let seen: usize = 0;

/** Lays out the vocabulary. `seenAt` has a uint32 for each node, `sumsAt` a float64 for each of `count` targets. */
export function openModel(nodesAt: usize, count: u32, sumsAt: usize, seenAt: usize): void {
  nodes = nodesAt;
  targets = count;
  sums = sumsAt;
  seen = seenAt;
  stamp = 0;
}

/** Begins a chunk: stamps and the largest score start again. `nodeCount` nodes lose their counts. */
export function openScores(nodeCount: u32): void {
  stamp = 0;
  largest = 0;
  for (let n: u32 = 0; n < nodeCount; n++) store<u64>(nodes + (<usize>n << 5), 0, atCount);
}

export function largestScore(): f64 {
  return largest;
}

/**
 * TF-IDF of the rows of a stream as float64 at `scores`: without targets the sum of the row's l2-normalised weights,
 * with them the largest cosine. A row without a term has 0. Returns the end of the scores.
 */
export function scoreTfidf(stream: usize, end: usize, scores: usize): usize {
  let p = stream;
  let top = largest;
  const aimed = targets != 0;
  while (p < end) {
    const row = <u64>++stamp << 32;
    let sum: f64 = 0;
    let squares: f64 = 0;
    if (aimed) memory.fill(sums, 0, <usize>targets << 3);
    for (; ; p += 4) {
      let word = load<u32>(p);
      if (word >= gap) {
        if (word == endOfRow) break;
        continue;
      }
      let node = nodes + (<usize>word << 5);
      let q = p;
      while (true) {
        const held = load<u64>(node, atCount);
        const count = held >> 32 == row >> 32 ? held & 0xffffffff : 0;
        store<u64>(node, row | (count + 1), atCount);
        sum += load<f64>(node);
        // (count + 1)² - count² more of the weight's square.
        squares += <f64>(count + count + 1) * load<f64>(node, atSquare);
        if (aimed) addPostings(<usize>load<u32>(node, atPostings));
        if (load<u32>(node, atEdges) == 0) break;
        q += 4;
        const next = load<u32>(q);
        if (next >= gap) break;
        word = edgeOf(word, next);
        if (word == gap) break;
        node = nodes + (<usize>word << 5);
      }
    }
    p += 8;
    let score: f64 = 0;
    if (squares > 0) score = aimed ? min<f64>(1, largestSum() / sqrt(squares)) : sum / sqrt(squares);
    top = max<f64>(top, score);
    store<f64>(scores, score);
    scores += 8;
  }
  largest = top;
  return scores;
}

// @ts-ignore: decorator
@inline
function addPostings(at: usize): void {
  if (at == 0) return;
  const end = at + 8 + (<usize>load<u32>(at) << 4);
  for (at += 8; at < end; at += 16) {
    const sum = sums + (<usize>load<u32>(at) << 3);
    store<f64>(sum, load<f64>(sum) + load<f64>(at, 8));
  }
}

function largestSum(): f64 {
  let most: f64 = 0;
  for (let t: u32 = 0; t < targets; t++) most = max<f64>(most, load<f64>(sums + (<usize>t << 3)));
  return most;
}

/**
 * BM25 with Lucene's idf (in the postings) and exact lengths: the largest over the targets of the sum over their words of
 * factor * count / (count + k1 * (1 - b + b * tokens / mean)).
 */
export function scoreBm25(stream: usize, end: usize, scores: usize, k1: f64, b: f64, mean: f64): usize {
  let p = stream;
  let top = largest;
  while (p < end) {
    const row = <u64>++stamp << 32;
    let found: usize = 0;
    memory.fill(sums, 0, <usize>targets << 3);
    for (; ; p += 4) {
      const word = load<u32>(p);
      if (word >= gap) {
        if (word == endOfRow) break;
        continue;
      }
      const node = nodes + (<usize>word << 5);
      const held = load<u64>(node, atCount);
      const count = held >> 32 == row >> 32 ? held & 0xffffffff : 0;
      store<u64>(node, row | (count + 1), atCount);
      if (count == 0) {
        store<u32>(seen + (found << 2), word);
        found++;
      }
    }
    const saturation = k1 * (1 - b + (b * <f64>load<u32>(p, 4)) / mean);
    p += 8;
    for (let i: usize = 0; i < found; i++) {
      const node = nodes + (<usize>load<u32>(seen + (i << 2)) << 5);
      const count = <f64>(load<u64>(node, atCount) & 0xffffffff);
      const part = count / (count + saturation);
      const at = <usize>load<u32>(node, atPostings);
      if (at == 0) continue;
      const postingsEnd = at + 8 + (<usize>load<u32>(at) << 4);
      for (let q = at + 8; q < postingsEnd; q += 16) {
        const sum = sums + (<usize>load<u32>(q) << 3);
        store<f64>(sum, load<f64>(sum) + load<f64>(q, 8) * part);
      }
    }
    const score = largestSum();
    top = max<f64>(top, score);
    store<f64>(scores, score);
    scores += 8;
  }
  largest = top;
  return scores;
}

/** Divides `rows` scores by `by`. */
export function divideScores(scores: usize, rows: u32, by: f64): void {
  const end = scores + (<usize>rows << 3);
  for (; scores < end; scores += 8) store<f64>(scores, load<f64>(scores) / by);
}
