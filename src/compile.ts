import fs from 'node:fs';
import path from 'node:path';
import { cardFiles } from './card/files.js';
import { readConfigFile } from './config/file.js';
import { memoryFailure } from './engine/memory-failure.js';
import { DatagpuError } from './errors.js';
import { FinishedDatasets } from './flow/finished.js';
import { SourceIdentity } from './flow/identity.js';
import { openLanes } from './flow/lanes.js';
import { removeDeadScratch } from './flow/scratch.js';
import { resolveSources } from './load/sources.js';
import { type Manifest, manifestFileName } from './manifest/manifest.js';
import type { CompileResult } from './manifest/result.js';
import type { CompileOptions } from './options/compile-options.js';
import { resolveConfig } from './options/resolve.js';
import { type NamedText, recover } from './write/commit.js';
import type { StagedFile } from './write/splicer.js';

/**
 * Compiles sources into a data set, the way the data take:
 *
 *     sources -> cache? -> first look -> read, clean, dedupe, rank, write -> manifest -> commit
 *
 * @throws DatagpuError for everything that is not a bug; the output folder is then as it was
 */
export async function compile(paths: readonly string[], options: CompileOptions = {}): Promise<CompileResult> {
  const began = performance.now();
  const elapsed = (): number => (performance.now() - began) / 1000;
  const cwd = options.cwd ?? process.cwd();
  const file = options.config === undefined ? null : readConfigFile(options.config, cwd);
  const config = resolveConfig(options, file, { cwd, env: process.env });
  const manifestPath = path.join(config.output.dir, manifestFileName);

  recover(config.output.dir);
  if (config.resources.scratch !== null) removeDeadScratch(config.resources.scratch);
  const { sources, warnings } = resolveSources(paths, { cwd, format: config.read.format });
  const identity = new SourceIdentity(sources);
  // Without a data set in the folder there is none to find: the lanes start while the rest is loaded.
  let lanes = fs.existsSync(manifestPath) && config.resources.cache ? null : openLanes(sources, config);
  const finished = FinishedDatasets.open(config, identity, (message) => warnings.push(message));
  try {
    // Before anything is read: whether the card may be written at the end.
    const { dir, card: isCardWanted } = config.output;
    const cards =
      isCardWanted || cardFiles.some((name) => fs.existsSync(path.join(dir, name))) ? await import('./card.js') : null;
    const place = cards?.cardPlaceOf(dir, isCardWanted) ?? null;
    const hit = await finished.find(options.signal);
    if (hit !== null) {
      if (isCardWanted) await cards?.card(dir);
      return { outcome: 'cached', manifest: hit, manifestPath, elapsedSeconds: elapsed() };
    }

    // What follows takes long to load, and a cache hit does without it.
    const { build } = await import('./flow/build.js');
    options.signal?.throwIfAborted();
    lanes ??= openLanes(sources, config);
    const texts = async (manifest: Manifest, [first]: readonly StagedFile[]): Promise<NamedText[]> =>
      place === null ? [] : place.texts(manifest, await cards!.featuresOf(first!));
    const { manifest, text } = await build(sources, warnings, identity, lanes, config, options, elapsed, {}, texts);
    await finished.remember(manifest, text);
    return { outcome: 'compiled', manifest, manifestPath, elapsedSeconds: elapsed() };
  } catch (error) {
    if (options.signal?.aborted) throw new DatagpuError('interrupted', 'interrupted', { cause: error });
    throw memoryFailure(error) ?? error;
  } finally {
    await lanes?.close();
    finished.close();
  }
}
