import type { Config } from '../config/options.js';
import { collectGarbage } from '../engine/collect.js';
import type { Executor } from '../engine/executor.js';
import { Sequence } from '../engine/sequence.js';
import { type RankRecord, type RankSummary, recordOf, summarise } from '../rank/explain.js';
import type { Ranking } from '../rank/model.js';
import { rowsKept, type ScoreOrder } from '../rank/order.js';
import { planRanking } from '../rank/plan.js';
import type { RankSettings } from '../rank/protocol.js';
import { orderByRanges } from '../rank/ranges.js';
import type { RankedColumn } from '../rank/rowtexts.js';
import { finishScores } from '../rank/scores.js';
import { wordsOf } from '../rank/words.js';
import { divideOrder } from '../split/divide.js';
import { groupBytes, groupRows, type RowGroups, rowGroupsOf } from './groups.js';
import { type ProgressMeter, shares } from './progress.js';
import { noPosition, type PackedPieces, piecesOf } from './scatter.js';
import type { ScratchFolder } from './scratch.js';
import type { DataSink } from './sink.js';
import type { CheckedRows, HeldRows, LaneTasks, PassPlan, Sentence, Settled } from './tasks.js';

/** From so many rows on what ordering them leaves behind is worth collecting. */
const manyRows = 2 ** 21;

/** A chunk whose kept rows wait to be ranked. */
export interface HeldChunk {
  id: number;
  lane: number;
  rows: number;
  held: HeldRows;
  /** The number of the split of each row; null without splits. */
  splits: Uint8Array | null;
}

/** What ranking decided. */
export interface RankedRows {
  summary: RankSummary;
  /** What `why` explains a score by; null when there was nothing to rank by. */
  record: RankRecord | null;
  /** `order[place]` is the row at that place of the output, counted over kept rows in source order; null = as they are. */
  order: Uint32Array | null;
  warnings: string[];
}

/** The rows of the output in their order, and what is said of it. */
interface Ordered extends Pick<RankedRows, 'order' | 'summary' | 'record'> {
  /** How many there are. */
  rows: number;
  /** How many there are of each split; one number without splits. */
  counts: readonly number[];
  /** A copy of the scores at these places. */
  scoresAt(from: number, to: number): Float64Array;
}

/** A row group that a lane makes. */
interface Begun {
  g: number;
  scores: Float64Array;
  made: Promise<CheckedRows>;
}

/** Ranks the rows that dedupe kept: all are counted first, then scored, ordered and written. */
export class RankedRun {
  private readonly executor: Executor<LaneTasks>;
  private readonly scratch: ScratchFolder;
  private readonly settings: RankSettings;
  private readonly columns: RankedColumn[];
  private readonly config: Config['rank'];
  /** How many splits there are; null for none. */
  private readonly splits: number | null;
  private readonly chunks: HeldChunk[] = [];
  /** Kept rows of chunks that were not taken yet. */
  private readonly due: Map<number, number> = new Map();
  private readonly meter: ProgressMeter;
  /** Bytes of rows that may be kept in memory; those that don't fit are spilled. */
  private room: number;
  private readonly isTight: () => boolean;
  private bytes = 0;
  private scoredRows = 0;

  constructor(
    executor: Executor<LaneTasks>,
    scratch: ScratchFolder,
    { settings, named }: NonNullable<PassPlan['rank']>,
    config: Config['rank'],
    splits: number | null,
    memoryBytes: number,
    meter: ProgressMeter,
    isTight: () => boolean,
  ) {
    this.isTight = isTight;
    this.meter = meter;
    this.executor = executor;
    this.scratch = scratch;
    this.settings = settings;
    this.columns = named;
    this.config = config;
    this.splits = splits;
    this.room = memoryBytes;
  }

  /** Says where a lane is to keep a chunk's rows. */
  place(chunk: number, rows: number, bytes: number): Sentence['action'] {
    if (rows === 0) return { do: 'drop' };
    this.due.set(chunk, rows);
    this.bytes += bytes;
    this.room -= bytes;
    return { do: 'hold', chunk, inMemory: this.room >= 0 && !this.isTight(), spillTo: this.scratch.file() };
  }

  take(id: number, { held, splits }: Pick<Settled, 'held' | 'splits'>, lane: number): void {
    const rows = held === null ? 0 : 'memory' in held ? held.memory.rows : held.file.rows;
    const due = this.due.get(id) ?? 0;
    this.due.delete(id);
    if (rows !== due) throw new Error(`chunk ${id}: its lane holds ${rows} rows of the ${due} that are kept`);
    if (held === null) return;
    this.chunks.push({ id, lane, rows, held, splits });
  }

  /** The chunks that have kept rows, in source order. */
  get heldChunks(): readonly HeldChunk[] {
    return this.chunks;
  }

