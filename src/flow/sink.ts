import { type Block, joinSegments } from '../engine/block.js';
import type { Executor } from '../engine/executor.js';
import { type CheckSums, RowCheck } from '../ledger/rowcheck.js';
import type { ContentHash } from '../write/content.js';
import { FieldTotals } from '../write/field-totals.js';
import type { ParquetSplicer } from '../write/splicer.js';
import { GroupPlan } from './groups.js';
import type { CheckedRows, LaneTasks, Sentence, Settled } from './tasks.js';

/**
 * Turns settled chunks into row groups, in chunk order: what a lane encoded is appended as it is; rows of small chunks are
 * collected and encoded together.
 */
export class DataSink {
  private readonly executor: Executor<LaneTasks>;
  private readonly splicers: readonly ParquetSplicer[];
  private readonly plan = new GroupPlan();
  private readonly pending: Block[] = [];
  /** Chunks whose rows complete a row group, by number. */
  private readonly flushes: Set<number> = new Set();
  /** Rows that were given a place, of each chunk that was not taken yet, and in all. */
  private readonly due: Map<number, number> = new Map();
  private placed = 0;
  /** Rows appended, and what they were when they were encoded. */
  private appended = 0;
  private readonly check = new RowCheck();
  /** What the fields are over everything appended. */
  readonly totals: FieldTotals = new FieldTotals();

  private readonly hash: ContentHash;

  /** `splicers`: one for each split, or one alone. */
  constructor(executor: Executor<LaneTasks>, splicers: readonly ParquetSplicer[], hash: ContentHash) {
    this.hash = hash;
    this.executor = executor;
    this.splicers = splicers;
  }

  /** Says in chunk order what a lane is to do with `rows` kept rows of about `bytes`. */
  place(id: number, rows: number, bytes: number): Sentence['action'] {
    const placed = this.plan.place(rows, bytes);
    const first = this.placed;
    this.placed += rows;
    if (placed.where === 'none') return { do: 'drop' };
    this.due.set(id, rows);
    if (placed.where === 'lane') return { do: 'encode', groups: placed.groups, first };
    if (placed.flush) this.flushes.add(id);
    return { do: 'export' };
  }

  /** Takes in chunk order what the lane made of it. */
  async take(id: number, settled: Settled, lane: number): Promise<void> {
    const rows = settled.encoded.reduce((n, encoded) => n + encoded.rows, settled.exported?.rows ?? 0);
    const due = this.due.get(id) ?? 0;
    this.due.delete(id);
    // Without ranking; with it there is nothing to take here.
    if (rows !== due) throw new Error(`chunk ${id}: its lane made ${rows} rows of the ${due} that are kept`);
    for (const encoded of settled.encoded) this.append(encoded, lane);
    if (settled.exported !== null) this.pending.push(settled.exported);
    if (this.flushes.delete(id)) await this.flush(lane, 0);
  }

  /** Encodes what is still waiting; `idle` lanes more may pack pages. */
  async end(idle: number): Promise<void> {
    await this.flush(0, idle);
  }

  /** Writes rows of one split that a lane encoded, and gives it its buffer back. */
  append(encoded: CheckedRows, lane: number, split = 0): void {
    this.splicers[split]!.append(encoded);
    this.appended += encoded.rows;
    this.check.join(encoded.check);
    for (const part of encoded.content) this.hash.add(part);
    this.totals.add(encoded.rows, encoded.fields);
    this.executor.reuse(lane, encoded.bytes.buffer);
  }

  /** Compares what was appended with the rows that are due: `sums` are over those that were judged (ExpectedRows). */
  requireRows(rows: number, sums: CheckSums): void {
    const { appended } = this;
    if (appended !== rows) throw new Error(`${appended} rows were encoded of the ${rows} that are kept`);
    if (sums.join() !== this.check.sums.join())
      throw new Error('the rows that were encoded are not those that are kept');
  }

  private async flush(lane: number, idle: number): Promise<void> {
    const blocks = this.pending.splice(0);
    if (blocks.length === 0) return;
    const block = joinSegments(blocks.map((b) => ({ block: b, from: 0, to: b.rows })));
    this.append(await this.executor.run(lane, 'encode', { block, idle, first: this.appended }), lane);
  }
}
