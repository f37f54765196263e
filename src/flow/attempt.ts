import type { Config } from '../config/options.js';
import { DigestPicker } from '../dedupe/pick.js';
import type { Executor } from '../engine/executor.js';
import type { Field } from '../engine/types.js';
import { DatasetHash } from '../write/fingerprint.js';
import { ParquetSplicer, type StagedFile } from '../write/splicer.js';
import { rejectBelowTop } from './below-top.js';
import { type Budget, isTight } from './budget.js';
import { droppedOf } from './dropped.js';
import { Judge } from './judge.js';
import type { Decided } from './near-judging.js';
import { runPass } from './pass.js';
import { planOf, requireText, toAllLanes, walkOf } from './passplan.js';
import type { ProgressMeter } from './progress.js';
import { type RankedRows, RankedRun } from './ranked.js';
import { RejectsFile } from './rejects-file.js';
import type { SchemaState } from './schema.js';
import { scoreField } from './score.js';
import type { ScratchFolder } from './scratch.js';
import { DataSink } from './sink.js';
import type { LaneTasks, PassPlan, Seen } from './tasks.js';
import type { Spent } from './times.js';

/** What a run is given besides its config. */
export interface RunContext {
  executor: Executor<LaneTasks>;
  /** Folder for the staged data files. */
  staging: string;
  compilerVersion: string;
  meter: ProgressMeter;
  scratch: ScratchFolder;
  /** Called when the executor has nothing more to do. */
  released?: () => void;
  /** Called when all rows have their fates and places. */
  beside?: (judge: Judge, ranking: RankedRows | null) => void;
  /** Where the dropped rows are to be written; null if they are not wanted. */
  rejectsFile: string | null;
  signal: AbortSignal | undefined;
  /** Decoded bytes of a chunk, where it is not to be the usual number. */
  chunkBytes?: number;
  /** Bytes of rows (and at most of their token ids) that may wait in memory, where it is not to be what `--memory` gives them. */
  heldBytes?: number;
  /** Rows that an index of near duplicates takes, where it is not to be what fits `--memory`. */
  nearRows?: number;
}

/** A data set whose files are staged, and all that the manifest says of it. */
export interface Staged {
  fields: Field[];
  files: StagedFile[];
  hash: string;
  judge: Judge;
  schema: SchemaState;
  totals: DataSink['totals'];
  /** Null without ranking, and where every score is 1. */
  ranking: RankedRows | null;
  /** Seconds by stage of every lane, and of the coordinator. */
  spent: Spent[];
  /** Hashes of the sources that were hashed as they were read, by number. */
  hashed: ReadonlyMap<number, string>;
}

/**
 * One pass over all sources, and what follows it. Null when types have to be settled anew. A judge when rows wait for their
 * verdicts; it has to be released. `decided` has the verdicts that such a judge gave.
 */
