import type { ReadColumn } from '../engine/block.js';
import { createRankKernel, type RankKernel } from '../kernels/rank.js';
import { withinMemory } from './addressable.js';
import { loadLanguage } from './language.js';
import { layOutModel } from './layout.js';
import type { RankModel, RankReply, RankRequest, RankSettings, Terms } from './protocol.js';
import { RunTable } from './runs.js';
import { englishStopWords } from './stopwords.js';
import { Streams } from './streams.js';
import { TermTable } from './terms.js';
import { textsOf } from './texts.js';
import { Tokeniser } from './tokeniser.js';

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
  private readonly runs: RunTable;
  /** The kernel's memory above this mark is a pass's, and used again by the next. */
  private passMark = 0;
  private model: ReturnType<typeof layOutModel> | null = null;

  /** `columnsOf` gives the columns of a chunk again, for chunks whose token ids are neither kept nor spilled. */
  constructor(
    private readonly settings: RankSettings,
    columnsOf: (chunk: number) => { columns: readonly ReadColumn[]; rows: number },
  ) {
    const stem = settings.language === null ? undefined : loadLanguage(settings.language);
    this.kernel = createRankKernel(stem);
    this.runs = new RunTable(this.kernel, settings);
    this.table = this.newTable();
    const tokeniser = new Tokeniser(this.kernel, this.table);
    this.streams = new Streams(this.kernel, tokeniser, settings.keepBytes, (chunk) => {
      const { columns, rows } = columnsOf(chunk);
      return textsOf(this.kernel, columns, rows);
    });
  }

  /**
   * Counts rows of columns that `isRankable`, in order (read during the call only). Token ids that don't fit memory are
   * spilled to a new file at `spillTo`, if there is one.
   */
  countChunk(id: number, columns: readonly ReadColumn[], rows: number, spillTo: string | null): void {
    if (this.table.size > this.settings.maxTerms) this.forgetRare();
    withinMemory(() => this.streams.add(id, textsOf(this.kernel, columns, rows), rows, spillTo));
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
      case 'runs': {
        if (request.words !== null) this.setWords(request.words);
        this.kernel.reset(this.passMark);
        const full = !this.runs.count(request, this.streams);
        return full ? { full } : { reached: this.runs.reached(request.limit) };
      }
      case 'runsAbove':
        return { runs: this.runs.above(request.count) };
      case 'runCounts':
        return { counts: this.runs.counts(request.runs) };
    }
  }

  /** Makes the words the candidates of all streams. */
  private setWords(words: Terms): void {
    const ids = this.table.find(words, false);
    const numbers = this.kernel.alloc((this.table.size + 1) * 4);
    const gap = ids.length;
    const view = this.kernel.u32(numbers, this.table.size + 1).fill(gap);
    for (let number = 0; number < ids.length; number++) if (ids[number] !== 0) view[ids[number]!] = number;
    this.streams.setNumbers(numbers, gap);
    this.passMark = this.kernel.mark();
  }

  /** Lays out a model; the words must be those that runs were counted with, if any were. */
  setModel(model: RankModel): void {
    if (!this.streams.hasNumbers) this.setWords(model.words);
    this.kernel.reset(this.passMark);
    this.model = layOutModel(this.kernel, model);
  }

  /** Scores of a chunk's rows before they are divided by the largest, in an array of their own. */
  score(id: number): Float64Array {
    const { kernel, streams, model } = this;
    if (model === null) throw new Error('scores were asked for before a model was set');
    const rows = streams.rowsOf(id);
    const mark = kernel.mark();
    const scores = kernel.alloc(rows * 8);
    model.open();
    let top = scores;
    streams.each(id, (at, end) => {
      top = model.score(at, end, top);
    });
    if (top !== scores + rows * 8) throw new Error(`chunk ${id}: ${(top - scores) / 8} scores for ${rows} rows`);
    const copy = kernel.f64(scores, rows).slice();
    kernel.reset(mark);
    streams.drop(id);
    return copy;
  }
}
