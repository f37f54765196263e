import { collectGarbage } from '../engine/collect.js';
import type { ExactIndex } from './bounded.js';
import { digestBytes } from './digest.js';
import type { JudgedRows, NearJudgement } from './judge.js';
import { NearIndex } from './near.js';
import type { NearRoom } from './setfile.js';
import type { ShingleSets } from './shingles.js';
import type { UnrelatedSample } from './unrelated.js';
import { VerdictLog } from './verdicts.js';
import { known, WaitingFile, type WaitingRows } from './waiting.js';

/** Rows compared between two looks at the clock. */
const rowsAtOnce = 16;
/** An index of fewer bytes is not worth the time that collecting garbage takes. */
const collectFrom = 2 ** 24;

/**
 * Judges rows when the index of all kept rows exceeds its room: part by part, each with an index of some kept rows. While
 * one is open rows are judged in source order, and the kept ones enter it. From the row on with which it is full the others
 * are only compared with it, and wait in a file, with the most similar row so far, for the next part, which begins with
 * the first of them. So each row is compared with every row kept before it, as one index would do it, and what is decided
 * is the same. Each pass over the file takes the time of comparing all rows in it.
 *
 * Its steps are generators, so that whoever runs them can see to other events: they pause after a few rows.
 */
export class Deferral {
  /** What was decided, in source order. */
  readonly log: VerdictLog;
  private readonly threshold: number;
  private readonly room: NearRoom;
  private readonly table: ExactIndex | null;
  private readonly sample: UnrelatedSample;
  private index: NearIndex | null;
  /** What the part that is open has yet to read, and what it leaves to the next one. */
  private before: WaitingFile | null = null;
  private waiting: WaitingFile;

  /** Begins with an index that is full. The table has the digests of its rows; null when exact dedupe is off. */
  constructor(threshold: number, room: NearRoom, table: ExactIndex | null, index: NearIndex) {
    this.threshold = threshold;
    this.room = room;
    this.table = table;
    this.sample = index.sample;
    this.index = index;
    this.waiting = new WaitingFile(room);
    try {
      this.log = new VerdictLog(room);
    } catch (error) {
      this.waiting.remove();
      throw error;
    }
  }

  /** Rows that are not judged yet. */
  get rows(): number {
    return this.waiting.rows;
  }

  /** The similarity that one pair of kept rows in a hundred reaches, from a sample; null when they are too few. */
  get unrelated(): number | null {
    return this.sample.similarity();
  }

  /** Takes over a chunk whose judging ended because the index is full. */
  begin(chunk: JudgedRows, judgement: NearJudgement): void {
    this.log.add(judgement.soFar(), judgement.at, chunk.skip);
  }

  /** Takes rows of a chunk, the shingles of which are a slice's from row `from` on; row 0 of it is the chunk's row `first`. */
  *add({ digests, ordinals, skip }: JudgedRows, first: number, sets: ShingleSets, from: number): Generator<void> {
    const rows = sets.ends.length;
    const numbered = typeof ordinals === 'number';
    const batch: WaitingRows = {
      ordinals: numbered
        ? Uint32Array.from({ length: rows }, (_, row) => ordinals + first + row)
        : ordinals.subarray(first, first + rows),
      digests:
        this.table === null ? new Uint8Array(0) : digests.subarray(first * digestBytes, (first + rows) * digestBytes),
      similarity: new Float64Array(rows),
      alike: new Uint32Array(rows),
      sets,
    };
    if (skip !== null)
      for (let row = from; row < rows; row++) if (skip[first + row] !== 0) batch.similarity[row] = known.leftOut;
    yield* this.postpone(batch, from, this.waiting);
  }

  /** Judges all rows that wait. */
  *settle(): Generator<void> {
    while (this.waiting.rows > 0) {
      this.before = this.waiting;
      this.waiting = new WaitingFile(this.room);
      this.renew();
      yield* this.part(this.before);
      this.before.remove();
    }
  }

  /** Lets go of everything but the log. */
  close(): void {
    this.collectIndex();
    this.before?.remove();
    this.waiting.remove();
  }

  private renew(): void {
    this.collectIndex();
    this.index = new NearIndex(this.threshold, this.room, this.sample);
  }

  /** Gives the memory of the index back at once, before the next one takes any. */
  private collectIndex(): void {
    if (this.dropIndex() > collectFrom) collectGarbage();
  }

  /** Apart from who collects it: what a function has had at hand is no garbage before it returns. */
  private dropIndex(): number {
    if (this.index === null) return 0;
    const { heldBytes } = this.index;
    this.index.close();
    this.index = null;
    return heldBytes;
  }

  private *part(rows: WaitingFile): Generator<void> {
    let isOpen = true;
    for (let batch = rows.next(); batch !== null; batch = rows.next()) {
      let row = 0;
      if (isOpen) {
        row = yield* this.judge(batch);
        isOpen = row === batch.ordinals.length && !this.index!.isFull;
      }
      yield* this.postpone(batch, row, this.waiting);
    }
  }

  /** Judges rows until the index is full; returns how many. */
  private *judge(batch: WaitingRows): Generator<void, number> {
    const { table, log } = this;
    const index = this.index!;
    const { ordinals, digests, similarity, alike, sets } = batch;
    for (let row = 0; row < ordinals.length; row++) {
      if (row % rowsAtOnce === 0) yield;
      if (index.isStale) yield* this.rebuild();
      this.compare(batch, row);
      const value = similarity[row]!;
      if (value === known.leftOut) log.leftOut();
      else if (value === known.isTwin) log.exact(alike[row]!);
      else if (value !== known.nothing) log.near(alike[row]!, value);
      else {
        log.kept();
        table?.insert(digests, row, ordinals[row]!);
        index.insert(sets, row, ordinals[row]!);
        if (index.isFull) return row + 1;
      }
    }
    return ordinals.length;
  }

  /** Compares rows from `from` on with the index and has them wait. */
  private *postpone(batch: WaitingRows, from: number, to: WaitingFile): Generator<void> {
    for (let row = from; row < batch.ordinals.length; row++) {
      if (row % rowsAtOnce === 0) yield;
      if (this.index!.isStale) yield* this.rebuild();
      this.compare(batch, row);
    }
    to.write(batch, from);
  }

  /** Rebuilds the index, a step at a time. */
  private *rebuild(): Generator<void> {
    while (!this.index!.rebuild(0)) yield;
  }

  /**
   * Adds what table and index know of a row. Both have rows before it only, so a twin is the one that it is a duplicate of; and
   * what an index before this one has found is earlier than what is as similar here.
   */
  private compare({ digests, similarity, alike, sets }: WaitingRows, row: number): void {
    const value = similarity[row]!;
    if (value === known.leftOut || value === known.isTwin) return;
    const twin = this.table === null ? -1 : this.table.find(digests, row);
    if (twin !== -1) {
      similarity[row] = known.isTwin;
      alike[row] = twin;
      return;
    }
    // Nothing is more similar, and its shingles are not kept then.
    if (value >= 1) return;
    const index = this.index!;
    const found = index.find(sets, row);
    if (found === -1 || index.similarity <= value) return;
    similarity[row] = index.similarity;
    alike[row] = found;
  }
}
