/**
 * Scores of rows over streams of candidates. A node of the vocabulary has 32 bytes: weight and its square (float64; 0 for
 * a node that is no term), row stamp << 32 | count in that row, its links, and the address of its postings or 0: a uint32
 * count, 4 bytes unused, and 16 bytes for each target that has the term (its number, 4 bytes unused, the factor as
 * float64). Links are 1 if edges leave the node, else 0; with a table of pairs (`openPairTable`) they are the word's line
 * there << 16 | its column. The gap of a stream is a node as well, with weight 0, and runs follow it.
 *
 * Sums run over a row's terms in the order of the text, so that a score depends on the row and the vocabulary only.
 */
import { edgeOf, noNode } from './grams';
import { endOfRow } from './tokenise';

const atSquare: usize = 8;
const atCount: usize = 16;
const atLinks: usize = 24;
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
/** Words that are candidates, which is also the number of the gap. */
let gap: u32 = 0;
let pairTable: usize = 0;
let pairLineBytes: usize = 0;

/**
 * Lays out the vocabulary of `words` candidates, the gap and their runs. `seenAt` has a uint32 for each node, `sumsAt` a
 * float64 for each of `count` targets.
 */
export function openModel(nodesAt: usize, words: u32, count: u32, sumsAt: usize, seenAt: usize): void {
  nodes = nodesAt;
  gap = words;
  targets = count;
  sums = sumsAt;
  seen = seenAt;
  stamp = 0;
}

/**
 * Gives `scorePairs` its table: for the line of a word and the column of the next, `columns` to a line, the node of the
 * run that they are, as uint16. Line and column 0 are of words in no run, and a node of weight 0 stands for no run.
 */
export function openPairTable(at: usize, columns: u32): void {
  pairTable = at;
  pairLineBytes = <usize>columns << 1;
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

/** Counts a node in the row of a stamp and returns what that adds to the sum of weights and to the sum of squares. */
// @ts-ignore: decorator
@inline
function visit(node: usize, row: u64): v128 {
  const held = load<u64>(node, atCount);
  const count = select<u64>(held & 0xffffffff, 0, held >> 32 == row >> 32);
  store<u64>(node, row | (count + 1), atCount);
  // (count + 1)² - count² more of the weight's square.
  return f64x2.mul(v128.load(node), f64x2.replace_lane(f64x2.splat(1), 1, <f64>(<u32>count * 2 + 1)));
}

/**
 * As `scoreTfidf` without targets, for terms of one and two words whose pairs fit a table: no branch depends on a word.
 */
export function scorePairs(stream: usize, end: usize, scores: usize): usize {
  const table = pairTable;
  const lineBytes = pairLineBytes;
  const nodes_ = nodes;
  let top = largest;
  let p = stream;
  while (p < end) {
    const row = <u64>++stamp << 32;
    let words = f64x2.splat(0);
    let runs = f64x2.splat(0);
    let line = table;
    for (let word = load<u32>(p); word != endOfRow; word = load<u32>(p)) {
      const node = nodes_ + (<usize>word << 5);
      const links = load<u32>(node, atLinks);
      const run = nodes_ + (<usize>load<u16>(line + (<usize>(links & 0xffff) << 1)) << 5);
      line = table + <usize>(links >> 16) * lineBytes;
      words = f64x2.add(words, visit(node, row));
      runs = f64x2.add(runs, visit(run, row));
      p += 4;
    }
    p += 8;
    const all = f64x2.add(words, runs);
    const squares = f64x2.extract_lane(all, 1);
    const score = squares > 0 ? f64x2.extract_lane(all, 0) / sqrt(squares) : 0;
    top = max<f64>(top, score);
    store<f64>(scores, score);
    scores += 8;
  }
  largest = top;
  return scores;
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
      if (word == endOfRow) break;
      if (word == gap) continue;
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
        if (load<u32>(node, atLinks) == 0) break;
        q += 4;
        const next = load<u32>(q);
        if (next >= gap) break;
        word = edgeOf(word, next);
        if (word == noNode) break;
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
      if (word == endOfRow) break;
      if (word == gap) continue;
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
