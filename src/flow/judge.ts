import type { Config } from '../config/options.js';
import { BoundedDigests, type Spilling } from '../dedupe/bounded.js';
import type { IdSample } from '../dedupe/idsample.js';
import { type JudgedRows, NearJudgement } from '../dedupe/judge.js';
import { NearIndex } from '../dedupe/near.js';
import type { NearRoom } from '../dedupe/setfile.js';
import { SpilledDigests } from '../dedupe/spilled.js';
import { collectGarbage } from '../engine/collect.js';
import type { DedupeFacts } from '../ledger/duplicate-warnings.js';
import { FateLog, type RowVerdict, rowOrdinals } from '../ledger/fates.js';
import { Ledger } from '../ledger/ledger.js';
import { type Budget, isTight } from './budget.js';
import type { RankedRows } from './ranked.js';
import { RejectTally } from './rejects.js';
import type { SchemaState } from './schema.js';
import { type ScratchFolder, spilling } from './scratch.js';
import type { ShingleFeed } from './shingle-feed.js';
import type { Seen } from './tasks.js';
import type { ChunkRef } from './walk.js';

/** Near duplicates are looked for so long before other events are seen. */
const sliceMs = 50;

/** From so many rows on their digests take more memory than collecting garbage takes time. */
const manyRows = 2 ** 21;

/** What was decided about the rows of a chunk. */
export interface Judged {
  /** One byte a row, 1 for rows to keep; null when all are. */
  keep: Uint8Array | null;
  kept: number;
}

/**
 * Decides, chunk by chunk in source order, which rows the data set keeps: malformed records and empty rows go first, then
 * exact duplicates of a row that was kept, then near duplicates of one. Enters everything in the ledger and the log of fates.
 */
export class Judge {
  readonly ledger: Ledger = new Ledger();
  readonly fates: FateLog = new FateLog();
  readonly rejects: RejectTally;
  /** Rows kept so far, and rows that entered dedupe. */
  kept = 0;
  valid = 0;
  /** Values that changed their form, by field. */
  readonly coerced: number[];
  /** Seconds spent on finding duplicates. */
  seconds = 0;
  /** Columns of the first chunk that look like ids and hide duplicates. */
  private ids: IdSample | null = null;
  private readonly schema: SchemaState;
  private table: BoundedDigests | null;
  private index: NearIndex | null;
  private readonly threshold: number;
  private readonly compares: boolean;
  private readonly comparesTexts: boolean;
  /** How similar unrelated rows are, as the index of near duplicates knew before it was let go of. */
  private unrelated: number | null = null;

  constructor(schema: SchemaState, config: Config, budget: Budget, scratch: ScratchFolder) {
    this.schema = schema;
    this.rejects = new RejectTally(schema.looks, config.read);
    this.table = config.dedupe.enabled
      ? new BoundedDigests(digestSpilling(config, budget, scratch), budget.records)
      : null;
    this.index = config.near.enabled ? new NearIndex(config.near.threshold, nearRoom(config, budget, scratch)) : null;
    this.comparesTexts = config.near.enabled;
    this.compares = this.table !== null || this.index !== null;
    this.threshold = config.near.threshold;
    this.coerced = schema.union.fields.map(() => 0);
  }

