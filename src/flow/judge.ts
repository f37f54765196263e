import type { Config } from '../config/options.js';
import { digestBytes } from '../dedupe/digest.js';
import { DigestTable } from '../dedupe/table.js';
import { RejectTally, recordsOfRows } from './rejects.js';
import type { SchemaState } from './schema.js';
import type { Seen } from './tasks.js';
import type { ChunkRef } from './walk.js';

/** What was decided about the rows of a chunk. */
export interface Judged {
  /** One byte a row, 1 for rows to keep; null when all are. */
  keep: Uint8Array | null;
  kept: number;
  /** Digests of the kept rows, 16 bytes each, in order. */
  digests: Uint8Array;
}

/** Counts over all chunks judged so far. */
export interface Counts {
  read: number;
  malformed: number;
  emptyRows: number;
  exactDuplicates: number;
  kept: number;
  changed: Record<string, number>;
  /** By field. */
  coerced: number[];
  /** Chunks that the exact parser had to read. */
  exactChunks: number;
}

/**
 * Decides, chunk by chunk in source order, which rows the data set keeps: malformed records and empty rows go first, then
 * exact duplicates of a row that was kept.
 */
export class Judge {
  readonly counts: Counts;
  readonly rejects: RejectTally;
  private readonly schema: SchemaState;
  private readonly table: DigestTable | null;

  constructor(schema: SchemaState, config: Config) {
    this.schema = schema;
    this.rejects = new RejectTally(schema.looks, config.read);
    this.table = config.dedupe.enabled ? new DigestTable() : null;
    this.counts = {
      read: 0,
      malformed: 0,
      emptyRows: 0,
      exactDuplicates: 0,
      kept: 0,
      changed: {},
      coerced: schema.union.fields.map(() => 0),
      exactChunks: 0,
    };
  }

  /** Null when the chunk shows that the types have to be settled anew. */
  judge(ref: ChunkRef, seen: Seen): Judged | null {
    if (!this.schema.observe(ref.source, seen)) return null;
    this.rejects.add(ref.source, seen);
    const { rows, empty } = seen;
    const ordinals =
      seen.rejects.length === 0 ? ref.ordinal : recordsOfRows(rows, seen.rejects).map((r) => r + ref.ordinal);
    const keep = this.table?.judge(seen.digests, rows, ordinals, empty).keep ?? empty?.map((e) => 1 - e) ?? null;
    const kept = keep === null ? rows : count(keep);
    this.add(seen, kept);
    const digests = seen.rowDigests ?? seen.digests;
    return {
      keep: kept === rows ? null : keep,
      kept,
      digests: kept === rows ? digests : pick(digests, keep!, kept),
    };
  }

  private add(seen: Seen, kept: number): void {
    const { counts } = this;
    const empty = seen.empty === null ? 0 : count(seen.empty);
    counts.read += seen.records;
    counts.malformed += seen.rejects.length;
    counts.emptyRows += empty;
    counts.exactDuplicates += seen.rows - empty - kept;
    counts.kept += kept;
    counts.exactChunks += seen.exact ? 1 : 0;
    for (const [rule, cells] of Object.entries(seen.changed))
      counts.changed[rule] = (counts.changed[rule] ?? 0) + cells;
    seen.coerced.forEach((cells, f) => {
      counts.coerced[f]! += cells;
    });
  }
}

function count(mask: Uint8Array): number {
  let ones = 0;
  for (let i = 0; i < mask.length; i++) ones += mask[i]!;
  return ones;
}

/** The digests of the rows whose mask byte is 1. */
function pick(digests: Uint8Array, keep: Uint8Array, kept: number): Uint8Array {
  const from = new Int32Array(digests.buffer, digests.byteOffset, keep.length * 4);
  const to = new Int32Array(kept * 4);
  let at = 0;
  for (let r = 0; r < keep.length; r++) {
    if (keep[r] === 0) continue;
    to[at++] = from[4 * r]!;
    to[at++] = from[4 * r + 1]!;
    to[at++] = from[4 * r + 2]!;
    to[at++] = from[4 * r + 3]!;
  }
  return new Uint8Array(to.buffer, 0, kept * digestBytes);
}
