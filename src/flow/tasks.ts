import type { Config, SourceFormat } from '../config/options.js';
import type { IdSample } from '../dedupe/idsample.js';
import type { ShingleSets } from '../dedupe/shingles.js';
import type { Block } from '../engine/block.js';
import type { BlockFile } from '../engine/blockfile.js';
import type { TaskTable } from '../engine/executor.js';
import type { Field } from '../engine/types.js';
import type { CheckSums } from '../ledger/rowcheck.js';
import type { CsvNotes, TextFile } from '../load/chunk.js';
import type { CsvDialect } from '../load/csv/dialect.js';
import type { JsonDialect } from '../load/json/dialect.js';
import type { RawTree } from '../load/json/raw-tree.js';
import type { Shape } from '../load/json/shape.js';
import type { NumberTally } from '../load/nearly.js';
import type { RankModel, RankReply, RankRequest, RankSettings } from '../rank/protocol.js';
import type { RankedColumn } from '../rank/rowtexts.js';
import type { SplitPlan } from '../split/assign.js';
import type { Dropped } from '../stages/drops.js';
import type { EncodedRows } from '../write/rowgroup.js';
import type { RejectedRecords } from './rejected-records.js';
import type { PackedPieces } from './scatter.js';
import type { Spent } from './times.js';
import type { Border, ChunkRef } from './walk.js';

/** A source as a lane reads it. */
export interface SourcePlan {
  /** As the user named it, for messages. */
  name: string;
  format: SourceFormat;
  /** Where its decoded text is; for Parquet the file itself. */
  file: TextFile;
  /** Whether it is hashed as it is read: the source as it is, or a whole copy, which must be what was written. */
  hashed: boolean;
  csv: CsvDialect | null;
  json: JsonDialect | null;
  /** Its columns, in its own order. */
  columns: string[];
  /** For each field the source's column, or one of `absentColumn` and `nameColumn`. */
  map: number[];
  /** Of JSON, by column: what is kept as it was read. */
  kept?: (RawTree | null)[];
}

/** The source has no such column: null in every row. */
export const absentColumn: number = -1;
/** The field that says which source a row came from. */
export const nameColumn: number = -2;

/** What every lane must know to work on the chunks of a pass; plain data. */
export interface PassPlan {
  /** What digests and shingles of this pass are made under: random bytes, which reach no output. */
  secret: Uint8Array;
  sources: SourcePlan[];
  fields: Field[];
  /** Whether a field's type was declared with `--types`. */
  declared: boolean[];
  /** Kinds that the fields' types rest on. */
  kinds: number[];
  /** By field of a JSON column: records whose value is not this are malformed. */
  only: ('object' | 'array' | null)[];
  read: Config['read'];
  clean: Config['clean'];
  /** What the row stages must know, by name (stages/pipeline.ts). */
  rows: Readonly<Record<string, unknown>>;
  /** Fields that are compared to find exact duplicates. All fields when exact dedupe is off. */
  compared: number[];
  /** Whether to look for columns that hide duplicates. */
  samplesIds: boolean;
  /** Whether exact duplicates are told apart by how their values were written. */
  comparesForms: boolean;
  near: { columns: number[]; shingle: number } | null;
  /** Fields that are ranked by, and the memory in which lanes share their rows (engine/arena.ts); null when rows are not compared with each other. */
  rank: {
    columns: number[];
    named: RankedColumn[];
    settings: RankSettings;
    memory: WebAssembly.Memory;
    /** Whether rows get a column of scores: rows of splits are held without ranking too. */
    scored: boolean;
  } | null;
  /** How rows are divided (split/assign.ts); null when they are not. */
  split: SplitPlan | null;
  /** A column of 1.0 for `--rank-method none`. */
  constantScore: boolean;
  compression: Config['output']['compression'];
  /** Raw content of dropped rows is wanted. */
  rejects: boolean;
}

/** What a lane says of a chunk that it has read, typed, cleaned and digested. */
export interface Seen {
  records: number;
  rejects: RejectedRecords;
  /** Rows of the block: records that were not rejected. */
  rows: number;
  /** Rows that stages dropped by what they are; null when there are none. */
  drops: Dropped | null;
  /** 16 bytes a row over the compared fields. */
  digests: Uint8Array;
  /** 8 bytes a row over all fields (ledger/rowtags.ts). */
  tags: Uint8Array;
  /** Columns that look like ids, of the first chunk; null when it has none, and of other chunks. */
  ids: IdSample | null;
  /** Kinds of values, by field (kernels/cells.ts); 0 where they can't change the field's type. */
  kinds: number[];
  /** Shapes of nested values, by field; null where there are none. */
  shapes: (Shape | null)[];
  /** Keys that no column was known for. */
  newKeys: string[];
  /** Values that changed their form, by field. */
  coerced: number[];
  /** A hash a row of how they were written, of the compared fields; null where there are none, or nobody asks. */
  forms: Uint32Array | null;
  /** By field, numbers in columns of text; null where they are not counted. */
  numbers: (NumberTally | null)[];
  /** Cells changed, by rule. */
  changed: Record<string, number>;
  /** Bytes of the block. */
  bytes: number;
  /** The exact parser had to read it. */
  exact: boolean;
  /** What is to be warned of in a chunk of a CSV source. */
  notes?: CsvNotes | undefined;
}