  /**
   * Null when the chunk shows that the types have to be settled anew. With near-duplicate detection, `shingles` are judged
   * as they come in.
   */
  async judge(
    ref: ChunkRef,
    seen: Seen,
    shingles: ShingleFeed | null,
    signal: AbortSignal | undefined,
  ): Promise<Judged | null> {
    if (!this.schema.observe(ref.source, seen)) return null;
    this.rejects.add(ref.source, seen);
    this.ids ??= seen.ids;
    const { records, rows, empty } = seen;
    const rejected = seen.rejects.map((r) => r.index);
    const chunk = { rows, digests: seen.digests, ordinals: rowOrdinals(ref.ordinal, rows, rejected), skip: empty };
    const verdict =
      this.index === null || shingles === null
        ? this.exact(chunk)
        : await this.near(new NearJudgement(chunk, this.table, this.index), shingles, signal);
    const { kept, empty: empties } = this.fates.add({ records, rejects: rejected, empty, verdict });
    const keep = verdict?.keep ?? empty?.map((e) => 1 - e) ?? null;
    const near = verdict?.near?.rows.length ?? 0;
    this.ledger.found(records);
    this.ledger.stage('read', records, rows, { malformed: rejected.length });
    this.ledger.stage('clean', rows, rows - empties, { 'empty row': empties });
    this.ledger.stage('dedupe', rows - empties, kept, {
      'exact duplicate': rows - empties - kept - near,
      'near duplicate': near,
    });
    this.ledger.change(seen.changed);
    this.valid += rows - empties;
    this.kept += kept;
    seen.coerced.forEach((cells, f) => {
      this.coerced[f]! += cells;
    });
    return { keep: kept === rows ? null : keep, kept };
  }

  /** Enters what ranking did to the kept rows: their places, and what is below the top. */
  rank(ranked: RankedRows | null): void {
    const { kept } = this;
    const order = ranked?.order ?? null;
    this.kept = order?.length ?? kept;
    this.ledger.stage('rank', kept, this.kept, { 'below top': kept - this.kept });
    this.fates.place(order);
  }

  /** Whether duplicates are looked for, and by what; for the account of them. */
  get dedupes(): Pick<DedupeFacts, 'near' | 'ids'> | null {
    if (!this.compares) return null;
    const { ids } = this;
    const { fields } = this.schema.union;
    return {
      near: this.comparesTexts ? { threshold: this.threshold, unrelated: this.unrelated } : null,
      ids: ids === null ? null : { ...ids, columns: ids.columns.map((f) => fields[f]!.name) },
    };
  }

  /** Lets go of all that rows were compared with; every row was judged, or none will be any more. */
  release(): void {
    if (this.index !== null) this.unrelated = this.index.unrelated;
    this.table?.close();
    this.index?.close();
    this.table = null;
    this.index = null;
    if (this.kept > manyRows) collectGarbage();
  }

  private exact(chunk: JudgedRows): RowVerdict | null {
    if (this.table === null) return null;
    const begin = performance.now();
    const { digests, rows, ordinals, skip } = chunk;
    const verdict = this.table.judge(digests, rows, ordinals, skip);
    this.seconds += (performance.now() - begin) / 1000;
    return { ...verdict, near: null };
  }

  private async near(
    judgement: NearJudgement,
    shingles: ShingleFeed,
    signal: AbortSignal | undefined,
  ): Promise<RowVerdict> {
    for (let sets = await shingles.next(); sets !== null; sets = await shingles.next()) {
      for (let row = 0; row < sets.ends.length; ) {
        const begin = performance.now();
        row = judgement.take(sets, row, begin + sliceMs);
        this.seconds += (performance.now() - begin) / 1000;
        // A turn of the event loop, in which signals and timers are seen.
        await new Promise((turn) => setImmediate(turn));
        signal?.throwIfAborted();
      }
    }
    return judgement.finish();
  }
}

function digestSpilling({ resources }: Config, { digestBytes }: Budget, scratch: ScratchFolder): Spilling {
  return {
    roomBytes: digestBytes,
    isTight: () => isTight(resources.memoryBytes),
    spill: (table) => {
      const file = scratch.file();
      return spilling(file, () => new SpilledDigests(table, file));
    },
  };
}

function nearRoom({ resources }: Config, { nearBytes }: Budget, scratch: ScratchFolder): NearRoom {
  return {
    roomBytes: nearBytes,
    isTight: (bytes) => isTight(resources.memoryBytes - bytes),
    isFull: (bytes) => process.memoryUsage.rss() + bytes > resources.memoryBytes * 1.1,
    file: () => scratch.file(),
    spilling,
  };
}
