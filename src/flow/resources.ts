import type { Executor } from '../engine/executor.js';
import { InlineExecutor } from '../engine/inline.js';
import { ThreadExecutor } from '../engine/threads.js';
import type { LaneTasks } from './tasks.js';

/** Inputs of at most this many bytes are read on the calling thread: starting a worker would take longer. */
const inlineBytes = 4 * 2 ** 20;

/** Opens the lanes for sources of so many bytes. 0 lanes is one on the calling thread. */
export function openExecutor(lanes: number, sourceBytes: number): Executor<LaneTasks> {
  if (lanes === 0 || sourceBytes <= inlineBytes)
    return new InlineExecutor<LaneTasks>(async () => (await import('./lane.js')).openLane());
  return new ThreadExecutor<LaneTasks>(new URL('../lanes/worker.cjs', import.meta.url), lanes, null);
}
