/**
 * The types a column can have while it travels from a loader to the writer.
 * Plain data: it crosses threads by structured clone and goes into the manifest as it is.
 */

/**
 * A physical type in Arrow's terms (https://arrow.apache.org/docs/format/Columnar.html), as plain data. A text may hold JSON
 * text, or be `mixed`: strings as they are, and the JSON text of what stood there that was no string.
 */
export type ArrowType =
  | { name: 'null' }
  | { name: 'bool' }
  | { name: 'int'; bits: 8 | 16 | 32 | 64; signed: boolean }
  | { name: 'float'; bits: 16 | 32 | 64 }
  | { name: 'decimal'; precision: number; scale: number }
  | { name: 'date' }
  | { name: 'time'; unit: 'ms' | 'us' | 'ns' }
  | { name: 'timestamp'; unit: 'ms' | 'us' | 'ns'; zone: string | null }
  | { name: 'duration'; unit: 'ms' | 'us' | 'ns' }
  | { name: 'utf8'; holds?: 'json' | 'mixed' }
  | { name: 'binary' }
  | { name: 'fixed'; width: number }
  | { name: 'list'; item: ArrowType }
  | { name: 'fixedList'; item: ArrowType; size: number }
  | { name: 'struct'; fields: { name: string; type: ArrowType }[] };

/**
 * - `null`: no value seen at all. One validity byte a row, every one 0; written as a text column of nulls.
 * - `boolean`: one byte a row. `int64`, `float64`: 8 bytes a row. `date`: int32 days, `datetime`: int64 microseconds
 *   since 1970-01-01 UTC. `text`: offsets and UTF-8 bytes.
 *   `nested`: some of it is the JSON text of lists or objects that stood among strings.
 * - `json`: like text. With `arrow` each cell is canonical JSON text (with what is kept as it was read behind its value:
 *   kernels/assembly/shared/json-raw.ts), which the writer unfolds into that nested type; with null it stays JSON text
 *   (`messages`: that of message lists, or it may be, so that rows are ranked by it).
 * - `arrow`: a foreign flat type kept as it is: fixed-width little-endian values, or offsets and bytes for `binary`
 *   and `utf8` never (that is `text`). Booleans are one byte a row.
 * - `nested`: a foreign nested type. Offsets and bytes; each cell is the row encoding of its value (engine/rowcell.ts).
 */
export type ColumnType =
  | { kind: 'null' | 'boolean' | 'int64' | 'float64' | 'date' | 'datetime' }
  | { kind: 'text'; nested?: true }
  | { kind: 'json'; arrow: ArrowType | null; messages?: true }
  | { kind: 'arrow'; arrow: ArrowType }
  | { kind: 'nested'; arrow: ArrowType };

/** The label of a column in the manifest's `schema`. */
export type SchemaLabel = 'text' | 'numeric' | 'categorical' | 'datetime' | 'boolean' | 'nested' | 'unknown';

/** One column of the data set. */
export interface Field {
  /** The name in the output. */
  name: string;
  /** The name in the first source that has it. */
  sourceName: string;
  type: ColumnType;
}

/** Bytes a value takes, or 0 for offsets and bytes. */
export function widthOf(type: ColumnType): number {
  switch (type.kind) {
    case 'null':
      return 0;
    case 'boolean':
      return 1;
    case 'int64':
    case 'float64':
    case 'datetime':
      return 8;
    case 'date':
      return 4;
    case 'arrow':
      return arrowWidth(type.arrow);
    default:
      return 0;
  }
}

/** Bytes a value of a flat Arrow type takes in a column (a boolean takes one), or 0 for offsets and bytes. */
export function arrowWidth(type: ArrowType): number {
  switch (type.name) {
    case 'bool':
      return 1;
    case 'int':
    case 'float':
      return type.bits / 8;
    case 'decimal':
      return 16;
    case 'date':
      return 4;
    case 'time':
      return type.unit === 'ms' ? 4 : 8;
    case 'timestamp':
    case 'duration':
      return 8;
    case 'fixed':
      return type.width;
    default:
      return 0;
  }
}
