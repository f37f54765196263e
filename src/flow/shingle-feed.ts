import type { ShingleSets } from '../dedupe/shingles.js';
import type { Executor } from '../engine/executor.js';
import type { LaneTasks } from './tasks.js';

/** The shingle sets of a chunk, slice by slice, while its lane still makes them. */
export class ShingleFeed {
  private readonly giveBack: (slice: ShingleSets) => void;
  private given: ShingleSets | null = null;
  private readonly slices: ShingleSets[] = [];
  private ended = false;
  private failure: { error: unknown } | null = null;
  private wake: () => void = () => undefined;

  /** Has a lane shingle the chunk that it read last. */
  constructor(executor: Executor<LaneTasks>, lane: number) {
    this.giveBack = ({ hashes }) => executor.reuse(lane, hashes.buffer);
    const end = (): void => {
      this.ended = true;
      this.wake();
    };
    executor
      .run(lane, 'shingle', null, (slice) => {
        this.slices.push(slice);
        this.wake();
      })
      .then(end, (error: unknown) => {
        this.failure = { error };
        end();
      });
  }

  /** The next slice, good until the one after it is asked for; null after the last. Rejects with what the lane threw. */
  async next(): Promise<ShingleSets | null> {
    if (this.given !== null) this.giveBack(this.given);
    this.given = null;
    while (true) {
      if (this.failure !== null) throw this.failure.error;
      const slice = this.slices.shift();
      if (slice !== undefined) {
        this.given = slice;
        return slice;
      }
      if (this.ended) return null;
      await new Promise<void>((wake) => {
        this.wake = wake;
      });
    }
  }
}
