import type { OptionSpec } from '../config/option-spec.js';
import type { Config, ConfigValue } from '../config/options.js';
import type { Parse } from '../config/values.js';
import type { ReadBlock } from '../engine/block.js';
import type { Field } from '../engine/types.js';
import type { IngestKernel } from '../kernels/ingest.js';
import type { RowDrops } from './drops.js';

/** What is known of a record that was dropped, for the sentence that says why. */
export interface DropDetail {
  /** What the stage counted of the row; null where it counts nothing. */
  number: number | null;
  /** Exact similarity with the kept row; null where none was computed. */
  similarity: number | null;
  /** The row that was kept in its stead, as people name it; '' where there is none. */
  kept: string;
  /** What is to be added of that row: that it is below the top itself. */
  cut: string;
  /** What is to be added of two rows that equal each other by value only. */
  byValue: string;
  /** The options of the compile, as the manifest has them. */
  config: Readonly<Record<string, unknown>>;
}

/** Why a record is not in the data set. The pipeline numbers reasons in the order of its stages (pipeline.ts). */
export interface Reason {
  /** As ledger, lineage and rejects name it. */
  readonly name: string;
  /** One sentence for people. */
  explain(detail: DropDetail): string;
  /** Whether its stage drops rows for it at all. @default when the stage is on */
  isOn?(config: Config): boolean;
}

/** An option as it was given, parsed; the fallback where it was not. */
export type GetOption = <T, D>(name: string, parse: Parse<T>, fallback: D) => T | D;

/** The part of the option table that a stage has to itself. */
export interface StageOptions {
  specs: readonly OptionSpec[];
  /** Every one of them, by long name: what enters the manifest's `config` and its hash. */
  resolve(get: GetOption): Readonly<Record<string, ConfigValue>>;
  /** Refuses what single values can't show; `failure` makes the error about an option. */
  check?(
    options: Readonly<Record<string, ConfigValue>>,
    failure: (option: string, what: string, hint?: string) => Error,
  ): void;
}

/** A stage of the pipeline, as ledger, manifest, lineage, `why` and the option table know it. */
export interface StageDef {
  readonly name: string;
  readonly reasons: readonly Reason[];
  /** Its reasons say a number of every row that they drop, which lineage keeps. */
  readonly counts?: boolean;
  readonly options?: StageOptions;
  isOn(config: Config): boolean;
  /** Refuses columns that its options name and that have no text; once types hold. */
  requireText?(config: Config, fields: readonly Field[]): void;
  /** What it would do, in lines of the dry run. */
  describe(config: Config): readonly string[];
}

/** A stage whose verdict depends on the row alone. What it needs to know of a pass is plain data. */
export interface RowStage<Plan> extends StageDef {
  /** Null: off. JSON only. */
  plan(config: Config, fields: readonly Field[]): Plan | null;
  /** `codes` are the numbers of its reasons, in their order. */
  open(plan: Plan, codes: readonly number[], kernel: IngestKernel): RowLane;
}

/** A row stage at work in a lane, chunk by chunk. */
export interface RowLane {
  /**
   * Drops rows of those that are alive. Returns the block, or one of the same rows with other values. `absent` says of each column
   * whether the source of these rows has none of that name.
   */
  run(block: ReadBlock, drops: RowDrops, changed: Record<string, number>, absent: readonly boolean[]): ReadBlock;
}
