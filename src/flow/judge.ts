import type { Config } from '../config/options.js';
import { BoundedDigests, type Spilling } from '../dedupe/bounded.js';
import { ValueTwins } from '../dedupe/by-value.js';
import type { IdSample } from '../dedupe/idsample.js';
import type { JudgedRows } from '../dedupe/judge.js';
import type { NearRoom } from '../dedupe/setfile.js';
import { SpilledDigests } from '../dedupe/spilled.js';
import { collectGarbage } from '../engine/collect.js';
import type { DedupeFacts } from '../ledger/duplicate-warnings.js';
import { FateLog, type RowVerdict, rowOrdinals } from '../ledger/fates.js';
import { Ledger } from '../ledger/ledger.js';
import { fateOf, reasonsOf, rowStages } from '../stages/pipeline.js';
import { type Budget, isTight, leastNearBytes } from './budget.js';
import { type Decided, NearJudging } from './near-judging.js';
import { NearlyNumbers } from './nearly.js';
import { comparedColumns } from './passplan.js';
import type { RankedRows } from './ranked.js';
import { RejectTally } from './rejects.js';
import type { SchemaState } from './schema.js';
import { type ScratchFolder, spilling } from './scratch.js';
import type { ShingleFeed } from './shingle-feed.js';
import type { Seen } from './tasks.js';
import type { ChunkRef } from './walk.js';

/**
 * From so many rows on their digests take more memory than collecting garbage takes time; so does an index of so many bytes,
 * which would be freed at the end of the process, when lanes have nothing left to do.
 */
const manyRows = 2 ** 21;
const manyBytes = 2 ** 24;

/** The kernel of an index of near duplicates can have so many rows. */
const mostNearRows = 2 ** 27;

/** What was decided about the rows of a chunk. */
export interface Judged {
  /** One byte a row, 1 for rows to keep; null when all are. */
  keep: Uint8Array | null;
  kept: number;
}

/** How a judge differs from what config and budget say. */
export interface JudgeSettings {
  /** What a pass before this one has decided about all rows; null if it is to be decided. */
  decided: Decided | null;
  /** Rows that an index of near duplicates takes, where it is not to be what fits the memory. */
  nearRows: number | undefined;
  /** Bytes beyond which it spills, where that is not to be when memory is short. */
  nearBytes: number | undefined;
  /** Bytes of forms of rows beyond which they are spilled, where it is not to be the usual number. */
  formBytes: number | undefined;
}

/**
 * Decides, chunk by chunk in source order, which rows the data set keeps: malformed records and empty rows go first, then
 * exact duplicates of a row that was kept, then near duplicates of one. Enters everything in the ledger and the log of fates.
 */
export class Judge {
  readonly ledger: Ledger;
  fates: FateLog = new FateLog();
  readonly rejects: RejectTally;
  /** Rows kept so far, and rows that entered dedupe. */
  kept = 0;
  valid = 0;
  /** Values that changed their form, by field. */
  readonly coerced: number[];
  /** Columns of text that would be numeric but for a few values. */
  readonly nearly: NearlyNumbers;
  /** Exact duplicates that were written in another way. */
  readonly twins: ValueTwins;
  /** Seconds spent on finding duplicates. */
  seconds = 0;
  /** Columns of the first chunk that look like ids and hide duplicates. */
  private ids: IdSample | null = null;
  /** The chunks so far. */
  readonly chunks: ChunkRef[] = [];
  private readonly schema: SchemaState;
  private table: BoundedDigests | null;
  private near: NearJudging | null;
  private readonly decided: Decided | null;
  private readonly threshold: number;
  private readonly compares: boolean;
  private readonly comparesTexts: boolean;
  private readonly hasTop: boolean;
  readonly compared: readonly number[];
  /** How similar unrelated rows are, as the index of near duplicates knew before it was let go of. */
  private unrelated: number | null = null;

