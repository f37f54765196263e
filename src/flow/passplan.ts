import { randomBytes } from 'node:crypto';
import type { Config } from '../config/options.js';
import { shingleSecretBytes } from '../dedupe/shingles.js';
import { SharedArena } from '../engine/arena.js';
import type { Executor } from '../engine/executor.js';
import type { Field } from '../engine/types.js';
import { DatagpuError } from '../errors.js';
import { digestSecretBytes } from '../kernels/ingest.js';
import { resolveColumns } from '../load/columns.js';
import { rawTreeOf } from '../load/json/raw-tree.js';
import { requireTextIn, textColumns } from '../rank/columns.js';
import { rankedColumns } from '../rank/rowtexts.js';
import { isRankable } from '../rank/texts.js';
import { rowPlans, stagesOn } from '../stages/pipeline.js';
import { sketchSecretBytes } from '../write/sketch.js';
import { type Budget, holdsRows, ranksRows } from './budget.js';
import { evenParts } from './groups.js';
import type { Look } from './look.js';
import type { SchemaState } from './schema.js';
import type { LaneTasks, PassPlan, SourcePlan } from './tasks.js';
import { ChunkWalk, type Walkable } from './walk.js';

/** Records of a chunk times its columns stay below this: the cell index has 8 bytes a cell. */
const cellsPerChunk = 4_000_000;
/** A record takes up to 60 bytes on its way, whatever it holds. */
const recordsPerChunk = 1_000_000;
/** Decoded bytes of a chunk, at most. */
const mostChunkBytes = 32 * 2 ** 20;

/** What the lanes are told before a pass. */
export function planOf({ looks, union }: SchemaState, config: Config, budget: Budget): PassPlan {
  const { fields } = union;
  return {
    secret: randomBytes(digestSecretBytes + sketchSecretBytes + shingleSecretBytes),
    sources: looks.map((look, s) => ({ ...look.plan, map: union.maps[s]!, ...keptOf(look, union.maps[s]!, fields) })),
    fields,
    declared: union.declared.map((d) => d !== null),
    kinds: union.kinds,
    only: union.only,
    read: config.read,
    clean: config.clean,
    rows: rowPlans(config, fields),
    compared: comparedColumns(fields, config),
    comparesForms: config.dedupe.enabled,
    samplesIds: config.dedupe.enabled && config.dedupe.on === null,
    near: nearPlan(fields, config),
    rank: rankPlan(fields, config, budget),
    split: splitPlan(fields, config),
    constantScore: config.rank.enabled && !holdsRows(config),
    compression: config.output.compression,
    rejects: config.output.rejects,
  };
}

/** What of a JSON source's columns is kept as it was read. */
function keptOf(look: Look, map: readonly number[], fields: readonly Field[]): Pick<SourcePlan, 'kept'> {
  if (look.plan.json === null) return {};
  return {
    kept: look.plan.columns.map((_, c) => {
      const f = map.indexOf(c);
      return f < 0 ? null : rawTreeOf(fields[f]!.type);
    }),
  };
}

/** Tells the lanes what they must know of a pass. */
export async function toAllLanes(executor: Executor<LaneTasks>, plan: PassPlan): Promise<void> {
  await Promise.all(Array.from({ length: executor.lanes }, (_, lane) => executor.run(lane, 'plan', plan)));
}

/**
 * The fields in which exact duplicates are equal.
 *
 * @throws DatagpuError `usage` when none is left
 */
export function comparedColumns(fields: readonly Field[], { dedupe }: Config): number[] {
  const on = dedupe.on === null ? fields.map((_, f) => f) : resolveColumns(dedupe.on, fields, '--dedupe-on');
  const ignored = new Set(resolveColumns(dedupe.ignore, fields, '--ignore'));
  const compared = on.filter((f) => !ignored.has(f));
  if (dedupe.enabled && compared.length === 0 && on.length > 0)
    throw new DatagpuError('usage', '--ignore leaves no column to compare rows by', {
      hint: 'Leave a column out of it, or pass --no-dedupe',
    });
  return compared;
}

