import type { Executor } from '../engine/executor.js';
import { InlineExecutor } from '../engine/inline.js';
import { ThreadExecutor } from '../engine/threads.js';
import { openLane } from './lane.js';
import type { LaneTasks } from './tasks.js';

/** Inputs of at most this many bytes are read on the calling thread: starting a worker would take longer. */
const inlineBytes = 4 * 2 ** 20;
/** What the process needs without any lane, and what a lane needs for its chunk, its columns and their encoding. */
const baseBytes = 200 * 2 ** 20;
const laneBytes = 300 * 2 ** 20;

/** How many lanes fit the memory: at least one, at most `threads`. 0 threads is a lane on the calling thread. */
export function laneCount(threads: number, memoryBytes: number): number {
  return Math.max(1, Math.min(threads, Math.floor((memoryBytes - baseBytes) / laneBytes)));
}

/** Opens the lanes for sources of so many bytes. */
export function openExecutor(threads: number, memoryBytes: number, sourceBytes: number): Executor<LaneTasks> {
  if (threads === 0 || sourceBytes <= inlineBytes) return new InlineExecutor<LaneTasks>(openLane());
  return new ThreadExecutor<LaneTasks>(
    new URL('../flow/worker.js', import.meta.url),
    laneCount(threads, memoryBytes),
    null,
  );
}
