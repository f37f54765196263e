/** What the server answers the page: plain JSON, written once here so that both sides agree. No imports of Node. */

/** One of the data sets that the dashboard shows. */
export interface Listed {
  /** Its number in addresses. */
  id: number;
  name: string;
  version: string;
  rows: number;
  columns: number;
  createdAt: string;
  /** As it was named, or as the cache knows it. */
  folder: string;
  /** Why it can't be shown; null when it can. */
  problem: string | null;
}

/** A value of a row: a text that is longer than what is shown is cut, and says how many characters it has. */
export type Cell = null | number | boolean | string | CutCell;
export interface CutCell {
  /** The beginning. */
  t: string;
  /** Characters of the whole. */
  n: number;
  /** The value is nested, and `t` is its JSON. */
  json?: true;
}

/** Comparisons of a filter; `null` and `some` take no value. */
export const filterOps = ['has', 'is', 'not', 'lt', 'le', 'gt', 'ge', 'null', 'some'] as const;
export type FilterOp = (typeof filterOps)[number];
export interface Filter {
  column: number;
  op: FilterOp;
  value: string;
}

/** Which rows, in which order. */
export interface View {
  /** Column, with a minus for descending, as `3` or `-3`; null: the order of the data set. */
  sort: { column: number; descending: boolean } | null;
  filters: Filter[];
  /** Text that one of the columns has, whatever its case. */
  search: string;
}

export interface RowsAnswer {
  /** Rows of the view. */
  total: number;
  from: number;
  /** 0-based places in the data set. */
  positions: number[];
  /** Row by row, the columns asked for. */
  cells: Cell[][];
}

/** A row as a whole, and what is known of where it came from. */
export interface RecordAnswer {
  position: number;
  values: { name: string; type: string; value: WholeValue }[];
  /** Null when the lineage is missing; `problem` says why. */
  origin: Origin | null;
  problem: string | null;
}

/** A value whole, but for what is longer than the page should hold at once. */
export interface WholeValue {
  kind: 'null' | 'number' | 'boolean' | 'text' | 'json';
  text: string;
  /** Characters of the whole; more than `text` has when it is cut. */
  length: number;
}

export interface Origin {
  source: string;
  row: number;
  because: string;
  score: number | null;
  target: string | null;
  terms: { term: string; count: number; idf: number; part: number }[];
  /** How many records were dropped as duplicates of it, and the first of them. */
  duplicates: number;
  firstDuplicates: { source: string; row: number; fate: string; similarity: number | null }[];
}

export interface Histogram {
  /** Borders: one more than counts; equal widths. */
  from: number;
  width: number;
  counts: number[];
}

/** What a column holds. Counts are of all rows unless `sample` says otherwise. */
export interface ColumnAnswer {
  name: string;
  rows: number;
  nulls: number;
  /** Texts of no character. */
  empty: number | null;
  distinct: { count: number; exact: boolean } | null;
  /** The most frequent values, as text, and how many rows have them. */
  top: { value: string; rows: number; cut: boolean }[] | null;
  numbers: { min: number; max: number; mean: number; std: number; quantiles: [q: number, value: number][] } | null;
  /** Of numbers, or of times as milliseconds since 1970. */
  histogram: (Histogram & { isTime: boolean }) | null;
  /** Lengths of texts, or of lists. */
  lengths: { what: 'characters' | 'words' | 'elements'; median: number; max: number; histogram: Histogram }[];
  /** Rows that the parts marked so were counted on: every n-th row; null: all rows. */
  sample: { every: number; rows: number } | null;
  /** What could not be said, and why. */
  problem: string | null;
}

/** Which columns are null together: the most frequent patterns. */
export interface NullsAnswer {
  /** Numbers of the columns that have nulls, at most 24. */
  columns: number[];
  left: number;
  patterns: { nulls: boolean[]; rows: number }[];
  rows: number;
}

/** Records that are not in the data set, for one reason. */
export interface RemovedAnswer {
  total: number;
  from: number;
  records: RemovedRecord[];
  /** Why contents are not shown; null when they are. */
  missing: string | null;
}

export interface RemovedRecord {
  source: string;
  row: number;
  similarity: number | null;
  /** Values by column as text; null where they were not kept. */
  values: (string | null)[] | null;
  /** What is wrong with a malformed record, and its bytes as text. */
  detail: string | null;
  raw: string | null;
  /** Of a duplicate: the record that was kept; without a position it is not in the data set either. */
  kept: { source: string; row: number; position: number | null; values: (string | null)[] | null } | null;
}

/** Kept rows with the most duplicates. */
export interface GroupsAnswer {
  groups: { source: string; row: number; duplicates: number }[];
}
