/**
 * The cell index: what the record parsers make of a chunk and the typing pass reads. It lies in the ingest kernel's
 * memory, column by column: for column c and row r of `rows`, `starts[c * rows + r]` is the address of the cell's decoded
 * UTF-8 bytes and `metas[c * rows + r]` is `length << 4 | flags`.
 */
export interface CellTable {
  rows: number;
  columns: number;
  /** Address of rows * columns uint32. */
  starts: number;
  /** Address of rows * columns uint32. */
  metas: number;
}

/** Flags of a cell. */
export const cell = {
  /** It was quoted in CSV, or is a JSON string: an empty one is the empty string. */
  quoted: 1,
  /** JSON null, an absent key, a padded cell: null whatever the type. Its length is 0. */
  absent: 2,
  /** A JSON object or array: its bytes are canonical JSON text. */
  nested: 4,
  /** A JSON string: text, whatever it looks like, unless its column's type was declared. Always with `quoted`. */
  string: 8,
} as const;

/** Cells are at most this long (28 bits). */
export const maxCellBytes: number = 2 ** 28 - 1;

/**
 * What kinds of values a column has, as a bit set gathered over cells; see load/lattice.ts for how it becomes a type.
 * Integers and floats follow the grammar of the README ("Types"): canonical 64-bit integers; finite decimals of at most 17
 * significant digits, zeros at the end of a fraction not counted. "-0" is a float.
 */
export const kind = {
  /** An integer of at most 2^53 in magnitude. */
  integer: 1,
  /** An integer beyond 2^53 but within 64 bits. */
  bigInteger: 2,
  float: 4,
  boolean: 8,
  /** ISO 8601 calendar date. */
  date: 16,
  /** ISO 8601 date and time, to microseconds, with an offset or Z: an instant. */
  datetime: 32,
  /** Any other value, quoted empty strings included. */
  text: 64,
  /** A token that is null in columns that are not text. */
  nullToken: 128,
  /** Null: an unquoted empty cell, JSON null, an absent key. */
  null: 256,
  object: 512,
  array: 1024,
  /** In JSON sources, beside the kind of the value: a number (or a token like NaN), true or false, a string. */
  jsonNumber: 2048,
  jsonBoolean: 4096,
  jsonString: 8192,
  /** ISO 8601 date and time without a zone: what a clock shows somewhere. */
  localTime: 16384,
} as const;
