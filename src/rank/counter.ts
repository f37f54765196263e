import type { Column } from '../engine/block.js';
import { createRankKernel, type RankKernel } from '../kernels/rank.js';
import { withinMemory } from './addressable.js';
import { loadLanguage } from './language.js';
import type { RankModel, RankReply, RankRequest, RankSettings, Terms } from './protocol.js';
import { englishStopWords } from './stopwords.js';
import { Streams } from './streams.js';
import { TermTable } from './terms.js';
import { textsOf } from './texts.js';
import { Tokeniser } from './tokeniser.js';

/** Pairs up to this many are counted in a dense table of 12 bytes each. */
const densePairs = 2 ** 21;
const firstPairs = 65536;
const gap = 0xfffffffe;
/** BM25's parameters, as Lucene sets them. */
const k1 = 1.2;
const b = 0.75;

/** Where the runs of a pass were counted: a dense table of `left` times `right` pairs at `table`, or (null) the sparse one. */
type Dense = { table: number; left: number; right: number } | null;

/**
 * The worker's side of ranking: counts the chunks it is given, answers the coordinator's requests (RankPlan), and scores
 * those chunks. Chunks stay with the worker that counted them.
 */
export class RankCounter {
  private readonly kernel: RankKernel;
  private table: TermTable;
  private readonly streams: Streams;
  private rows = 0;
  private tokens = 0;
  /** Occurrences of a term that were forgotten, at most. */
  private lost = 0;
  private dense: Dense = null;
  /** The kernel's memory above this mark is a pass's, and used again by the next. */
  private passMark = 0;
  private model: RankModel | null = null;

  /** `columnsOf` gives the columns of a chunk again, for chunks whose token ids are not kept. */
  constructor(
    private readonly settings: RankSettings,
    columnsOf: (chunk: number) => { columns: readonly Column[]; rows: number },
  ) {
    const stem = settings.language === null ? undefined : loadLanguage(settings.language);
    this.kernel = createRankKernel(stem);
    this.table = this.newTable();
    const tokeniser = new Tokeniser(this.kernel, this.table);
    this.streams = new Streams(this.kernel, tokeniser, settings.keepBytes, (chunk) => {
      const { columns, rows } = columnsOf(chunk);
      return textsOf(this.kernel, columns, rows);
    });
  }

  /** Counts rows of columns that `isRankable`, in order (read during the call only). */
  countChunk(id: number, columns: readonly Column[], rows: number): void {
    if (this.table.size > this.settings.maxTerms) this.forgetRare();
    withinMemory(() => this.streams.add(id, textsOf(this.kernel, columns, rows), rows));
    this.tokens = this.kernel.exports.tokenCount();
    this.rows += rows;
  }

  private newTable(room = 0): TermTable {
    const stemmed = this.settings.language !== null;
    return new TermTable(this.kernel, stemmed ? [] : englishStopWords, stemmed, room);
  }

  /** Replaces the table by one with these terms, and frees all other memory of the kernel. */
  private startAgain(terms: Terms, counts: Uint32Array, keepStreams: boolean): void {
    this.kernel.reset();
    this.table = this.newTable(this.settings.maxTerms);
    this.table.add(terms, counts);
    this.streams.forget(new Tokeniser(this.kernel, this.table), keepStreams);
  }

  /**
   * Forgets the terms seen least, down to half of the table's limit, and how often each was seen: a term's count may be
   * too small by `lost` from then on (Manku and Motwani, Approximate Frequency Counts over Data Streams, 2002). planRanking takes that
   * into account, and has those counted anew that matter.
   */
  private forgetRare(): void {
    const { table, settings } = this;
    let least = 1;
    let ids = table.above(least + 1, 1);
    while (ids.length > settings.maxTerms / 2) {
      least *= 2;
      ids = table.above(least + 1, 1);
    }
    this.lost += least;
    this.startAgain(table.pack(ids), table.counts(ids), false);
  }