  /** Scores and orders all rows, and hands the row groups to the sink. */
  async finish(sink: DataSink): Promise<RankedRows> {
    const ranking = await this.rank();
    const whole = ranking === null ? this.unordered() : this.order(ranking, await this.score());
    const ordered = this.splits === null ? whole : this.divide(whole, this.splits);
    if (ordered.rows > manyRows) collectGarbage();
    await this.write(ordered, sink);
    const { order, summary, record } = ordered;
    return { summary, record, order, warnings: this.warnings(ranking) };
  }

  /** Puts all rows in order; what that takes besides its result is garbage when it returns. */
  private order(ranking: Ranking, perChunk: Float64Array[]): Ordered {
    const { scores: all, largest } = finishScores(ranking, perChunk.splice(0));
    const record = recordOf(ranking, this.settings, largest, this.columns);
    const byScore = orderByRanges(all);
    const order = this.orderRows(byScore.rows);
    const scores = this.scoresInOrder(order, byScore, all);
    const scoresAt = (from: number, to: number): Float64Array => scores.slice(from, to);
    return {
      order,
      rows: scores.length,
      counts: [scores.length],
      scoresAt,
      summary: summarise(ranking, byScore.scores),
      record,
    };
  }

  /** Without anything to rank by every score is 1, and rows stay as they are: neither takes memory. */
  private unordered(): Ordered {
    const all = this.chunks.reduce((n, c) => n + c.rows, 0);
    const rows = rowsKept(this.config.top, all);
    const order = rows === all ? null : Uint32Array.from({ length: rows }, (_, row) => row);
    const scoresAt = (from: number, to: number): Float64Array => new Float64Array(to - from).fill(1);
    return {
      order,
      rows,
      counts: [rows],
      scoresAt,
      summary: summarise(null, scoresAt(0, Math.min(1, all))),
      record: null,
    };
  }

  /** The rows of one split after those of another, each in the order that it had. */
  private divide(ordered: Ordered, splits: number): Ordered {
    const all = new Uint8Array(this.chunks.reduce((n, c) => n + c.rows, 0));
    let first = 0;
    for (const chunk of this.chunks) {
      all.set(chunk.splits!, first);
      first += chunk.rows;
    }
    const { places, order, counts } = divideOrder(ordered.order, ordered.rows, all, splits);
    const scores = ordered.scoresAt(0, ordered.rows);
    const scoresAt = (from: number, to: number): Float64Array => {
      const some = new Float64Array(to - from);
      for (let i = 0; i < some.length; i++) some[i] = scores[places[from + i]!]!;
      return some;
    };
    return { ...ordered, order, counts, scoresAt };
  }

  private async rank(): Promise<Ranking | null> {
    const { executor } = this;
    const ask = <K extends 'rankAsk' | 'rankModel'>(task: K, payload: LaneTasks[K]['payload']) =>
      Promise.all(Array.from({ length: executor.lanes }, (_, lane) => executor.run(lane, task, payload)));
    const targets = this.config.targets === null ? [] : wordsOf(this.config.targets, this.settings.language);
    const plan = planRanking(this.settings, targets, executor.lanes);
    let step = plan.next();
    while (!step.done) step = plan.next(await ask('rankAsk', step.value));
    const ranking = step.value;
    if (ranking !== null) await ask('rankModel', ranking.model);
    return ranking;
  }

  private score(): Promise<Float64Array[]> {
    return Promise.all(
      this.chunks.map(({ id, lane }) => this.executor.run(lane, 'rankScore', id).then((scores) => this.scored(scores))),
    );
  }

  private scored(scores: Float64Array): Float64Array {
    this.scoredRows += scores.length;
    const all = this.chunks.reduce((n, c) => n + c.rows, 0);
    this.meter.later('rank', this.scoredRows, shares.read, shares.scored, this.scoredRows / all);
    return scores;
  }

  private orderRows(byScore: Uint32Array): Uint32Array | null {
    const { keepOrder, top } = this.config;
    const kept = rowsKept(top, byScore.length);
    if (kept === byScore.length) return keepOrder ? null : byScore;
    // A view would hold on to the rows that are left out.
    const order = byScore.slice(0, kept);
    return keepOrder ? order.sort() : order;
  }

  private scoresInOrder(order: Uint32Array | null, byScore: ScoreOrder, all: Float64Array): Float64Array {
    if (order === null) return all;
    if (this.config.keepOrder) {
      const scores = new Float64Array(order.length);
      for (let place = 0; place < order.length; place++) scores[place] = all[order[place]!]!;
      return scores;
    }
    return order.length === all.length ? byScore.scores : byScore.scores.slice(0, order.length);
  }

  private warnings(ranking: Ranking | null): string[] {
    if (ranking !== null) return ranking.warnings;
    if (this.settings.method === 'none') return [];
    if (this.columns.length === 0) return ['there is no text column to rank by: every score is 1'];
    return ['no term is left to rank by: every score is 1, and rows keep their order'];
  }

