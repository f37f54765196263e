import type { ShingleSets } from '../dedupe/shingles.js';
import type { Executor } from '../engine/executor.js';
import type { LaneTasks } from './tasks.js';

/** Slices that a lane makes at a request. */
const sliceBatch = 16;
/** Requests under way: a lane goes on while the slices of the one before are judged. */
const batches = 2;

/**
 * The shingle sets of a chunk, slice by slice, while its lane still makes them. A lane is not far ahead of the judging:
 * its memory for slices is used again, and the coordinator has the processor to itself when the judging is what takes long.
 */
export class ShingleFeed {
  private readonly executor: Executor<LaneTasks>;
  private readonly lane: number;
  private given: ShingleSets | null = null;
  private readonly slices: ShingleSets[] = [];
  private taken = 0;
  private ended = false;
  private failure: { error: unknown } | null = null;
  private wake: () => void = () => undefined;

  /** Has a lane shingle the chunk that it read last. */
  constructor(executor: Executor<LaneTasks>, lane: number) {
    this.executor = executor;
    this.lane = lane;
    for (let i = 0; i < batches; i++) this.request();
  }

  /** The next slice, good until the one after it is asked for; null after the last. Rejects with what the lane threw. */
  async next(): Promise<ShingleSets | null> {
    if (this.given !== null) this.executor.reuse(this.lane, this.given.hashes.buffer);
    this.given = null;
    while (true) {
      if (this.failure !== null) throw this.failure.error;
      const slice = this.slices.shift();
      if (slice !== undefined) {
        this.given = slice;
        if (++this.taken % sliceBatch === 0 && !this.ended) this.request();
        return slice;
      }
      if (this.ended) return null;
      await new Promise<void>((wake) => {
        this.wake = wake;
      });
    }
  }

  private request(): void {
    this.executor
      .run(this.lane, 'shingle', sliceBatch, (slice) => {
        this.slices.push(slice);
        this.wake();
      })
      .then(
        (isLast) => {
          this.ended ||= isLast;
          this.wake();
        },
        (error: unknown) => {
          this.failure = { error };
          this.wake();
        },
      );
  }
}
