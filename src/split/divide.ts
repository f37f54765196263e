/** An order of rows, divided into splits. */
export interface Divided {
  /** Where each row was in the order before. */
  places: Uint32Array;
  /** The rows, those of the first split first. */
  order: Uint32Array;
  /** How many rows each split has. */
  counts: number[];
}

/**
 * Puts the rows of each split together, in the order that they had. `order` has `rows` rows (null: the first ones, in their
 * own order), `splitOf` the number of the split of each row.
 */
export function divideOrder(order: Uint32Array | null, rows: number, splitOf: Uint8Array, splits: number): Divided {
  const counts = new Array<number>(splits).fill(0);
  const rowAt = (place: number): number => order?.[place] ?? place;
  for (let place = 0; place < rows; place++) counts[splitOf[rowAt(place)]!]!++;
  const next = counts.map((_, s) => counts.slice(0, s).reduce((n, count) => n + count, 0));
  const places = new Uint32Array(rows);
  const divided = new Uint32Array(rows);
  for (let place = 0; place < rows; place++) {
    const row = rowAt(place);
    const to = next[splitOf[row]!]!++;
    places[to] = place;
    divided[to] = row;
  }
  return { places, order: divided, counts };
}
