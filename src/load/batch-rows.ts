import type { RecordBatch } from 'apache-arrow';

/** Rows `from` to `to`, not included, of batches one behind the other: the batches that have any, cut without a copy. */
export function* batchRows(
  batches: readonly RecordBatch[],
  from: number,
  to: number,
): Generator<RecordBatch, void, undefined> {
  let at = 0;
  for (const batch of batches) {
    const [first, end] = [Math.max(from - at, 0), Math.min(to - at, batch.numRows)];
    at += batch.numRows;
    if (first < end) yield end - first === batch.numRows ? batch : batch.slice(first, end);
  }
}
