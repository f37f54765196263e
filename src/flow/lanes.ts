import type { Config } from '../config/options.js';
import type { Executor } from '../engine/executor.js';
import type { Source } from '../load/sources.js';
import { holdsRows, laneCount } from './budget.js';
import { openExecutor } from './resources.js';
import type { LaneTasks } from './tasks.js';

/**
 * Opens the lanes for sources. Threads take as long to start as the modules of a compile do to load: whoever opens them
 * before that has both at once.
 */
export function openLanes(sources: readonly Source[], config: Config): Executor<LaneTasks> {
  const { threads, memoryBytes } = config.resources;
  const lanes = threads === 0 ? 0 : laneCount(threads, memoryBytes, holdsRows(config));
  return openExecutor(lanes, expectedBytes(sources));
}

/** Bytes that there will be to read; text is packed to about a tenth. */
function expectedBytes(sources: readonly Source[]): number {
  return sources.reduce((n, s) => n + (s.seekable ? s.bytes * (s.compression === 'none' ? 1 : 10) : 2 ** 30), 0);
}
