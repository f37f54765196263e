import type { ArrowType } from '../engine/types.js';

/**
 * A column in Arrow's memory layout (https://arrow.apache.org/docs/format/Columnar.html), nested ones as a tree.
 * What each type fills:
 *
 * | type                                   | offsets      | values                                      | children        |
 * |----------------------------------------|--------------|---------------------------------------------|-----------------|
 * | null                                   | null         | null                                        | none            |
 * | bool                                   | null         | bitmap, least significant bit first         | none            |
 * | int, float, decimal, date, time, ...   | null         | rows * arrowWidth(type) bytes, little-endian| none            |
 * | fixed                                  | null         | rows * width bytes                          | none            |
 * | utf8, binary                           | rows + 1     | the bytes that the offsets point into       | none            |
 * | list                                   | rows + 1     | null                                        | the items       |
 * | fixedList                              | null         | null                                        | rows * size items |
 * | struct                                 | null         | null                                        | one a field, rows long |
 *
 * Under a null row the values are unspecified (0 where we make them), a list is empty, the children of a struct and the
 * items of a fixedList are null. Buffers are exactly as long as said, without padding.
 */
export interface ArrowNode {
  type: ArrowType;
  rows: number;
  /** Rows that are null. */
  nulls: number;
  /** ceil(rows / 8) bytes, least significant bit first, 1 for a value; null when `nulls` is 0. */
  validity: Uint8Array | null;
  /** rows + 1 positions, beginning at 0: bytes for utf8 and binary, items for list. */
  offsets: Int32Array | null;
  values: Uint8Array | null;
  children: ArrowNode[];
}

/** Packs bytes of 0 and 1 into a bitmap, least significant bit first; returns it with the number of zeros. */
export function packBits(bytes: Uint8Array): { bits: Uint8Array; zeros: number } {
  const rows = bytes.length;
  const bits = new Uint8Array((rows + 7) >> 3);
  let ones = 0;
  for (let i = 0; i < rows; i++) {
    const one = bytes[i]! & 1;
    ones += one;
    bits[i >> 3]! |= one << (i & 7);
  }
  return { bits, zeros: rows - ones };
}
