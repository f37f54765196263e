/** Formats a source can have. */
export type SourceFormat = 'csv' | 'tsv' | 'jsonl' | 'json' | 'parquet';
export type RankMethod = 'relevance' | 'tfidf' | 'cosine' | 'bm25' | 'none';
export type Compression = 'zstd' | 'snappy' | 'gzip';
/** Types a user can declare for a column with `--types`. */
export type DeclaredType = 'text' | 'integer' | 'float' | 'boolean' | 'date' | 'datetime' | 'json' | 'struct';

/** A split of the data set, and its share of the rows. */
export interface SplitShare {
  name: string;
  /** In (0, 1]; those of all splits add up to 1. */
  share: number;
}

/** A value of a canonical config, as JSON and YAML know it. */
export type ConfigValue =
  | string
  | number
  | boolean
  | null
  | readonly (string | number)[]
  | Readonly<Record<string, string>>;

/** A number of rows, or a share of them. */
export type Amount = { rows: number } | { percent: number };

/**
 * Everything that decides what a compile does, after flags, config file and defaults were put together.
 * Groups above `output` decide the data and enter `config_hash`; `output`, `resources` and `terminal` don't,
 * but for `compression` and `shardBytes`.
 */
export interface Config {
  read: {
    /** Given format; null = by extension, checked against the content. */
    format: SourceFormat | null;
    /** One character; null = detected. */
    delimiter: string | null;
    /** One character, '' for none; null = detected. */
    quote: string | null;
    /** An encoding, by TextDecoder's name of it, or latin1, utf-32le or utf-32be; null = detected. */
    encoding: string | null;
    /** Whether the first record names the columns; null = detected. */
    header: boolean | null;
    /** Lines starting with this are comments; '' for none; null = detected. */
    comment: string | null;
    /** Lower-case tokens that are null in columns that are not text. @default na n/a #n/a null none nan */
    nulls: string[];
    /** Declared types by column name; of JSON, `json`, `text` and `struct` by path too (`messages[].content`). */
    types: Record<string, DeclaredType>;
    /** What NaN, Infinity and -Infinity of JSON are read as; `refuse`: a record that has one is malformed. @default refuse */
    jsonNan: 'null' | 'text' | 'refuse';
    /** Columns to keep, in this order; null = all. */
    select: string[] | null;
    /** Columns to leave out. */
    drop: string[];
    /** Read only the first records over all sources; null = all. */
    limit: number | null;
    /** Name of a column that says which source a row came from; null = none. */
    sourceColumn: string | null;
    /** How many records may be malformed in a file; null = the larger of 10 and 1 %. */
    maxRejects: Amount | null;
    /** A malformed record is an error. @default false */
    strict: boolean;
  };
  clean: {
    /** Off: values and names as read, no row dropped. @default true */
    enabled: boolean;
    /** Each rule on its own. @default all true */
    nfc: boolean;
    controls: boolean;
    trim: boolean;
    emptyRows: boolean;
    fillText: boolean;
    names: boolean;
  };
  /** Options that stages declare themselves (stages/stage.ts), by the stage's name and the option's long name. */
  stages: Readonly<Record<string, Readonly<Record<string, ConfigValue>>>>;
  dedupe: {
    /** @default true */
    enabled: boolean;
    /** Compare these columns only; null = all. */
    on: string[] | null;
    /** Columns left out of the comparison. */
    ignore: string[];
  };
  near: {
    /** @default false */
    enabled: boolean;
    /** Exact Jaccard similarity from which a row is a near duplicate, in (0, 1]. @default 0.8 */
    threshold: number;
    /** Columns compared; null = all string columns and message texts. */
    on: string[] | null;
    /** Words a shingle has. @default 3 */
    shingle: number;
  };
  rank: {
    /** @default true */
    enabled: boolean;
    /** @default relevance */
    method: RankMethod;
    /** Texts that cosine, bm25 and relevance compare with; null = none. */
    targets: string[] | null;
    /** Columns ranked by; null = all string columns. */
    on: string[] | null;
    /** ISO 639-1 code for natural's stemmer and stop words; null = scikit-learn's English stop words, no stemming. */
    language: string | null;
    /** Score, but keep the source order. @default false */
    keepOrder: boolean;
    /** Keep the best rows only; null = all. */
    top: Amount | null;
    /** @default 1000 */
    maxFeatures: number;
    /** Shortest and longest run of words that is a term. @default [1, 2] */
    ngrams: [number, number];
    /** Rows a term must be in. @default 2 */
    minDf: number;
  };
  split: {
    /** The splits, in the order of the output; null = none. */
    shares: SplitShare[] | null;
    /** Rows equal in these columns go to the same split; null = those that exact duplicates are compared by. */
    by: string[] | null;
  };
  output: {
    /** The folder, absolute. */
    dir: string;
    /** The data set's name; null = stem of the first source. */
    name: string | null;
    /** Replace a data set of another name and other sources. @default false */
    replace: boolean;
    /** @default zstd */
    compression: Compression;
    /** Parquet bytes from which a second file is begun. @default 1 GiB */
    shardBytes: number;
    /** Write a data card and croissant.json. @default false */
    card: boolean;
    /** Write the dropped rows' content. @default false */
    rejects: boolean;
  };
  resources: {
    /** Worker threads; 0 runs everything on the calling thread. @default cores, at most 8 */
    threads: number;
    /** Bound on the memory of the whole process tree. @default half of what the machine or its cgroup has */
    memoryBytes: number;
    /** Folder for spilled data, absolute; null = .datagpu/ in the output folder. */
    scratch: string | null;
    cache: boolean;
    /** The cache's folder, absolute. */
    cacheDir: string;
  };
}