  constructor(schema: SchemaState, config: Config, budget: Budget, scratch: ScratchFolder, settings: JudgeSettings) {
    const { dedupe, near } = config;
    const { decided, formBytes } = settings;
    this.schema = schema;
    this.ledger = new Ledger(reasonsOf(config));
    this.rejects = new RejectTally(schema.looks, config.read);
    this.decided = decided;
    const isOpen = decided === null;
    const spilling = digestSpilling(config, budget, scratch, this.fates);
    this.table = isOpen && dedupe.enabled ? new BoundedDigests(spilling, budget.records) : null;
    const room = nearRoom(config, budget, scratch, settings);
    this.near = isOpen && near.enabled ? new NearJudging(near.threshold, room, this.table) : null;
    this.unrelated = decided?.unrelated ?? null;
    this.seconds = decided?.seconds ?? 0;
    this.comparesTexts = near.enabled;
    this.hasTop = config.rank.enabled && config.rank.top !== null;
    this.compares = dedupe.enabled || near.enabled;
    this.threshold = config.near.threshold;
    this.compared = comparedColumns(schema.union.fields, config);
    this.coerced = schema.union.fields.map(() => 0);
    this.twins = new ValueTwins({
      ...scratchRoom(scratch),
      ...(formBytes === undefined ? {} : { roomBytes: formBytes }),
    });
    this.nearly = new NearlyNumbers(this.coerced.length);
  }

  /**
   * Whether rows wait because there is no memory for an index of all: nothing is decided about the others, and `settle` has
   * to be called once all were read.
   */
  get isDeferring(): boolean {
    return this.near?.isDeferring ?? false;
  }

  /**
   * Null when the chunk shows that the types have to be settled anew. With near-duplicate detection, `shingles` are judged
   * as they come in. All rows go if some wait.
   */
  async judge(
    ref: ChunkRef,
    seen: Seen,
    shingles: ShingleFeed | null,
    signal: AbortSignal | undefined,
  ): Promise<Judged | null> {
    if (!this.schema.observe(ref.source, seen)) return null;
    this.chunks.push(ref);
    this.rejects.add(
      ref.source,
      seen,
      this.schema.union.only.every((only) => only === null),
    );
    this.ids ??= seen.ids;
    const { records, rows, drops } = seen;
    const rejected = seen.rejects.indexes;
    const chunk = {
      rows,
      digests: seen.digests,
      ordinals: rowOrdinals(ref.ordinal, rows, rejected),
      skip: drops?.codes ?? null,
    };
    const verdict = await this.verdict(chunk, shingles, signal);
    if (this.isDeferring) {
      // What it holds is in the verdicts by now.
      if (this.fates.records > 0) this.fates = new FateLog();
      return { keep: null, kept: 0 };
    }
    const { kept, dropped } = this.fates.add({ records, rejects: rejected, drops, verdict });
    const keep = verdict?.keep ?? drops?.codes.map((code) => Number(code === 0)) ?? null;
    const near = verdict?.near?.rows.length ?? 0;
    this.ledger.found(records);
    this.ledger.stage('read', records, rows, { malformed: rejected.length });
    let alive = rows;
    for (const { name, reasons } of rowStages) {
      const counts = Object.fromEntries(
        reasons.map((reason) => [reason.name, drops?.counts[fateOf(reason.name)] ?? 0]),
      );
      const left = Object.values(counts).reduce((n, count) => n - count, alive);
      this.ledger.stage(name, alive, left, counts);
      alive = left;
    }
    // As the log of fates counted them, against what the stages counted.
    const entered = rows - dropped;
    if (alive !== entered) throw new Error(`stages dropped ${rows - alive} rows of a chunk, ${dropped} have a fate`);
    this.ledger.stage('dedupe', entered, kept, {
      'exact duplicate': verdict?.exact ?? 0,
      'near duplicate': near,
    });
    this.ledger.change(seen.changed);
    this.valid += entered;
    this.kept += kept;
    if (verdict !== null) this.compareForms(ref, seen, chunk.ordinals, verdict);
    if (rows > 0) this.nearly.add(seen.numbers, chunk.ordinals);
    seen.coerced.forEach((cells, f) => {
      this.coerced[f]! += cells;
    });
    return { keep: kept === rows ? null : keep, kept };
  }

