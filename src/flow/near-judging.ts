import type { BoundedDigests } from '../dedupe/bounded.js';
import { Deferral } from '../dedupe/deferral.js';
import { type JudgedRows, NearJudgement } from '../dedupe/judge.js';
import { NearIndex } from '../dedupe/near.js';
import type { NearRoom } from '../dedupe/setfile.js';
import type { VerdictLog } from '../dedupe/verdicts.js';
import { type FateLog, fate, type RowVerdict } from '../ledger/fates.js';
import type { ShingleFeed } from './shingle-feed.js';
import { inSlices, seeEvents, sliceMs } from './slices.js';

/** Verdicts on all rows of the sources, for a pass that need not judge them. */
export interface Decided {
  log: VerdictLog;
  /** How similar unrelated rows are; null when there are too few to tell. */
  unrelated: number | null;
  /** Seconds spent on finding duplicates. */
  seconds: number;
}

/** Fates that are looked up between two looks at the clock. */
const fatesAtOnce = 4096;

/**
 * Judges rows with near-duplicate detection as their shingles come in. When the index is full rows are taken to wait, and
 * no verdict on a chunk is given any more: all are in the end, by `settle`.
 */
export class NearJudging {
  /** Seconds spent on it. */
  seconds = 0;
  private readonly threshold: number;
  private readonly room: NearRoom;
  private readonly table: BoundedDigests | null;
  private index: NearIndex | null;
  private deferral: Deferral | null = null;
  private isSettled = false;

  constructor(threshold: number, room: NearRoom, table: BoundedDigests | null) {
    this.threshold = threshold;
    this.room = room;
    this.table = table;
    this.index = new NearIndex(threshold, room);
  }

  /** Whether rows wait. */
  get isDeferring(): boolean {
    return this.deferral !== null;
  }

  get unrelated(): number | null {
    return this.index!.unrelated;
  }

  /** Verdicts on the rows of the next chunk; null if some wait. `fates` has those of all chunks before. */
  async judge(
    chunk: JudgedRows,
    shingles: Pick<ShingleFeed, 'next'>,
    fates: FateLog,
    signal: AbortSignal | undefined,
  ): Promise<RowVerdict | null> {
    const judgement = this.deferral === null ? new NearJudgement(chunk, this.table, this.index!) : null;
    let first = 0;
    for (let sets = await shingles.next(); sets !== null; sets = await shingles.next()) {
      const rows = sets.ends.length;
      let row = 0;
      while (row < rows && judgement !== null && !judgement.isFull) {
        const begin = performance.now();
        row = judgement.take(sets, row, begin + sliceMs);
        this.seconds += (performance.now() - begin) / 1000;
        await seeEvents(signal);
      }
      if (row < rows) {
        this.deferral ??= await this.defer(chunk, judgement!, fates, signal);
        this.seconds += await inSlices(this.deferral.add(chunk, first, sets, row), signal);
      }
      first += rows;
    }
    return this.deferral === null ? judgement!.finish() : null;
  }

  /** Judges the rows that wait; `progress` is told which part of them is done. Only once all rows were read. */
  async settle(signal: AbortSignal | undefined, progress: (rows: number, part: number) => void): Promise<Decided> {
    const deferral = this.deferral!;
    const { log, rows } = deferral;
    const before = log.rows;
    this.seconds += await inSlices(deferral.settle(), signal, () =>
      progress(log.rows, rows === 0 ? 1 : (log.rows - before) / rows),
    );
    log.rewind();
    this.isSettled = true;
    const { unrelated } = deferral;
    return { log, unrelated, seconds: this.seconds };
  }

  /** Lets go of everything but the verdicts that `settle` gave. Returns the bytes that are garbage now. */
  close(): number {
    const garbage = this.index?.heldBytes ?? 0;
    this.index?.close();
    this.index = null;
    this.deferral?.close();
    if (!this.isSettled) this.deferral?.log.remove();
    this.deferral = null;
    return garbage;
  }

  /** Begins to have rows wait, from the one that this chunk's judging got to. */
  private async defer(
    chunk: JudgedRows,
    judgement: NearJudgement,
    fates: FateLog,
    signal: AbortSignal | undefined,
  ): Promise<Deferral> {
    const deferral = new Deferral(this.threshold, this.room, this.table, this.index!);
    // It lets go of the index when the next one is made.
    this.index = null;
    this.deferral = deferral;
    this.seconds += await inSlices(replay(fates, deferral.log), signal);
    deferral.begin(chunk, judgement);
    return deferral;
  }
}

/** Enters what became of all records so far, but malformed ones, which are no rows. */
function* replay(fates: FateLog, log: VerdictLog): Generator<void> {
  const { ordinals, similarity } = fates.near();
  for (let ordinal = 0, next = 0; ordinal < fates.records; ordinal++) {
    if (ordinal % fatesAtOnce === 0) yield;
    const became = fates.fateOf(ordinal);
    if (became === fate.kept) log.kept();
    else if (became === fate.exact) log.exact(fates.refOf(ordinal));
    else if (became === fate.near) {
      if (ordinals[next] !== ordinal) throw new Error(`record ${ordinal} has no similarity`);
      log.near(fates.refOf(ordinal), similarity[next++]!);
    } else if (became !== fate.malformed) log.leftOut();
  }
}
