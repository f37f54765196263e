import type { Config } from '../config/options.js';
import type { Executor } from '../engine/executor.js';
import type { Field } from '../engine/types.js';
import { resolveColumns } from '../load/columns.js';
import { scoreColumn } from '../load/unify.js';
import { DatasetHash } from '../write/fingerprint.js';
import { ParquetSplicer, type StagedFile } from '../write/splicer.js';
import { Judge } from './judge.js';
import type { Look } from './look.js';
import { runPass } from './pass.js';
import type { ProgressMeter } from './progress.js';
import { SchemaState } from './schema.js';
import { DataSink } from './sink.js';
import type { LaneTasks, PassPlan } from './tasks.js';
import { ChunkWalk, type Walkable } from './walk.js';

/** Records of a chunk times its columns stay below this: the cell index has 8 bytes a cell. */
const cellsPerChunk = 8_000_000;
/** Decoded bytes of a chunk. */
const chunkBytes = 32 * 2 ** 20;

/** What a run is given besides its config. */
export interface RunContext {
  executor: Executor<LaneTasks>;
  /** Folder for the staged data files. */
  staging: string;
  compilerVersion: string;
  meter: ProgressMeter;
  signal: AbortSignal | undefined;
}

/** A data set whose files are staged, and all that the manifest says of it. */
export interface RunResult {
  fields: Field[];
  files: StagedFile[];
  hash: string;
  judge: Judge;
  schema: SchemaState;
  totals: DataSink['totals'];
  /** How often types had to be settled anew. */
  retyped: number;
}

/** Reads, judges and writes all records; types are settled over all of them, at the price of a second pass if need be. */
export async function run(looks: readonly Look[], config: Config, context: RunContext): Promise<RunResult> {
  const schema = new SchemaState(looks, config);
  for (let retyped = 0; ; retyped++) {
    if (retyped > 2) throw new Error('types that were settled over all rows did not hold');
    const result = await attempt(schema, config, context);
    if (result !== null) return { ...result, retyped };
    await learnKinds(schema, config, context);
  }
}

async function attempt(
  schema: SchemaState,
  config: Config,
  context: RunContext,
): Promise<Omit<RunResult, 'retyped'> | null> {
  const { executor } = context;
  const plan = planOf(schema, config);
  await toAllLanes(executor, plan);
  const judge = new Judge(schema, config);
  const fields = plan.constantScore ? [...plan.fields, scoreField] : plan.fields;
  const { compression, shardBytes } = config.output;
  const splicer = new ParquetSplicer(context.staging, fields, {
    compression,
    shardBytes,
    compilerVersion: context.compilerVersion,
  });
  const sink = new DataSink(executor, splicer);
  const hash = new DatasetHash(fields);
  try {
    const finished = await runPass(executor, walkOf(schema, config), {
      border: (ref, border) => context.meter.read(ref, border),
      judge: (ref, seen) => {
        context.signal?.throwIfAborted();
        const judged = judge.judge(ref, seen);
        if (judged === null) return null;
        hash.rows(judged.digests, plan.constantScore ? new Float64Array(judged.kept).fill(1) : null);
        const bytes = seen.rows === 0 ? 0 : Math.round((seen.bytes / seen.rows) * judged.kept);
        return { keep: judged.keep, action: sink.place(ref.id, judged.kept, bytes) };
      },
      take: (ref, settled, lane) => sink.take(ref.id, settled, lane),
    });
    if (!finished) {
      splicer.discard();
      return null;
    }
    judge.rejects.check();
    await sink.end();
    return { fields, files: await splicer.finish(), hash: hash.finish(), judge, schema, totals: sink.totals };
  } catch (error) {
    splicer.abort();
    throw error;
  }
}

const scoreField: Field = { name: scoreColumn, sourceName: scoreColumn, type: { kind: 'float64' } };

/** Finds the kinds of all values of text sources, so that the next attempt's types hold. */
async function learnKinds(schema: SchemaState, config: Config, context: RunContext): Promise<void> {
  const { executor } = context;
  schema.settle();
  await toAllLanes(executor, planOf(schema, config));
  const walk = walkOf(schema, config, (look) => look.start !== null);
  const work = async (lane: number): Promise<void> => {
    for (let ref = await walk.next(); ref !== null; ref = await walk.next()) {
      context.signal?.throwIfAborted();
      const learned = await executor.run(lane, 'kinds', ref, (border) => walk.found(border));
      schema.learn(ref.source, learned);
    }
  };
  await Promise.all(Array.from({ length: executor.lanes }, (_, lane) => work(lane)));
  schema.settle();
}

async function toAllLanes(executor: Executor<LaneTasks>, plan: PassPlan): Promise<void> {
  await Promise.all(Array.from({ length: executor.lanes }, (_, lane) => executor.run(lane, 'plan', plan)));
}

function planOf({ looks, union }: SchemaState, config: Config): PassPlan {
  const { fields } = union;
  return {
    sources: looks.map((look, s) => ({ ...look.plan, map: union.maps[s]! })),
    fields,
    declared: union.declared.map((d) => d !== null),
    kinds: union.kinds,
    read: config.read,
    clean: config.clean,
    compared: comparedColumns(fields, config),
    near: null,
    rank: null,
    constantScore: config.rank.enabled && config.rank.method === 'none',
    compression: config.output.compression,
    rejects: config.output.rejects,
  };
}

/** The fields in which exact duplicates are equal. */
function comparedColumns(fields: readonly Field[], { dedupe }: Config): number[] {
  const on = dedupe.on === null ? fields.map((_, f) => f) : resolveColumns(dedupe.on, fields, '--dedupe-on');
  const ignored = new Set(resolveColumns(dedupe.ignore, fields, '--ignore'));
  return on.filter((f) => !ignored.has(f));
}

function walkOf({ looks }: SchemaState, config: Config, only: (look: Look) => boolean = () => true): ChunkWalk {
  const sources = looks.map((look): Walkable => {
    if (!only(look)) return { start: null, limits: null, pieces: [] };
    if (look.pieces !== null) return { start: null, limits: null, pieces: look.pieces };
    const records = Math.max(1, Math.floor(cellsPerChunk / Math.max(1, look.plan.columns.length)));
    return { start: look.start!, limits: { bytes: chunkBytes, records }, pieces: null };
  });
  return new ChunkWalk(sources, config.read.limit ?? Number.POSITIVE_INFINITY);
}
