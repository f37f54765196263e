/** How the records of a JSON source lie in it. */
export interface JsonDialect {
  /**
   * - `lines`: a record a line (JSON Lines).
   * - `array`: the elements of a top-level array.
   * - `object`: the elements of the one array of objects in a top-level object, under `key`.
   * - `concatenated`: objects one after the other, white space or nothing between them; a lone object is one record.
   */
  layout: 'lines' | 'array' | 'object' | 'concatenated';
  /** The key of the array that holds the records, for `object`. */
  key?: string;
  /** What NaN, Infinity and -Infinity are read as; without it they are no JSON. */
  nan?: 'null' | 'text';
}