export async function attempt(
  schema: SchemaState,
  config: Config,
  budget: Budget,
  context: RunContext,
  decided: Decided | null,
): Promise<Staged | Judge | null> {
  const { executor } = context;
  const whole = planOf(schema, config, budget);
  const plan = decided === null ? whole : { ...whole, near: null };
  await toAllLanes(executor, plan);
  const judge = new Judge(schema, config, budget, context.scratch, { decided, nearRows: context.nearRows });
  const fields = plan.constantScore || plan.rank !== null ? [...plan.fields, scoreField] : plan.fields;
  const { compression, shardBytes } = config.output;
  const splicer = new ParquetSplicer(context.staging, fields, {
    compression,
    shardBytes,
    compilerVersion: context.compilerVersion,
  });
  const sink = new DataSink(executor, splicer);
  const hash = new DatasetHash(fields);
  const picker = new DigestPicker();
  const hashed = new Map<number, string>();
  const ranked =
    plan.rank === null
      ? null
      : new RankedRun(
          executor,
          context.scratch,
          plan.rank,
          config.rank,
          budget.heldBytes,
          context.meter,
          () => context.heldBytes === undefined && isTight(config.resources.memoryBytes),
        );
  const rejects =
    context.rejectsFile === null
      ? null
      : new RejectsFile(executor, plan.fields, context.rejectsFile, context.compilerVersion);
  const seenChunks = new Map<number, Seen>();
  const finishJudging = (ranking: RankedRows | null): void => {
    judge.rank(ranking);
    context.beside?.(judge, ranking);
  };
  try {
    const finished = await runPass(executor, walkOf(schema, config, context.chunkBytes), {
      border: (ref, border) => {
        context.meter.read(ref, border);
        if (border.hash !== undefined) hashed.set(ref.source, border.hash);
      },
      compares: plan.near !== null,
      judge: async (ref, seen, shingles) => {
        context.signal?.throwIfAborted();
        const judged = await judge.judge(ref, seen, shingles, context.signal);
        if (judged === null) return null;
        if (judge.isDeferring) {
          context.meter.defer();
          return { keep: null, action: { do: 'drop' } };
        }
        const { keep, kept } = judged;
        if (rejects !== null) seenChunks.set(ref.id, seen);
        const bytes = seen.rows === 0 ? 0 : Math.round((seen.bytes / seen.rows) * kept);
        if (ranked !== null) return { keep, action: ranked.place(ref.id, kept, bytes) };
        const digests = picker.pick(seen.rowDigests ?? seen.digests, keep);
        hash.rows(digests, plan.constantScore ? new Float64Array(kept).fill(1) : null);
        return { keep, action: sink.place(ref.id, kept, bytes) };
      },
      judged: () => {
        judge.rejects.check();
        requireText(plan.fields, config);
        if (judge.isDeferring) return;
        judge.release();
        // While lanes pack the last rows, what stands beside the data is made.
        if (ranked === null) finishJudging(null);
      },
      take: async (ref, settled, lane) => {
        // All of it is made again.
        if (judge.isDeferring) return;
        ranked?.take(ref.id, settled.held, lane);
        await sink.take(ref.id, settled, lane);
        const seen = seenChunks.get(ref.id);
        if (rejects === null || seen === undefined) return;
        seenChunks.delete(ref.id);
        await rejects.add(droppedOf(ref, plan.sources[ref.source]!.name, seen, judge.fates, settled.dropped));
      },
    });
    if (!finished) {
      judge.release();
      splicer.discard();
      rejects?.abort();
      return null;
    }
    if (judge.isDeferring) {
      splicer.discard();
      rejects?.abort();
      return judge;
    }
    const ranking = ranked === null ? null : await ranked.finish(sink, hash);
    if (rejects !== null && ranked !== null) await addBelowTop(rejects, ranked, ranking, judge, plan, executor);
    await sink.end();
    await rejects?.finish();
    // While the system writes the data to the disk, the lanes give back their memory.
    const finishing = splicer.finish();
    finishing.catch(() => undefined);
    const spent = [...(await spentOn(executor)), { dedupe: judge.seconds }];
    context.released?.();
    if (ranked !== null) finishJudging(ranking);
    const files = await finishing;
    return { fields, files, hash: hash.finish(), hashed, judge, schema, totals: sink.totals, ranking, spent };
  } catch (error) {
    judge.release();
    splicer.abort();
    rejects?.abort();
    throw error;
  }
}

/** Writes out the rows that `--top` leaves out. Must come before they get that fate. */
async function addBelowTop(
  rejects: RejectsFile,
  ranked: RankedRun,
  ranking: RankedRows | null,
  judge: Judge,
  plan: PassPlan,
  executor: Executor<LaneTasks>,
): Promise<void> {
  if (ranking === null || ranking.order === null) return;
  const records = judge.rejects.records;
  const sources = plan.sources.map(({ name }, s) => ({ name, records: records[s]! }));
  await rejectBelowTop(executor, ranked.heldChunks, ranking.order, judge.fates, sources, rejects);
}

const spentOn = (executor: Executor<LaneTasks>): Promise<Spent[]> =>
  Promise.all(Array.from({ length: executor.lanes }, (_, lane) => executor.run(lane, 'spent', null)));
