import type { RankMethod } from '../config/options.js';

/**
 * What the coordinator (RankPlan) and the workers (RankCounter) say to each other. Everything is plain data that crosses
 * threads by structured clone; the buffers of a reply may be transferred.
 */

/** What a worker must know before it counts. */
export interface RankSettings {
  method: RankMethod;
  /** ISO 639-1 code of a stemmer and its stop words; null = scikit-learn's English stop words, no stemming. */
  language: string | null;
  /** Shortest and longest run of words that is a term; BM25 has single words only. */
  ngrams: [number, number];
  /** Rows a term must be in. */
  minDf: number;
  /** Terms in the vocabulary. */
  maxFeatures: number;
  /** Bytes of token ids that a worker keeps in memory between its passes; beyond, they are spilled, or made again. */
  keepBytes: number;
  /** Terms that a worker's table may have when a chunk begins; beyond, rare ones are forgotten (RankCounter). */
  maxTerms: number;
  /** Bytes that a worker's table of runs may take; what is more is counted in parts, a pass each. */
  runBytes: number;
}

/** Some of the runs: those whose hashes under the secret begin with `bits` bits that are `number`. */
export interface RunPart {
  /** Two random numbers, the same for all workers and all parts. */
  secret: readonly [bigint, bigint];
  bits: number;
  number: number;
}

/** Terms one after another in UTF-8, each from `offsets[i]` to `offsets[i + 1]`. */
export interface Terms {
  offsets: Uint32Array;
  bytes: Uint8Array;
}

export type RankRequest =
  /** A count that `limit` terms reach in this worker alone. */
  | { ask: 'reached'; limit: number }
  /** Terms that may occur `count` times in this worker: those of which it saw so many, less `lost`. */
  | { ask: 'above'; count: number }
  /** Counts of these terms. */
  | { ask: 'counts'; terms: Terms }
  /** Counts of these terms, made anew from the texts; they are the only words from now on. */
  | { ask: 'recount'; terms: Terms }
  /**
   * Counts runs of `length` words: a node below `left` and a word below `right`. `words` are the candidates in the order
   * of their numbers (with the first such request only), `edges` lead to the nodes of all but the last word.
   */
  | {
      ask: 'runs';
      words: Terms | null;
      edges: Uint32Array;
      length: number;
      left: number;
      right: number;
      limit: number;
      part: RunPart;
    }
  /** Runs, of the length counted last, that occur at least `count` times in this worker. */
  | { ask: 'runsAbove'; count: number }
  /** Counts of these runs (node, word), of the length counted last. */
  | { ask: 'runCounts'; runs: Uint32Array };

export interface RankReply {
  /** Rows and tokens counted by this worker so far. */
  rows: number;
  tokens: number;
  /** Occurrences of a term that this worker may have forgotten, at most. */
  lost: number;
  /** For `reached` and `runs`. */
  reached?: number;
  /** For `above`. */
  terms?: Terms;
  /** For `runs`: the part has more runs than there is room for, and was not counted to the end. */
  full?: boolean;
  /** For `runsAbove`: node, word, occurrences and rows of each. */
  runs?: Uint32Array;
  /** Occurrences and rows of each term or run asked for, in pairs. */
  counts?: Uint32Array;
}

/** What a worker needs to score rows. A node is a candidate word (by number) or a run of words that an edge leads to. */
export interface RankModel {
  method: 'tfidf' | 'bm25';
  /** The candidates in the order of their numbers. */
  words: Terms;
  /** Node, word, node that they lead to; three numbers an edge. */
  edges: Uint32Array;
  /** idf of each node, 0 for nodes that are not in the vocabulary. */
  weights: Float64Array;
  /** How many targets there are; 0 for none. */
  targets: number;
  /** For each posting the node, the target and the factor, sorted by node. */
  postings: { nodes: Uint32Array; targets: Uint32Array; factors: Float64Array };
  /** Mean of tokens over all rows, for BM25. */
  meanTokens: number;
}