/** Chunks of a source are of one size, and an even number where they are worth a thread's while: two lanes end together. */
function bytesOfChunk(size: number): number {
  if (size <= mostChunkBytes / 4) return mostChunkBytes;
  return Math.ceil(size / Math.max(2, evenParts(size, mostChunkBytes)));
}

/** The chunks of a pass, over the sources that `only` lets through. */
export function walkOf(
  { looks }: SchemaState,
  config: Config,
  chunkBytes: number | undefined,
  only: (look: Look) => boolean = () => true,
): ChunkWalk {
  const sources = looks.map((look): Walkable => {
    if (!only(look)) return { start: null, limits: null, pieces: [] };
    if (look.pieces !== null) return { start: null, limits: null, pieces: look.pieces };
    const cells = Math.floor(cellsPerChunk / Math.max(1, look.plan.columns.length));
    const records = Math.min(recordsPerChunk, Math.max(1, cells));
    const bytes = chunkBytes ?? bytesOfChunk(look.plan.file.bytes);
    return { start: look.start!, limits: { bytes, records }, pieces: null };
  });
  return new ChunkWalk(sources, config.read.limit ?? Number.POSITIVE_INFINITY);
}

/** How rows are held and ranked; null when they are written as they come. Rows of splits are held, ranked or not. */
function rankPlan(fields: readonly Field[], config: Config, budget: Budget): PassPlan['rank'] {
  const { rank } = config;
  if (!holdsRows(config)) return null;
  const method = ranksRows(config) ? rank.method : 'none';
  const wanted =
    rank.on === null || method === 'none' ? textColumns(fields) : resolveColumns(rank.on, fields, '--rank-on');
  // Types may still widen to text: a column without text is refused once they hold (requireText).
  const columns = method === 'none' ? [] : wanted.filter((f) => isRankable(fields[f]!.type));
  const { language, ngrams, minDf, maxFeatures } = rank;
  const { idBytes: keepBytes, maxTerms, runBytes } = budget;
  const { memory } = new SharedArena();
  const named = rankedColumns(columns.map((c) => fields[c]!));
  const settings = { method, language, ngrams, minDf, maxFeatures, keepBytes, maxTerms, runBytes };
  return { columns, named, settings, memory, scored: rank.enabled };
}

/**
 * How rows are divided; null when they are not. By default by what exact duplicates are equal in, so that those which are kept
 * lie on one side; which source a row came from is no content.
 */
export function splitPlan(fields: readonly Field[], config: Config): PassPlan['split'] {
  const { shares, by } = config.split;
  if (shares === null) return null;
  const compared = comparedColumns(fields, config);
  const content = compared.filter((f) => fields[f]!.name !== config.read.sourceColumn);
  const names = fields.map(({ name }) => name);
  const group = by === null ? null : resolveColumns(by, fields, '--split-by');
  return { shares: shares.map(({ share }) => share), names, group, content: content.length > 0 ? content : compared };
}

/** Refuses columns named by --rank-on, --near-dup-on or an option of a stage that have no text. Columns without any value are left out in silence. */
export function requireText(fields: readonly Field[], config: Config): void {
  const { rank, near } = config;
  for (const stage of stagesOn(config)) stage.requireText?.(config, fields);
  if (rank.enabled && rank.method !== 'none' && rank.on !== null)
    requireTextIn(fields, rank.on, '--rank-on', 'to rank by');
  if (near.enabled && near.on !== null) requireTextIn(fields, near.on, '--near-dup-on', 'to compare');
}

/** What near duplicates are compared by; null when they are kept. */
function nearPlan(fields: readonly Field[], { near }: Config): PassPlan['near'] {
  if (!near.enabled) return null;
  const wanted = near.on === null ? textColumns(fields) : resolveColumns(near.on, fields, '--near-dup-on');
  // As with ranking, types may still widen to text.
  const columns = wanted.filter((f) => isRankable(fields[f]!.type));
  return { columns, shingle: near.shingle };
}