/** What becomes of a chunk's rows, as its lane is told once they were judged. */
export interface Sentence {
  /** One byte a row, 1 for a row of the data set; null when all are kept. */
  keep: Uint8Array | null;
  /**
   * How many rows are kept, and what is done with them: encode them here (`first` is the number of the first one among all kept
   * rows), hand them over to be coalesced, or keep them for ranking (in shared memory, or in a
   * file).
   */
  action:
    | { do: 'encode'; groups: number; first: number }
    | { do: 'export' }
    | { do: 'hold'; chunk: number; inMemory: boolean; spillTo: string }
    | { do: 'drop' };
}

/** `idle` lanes have nothing left to do: as many threads more may pack pages. */
export interface SettleOrder extends Sentence {
  idle: number;
}

/** Rows to be encoded, with `idle` and `first` as above. */
export interface EncodeOrder {
  block: Block;
  first: number;
  idle: number;
}

/** Rows kept for later: shared memory, or a file of the scratch folder. */
export type HeldRows = { memory: Block } | { file: BlockFile };

/** What a lane made of the rows that are kept. */
export interface Settled {
  encoded: CheckedRows[];
  exported: Block | null;
  held: HeldRows | null;
  /** Of held rows that are divided: the number of the split of each. */
  splits: Uint8Array | null;
  /** With `--rejects`: the rows that are not kept. */
  dropped: Block | null;
}

/** What a kinds-only pass says of a chunk. */
export interface Kinds {
  records: number;
  /** By column of the source. */
  columns: { kinds: number; shape: Shape | null }[];
  newKeys: string[];
}

/** The tasks of a lane. `ingest` and `kinds` emit the chunk's border as soon as it is known. */
export interface LaneTasks extends TaskTable {
  plan: { payload: PassPlan; result: null; event: never };
  kinds: { payload: ChunkRef; result: Kinds; event: Border };
  ingest: { payload: ChunkRef; result: Seen; event: Border };
  /**
   * With near-duplicate detection, after `ingest`: emits the shingle sets of the chunk's next rows, in at most so many slices.
   * Says whether those were the last.
   */
  shingle: { payload: number; result: boolean; event: ShingleSets };
  settle: { payload: SettleOrder; result: Settled; event: never };
  encode: { payload: EncodeOrder; result: CheckedRows; event: never };
  /** Rows of other fields than the data's, for the files beside it. */
  encodeAs: { payload: RowsOfFields; result: EncodedRows; event: never };
  /** A question of the ranking's coordinator (rank/protocol.ts). */
  rankAsk: { payload: RankRequest; result: RankReply; event: never };
  rankModel: { payload: RankModel; result: null; event: never };
  /** Scores of a chunk that this lane holds. */
  rankScore: { payload: number; result: Float64Array; event: never };
  /** The rows that all lanes hold, by chunk, so that any lane can put a row group together. */
  adopt: { payload: Block[]; result: null; event: never };
  gather: { payload: GatherOrder; result: CheckedRows; event: never };
  scatter: { payload: ScatterOrder; result: PackedPieces; event: never };
  merge: { payload: MergeOrder; result: CheckedRows; event: never };
  /** Seconds by stage since it was asked last. */
  spent: { payload: null; result: Spent; event: never };
  /** With `--rejects`: rows of a held block that are below the top, for the file of dropped rows. */
  reject: { payload: RejectOrder; result: EncodedRows[]; event: never };
}

/** Rows to be encoded by a schema of their own. */
export interface RowsOfFields {
  block: Block;
  fields: readonly Field[];
}

/** A row group out of adopted blocks: row i is row `rows[i]`, counted over all of them, and has `scores[i]`. */
export interface GatherOrder {
  rows: Uint32Array;
  /** Where the first of them stands in the output. */
  firstPosition: number;
  scores: Float64Array;
}

/** A chunk's rows to be split by the row groups they go to; see scatter.ts. */
export interface ScatterOrder {
  held: HeldRows;
  positions: Uint32Array;
  groupRows: number;
  path: string;
}

/** A row group out of scattered pieces. */
export interface MergeOrder {
  pieces: BlockFile[];
  /** The position of the first of them, as they were scattered. */
  firstScattered: number;
  /** As in a `GatherOrder`. */
  rows: Uint32Array;
  firstPosition: number;
  scores: Float64Array;
}

/** The rows of a held block whose mask byte is 1, to be encoded as dropped ones: `records` has a number for each of them. */
export interface RejectOrder {
  held: HeldRows;
  mask: Uint8Array;
  records: Uint32Array;
  source: string;
  /** Of the file of dropped rows. */
  fields: readonly Field[];
}

/** Rows of the data set, encoded, and what they were when they came to the encoder (ledger/rowcheck.ts). */
export interface CheckedRows extends EncodedRows {
  check: CheckSums;
}
