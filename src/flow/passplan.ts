import type { Config } from '../config/options.js';
import { SharedArena } from '../engine/arena.js';
import type { Field } from '../engine/types.js';
import { resolveColumns } from '../load/columns.js';
import { isRankable } from '../rank/texts.js';
import type { Look } from './look.js';
import type { SchemaState } from './schema.js';
import type { PassPlan } from './tasks.js';
import { ChunkWalk, type Walkable } from './walk.js';

/** Records of a chunk times its columns stay below this: the cell index has 8 bytes a cell. */
const cellsPerChunk = 8_000_000;
/** Decoded bytes of a chunk. */
const usualChunkBytes = 32 * 2 ** 20;

/** What the lanes are told before a pass. */
export function planOf({ looks, union }: SchemaState, config: Config): PassPlan {
  const { fields } = union;
  return {
    sources: looks.map((look, s) => ({ ...look.plan, map: union.maps[s]! })),
    fields,
    declared: union.declared.map((d) => d !== null),
    kinds: union.kinds,
    read: config.read,
    clean: config.clean,
    compared: comparedColumns(fields, config),
    near: nearPlan(fields, config),
    rank: rankPlan(fields, config),
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

/** The chunks of a pass, over the sources that `only` lets through. */
export function walkOf(
  { looks }: SchemaState,
  config: Config,
  chunkBytes: number = usualChunkBytes,
  only: (look: Look) => boolean = () => true,
): ChunkWalk {
  const sources = looks.map((look): Walkable => {
    if (!only(look)) return { start: null, limits: null, pieces: [] };
    if (look.pieces !== null) return { start: null, limits: null, pieces: look.pieces };
    const records = Math.max(1, Math.floor(cellsPerChunk / Math.max(1, look.plan.columns.length)));
    return { start: look.start!, limits: { bytes: chunkBytes, records }, pieces: null };
  });
  return new ChunkWalk(sources, config.read.limit ?? Number.POSITIVE_INFINITY);
}

/** How rows are ranked; null when they are not compared with each other. */
function rankPlan(fields: readonly Field[], { rank, resources }: Config): PassPlan['rank'] {
  if (!rank.enabled || rank.method === 'none') return null;
  const columns = rank.on === null ? textColumns(fields) : resolveColumns(rank.on, fields, '--rank-on');
  const { method, language, ngrams, minDf, maxFeatures } = rank;
  const keepBytes = Math.floor(resources.memoryBytes / 4 / Math.max(1, resources.threads));
  const { memory } = new SharedArena();
  return { columns, settings: { method, language, ngrams, minDf, maxFeatures, keepBytes }, memory };
}

/** What near duplicates are compared by; null when they are kept. */
function nearPlan(fields: readonly Field[], { near }: Config): PassPlan['near'] {
  if (!near.enabled) return null;
  const columns = near.on === null ? textColumns(fields) : resolveColumns(near.on, fields, '--near-dup-on');
  return { columns, shingle: near.shingle };
}

const textColumns = (fields: readonly Field[]): number[] =>
  fields.flatMap(({ type }, f) => (isRankable(type) ? [f] : []));
