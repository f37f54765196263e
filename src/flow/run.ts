import type { Config } from '../config/options.js';
import type { Executor } from '../engine/executor.js';
import { Sequence } from '../engine/sequence.js';
import { requireShortManifest } from '../manifest/bounds.js';
import { attempt, type Staged } from './attempt.js';
import { type Budget, budgetOf } from './budget.js';
import type { RunContext } from './context.js';
import { fitLanes } from './fit.js';
import { Judge } from './judge.js';
import type { Look } from './look.js';
import type { Decided } from './near-judging.js';
import { planOf, toAllLanes, walkOf } from './passplan.js';
import type { ProgressMeter } from './progress.js';
import { SchemaState } from './schema.js';
import type { LaneTasks, PassPlan } from './tasks.js';

/** What a run made. */
export interface RunResult extends Staged {
  /** How often types had to be settled anew. */
  retyped: number;
}

/**
 * Reads, judges and writes all records; types are settled over all of them, at the price of a second pass if need be. So are
 * near duplicates when no index of all rows fits the memory: the first pass has rows wait (dedupe/deferral.ts), the second
 * one knows what becomes of them.
 */
export async function run(looks: readonly Look[], config: Config, context: RunContext): Promise<RunResult> {
  const schema = new SchemaState(looks, config);
  requireShortManifest(
    schema.union.fields,
    looks.map((look) => look.source.absolute),
  );
  const weight = await fitLanes(schema, config, context.executor);
  const shareOut = (wanted: Config): Budget => {
    const shares = budgetOf(wanted, context.executor.lanes, weight);
    const { heldBytes = shares.heldBytes } = context;
    return { ...shares, heldBytes, idBytes: Math.min(shares.idBytes, heldBytes) };
  };
  const budget = shareOut(config);
  for (let retyped = 0; ; retyped++) {
    if (retyped > mostRestarts(looks)) throw new Error('types that were settled over all rows did not hold');
    const result = await attempt(schema, config, budget, context, null);
    if (result instanceof Judge) {
      const rest = shareOut(withoutIndexes(config));
      return { ...(await finishDeferred(result, schema, config, rest, context)), retyped };
    }
    if (result === 'counted') schema.settle();
    else if (result !== null) return { ...result, retyped };
    else await learnKinds(schema, config, budget, context);
    context.meter.restart();
  }
}

/** What is left to do once all rows were judged. */
function withoutIndexes(config: Config): Config {
  const { dedupe, near } = config;
  return { ...config, dedupe: { ...dedupe, enabled: false }, near: { ...near, enabled: false } };
}

/** Judges the rows that wait, and makes the pass that writes them. */
async function finishDeferred(
  judge: Judge,
  schema: SchemaState,
  config: Config,
  budget: Budget,
  context: RunContext,
): Promise<Staged> {
  const { executor, meter, signal } = context;
  const decided = await settleRows(judge, executor, planOf(schema, config, budget), meter, signal);
  meter.restart();
  try {
    const result = await attempt(schema, config, budget, context, decided);
    if (result === null || result === 'counted' || result instanceof Judge)
      throw new Error('a pass over rows that were judged did not end');
    return result;
  } finally {
    decided.log.remove();
  }
}

async function settleRows(
  judge: Judge,
  executor: Executor<LaneTasks>,
  plan: PassPlan,
  meter: ProgressMeter,
  signal: AbortSignal | undefined,
): Promise<Decided> {
  try {
    // Lanes let go of what they hold.
    await toAllLanes(executor, { ...plan, near: null });
    return await judge.settle(signal, (rows, part) => meter.judged(rows, part));
  } finally {
    judge.release();
  }
}

/**
 * A look at all kinds of a text settles them. What converting a Parquet column shows comes up one file and column at a time.
 */
function mostRestarts(looks: readonly Look[]): number {
  return looks.reduce((n, { pieces, columns }) => n + (pieces === null ? 0 : columns.columns.length), 2);
}

/** Finds the kinds of all values of text sources, so that the next attempt's types hold. */
async function learnKinds(schema: SchemaState, config: Config, budget: Budget, context: RunContext): Promise<void> {
  const { executor } = context;
  schema.settle();
  await toAllLanes(executor, planOf(schema, config, budget));
  schema.beginPass();
  const walk = walkOf(schema, config, context.chunkBytes, (look) => look.start !== null);
  const order = new Sequence();
  const work = async (lane: number): Promise<void> => {
    for (let ref = await walk.next(); ref !== null; ref = await walk.next()) {
      context.signal?.throwIfAborted();
      const learned = await executor.run(lane, 'kinds', ref, (border) => walk.found(border));
      // In chunk order: keys stand in the order in which they are first seen.
      await order.turn(ref.id);
      schema.learn(ref.source, learned);
      order.leave(ref.id);
    }
  };
  await Promise.all(Array.from({ length: executor.lanes }, (_, lane) => work(lane)));
  schema.settle();
}
