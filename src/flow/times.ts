import type { ManifestStats } from '../manifest/manifest.js';

/** Stages that time is counted by, in the order in which data go through them. */
export const stageNames = ['read', 'parse', 'clean', 'dedupe', 'rank', 'order', 'write'] as const;
export type StageName = (typeof stageNames)[number];

/** Seconds by stage, as a lane or the coordinator spent them. */
export type Spent = Partial<Record<StageName, number>>;

/** Counts the seconds between `start`s. One at a time: stages of a lane don't overlap. */
export class Stopwatch {
  private spent: Spent = {};
  private stage: StageName | null = null;
  private since = 0;

  /** Time from here on is this stage's; null: nobody's. */
  start(stage: StageName | null): void {
    const now = performance.now();
    if (this.stage !== null) this.spent[this.stage] = (this.spent[this.stage] ?? 0) + (now - this.since) / 1000;
    this.stage = stage;
    this.since = now;
  }

  /** What was counted since the last call. */
  take(): Spent {
    this.start(null);
    const { spent } = this;
    this.spent = {};
    return spent;
  }
}

/** How much went through a stage. */
export interface StageLoad {
  rows: number;
  bytes: number;
}

/** For the manifest: the seconds of all threads together by stage, and how many threads they kept busy on average. */
export function stageReport(
  spent: readonly Spent[],
  loads: Readonly<Record<StageName, StageLoad>>,
  elapsedSeconds: number,
): NonNullable<ManifestStats['stages']> {
  return stageNames.flatMap((stage) => {
    const seconds = spent.reduce((sum, s) => sum + (s[stage] ?? 0), 0);
    if (seconds === 0) return [];
    const busy = Number((seconds / elapsedSeconds).toFixed(3));
    return [{ stage, ...loads[stage], seconds: Number(seconds.toFixed(6)), busy_threads: busy }];
  });
}
