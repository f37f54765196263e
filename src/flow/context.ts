import type { Executor } from '../engine/executor.js';
import type { Judge } from './judge.js';
import type { ProgressMeter } from './progress.js';
import type { RankedRows } from './ranked.js';
import type { ScratchFolder } from './scratch.js';
import type { LaneTasks } from './tasks.js';

/** What a run is given besides its config. */
export interface RunContext {
  executor: Executor<LaneTasks>;
  /** Makes what is written into ready; called once lanes have something to do. */
  places: () => Places;
  compilerVersion: string;
  meter: ProgressMeter;
  scratch: ScratchFolder;
  /** Called when the executor has nothing more to do. */
  released?: () => void;
  /** Called when all rows have their fates and places. */
  beside?: (judge: Judge, ranking: RankedRows | null) => void;
  signal: AbortSignal | undefined;
  /** Decoded bytes of a chunk, where it is not to be the usual number. */
  chunkBytes?: number;
  /** Bytes of rows (and at most of their token ids) that may wait in memory, where it is not to be what `--memory` gives them. */
  heldBytes?: number;
  /** Rows that an index of near duplicates takes, where it is not to be what fits `--memory`. */
  nearRows?: number;
  /** Bytes of an index of near duplicates, and of forms of rows, beyond which they are spilled, where it is not to be as usual. */
  nearBytes?: number;
  formBytes?: number;
}

/** Where a run writes. */
export interface Places {
  /** Folder for the staged data files. */
  data: string;
  /** File for the dropped rows; null if they are not wanted. */
  rejects: string | null;
  /** The sources as the manifest, and so lineage, names them: from the folder that is written. */
  sources: readonly string[];
}
