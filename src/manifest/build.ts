import path from 'node:path';
import type { Config } from '../config/options.js';
import type { Field } from '../engine/types.js';
import type { Balance } from '../ledger/ledger.js';
import type { Place } from '../load/json/places.js';
import { canonicalConfig, configHash } from '../options/canonical.js';
import { shortened, shortenedTexts, shortenedType } from './bounds.js';
import type {
  Manifest,
  ManifestBeside,
  ManifestField,
  ManifestMalformed,
  ManifestPlace,
  ManifestSource,
  ManifestStats,
} from './manifest.js';
import { schemaLabel, typeName } from './type-name.js';
import { bumpVersion } from './version.js';

/** What a compile knows of a field when it ends. */
export interface FieldFacts {
  field: Field;
  /** False for a column that datagpu added. */
  fromSource: boolean;
  nulls: number;
  coercions: number;
  /** What was decided about places of a JSON column, and the names of the sources that it counts. */
  places: readonly Place[];
  sourceNames: readonly string[];
  min: ManifestField['min'];
  max: ManifestField['max'];
  /** Estimate of the distinct values, and their exact number where they are few. */
  distinct: number | null;
  exactDistinct: number | null;
}

/** What a compile knows when it ends. Paths are absolute. */
export interface CompileFacts {
  config: Config;
  name: string;
  createdAt: Date;
  compilerVersion: string;
  hash: string;
  sources: (Omit<ManifestSource, 'path'> & { path: string })[];
  files: { name: string; split?: string | null; rows: number; bytes: number; hash: string }[];
  beside: ManifestBeside[];
  fields: FieldFacts[];
  balance: Balance;
  stats: Pick<ManifestStats, 'valid_rows' | 'ranked_samples' | 'processing_time' | 'retyped' | 'stages'>;
  dedupe?: Record<string, unknown>;
  ranking?: Record<string, unknown>;
  warnings: string[];
  malformed: ManifestMalformed[];
  parent: Manifest | null;
}

/** The manifest of a finished compile, its paths relative to the output folder. */
export function buildManifest(facts: CompileFacts): Manifest {
  const { config, balance, parent } = facts;
  const { dir } = config.output;
  const rows = balance.kept;
  const removed = (balance.dropped['exact duplicate'] ?? 0) + (balance.dropped['near duplicate'] ?? 0);
  const entered = facts.stats.valid_rows;
  const fields = facts.fields.map(fieldEntry);
  const hashes = { hash: facts.hash, config_hash: configHash(config), fields };
  return {
    dataset_name: facts.name,
    version: bumpVersion(parent, hashes),
    rows,
    columns: fields.length,
    dedup_ratio: entered === 0 ? 0 : removed / entered,
    rank_method: config.rank.enabled ? config.rank.method : 'none',
    created_at: facts.createdAt.toISOString(),
    hash: facts.hash,
    source_path: relativePath(dir, facts.sources[0]!.path),
    compiled_path: facts.files[0]!.name,
    cache_path: config.resources.cache ? relativePath(dir, config.resources.cacheDir) : null,
    schema: Object.fromEntries(
      facts.fields.map((f) => [f.field.name, schemaLabel(f.field.type, f.exactDistinct, rows)]),
    ),
    stats: {
      total_rows: balance.read,
      valid_rows: entered,
      duplicates_removed: removed,
      ranked_samples: facts.stats.ranked_samples,
      processing_time: facts.stats.processing_time,
      ...(facts.stats.retyped === undefined ? {} : { retyped: facts.stats.retyped }),
      ...(facts.stats.stages === undefined ? {} : { stages: facts.stats.stages }),
    },
    compiler: { name: 'datagpu', version: facts.compilerVersion },
    config: canonicalConfig(config),
    config_hash: hashes.config_hash,
    sources: facts.sources.map((s) => ({ ...s, dialect: shortenedTexts(s.dialect), path: relativePath(dir, s.path) })),
    files: facts.files.map(({ name, split, ...file }) => ({
      path: name,
      ...(split == null ? {} : { split }),
      rows: file.rows,
      bytes: file.bytes,
      hash: file.hash,
    })),
    beside: facts.beside,
    fields,
    ledger: balance,
    ...(facts.dedupe === undefined ? {} : { dedupe: shortenedTexts(facts.dedupe) }),
    ...(facts.ranking === undefined ? {} : { ranking: shortenedTexts(facts.ranking) }),
    warnings: shortenedTexts(facts.warnings),
    ...(facts.malformed.length === 0 ? {} : { malformed: shortenedTexts(facts.malformed) }),
    parent:
      parent === null
        ? null
        : {
            dataset_name: parent.dataset_name,
            version: parent.version,
            hash: parent.hash,
            config_hash: parent.config_hash,
            created_at: parent.created_at,
          },
  };
}

function fieldEntry(facts: FieldFacts): ManifestField {
  const { field } = facts;
  return {
    name: field.name,
    type: shortenedType(typeName(field.type)),
    source_name: facts.fromSource ? shortened(field.sourceName) : null,
    nullable: facts.nulls > 0,
    nulls: facts.nulls,
    coercions: facts.coercions,
    min: facts.min,
    max: facts.max,
    distinct: facts.distinct,
    ...(facts.places.length === 0 ? {} : { places: facts.places.map((place) => placeEntry(place, facts.sourceNames)) }),
  };
}

/** A decision about a place of JSON; the source is named where there are several. */
export function placeEntry({ first, ...place }: Place, sourceNames: readonly string[]): ManifestPlace {
  const said = { ...place, path: shortened(place.path) };
  if (first === null) return { ...said, first: null };
  const { source, ...row } = first;
  return { ...said, first: sourceNames.length > 1 ? { ...row, source: sourceNames[source]! } : row };
}

/** A path relative to the output folder with "/" between its parts; absolute if there is no relative one. */
export function relativePath(from: string, to: string): string {
  if (to === '-') return to;
  const relative = path.relative(from, to);
  return (relative === '' ? '.' : relative).split(path.sep).join('/');
}
