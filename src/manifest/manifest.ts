import type { ConfigValue } from '../config/options.js';
import type { SchemaLabel } from '../engine/types.js';

/**
 * What manifest.yaml says about a data set; src/manifest/manifest.schema.json is the same as a JSON Schema. Paths are
 * relative to the manifest's folder, with "/" between their parts, unless no relative path exists.
 */
export interface Manifest {
  dataset_name: string;
  /** "v1.2.3"; see version.ts for what changes which part. */
  version: string;
  /** Rows of the output. */
  rows: number;
  /** Columns of the output. */
  columns: number;
  /** Rows removed by exact and near dedupe / rows that entered dedupe; 0 when none entered. */
  dedup_ratio: number;
  /** As configured. */
  rank_method: string;
  /** ISO 8601, UTC. */
  created_at: string;
  /** `sha256:...` of the logical content; see ARCHITECTURE.md, "Fingerprint". */
  hash: string;
  /** The first source. */
  source_path: string;
  /** The first data file. */
  compiled_path: string;
  /** The cache's folder; null when the cache was off. */
  cache_path: string | null;
  /** What each column is, by name in the output. */
  schema: Record<string, SchemaLabel>;
  stats: ManifestStats;
  compiler: { name: string; version: string };
  /** The options that decided the data, as a config file takes them. */
  config: Record<string, ConfigValue>;
  config_hash: string;
  sources: ManifestSource[];
  files: ManifestFile[];
  /** Files under `.datagpu/` that belong to the data set: lineage, rejected rows, what ranking kept. */
  beside?: ManifestBeside[];
  fields: ManifestField[];
  ledger: ManifestLedger;
  /** What dedupe found, for people: groups, shares by source. */
  dedupe?: Record<string, unknown>;
  /** What ranking found, for people: vocabulary, heaviest terms, distribution of the score. */
  ranking?: Record<string, unknown>;
  /** What a person should know about this compile. */
  warnings: string[];
  /** The first malformed records, at most 100; absent where there is none. */
  malformed?: ManifestMalformed[];
  /** The data set that this one replaced in its folder; null for the first. */
  parent: { dataset_name?: string; version: string; hash: string; config_hash: string; created_at: string } | null;
  /** `sha256:...` of the text of manifest.yaml without its last line, which has this key. */
  manifest_hash?: string;
}

export interface ManifestStats {
  /** Records read, rejected ones included. */
  total_rows: number;
  /** Rows after cleaning, before dedupe. */
  valid_rows: number;
  /** Rows that exact and near dedupe removed. */
  duplicates_removed: number;
  /** Rows that got a score, those below `--top` included; 0 without ranking. */
  ranked_samples: number;
  /** Seconds. */
  processing_time: number;
  /** How often a late value widened a type, so that chunks were typed again. */
  retyped?: number;
  /** Where the time went. */
  stages?: { stage: string; rows: number; bytes: number; seconds: number; busy_threads: number }[];
}

export interface ManifestSource {
  path: string;
  bytes: number;
  /** `xxh64:...` of the bytes. */
  hash: string;
  /** Records found in it, rejected ones included. */
  rows: number;
  /** How it was read: format, delimiter, quote, encoding, ... as far as they apply. */
  dialect: Record<string, string | number | boolean | null>;
}

export interface ManifestFile {
  path: string;
  /** The split that its rows belong to; not there without `--split`. */
  split?: string;
  rows: number;
  bytes: number;
  /** `sha256:...` of the bytes. */
  hash: string;
}

export interface ManifestBeside {
  path: string;
  bytes: number;
  /** `sha256:...` of the bytes. */
  hash: string;
}

export interface ManifestField {
  /** The name in the output. */
  name: string;
  /** The physical type, as type-name.ts writes it. */
  type: string;
  /** The name in the first source that has it; null for a column that datagpu added. */
  source_name: string | null;
  nullable: boolean;
  /** Nulls in the output. */
  nulls: number;
  /** Values that changed their form while they were typed (1.50 became 1.5). */
  coercions: number;
  /** Least and greatest value; integers beyond 2^53 and times as text; null where there is none, or none is kept. */
  min: string | number | boolean | null;
  max: string | number | boolean | null;
  /** Estimate of the number of distinct values; null where there is none. */
  distinct: number | null;
  /** What was decided about places of a JSON column; not there if nothing was to be decided. */
  places?: ManifestPlace[];
}

/** A place of a JSON column that has values of several kinds, or objects whose keys are data. */
export interface ManifestPlace {
  /** `messages[].content`. */
  path: string;
  /**
   * `text`: strings as they are, other values as their JSON text. `json`: JSON text. `nested`: lists or objects, whichever
   * nearly all rows have; records of other values are malformed.
   */
  as: 'text' | 'json' | 'nested';
  why: string;
  /** Rows that have a value of each kind there: string, number, boolean, object, array. */
  rows: Record<string, number>;
  /** The first row of the rarest kind, by its record number in its source, which is named where there are several. */
  first: { kind: string; row: number; source?: string } | null;
}

export interface ManifestMalformed {
  /** One of `sources`. */
  source: string;
  /** 1-based record number in it. */
  row: number;
  /** 1-based physical line; 0 where there are no lines. */
  line: number;
  /** What is wrong with it. */
  why: string;
}

export interface ManifestLedger {
  /** Records found in the sources. `read = kept + sum(dropped)`. */
  read: number;
  /** Rows of the output. */
  kept: number;
  /** Rows by reason: malformed, empty row, exact duplicate, near duplicate, below top. */
  dropped: Record<string, number>;
  /** Cells by the rule that changed them. */
  changed: Record<string, number>;
}

/** The manifest's file name in an output folder. */
export const manifestFileName = 'manifest.yaml';
