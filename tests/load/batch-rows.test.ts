import { RecordBatch, tableFromArrays } from 'apache-arrow';
import { expect, test } from 'vitest';
import { batchRows } from '../../dist/load/batch-rows.js';

const batchOf = (ids: number[]): RecordBatch => tableFromArrays({ id: Int32Array.from(ids) }).batches[0]!;

test('any range of rows over any batches is what a slice of all rows is', () => {
  for (const sizes of [[5], [1, 4], [3, 0, 2, 4], [0, 0, 1], [2, 2, 2, 2]]) {
    let next = 0;
    const batches = sizes.map((size) => batchOf(Array.from({ length: size }, () => next++)));
    const all = Array.from({ length: next }, (_, i) => i);
    for (let from = 0; from <= next; from++)
      for (let to = from; to <= next; to++) {
        const parts = [...batchRows(batches, from, to)];
        expect(parts.flatMap((part) => [...part.getChild('id')!])).toEqual(all.slice(from, to));
        expect(parts.every((part) => part instanceof RecordBatch && part.numRows > 0)).toBe(true);
      }
  }
});
