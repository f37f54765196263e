import type { Config, ConfigValue } from '../config/options.js';
import type { Field } from '../engine/types.js';
import type { IngestKernel } from '../kernels/ingest.js';
import { clean } from './clean/stage.js';
import { dedupe } from './dedupe/stage.js';
import type { FilterFields } from './filter/options.js';
import { filter } from './filter/stage.js';
import { rank } from './rank/stage.js';
import { read } from './read/stage.js';
import type { Reason, RowLane, RowStage, StageDef } from './stage.js';

/** The stages in the order in which records go through them. Nothing else knows that order. */
export const pipeline: readonly StageDef[] = [read, clean, filter, dedupe, rank];

/** Fields of the API that stages declare themselves. */
export type StageFields = FilterFields;

const reasons: readonly Reason[] = pipeline.flatMap((stage) => stage.reasons);

/** The names of what may become of a record, by number: 0 is kept, then the reasons in the order of the stages. */
export const fateNames: readonly string[] = ['kept', ...reasons.map(({ name }) => name)];

/** The number of a reason. */
export function fateOf(reason: string): number {
  const at = fateNames.indexOf(reason);
  if (at < 0) throw new Error(`no stage has the reason ${reason}`);
  return at;
}

/** The stage that drops rows for a reason, and what it says of them; null for 'kept' and reasons that no stage has. */
export function reasonOf(name: string): { stage: StageDef; reason: Reason } | null {
  for (const stage of pipeline) for (const reason of stage.reasons) if (reason.name === name) return { stage, reason };
  return null;
}

/** By fate: the reason, where its stage counts. */
const counting: readonly (Reason | null)[] = fateNames.map((name) => {
  const found = reasonOf(name);
  return found?.stage.counts === true ? found.reason : null;
});

/** What a stage says of a row whose fate it decided by a number; null for other fates. */
export function explainCount(
  fate: number,
  numberOf: () => number,
  config: Readonly<Record<string, unknown>>,
): string | null {
  const reason = counting[fate];
  if (!reason) return null;
  return reason.explain({ number: numberOf(), similarity: null, kept: '', cut: '', byValue: '', config });
}

/** The options that stages declare, by their long names. */
export const stageOptions = (config: Config): Record<string, ConfigValue> =>
  Object.assign({}, ...Object.values(config.stages)) as Record<string, ConfigValue>;

/** The stages that a compile has. */
export const stagesOn = (config: Config): StageDef[] => pipeline.filter((stage) => stage.isOn(config));

/**
 * The reasons for which a compile may drop rows, those of the stages that it has. Of dedupe and ranking those that are asked for.
 */
export const reasonsOf = (config: Config): string[] =>
  stagesOn(config).flatMap(({ reasons }) =>
    reasons.filter(({ isOn }) => isOn?.(config) ?? true).map(({ name }) => name),
  );

/** Whether a stage that a compile has says numbers of the rows that it drops. */
export const hasCounts = (config: Config): boolean => stagesOn(config).some((stage) => stage.counts === true);

const isRowStage = (stage: StageDef): stage is RowStage<unknown> => 'open' in stage;

/** The stages whose verdict depends on the row alone. */
export const rowStages: readonly RowStage<unknown>[] = pipeline.filter(isRowStage);

/** What they must know of a pass, by name; plain data. A stage that is off is not there. */
export function rowPlans(config: Config, fields: readonly Field[]): Record<string, unknown> {
  const plans = rowStages.map((stage) => [stage.name, stage.plan(config, fields)] as const);
  return Object.fromEntries(plans.filter(([, plan]) => plan !== null));
}

/** The row stages of a pass, at work. */
export function openRowStages(plans: Readonly<Record<string, unknown>>, kernel: IngestKernel): RowLane[] {
  return rowStages
    .filter(({ name }) => Object.hasOwn(plans, name))
    .map((stage) => {
      const codes = stage.reasons.map(({ name }) => fateOf(name));
      return stage.open(plans[stage.name], codes, kernel);
    });
}
