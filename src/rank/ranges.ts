import { createRankKernel } from '../kernels/rank.js';
import { orderOf, type ScoreOrder } from './order.js';

/** Rows that are sorted at once, in 32 bytes each. */
const sortedAtOnce = 2 ** 21;
const digitValues = 65536;

/**
 * Sorts scores as `orderOf` does, with less memory where there are many: rows are divided by ranges of scores first (16 bits
 * of the number at a time), and each range is sorted by itself. Takes 12 bytes a row for the result, 4 more, and 64 MB.
 */
export function orderByRanges(scores: Float64Array, atOnce: number = sortedAtOnce): ScoreOrder {
  if (scores.length <= atOnce) return orderOf(scores);
  const rows = new Uint32Array(scores.length);
  for (let row = 0; row < rows.length; row++) rows[row] = row;
  new RangeSorting(scores, rows, atOnce).order(0, rows.length, 3);
  const inOrder = new Float64Array(rows.length);
  for (let place = 0; place < rows.length; place++) inOrder[place] = scores[rows[place]!]!;
  return { rows, scores: inOrder };
}

/** Puts runs of rows, which are in source order, in the order of their scores. */
class RangeSorting {
  private readonly kernel = createRankKernel();
  /** The scores as their four 16-bit digits, lowest first. */
  private readonly digits: Uint16Array;

  constructor(
    private readonly scores: Float64Array,
    private readonly rows: Uint32Array,
    private readonly atOnce: number,
  ) {
    this.digits = new Uint16Array(scores.buffer, scores.byteOffset, scores.length * 4);
  }

  /** Orders the rows at places `from` to `to`, whose scores agree in all digits above `digit`. */
  order(from: number, to: number, digit: number): void {
    if (digit < 0) return;
    const starts = this.divide(from, to, digit);
    // Neighbouring ranges are sorted together while they are small.
    let begin = from;
    for (let range = 0; range < digitValues; range++) {
      const start = starts[range]!;
      const end = starts[range + 1]!;
      if (end - begin <= this.atOnce) continue;
      this.sort(begin, start);
      begin = start;
      if (end - start <= this.atOnce) continue;
      this.order(start, end, digit - 1);
      begin = end;
    }
    this.sort(begin, to);
  }

  /** Moves the rows of a range of scores together, the largest scores first; says where the ranges begin. */
  private divide(from: number, to: number, digit: number): Float64Array {
    const { digits, rows } = this;
    const starts = new Float64Array(digitValues + 1);
    for (let i = from; i < to; i++) starts[digitValues - 1 - digits[rows[i]! * 4 + digit]!]!++;
    let at = from;
    for (let range = 0; range < digitValues; range++) {
      const count = starts[range]!;
      starts[range] = at;
      at += count;
    }
    starts[digitValues] = at;
    const next = starts.slice();
    for (const row of rows.slice(from, to)) rows[next[digitValues - 1 - digits[row * 4 + digit]!]!++] = row;
    return starts;
  }

  private sort(from: number, to: number): void {
    if (to - from < 2) return;
    const before = this.rows.slice(from, to);
    const order = orderOf(
      Float64Array.from(before, (row) => this.scores[row]!),
      this.kernel,
    );
    for (let i = 0; i < before.length; i++) this.rows[from + i] = before[order.rows[i]!]!;
  }
}
