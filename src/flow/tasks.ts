import type { Config, SourceFormat } from '../config/options.js';
import type { Block } from '../engine/block.js';
import type { BlockFile } from '../engine/blockfile.js';
import type { Field } from '../engine/types.js';
import type { TextFile } from '../load/chunk.js';
import type { CsvDialect } from '../load/csv/dialect.js';
import type { JsonDialect } from '../load/json/dialect.js';
import type { Border, ChunkRef } from './walk.js';

/** A source as a lane reads it. */
export interface SourcePlan {
  /** As the user named it, for messages. */
  name: string;
  format: SourceFormat;
  /** Where its decoded text is; for Parquet the file itself. */
  file: TextFile;
  csv: CsvDialect | null;
  json: JsonDialect | null;
  /** Its columns, in its own order. */
  columns: string[];
  /** For each field the source's column, or one of `absentColumn` and `nameColumn`. */
  map: number[];
}

/** The source has no such column: null in every row. */
export const absentColumn: number = -1;
/** The field that says which source a row came from. */
export const nameColumn: number = -2;

/** What every lane must know to work on the chunks of a pass; plain data. */
export interface PassPlan {
  sources: SourcePlan[];
  fields: Field[];
  read: Config['read'];
  clean: Config['clean'];
  /** Fields that are compared to find exact duplicates. All fields when exact dedupe is off: the digests make the hash. */
  compared: number[];
  near: { columns: number[]; threshold: number; shingle: number } | null;
  rank: { columns: number[]; config: Config['rank'] } | null;
  /** A column of 1.0 for `--rank-method none`. */
  constantScore: boolean;
  compression: Config['output']['compression'];
  /** Raw content of dropped rows is wanted. */
  rejects: boolean;
}

/** A record that is not in the data set, where it was in its chunk. */
export interface Rejected {
  /** 0-based position among the chunk's records. */
  index: number;
  line: number;
  why: string;
  raw: Uint8Array;
}

/** What a lane says of a chunk that it has read, typed, cleaned and digested. */
export interface Seen {
  records: number;
  rejects: Rejected[];
  /** Rows of the block: records that were not rejected. */
  rows: number;
  /** One byte a row, 1 for a row of nulls and empty texts only; null when there is none. */
  empty: Uint8Array | null;
  /** 16 bytes a row over the compared fields. */
  digests: Uint8Array;
  /** 16 bytes a row over all fields; null when `digests` is that. */
  rowDigests: Uint8Array | null;
  shingles: unknown;
  /** Kinds of each of the source's columns (kernels/cells.ts). */
  kinds: number[];
  shapes: unknown[];
  /** Keys that no column was known for. */
  newKeys: string[];
  /** Values that changed their form, by field. */
  coerced: number[];
  /** Cells changed, by rule. */
  changed: Record<string, number>;
  /** Bytes of the block. */
  bytes: number;
  /** The exact parser had to read it. */
  exact: boolean;
}

/** What a lane does with the rows of its chunk that are kept. */
export type Fate =
  | { action: 'encode'; groups: number }
  | { action: 'export' }
  | { action: 'hold'; spillTo: string | null }
  | { action: 'drop' };

/** Rows kept for later: shared memory, or a file of the scratch folder. */
export type HeldRows = { memory: Block } | { file: BlockFile };
export type { Block, Border, ChunkRef };
