import { DatagpuError } from '../errors.js';
import type { Executor, Lane, TaskTable } from './executor.js';

/** One lane on the calling thread: for inputs so small that starting a thread would take longer than the work. */
export class InlineExecutor<T extends TaskTable> implements Executor<T> {
  readonly lanes = 1;
  private readonly lane: Promise<Lane>;
  private last: Promise<unknown> = Promise.resolve();
  private closed = false;

  /** `open` is called at once. */
  constructor(open: () => Promise<Lane>) {
    this.lane = open();
    this.lane.catch(() => undefined);
  }

  run<K extends keyof T & string>(
    _lane: number,
    task: K,
    payload: T[K]['payload'],
    onEvent?: (event: T[K]['event']) => void,
  ): Promise<T[K]['result']> {
    const result = this.last.then(async () => {
      // A turn of the event loop, in which signals and timers are seen.
      await new Promise((turn) => setImmediate(turn));
      if (this.closed) throw new DatagpuError('interrupted', 'interrupted');
      const reply = await (await this.lane).handlers[task]!(payload, (event) => onEvent?.(event as T[K]['event']));
      return reply.value as T[K]['result'];
    });
    this.last = result.catch(() => undefined);
    return result;
  }

  reuse(_lane: number, buffer: ArrayBuffer): void {
    void this.lane.then((lane) => lane.reuse(buffer));
  }

  async keep(): Promise<void> {}

  async close(): Promise<void> {
    const isFirst = !this.closed;
    this.closed = true;
    await this.last;
    if (isFirst) (await this.lane).close();
  }
}
