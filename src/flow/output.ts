import type { Config } from '../config/options.js';
import type { Executor } from '../engine/executor.js';
import type { Field } from '../engine/types.js';
import { ExpectedRows } from '../ledger/rowcheck.js';
import { stageOptions } from '../stages/pipeline.js';
import type { ContentHash } from '../write/content.js';
import { datasetHash, splitsOf } from '../write/fingerprint.js';
import { ParquetSplicer, type StagedFile } from '../write/splicer.js';
import { rejectBelowTop } from './below-top.js';
import { type Budget, isTight } from './budget.js';
import type { RunContext } from './context.js';
import { droppedOf } from './dropped.js';
import { groupBytes } from './groups.js';
import { Judge } from './judge.js';
import type { Decided } from './near-judging.js';
import type { PassHooks } from './pass.js';
import { requireText } from './passplan.js';
import { type RankedRows, RankedRun } from './ranked.js';
import { RejectsFile } from './rejects-file.js';
import type { SchemaState } from './schema.js';
import { scoreField } from './score.js';
import type { ShingleFeed } from './shingle-feed.js';
import { DataSink } from './sink.js';
import type { LaneTasks, PassPlan, Seen, Sentence, Settled } from './tasks.js';
import type { Spent } from './times.js';
import type { ChunkRef } from './walk.js';

/** What a pass made: the files are staged. */
export interface Written {
  fields: Field[];
  files: StagedFile[];
  hash: string;
  totals: DataSink['totals'];
  /** Null without ranking, and where every score is 1. */
  ranking: RankedRows | null;
  /** Seconds by stage of every lane, and of the coordinator. */
  spent: Spent[];
}

/** What becomes of the chunks of a pass: rows are judged, ranked if that is wanted, and written. */
export class PassOutput implements PassHooks {
  readonly judged: Judge;
  readonly compares: boolean;
  private readonly executor: Executor<LaneTasks>;
  private readonly fields: Field[];
  /** One for each split, or one alone. */
  private readonly splicers: ParquetSplicer[];
  private readonly sink: DataSink;
  private readonly hash: ContentHash;
  private readonly expected: ExpectedRows;
  private readonly ranked: RankedRun | null;
  private readonly rejects: RejectsFile | null;
  /** With `--rejects`: the chunks whose dropped rows were not written yet, by number. */
  private readonly seenChunks: Map<number, Seen> = new Map();

  /** Known once all rows were judged: if not, all of this is of no use. */
  typesHold = true;
  /** The sources by their names in what is written. */
  private readonly sources: readonly string[];

  constructor(
    private readonly schema: SchemaState,
    private readonly plan: PassPlan,
    private readonly config: Config,
    budget: Budget,
    private readonly context: RunContext,
    decided: Decided | null,
  ) {
    const { executor, compilerVersion } = context;
    const { compression, shardBytes } = config.output;
    const places = context.places();
    this.sources = places.sources;
    this.executor = executor;
    this.compares = plan.near !== null;
    this.judged = new Judge(schema, config, budget, context.scratch, {
      decided,
      nearRows: context.nearRows,
      nearBytes: context.nearBytes,
      formBytes: context.formBytes,
    });
    this.fields = plan.constantScore || plan.rank?.scored ? [...plan.fields, scoreField] : plan.fields;
    const options = { compression, shardBytes, compilerVersion };
    const names = config.split.shares?.map(({ name }) => name) ?? [null];
    this.splicers = names.map((split) => new ParquetSplicer(places.data, this.fields, { ...options, split }));
    this.hash = datasetHash(this.fields);
    this.sink = new DataSink(executor, this.splicers, this.hash);
    this.expected = new ExpectedRows(plan.rank !== null && config.rank.top !== null);
    this.rejects =
      places.rejects === null ? null : new RejectsFile(executor, plan.fields, places.rejects, compilerVersion);
    this.ranked =
      plan.rank === null
        ? null
        : new RankedRun(
            executor,
            context.scratch,
            plan.rank,
            config.rank.enabled ? config.rank : { ...config.rank, top: null },
            plan.split?.shares.length ?? null,
            budget.heldBytes,
            context.meter,
            () => context.heldBytes === undefined && isTight(config.resources.memoryBytes),
          );
  }