  private async write(ordered: Ordered, sink: DataSink): Promise<void> {
    const { executor, chunks } = this;
    const total = chunks.reduce((n, c) => n + c.rows, 0);
    const bytesPerRow = Math.max(1, this.bytes / Math.max(1, total));
    const most = Math.min(groupRows, Math.max(1, Math.floor(groupBytes / bytesPerRow)));
    const plan = rowGroupsOf(ordered.counts, most);
    const { groups } = plan;
    const make = await this.groupMaker(ordered.order, plan);
    const turns = new Sequence();
    let next = 0;
    const begin = (lane: number): Begun | null => {
      const g = next++;
      const group = groups[g];
      if (group === undefined) return null;
      const scores = ordered.scoresAt(group.from, group.to);
      const made = make(g, lane, scores);
      // Whoever waits for it may have failed by then.
      made.catch(() => undefined);
      return { g, scores, made };
    };
    const work = async (lane: number): Promise<void> => {
      let begun = begin(lane);
      while (begun !== null) {
        const { g, made } = begun;
        const encoded = await made;
        // The lane goes on while its row group is written.
        begun = begin(lane);
        await turns.turn(g);
        sink.append(encoded, lane, groups[g]!.split);
        turns.leave(g);
        this.meter.later('write', groups[g]!.to, shares.scored, 1, (g + 1) / groups.length);
      }
    };
    await Promise.all(Array.from({ length: executor.lanes }, (_, lane) => work(lane)));
  }

  /** How a row group comes about: gathered from memory, or, if anything was spilled, merged from scattered pieces. */
  private async groupMaker(
    order: Uint32Array | null,
    plan: RowGroups,
  ): Promise<(group: number, lane: number, scores: Float64Array) => Promise<CheckedRows>> {
    const { executor, chunks } = this;
    const starts = chunkStarts(chunks);
    if (chunks.every(({ held }) => 'memory' in held)) {
      const blocks = chunks.flatMap(({ held }) => ('memory' in held ? [held.memory] : []));
      const all = Array.from({ length: executor.lanes }, (_, lane) => executor.run(lane, 'adopt', blocks));
      await Promise.all(all);
      return (g, lane, scores) => {
        const { from, to } = plan.groups[g]!;
        return executor.run(lane, 'gather', { rows: rowsAt(order, from, to), firstPosition: from, scores });
      };
    }
    const packed = await this.scatter(order, starts, plan);
    return (g, lane, scores) => {
      const { from, to } = plan.groups[g]!;
      const rows = rowsAt(order, from, to);
      const firstScattered = g * plan.size;
      return executor.run(lane, 'merge', {
        pieces: piecesOf(packed, g),
        rows,
        firstPosition: from,
        firstScattered,
        scores,
      });
    };
  }

  /** Splits every chunk by row groups. What that takes is garbage when it returns. */
  private async scatter(order: Uint32Array | null, starts: Uint32Array, plan: RowGroups): Promise<PackedPieces[]> {
    const { executor, chunks } = this;
    const { size: groupRows } = plan;
    const all = order === null ? null : positionsOf(order, starts.at(-1)!, plan);
    const packed = new Array<PackedPieces>(chunks.length);
    const work = async (lane: number): Promise<void> => {
      for (const [c, { held, lane: its, rows }] of chunks.entries()) {
        if (its !== lane) continue;
        const first = starts[c]!;
        const positions = all?.slice(first, first + rows) ?? rowsAt(null, first, first + rows);
        packed[c] = await executor.run(lane, 'scatter', { held, positions, groupRows, path: this.scratch.file() });
      }
    };
    await Promise.all(Array.from({ length: executor.lanes }, (_, lane) => work(lane)));
    return packed;
  }
}

/** Where each chunk's rows begin among all rows, and the number of rows at the end. */
function chunkStarts(chunks: readonly HeldChunk[]): Uint32Array {
  const starts = new Uint32Array(chunks.length + 1);
  chunks.forEach(({ rows }, c) => {
    starts[c + 1] = starts[c]! + rows;
  });
  return starts;
}

function rowsAt(order: Uint32Array | null, from: number, to: number): Uint32Array {
  return order?.slice(from, to) ?? numbersFrom(from, to);
}

function numbersFrom(from: number, to: number): Uint32Array {
  const numbers = new Uint32Array(to - from);
  for (let i = 0; i < numbers.length; i++) numbers[i] = from + i;
  return numbers;
}

/** The place of each row in the output, as if each row group had `size` rows. */
function positionsOf(order: Uint32Array, rows: number, { groups, size }: RowGroups): Uint32Array {
  const positions = new Uint32Array(rows).fill(noPosition);
  groups.forEach(({ from, to }, g) => {
    for (let place = from; place < to; place++) positions[order[place]!] = g * size + place - from;
  });
  return positions;
}