  private compareForms(ref: ChunkRef, seen: Seen, ordinals: number | Uint32Array, verdict: RowVerdict): void {
    const near = new Set(verdict.near?.rows);
    const { drops, forms, records, rows } = seen;
    const isExact = (row: number): boolean => (drops === null || drops.codes[row] === 0) && !near.has(row);
    const exact = { keep: verdict.keep, isExact, kept: verdict.keptOrdinal, count: verdict.exact };
    this.twins.add(ref.ordinal, records, ordinals, forms, rows, exact);
  }

  /** Enters what ranking did to the kept rows: their places, and what is below the top. */
  rank(ranked: RankedRows | null): void {
    const { kept } = this;
    const order = ranked?.order ?? null;
    this.kept = order?.length ?? kept;
    // Only --top leaves rows out: without it one that is not in the order was lost.
    this.ledger.stage('rank', kept, this.kept, this.hasTop ? { 'below top': kept - this.kept } : {});
    this.fates.place(order);
  }

  /** Whether duplicates are looked for, and by what; for the account of them. */
  get dedupes(): Pick<DedupeFacts, 'near' | 'ids' | 'rewritten'> | null {
    if (!this.compares) return null;
    const { ids } = this;
    const { fields } = this.schema.union;
    return {
      near: this.comparesTexts ? { threshold: this.threshold, unrelated: this.unrelated } : null,
      rewritten: this.compared.filter((f) => this.coerced[f]! > 0).map((f) => fields[f]!.name),
      ids: ids === null ? null : { ...ids, columns: ids.columns.map((f) => fields[f]!.name) },
    };
  }

  /** Judges the rows that wait: verdicts on all, for the judge of the next pass. */
  settle(signal: AbortSignal | undefined, progress: (rows: number, part: number) => void): Promise<Decided> {
    return this.near!.settle(signal, progress);
  }

  /** Lets go of all that rows were compared with; every row was judged, or none will be any more. */
  release(): void {
    if (this.near !== null && !this.near.isDeferring) this.unrelated = this.near.unrelated;
    this.seconds += this.near?.seconds ?? 0;
    this.twins.close();
    this.table?.close();
    const garbage = this.near?.close() ?? 0;
    this.table = null;
    this.near = null;
    if (this.kept > manyRows || garbage > manyBytes) collectGarbage();
  }

  private async verdict(
    chunk: JudgedRows,
    shingles: ShingleFeed | null,
    signal: AbortSignal | undefined,
  ): Promise<RowVerdict | null> {
    if (this.decided !== null) return this.decided.log.next(chunk.rows, chunk.ordinals);
    if (this.near === null || shingles === null) return this.exact(chunk);
    return this.near.judge(chunk, shingles, this.fates, signal);
  }

  private exact(chunk: JudgedRows): RowVerdict | null {
    if (this.table === null) return null;
    const begin = performance.now();
    const { digests, rows, ordinals, skip } = chunk;
    const verdict = this.table.judge(digests, rows, ordinals, skip);
    this.seconds += (performance.now() - begin) / 1000;
    return { ...verdict, near: null };
  }
}

function digestSpilling(
  { resources }: Config,
  { digestBytes, records }: Budget,
  scratch: ScratchFolder,
  fates: FateLog,
): Spilling {
  return {
    roomBytes: digestBytes,
    isTight: () => isTight(resources.memoryBytes, records - fates.records),
    spill: (table) => {
      const file = scratch.file();
      return spilling(file, () => new SpilledDigests(table, file));
    },
  };
}

function nearRoom(
  { resources }: Config,
  { nearBytes }: Budget,
  scratch: ScratchFolder,
  { nearRows, nearBytes: least }: JudgeSettings,
): NearRoom {
  return {
    ...scratchRoom(scratch),
    roomBytes: least ?? Math.max(nearBytes, leastNearBytes),
    isTight: (bytes) => least !== undefined || isTight(resources.memoryBytes - bytes),
    isFull: (bytes) => process.memoryUsage.rss() + bytes > resources.memoryBytes,
    mostRows: nearRows ?? mostNearRows,
  };
}

/** How what is spilled gets its file. */
const scratchRoom = (scratch: ScratchFolder): Pick<NearRoom, 'file' | 'spilling'> => ({
  file: () => scratch.file(),
  spilling,
});
