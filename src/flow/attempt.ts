import type { Config } from '../config/options.js';
import type { Budget } from './budget.js';
import type { RunContext } from './context.js';
import type { Judge } from './judge.js';
import type { Decided } from './near-judging.js';
import { PassOutput, type Written } from './output.js';
import { runPass } from './pass.js';
import { planOf, toAllLanes, walkOf } from './passplan.js';
import type { SchemaState } from './schema.js';
import type { Border, ChunkRef } from './walk.js';

/** A data set whose files are staged, and all that the manifest says of it. */
export interface Staged extends Written {
  judge: Judge;
  schema: SchemaState;
  /** Hashes of the sources that were hashed as they were read, by number. */
  hashed: ReadonlyMap<number, string>;
}

/**
 * One pass over all sources, and what follows it. Null when types have to be settled anew, 'counted' when all it takes for
 * that is known. A judge when rows wait for their
 * verdicts; it has to be released. `decided` has the verdicts that such a judge gave.
 */
export async function attempt(
  schema: SchemaState,
  config: Config,
  budget: Budget,
  context: RunContext,
  decided: Decided | null,
): Promise<Staged | Judge | 'counted' | null> {
  const whole = planOf(schema, config, budget);
  const plan = decided === null ? whole : { ...whole, near: null };
  await toAllLanes(context.executor, plan);
  schema.beginPass();
  const hashed = new Map<number, string>();
  const border = (ref: ChunkRef, found: Border): void => {
    context.meter.read(ref, found);
    if (found.hash !== undefined) hashed.set(ref.source, found.hash);
  };
  const opened: { output?: PassOutput } = {};
  const prepare = (): PassOutput => {
    opened.output = new PassOutput(schema, plan, config, budget, context, decided);
    return opened.output;
  };
  try {
    const output = await runPass(context.executor, walkOf(schema, config, context.chunkBytes), border, prepare);
    if (output !== null && !output.typesHold) {
      opened.output!.discard();
      output.judged.release();
      return 'counted';
    }
    if (output === null || output.judged.isDeferring) {
      opened.output!.discard();
      if (output !== null) return output.judged;
      opened.output!.judged.release();
      return null;
    }
    return { ...(await output.finish()), hashed, judge: output.judged, schema };
  } catch (error) {
    opened.output?.abort();
    throw error;
  }
}