  async judge(ref: ChunkRef, seen: Seen, shingles: ShingleFeed | null): Promise<Sentence | null> {
    const { context, ranked } = this;
    context.signal?.throwIfAborted();
    const judged = await this.judged.judge(ref, seen, shingles, context.signal);
    if (judged === null) return null;
    if (this.judged.isDeferring) {
      context.meter.defer();
      return { keep: null, action: { do: 'drop' } };
    }
    const { keep, kept } = judged;
    if (this.rejects !== null) this.seenChunks.set(ref.id, seen);
    this.expected.add(seen.tags, keep);
    const bytes = seen.rows === 0 ? 0 : Math.round((seen.bytes / seen.rows) * kept);
    if (ranked !== null) return { keep, action: ranked.place(ref.id, kept, bytes) };
    return { keep, action: this.sink.place(ref.id, kept, bytes) };
  }

  /** They copy the pages of a row group; without memory for that there are none. */
  helpers(idle: number): number {
    return isTight(this.config.resources.memoryBytes - groupBytes) ? 0 : idle;
  }

  /** Without ranking, what stands beside the data is made while lanes pack the last rows. */
  allJudged(): void {
    this.typesHold = this.schema.holds();
    if (!this.typesHold) return;
    this.judged.rejects.check();
    requireText(this.plan.fields, this.config);
    if (this.judged.isDeferring) return;
    this.judged.release();
    if (this.ranked === null) this.account(null);
  }

  async take(ref: ChunkRef, settled: Settled, lane: number): Promise<void> {
    // All of it is made again.
    if (this.judged.isDeferring) return;
    this.ranked?.take(ref.id, settled, lane);
    await this.sink.take(ref.id, settled, lane);
    const seen = this.seenChunks.get(ref.id);
    if (this.rejects === null || seen === undefined) return;
    this.seenChunks.delete(ref.id);
    const source = this.sources[ref.source]!;
    const { fates } = this.judged;
    await this.rejects.add(droppedOf(ref, source, seen, fates, settled.dropped, stageOptions(this.config)));
  }

  /** Ranks the rows, and writes what was not written yet. Once every chunk was taken. */
  async finish(): Promise<Written> {
    const { ranked, rejects, sink, hash, splicers, judged, context, executor, fields } = this;
    const ranking = ranked === null ? null : await ranked.finish(sink);
    if (rejects !== null && ranked !== null) await this.rejectBelowTop(ranked, ranking, rejects);
    await sink.end(this.helpers(executor.lanes - 1));
    const order = ranking?.order ?? null;
    sink.requireRows(order?.length ?? judged.kept, this.expected.sums(order));
    await rejects?.finish();
    // While the system writes the data to the disk, the lanes give back their memory.
    const finishing = finishAll(splicers);
    finishing.catch(() => undefined);
    const spent = [...(await spentOn(executor)), { dedupe: judged.seconds }];
    context.released?.();
    if (ranked !== null) this.account(ranking);
    const files = await finishing;
    return { fields, files, hash: hash.finish(splitsOf(files)), totals: sink.totals, ranking, spent };
  }

  /** Ends it where nothing of what was written is wanted, so that another pass can begin. */
  discard(): void {
    for (const splicer of this.splicers) splicer.discard();
    this.rejects?.abort();
  }

  /** Ends it after a failure. */
  abort(): void {
    this.judged.release();
    for (const splicer of this.splicers) splicer.abort();
    this.rejects?.abort();
  }

  private account(ranking: RankedRows | null): void {
    this.judged.rank(ranking);
    this.context.beside?.(this.judged, ranking);
  }

  /** Writes out the rows that `--top` leaves out. Must come before they get that fate. */
  private async rejectBelowTop(ranked: RankedRun, ranking: RankedRows | null, rejects: RejectsFile): Promise<void> {
    if (ranking === null || ranking.order === null) return;
    const records = this.judged.rejects.records;
    const sources = this.sources.map((name, s) => ({ name, records: records[s]! }));
    await rejectBelowTop(this.executor, ranked.heldChunks, ranking.order, this.judged.fates, sources, rejects);
  }
}

async function finishAll(splicers: readonly ParquetSplicer[]): Promise<StagedFile[]> {
  const files: StagedFile[] = [];
  for (const splicer of splicers) files.push(...(await splicer.finish()));
  return files;
}

const spentOn = (executor: Executor<LaneTasks>): Promise<Spent[]> =>
  Promise.all(Array.from({ length: executor.lanes }, (_, lane) => executor.run(lane, 'spent', null)));
