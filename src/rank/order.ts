import type { Amount } from '../config/options.js';
import { createRankKernel } from '../kernels/rank.js';

/**
 * Rows by score, the largest first, ties in source order: `order[place]` is the row. Scores must not be negative or NaN.
 * Takes 32 bytes a row while it runs.
 */
export function orderOf(scores: Float64Array): Uint32Array {
  const kernel = createRankKernel();
  const rows = scores.length;
  const [keys, spareKeys] = [kernel.alloc(rows * 8), kernel.alloc(rows * 8)];
  const [order, spareOrder] = [kernel.alloc(rows * 4), kernel.alloc(rows * 4)];
  const counts = kernel.alloc(6 * 2048 * 4);
  const input = kernel.put(scores);
  const sorted = kernel.exports.orderScores(input, rows, keys, spareKeys, order, spareOrder, counts) >>> 0;
  return kernel.u32(sorted, rows).slice();
}

/** How many of `rows` rows `--top` keeps; a percentage rounds up. */
export function rowsKept(top: Amount | null, rows: number): number {
  if (top === null) return rows;
  if ('rows' in top) return Math.min(rows, top.rows);
  // Twelve digits, so that 1.1 % of 1000 is 11 and not 11.000000000000002.
  return Math.min(rows, Math.ceil(Number(((rows * top.percent) / 100).toPrecision(12))));
}
