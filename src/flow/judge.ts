import type { Config } from '../config/options.js';
import type { IdSample } from '../dedupe/idsample.js';
import { judgeRows } from '../dedupe/judge.js';
import { NearIndex } from '../dedupe/near.js';
import { DigestTable } from '../dedupe/table.js';
import type { DedupeFacts } from '../ledger/duplicate-warnings.js';
import { FateLog, type RowVerdict, rowOrdinals } from '../ledger/fates.js';
import { Ledger } from '../ledger/ledger.js';
import type { RankedRows } from './ranked.js';
import { RejectTally } from './rejects.js';
import type { SchemaState } from './schema.js';
import type { Seen } from './tasks.js';
import type { ChunkRef } from './walk.js';

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
  private readonly table: DigestTable | null;
  private readonly index: NearIndex | null;
  private readonly threshold: number;

  constructor(schema: SchemaState, config: Config) {
    this.schema = schema;
    this.rejects = new RejectTally(schema.looks, config.read);
    this.table = config.dedupe.enabled ? new DigestTable() : null;
    this.index = config.near.enabled ? new NearIndex(config.near.threshold) : null;
    this.threshold = config.near.threshold;
    this.coerced = schema.union.fields.map(() => 0);
  }

  /** Null when the chunk shows that the types have to be settled anew. */
  judge(ref: ChunkRef, seen: Seen): Judged | null {
    if (!this.schema.observe(ref.source, seen)) return null;
    this.rejects.add(ref.source, seen);
    this.ids ??= seen.ids;
    const { records, rows, empty } = seen;
    const rejected = seen.rejects.map((r) => r.index);
    const begin = performance.now();
    const verdict = this.verdict(seen, rowOrdinals(ref.ordinal, rows, rejected));
    this.seconds += (performance.now() - begin) / 1000;
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
    if (this.table === null && this.index === null) return null;
    const { index, ids } = this;
    const { fields } = this.schema.union;
    return {
      near: index === null ? null : { threshold: this.threshold, unrelated: index.unrelated },
      ids: ids === null ? null : { ...ids, columns: ids.columns.map((f) => fields[f]!.name) },
    };
  }

  private verdict(seen: Seen, ordinals: number | Uint32Array): RowVerdict | null {
    if (this.table === null && this.index === null) return null;
    const { rows, digests, shingles, empty: skip } = seen;
    return judgeRows({ rows, digests, shingles, ordinals, skip }, this.table, this.index);
  }
}