  /** Counts these words alone, over all chunks. */
  private recount(terms: Terms): Uint32Array {
    this.startAgain(terms, new Uint32Array((terms.offsets.length - 1) * 2), true);
    this.table.close();
    this.streams.recount();
    return this.table.counts(this.table.find(terms, false));
  }

  answer(request: RankRequest): RankReply {
    const { rows, tokens, lost } = this;
    return { rows, tokens, lost, ...withinMemory(() => this.found(request)) };
  }

  private found(request: RankRequest): Omit<RankReply, 'rows' | 'tokens' | 'lost'> {
    const { table, settings } = this;
    switch (request.ask) {
      case 'reached':
        return { reached: table.reached(request.limit, settings.minDf) };
      case 'above': {
        const ids = table.above(request.count - this.lost, 1);
        return { terms: table.pack(ids), counts: table.counts(ids) };
      }
      case 'counts':
        return { counts: table.counts(table.find(request.terms, false)) };
      case 'recount':
        return { counts: this.recount(request.terms) };
      case 'runs':
        this.countRuns(request);
        return { reached: this.runsReached(request.limit) };
      case 'runsAbove':
        return this.runsAbove(request.count);
      case 'runCounts':
        return { counts: this.runCounts(request.runs) };
    }
  }

  /** Makes the words the candidates of all streams. */
  private setWords(words: Terms): void {
    const ids = this.table.find(words, false);
    const numbers = this.kernel.alloc((this.table.size + 1) * 4);
    const view = this.kernel.u32(numbers, this.table.size + 1).fill(gap);
    for (let number = 0; number < ids.length; number++) if (ids[number] !== 0) view[ids[number]!] = number;
    this.streams.setNumbers(numbers);
    this.passMark = this.kernel.mark();
  }

  private countRuns(request: RankRequest & { ask: 'runs' }): void {
    const { kernel, streams } = this;
    const { exports } = kernel;
    const { length, left, right } = request;
    if (request.words !== null) this.setWords(request.words);
    kernel.reset(this.passMark);
    exports.openPass();
    if (length === 2 && left * right <= densePairs) {
      const table = this.kernel.alloc(left * right * 12);
      kernel.u8(table, left * right * 12).fill(0);
      this.dense = { table, left, right };
      for (const id of streams.ids()) streams.each(id, (at, end) => exports.countDense(at, end, left, right, table));
      return;
    }
    this.dense = null;
    this.openEdges(request.edges);
    let slots = firstPairs;
    exports.openPairs(kernel.alloc(slots * 24), slots);
    for (const id of streams.ids()) {
      streams.each(id, (at, end) => {
        for (let from = at; ; ) {
          from = exports.countSparse(from, end, length, left, right) >>> 0;
          if (from >= end) break;
          slots *= 2;
          exports.growPairs(kernel.alloc(slots * 24), slots);
        }
      });
    }
  }

  private runsReached(limit: number): number {
    const { kernel, dense, settings } = this;
    const { exports } = kernel;
    const mark = kernel.mark();
    const histogram = kernel.alloc(8192 * 4);
    const reached =
      dense === null
        ? exports.pairsReached(limit, settings.minDf, histogram)
        : exports.denseReached(dense.table, dense.left * dense.right, limit, settings.minDf, histogram);
    kernel.reset(mark);
    return reached >>> 0;
  }

  private runsAbove(atLeast: number): { runs: Uint32Array; counts: Uint32Array } {
    const { kernel, dense } = this;
    const { exports } = kernel;
    const list = (target: number): number =>
      dense === null
        ? exports.pairsAbove(atLeast, target)
        : exports.denseAbove(dense.table, dense.left, dense.right, atLeast, target);
    const found = list(0);
    const mark = kernel.mark();
    const target = kernel.alloc(found * 16);
    list(target);
    const quads = kernel.u32(target, found * 4);
    const runs = new Uint32Array(found * 2);
    const counts = new Uint32Array(found * 2);
    for (let i = 0; i < found; i++) {
      runs[2 * i] = quads[4 * i]!;
      runs[2 * i + 1] = quads[4 * i + 1]!;
      counts[2 * i] = quads[4 * i + 2]!;
      counts[2 * i + 1] = quads[4 * i + 3]!;
    }
    kernel.reset(mark);
    return { runs, counts };
  }

