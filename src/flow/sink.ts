import { type Block, joinSegments } from '../engine/block.js';
import type { Executor } from '../engine/executor.js';
import { FieldTotals } from '../write/field-totals.js';
import type { EncodedRows } from '../write/rowgroup.js';
import type { ParquetSplicer } from '../write/splicer.js';
import { GroupPlan } from './groups.js';
import type { LaneTasks, Sentence, Settled } from './tasks.js';

/**
 * Turns settled chunks into row groups, in chunk order: what a lane encoded is appended as it is; rows of small chunks are
 * collected and encoded together.
 */
export class DataSink {
  private readonly executor: Executor<LaneTasks>;
  private readonly splicer: ParquetSplicer;
  private readonly plan = new GroupPlan();
  private readonly pending: Block[] = [];
  /** Chunks whose rows complete a row group, by number. */
  private readonly flushes: Set<number> = new Set();
  /** What the fields are over everything appended. */
  readonly totals: FieldTotals = new FieldTotals();

  constructor(executor: Executor<LaneTasks>, splicer: ParquetSplicer) {
    this.executor = executor;
    this.splicer = splicer;
  }

  /** Says in chunk order what a lane is to do with `rows` kept rows of about `bytes`. */
  place(id: number, rows: number, bytes: number): Sentence['action'] {
    const placed = this.plan.place(rows, bytes);
    if (placed.where === 'none') return { do: 'drop' };
    if (placed.where === 'lane') return { do: 'encode', groups: placed.groups };
    if (placed.flush) this.flushes.add(id);
    return { do: 'export' };
  }

  /** Takes in chunk order what the lane made of it. */
  async take(id: number, settled: Settled, lane: number): Promise<void> {
    for (const encoded of settled.encoded) this.append(encoded, lane);
    if (settled.exported !== null) this.pending.push(settled.exported);
    if (this.flushes.delete(id)) await this.flush(lane, 0);
  }

  /** Encodes what is still waiting; `idle` lanes more may pack pages. */
  async end(idle: number): Promise<void> {
    await this.flush(0, idle);
  }

  /** Writes rows that a lane encoded, and gives it its buffer back. */
  append(encoded: EncodedRows, lane: number): void {
    this.splicer.append(encoded);
    this.totals.add(encoded.rows, encoded.fields);
    this.executor.reuse(lane, encoded.bytes.buffer);
  }

  private async flush(lane: number, idle: number): Promise<void> {
    const blocks = this.pending.splice(0);
    if (blocks.length === 0) return;
    const block = joinSegments(blocks.map((b) => ({ block: b, from: 0, to: b.rows })));
    this.append(await this.executor.run(lane, 'encode', { block, idle }), lane);
  }
}
