import type { Compression, DeclaredType, RankMethod, SourceFormat } from '../config/options.js';
import type { StageFields } from '../stages/pipeline.js';

/** What `onProgress` is told, at most some ten times a second, and once more, with a share of 1, when the data set is there. */
export interface ProgressEvent {
  /** What is being done: "read", "rank", "write", ... */
  stage: string;
  /** Records done in this stage. */
  rows: number;
  /** Source bytes done in this stage. */
  bytes: number;
  /** Source bytes there are to do. */
  totalBytes: number;
  /** How much of the whole compile is done, from 0 to 1; never falls. */
  share: number;
}

/**
 * What `compile` can be told. Every field is optional and means what the flag of the same name means on the command line
 * (`nearDupOn` is `--near-dup-on`); lists may be arrays or texts separated by commas, sizes numbers of bytes or texts such
 * as "1.5GB". A field that is undefined counts as absent.
 */
export interface CompileOptions extends StageFields {
  /** Folder to write, relative to `cwd`. @default "compiled" */
  out?: string | undefined;
  /** Name of the data set. @default stem of the first source */
  name?: string | undefined;
  /** Replace a data set of another name and other sources in the output folder. @default false */
  replace?: boolean | undefined;
  /**
   * Write a data card (README.md) and croissant.json beside the data, as `card` does, in the same commit. Without it the card of
   * a folder that has one is still written anew, since it describes the data set that goes. @default false
   */
  card?: boolean | undefined;
  /** A config file (datagpu.yaml), relative to `cwd`. Options given here win over it. @default none */
  config?: string | undefined;
  /** Codec of the Parquet pages. @default "zstd" */
  compression?: Compression | undefined;
  /** Parquet bytes from which a new file is begun. @default "1GiB" */
  shardSize?: number | string | undefined;
  /** Divide the rows by a hash of their content: shares by split, which add up to 1. @default no splits */
  split?: Readonly<Record<string, number>> | string | undefined;
  /** Rows that are equal in these columns go to the same split. @default the columns that dedupe compares */
  splitBy?: readonly string[] | string | undefined;
  /** Write the content of dropped rows, with the reason, to .datagpu/rejects.parquet. @default false */
  rejects?: boolean | undefined;

  /** Format of all sources. @default by extension, checked against the content */
  format?: SourceFormat | undefined;
  /** What separates CSV cells, one character. @default detected */
  delimiter?: string | undefined;
  /** What quotes CSV cells, one character; "" for nothing. @default detected */
  quote?: string | undefined;
  /** Encoding of text sources: utf-8, utf-16le, utf-16be, windows-1252, latin1. @default detected */
  encoding?: string | undefined;
  /** Whether the first CSV record names the columns. @default detected */
  header?: boolean | undefined;
  /** Tokens that are null in columns that are not text, in any letter case. @default na, n/a, #n/a, null, none, nan */
  nulls?: readonly string[] | string | undefined;
  /** Types by column; a value that does not fit makes its record malformed. @default inferred over all rows */
  types?: Readonly<Record<string, DeclaredType>> | string | undefined;
  /** What NaN, Infinity and -Infinity in JSON (Python's json.dumps) are read as. @default refuse */
  jsonNan?: 'null' | 'text' | 'refuse' | undefined;
  /** Lines that start with this character are skipped; "" for none. @default detected */
  comment?: string | undefined;
  /** Columns to keep, in this order. @default all */
  select?: readonly string[] | string | undefined;
  /** Columns to leave out. @default none */
  drop?: readonly string[] | string | undefined;
  /** Read the first records only. @default all */
  limit?: number | undefined;
  /** Name of a column that says which source a row came from. @default none */
  sourceColumn?: string | undefined;
  /** Malformed records a file may have: a number, or a share such as "2%". @default the larger of 10 and 1% */
  maxRejects?: number | string | undefined;
  /** A malformed record is an error. @default false */
  strict?: boolean | undefined;

  /** Off: values and names as read, no row dropped. @default true */
  clean?: boolean | undefined;
  /** NFC-normalise text. @default true */
  nfc?: boolean | undefined;
  /** Remove control characters but tab, LF and CR from text. @default true */
  stripControls?: boolean | undefined;
  /** Remove Unicode white space at both ends of text. @default true */
  trim?: boolean | undefined;
  /** Drop rows in which every value is null or "". @default true */
  dropEmpty?: boolean | undefined;
  /** Turn null into "" in text columns. @default true */
  fillText?: boolean | undefined;
  /** Make column names snake_case. @default true */
  rename?: boolean | undefined;

  /** Remove exact duplicates of an earlier row. @default true */
  dedupe?: boolean | undefined;
  /** Columns in which duplicates are equal. @default all */
  dedupeOn?: readonly string[] | string | undefined;
  /** Columns in which duplicates may differ. @default none */
  ignore?: readonly string[] | string | undefined;
  /** Remove near duplicates of an earlier kept row. @default false */
  nearDup?: boolean | undefined;
  /** Jaccard similarity of shingle sets from which a row is a near duplicate, in (0, 1]. @default 0.8 */
  nearDupThreshold?: number | undefined;
  /** Columns compared. @default all string columns and message texts */
  nearDupOn?: readonly string[] | string | undefined;
  /** Words in a shingle. @default 3 */
  nearDupShingle?: number | undefined;

  /** Score rows and order them by score. @default true */
  rank?: boolean | undefined;
  /** How rows are scored; cosine and bm25 need `rankTarget`. @default "relevance" */
  rankMethod?: RankMethod | undefined;
  /** Text to compare with, "@file" for a file with one a line, or a list of texts. @default none */
  rankTarget?: string | readonly string[] | undefined;
  /** Columns to rank by. @default all string columns */
  rankOn?: readonly string[] | string | undefined;
  /** ISO 639-1 code: stem, and drop that language's stop words. @default English stop words, no stemming */
  rankLanguage?: string | undefined;
  /** Score without reordering. @default false */
  keepOrder?: boolean | undefined;
  /** Keep the best rows only: a number, or a share such as "10%", rounded up. @default all */
  top?: number | string | undefined;
  /** Terms in the vocabulary. @default 1000 */
  maxFeatures?: number | undefined;
  /** Shortest and longest run of words that is a term. @default [1, 2] */
  ngrams?: readonly [number, number] | string | undefined;
  /** Rows a term must be in. @default 2 */
  minDf?: number | undefined;

  /** Return the finished data set when sources, options and compiler version are unchanged. @default true */
  cache?: boolean | undefined;
  /** Folder of the cache, relative to `cwd`. @default DATAGPU_CACHE_DIR, or ".datagpu/cache" */
  cacheDir?: string | undefined;
  /** Worker threads; 0 does all work on the calling thread. @default cores, at most 8 */
  threads?: number | undefined;
  /** Bound on the memory of the whole process. @default half of what the machine or its cgroup has */
  memory?: number | string | undefined;
  /** Folder for spilled data. @default .datagpu/ in the output folder */
  scratch?: string | undefined;

  /** Told how far the compile is. */
  onProgress?: ((event: ProgressEvent) => void) | undefined;
  /** Aborting it ends the compile with a DatagpuError of code "interrupted"; nothing is left behind. */
  signal?: AbortSignal | undefined;
  /** Folder that relative paths start from. @default process.cwd() */
  cwd?: string | undefined;
}