  private runCounts(runs: Uint32Array): Uint32Array {
    const { kernel, dense } = this;
    const count = runs.length / 2;
    const counts = new Uint32Array(runs.length);
    if (dense !== null) {
      for (let i = 0; i < count; i++) {
        const at = dense.table + (runs[2 * i]! * dense.right + runs[2 * i + 1]!) * 12;
        counts.set(kernel.u32(at, 2), 2 * i);
      }
      return counts;
    }
    const mark = kernel.mark();
    const target = kernel.alloc(count * 8);
    kernel.exports.pairCounts(kernel.put(runs), count, target);
    counts.set(kernel.u32(target, count * 2));
    kernel.reset(mark);
    return counts;
  }

  private openEdges(edges: Uint32Array): void {
    const count = edges.length / 3;
    let slots = 16;
    while (slots < count * 2) slots *= 2;
    this.kernel.exports.openEdges(this.kernel.alloc(slots * 16), slots, this.kernel.put(edges), count);
  }

  /** Lays out a model; the words must be those that runs were counted with, if any were. */
  setModel(model: RankModel): void {
    const { kernel, streams } = this;
    if (!streams.hasNumbers) this.setWords(model.words);
    kernel.reset(this.passMark);
    this.openEdges(model.edges);
    const { weights, targets, postings } = model;
    const count = weights.length;
    const nodes = kernel.alloc(count * 32);
    const sums = kernel.alloc(targets * 8);
    const seen = kernel.alloc(count * 4);
    const lists = kernel.alloc((postings.nodes.length * 2 + 1) * 16);
    const values = kernel.f64(nodes, count * 4).fill(0);
    const words = kernel.u32(nodes, count * 8);
    for (let n = 0; n < count; n++) {
      values[n * 4] = weights[n]!;
      values[n * 4 + 1] = weights[n]! * weights[n]!;
    }
    for (let e = 0; e < model.edges.length; e += 3) words[model.edges[e]! * 8 + 6] = 1;
    let at = lists;
    for (let from = 0; from < postings.nodes.length; ) {
      const node = postings.nodes[from]!;
      let to = from;
      while (to < postings.nodes.length && postings.nodes[to] === node) to++;
      words[node * 8 + 7] = at;
      kernel.u32(at, 1)[0] = to - from;
      for (let i = from; i < to; i++) {
        kernel.u32(at + 8 + (i - from) * 16, 1)[0] = postings.targets[i]!;
        kernel.f64(at + 16 + (i - from) * 16, 1)[0] = postings.factors[i]!;
      }
      at += 8 + (to - from) * 16;
      from = to;
    }
    kernel.exports.openModel(nodes, targets, sums, seen);
    this.model = model;
  }

  /** Scores of a chunk's rows before they are divided by the largest, in an array of their own. */
  score(id: number): Float64Array {
    const { kernel, streams, model } = this;
    if (model === null) throw new Error('scores were asked for before a model was set');
    const { exports } = kernel;
    const rows = streams.rowsOf(id);
    const mark = kernel.mark();
    const scores = kernel.alloc(rows * 8);
    exports.openScores(model.weights.length);
    let top = scores;
    streams.each(id, (at, end) => {
      top =
        model.method === 'bm25'
          ? exports.scoreBm25(at, end, top, k1, b, model.meanTokens) >>> 0
          : exports.scoreTfidf(at, end, top) >>> 0;
    });
    if (top !== scores + rows * 8) throw new Error(`chunk ${id}: ${(top - scores) / 8} scores for ${rows} rows`);
    const copy = kernel.f64(scores, rows).slice();
    kernel.reset(mark);
    streams.drop(id);
    return copy;
  }
}
