import { jsYaml } from '../config/js-yaml.js';
import type { Config } from '../config/options.js';
import { packageVersion } from '../config/package-version.js';
import type { Executor } from '../engine/executor.js';
import type { DuplicateSummary } from '../ledger/groups.js';
import { startsOf } from '../ledger/lineage.js';
import type { Source } from '../load/sources.js';
import { requireReadable } from '../manifest/bounds.js';
import { buildManifest, relativePath } from '../manifest/build.js';
import type { Manifest } from '../manifest/manifest.js';
import { sealed } from '../manifest/write.js';
import type { CompileOptions } from '../options/compile-options.js';
import { hasCounts } from '../stages/pipeline.js';
import { type NamedText, Staging } from '../write/commit.js';
import { lookAtDestination } from '../write/destination.js';
import type { StagedFile } from '../write/splicer.js';
import { duplicatesOf, warningsOf } from './account.js';
import { hashBeside, writeBeside } from './beside.js';
import type { RunContext } from './context.js';
import { defaultName } from './default-name.js';
import { fieldFacts, stagesOf } from './facts.js';
import type { SourceIdentity } from './identity.js';
import { type Look, lookAtAll } from './look.js';
import { ProgressMeter } from './progress.js';
import { run } from './run.js';
import { ScratchFolder } from './scratch.js';
import type { LaneTasks } from './tasks.js';

/**
 * Builds a data set from sources and commits it; returns its manifest, and the text of it that was written. The
 * caller closes `executor`, which can be closed before. `sizes` are given where they are not to be the usual ones; `texts`
 * are committed with it, as those of a card.
 */
export async function build(
  sources: readonly Source[],
  warnings: string[],
  identity: SourceIdentity,
  executor: Executor<LaneTasks>,
  config: Config,
  options: CompileOptions,
  elapsed: () => number,
  sizes: Pick<RunContext, 'chunkBytes' | 'heldBytes' | 'nearRows' | 'nearBytes' | 'formBytes'> = {},
  texts: (manifest: Manifest, files: readonly StagedFile[]) => Promise<NamedText[]> = async () => [],
): Promise<{ manifest: Manifest; text: string }> {
  const out = config.output.dir;
  const name = config.output.name ?? defaultName(sources[0]!);
  const splits = config.split.shares?.map((split) => split.name) ?? [];
  const arrival = { out, name, sources, replace: config.output.replace, splits };
  const destination = await lookAtDestination(arrival, warnings);
  // Made when something is to be put there first, which is mostly while the lanes read.
  const opened: { staging?: Staging } = {};
  const staging = (): Staging => {
    opened.staging ??= new Staging(out);
    return opened.staging;
  };
  const { scratch: scratchParent } = config.resources;
  const scratch =
    scratchParent === null ? new ScratchFolder(() => staging().folder) : ScratchFolder.shared(scratchParent);
  const stop = (): void => void executor.close();
  options.signal?.addEventListener('abort', stop);
  try {
    const looks = await lookAtAll(sources, config, scratch, spoolOptions(options));
    const hashes = identity.hashes(looks, options.signal);
    const paths = looks.map((look) => relativePath(out, look.source.absolute));
    let duplicates: DuplicateSummary | undefined;
    const isRanked = config.rank.enabled && config.rank.method !== 'none';
    const meter = new ProgressMeter(looks, isRanked, options.onProgress);
    const result = await run(looks, config, {
      executor,
      places: () => {
        // The manifest is written when there is no more time to load it.
        jsYaml();
        return {
          data: staging().folder,
          rejects: config.output.rejects ? staging().beside('rejects.parquet') : null,
          sources: paths,
        };
      },
      scratch,
      compilerVersion: packageVersion(),
      meter,
      signal: options.signal,
      ...sizes,
      released: stop,
      beside: (judge, ranking) => {
        writeBeside(staging(), { judge, ranking }, paths, packageVersion(), hasCounts(config));
        duplicates = duplicatesOf(judge, paths);
      },
    });
    const rows = result.judge.rejects.records;
    const described = looks.map((look, s) => ({
      path: look.source.absolute,
      bytes: look.file.stream?.bytes ?? look.source.bytes,
      rows: rows[s]!,
      dialect: look.dialect,
    }));
    const duplicateWarnings = await warningsOf(duplicates, result);
    const hashed = await hashes(result.hashed);
    identity.requireUnchanged();
    // Before anything is committed: the rows that are in the files, against what was read and dropped.
    const balance = result.judge.ledger.balance(result.files.reduce((n, file) => n + file.rows, 0));
    const built = buildManifest({
      config,
      name,
      createdAt: new Date(),
      compilerVersion: packageVersion(),
      hash: result.hash,
      sources: described.map((source, s) => ({ ...source, hash: hashed[s]! })),
      files: result.files,
      beside: await hashBeside(staging()),
      fields: fieldFacts(result),
      balance,
      stats: {
        valid_rows: result.judge.valid,
        // Rows below the top were ranked as well.
        ranked_samples: config.rank.enabled ? balance.kept + (balance.dropped['below top'] ?? 0) : 0,
        processing_time: elapsed(),
        retyped: result.retyped,
        stages: stagesOf(result, sourceBytes(looks), elapsed()),
      },
      ...(duplicates === undefined ? {} : { dedupe: { ...duplicates } }),
      ...(result.ranking === null || !config.rank.enabled ? {} : { ranking: { ...result.ranking.summary } }),
      warnings: [
        ...warnings,
        ...looks.flatMap((l) => l.warnings),
        ...result.judge.rejects.warnings(looks.map((l) => l.plan.name)),
        ...result.judge.rejects.notes.warnings(
          looks.map((l) => l.plan.name),
          config.read.comment,
        ),
        ...result.schema.union.notes,
        ...result.judge.nearly.hints(
          result.schema.union.fields.map((f) => f.name),
          looks.map((l) => l.plan.name),
          startsOf(looks.map((l, s) => ({ path: l.plan.name, records: result.judge.rejects.records[s]! }))),
        ),
        ...duplicateWarnings,
        ...(result.ranking?.warnings ?? []),
      ],
      malformed: result.judge.rejects.first.map(({ source, ...record }) => ({ source: paths[source]!, ...record })),
      parent: destination.parent,
    });
    const { manifest, text } = sealed(built);
    requireReadable(text);
    const withIt = await texts(manifest, result.files);
    // No turn of the event loop here, in which threads that end would be waited for: that goes on beside the commit.
    options.signal?.throwIfAborted();
    const staged = staging();
    destination.requireUnchanged();
    staged.commit(result.files, text, destination.data, withIt);
    meter.done(balance.kept);
    return { manifest, text };
  } catch (error) {
    // What a source that is being written to looks like is not the reason.
    if (!options.signal?.aborted) identity.requireUnchanged();
    throw error;
  } finally {
    options.signal?.removeEventListener('abort', stop);
    await executor.close();
    scratch.remove();
    opened.staging?.abort();
  }
}

const sourceBytes = (looks: readonly Look[]): number => looks.reduce((n, look) => n + look.file.bytes, 0);

const spoolOptions = ({ signal }: CompileOptions): { signal?: AbortSignal } => (signal === undefined ? {} : { signal });
