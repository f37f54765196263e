import type { Amount } from '../config/options.js';
import { createRankKernel, type RankKernel } from '../kernels/rank.js';

/** Rows by score, the largest first, ties in source order. */
export interface ScoreOrder {
  /** `rows[place]` is the row. */
  rows: Uint32Array;
  /** Its score, by place. */
  scores: Float64Array;
}

/** Bits of a digit, and its counts as uint32. */
const digitBits = 11;
const countBytes = 2048 * 4;
/** Rows of a call of the kernel (see assembly/rank/order.ts). */
const pieceRows = 32768;
/**
 * Digits that scores up to 1 differ in: 33 bits of theirs, below the two that are 0. Rows that are the same there are rare,
 * but for those with the same score, which are in order already.
 */
const upper = { shift: 29, digits: 3 };
const all = { shift: 0, digits: 6 };

/**
 * Sorts scores, which must not be negative or NaN. Takes 32 bytes a row, and 12 for the result, which is a
 * copy.
 */
export function orderOf(scores: Float64Array, kernel: RankKernel = createRankKernel()): ScoreOrder {
  kernel.reset();
  const count = scores.length;
  const spare = { keys: kernel.alloc(count * 8), rows: kernel.alloc(count * 4) };
  const now = { keys: kernel.alloc(count * 8), rows: 0 };
  const otherRows = kernel.alloc(count * 4);
  const counts = kernel.alloc(all.digits * countBytes);
  kernel.f64(now.keys, count).set(scores);
  inPieces(count, (from, to) => kernel.exports.makeKeys(now.keys + from * 8, to - from));
  const sorting = new Sorting(kernel, count, counts, now, spare, otherRows);
  sorting.sort(upper);
  if (!sorting.settle()) sorting.sort(all);
  const { keys, rows } = sorting.result();
  inPieces(count, (from, to) => kernel.exports.makeScores(keys + from * 8, to - from));
  return { rows: kernel.u32(rows, count).slice(), scores: kernel.f64(keys, count).slice() };
}

function inPieces(rows: number, work: (from: number, to: number) => void): void {
  for (let from = 0; from < rows; from += pieceRows) work(from, Math.min(rows, from + pieceRows));
}

/** Addresses of keys and of the rows that they belong to; rows 0 means source order. */
interface Keyed {
  keys: number;
  rows: number;
}

class Sorting {
  constructor(
    private readonly kernel: RankKernel,
    private readonly count: number,
    private readonly counts: number,
    private now: Keyed,
    private spare: Keyed,
    /** Room for rows that `now` takes when it is written to for the first time. */
    private readonly otherRows: number,
  ) {}

  sort({ shift, digits }: { shift: number; digits: number }): void {
    const { kernel, count, counts } = this;
    const { exports } = kernel;
    kernel.u8(counts, digits * countBytes).fill(0);
    inPieces(count, (from, to) => exports.countDigits(this.now.keys + from * 8, to - from, shift, digits, counts));
    for (let d = 0; d < digits; d++) {
      const begins = counts + d * countBytes;
      if (!exports.beginDigits(begins, count)) continue;
      const { now, spare } = this;
      inPieces(count, (from, to) =>
        exports.moveByDigit(now.keys, now.rows, from, to, shift + d * digitBits, begins, spare.keys, spare.rows),
      );
      this.now = spare;
      this.spare = { keys: now.keys, rows: now.rows === 0 ? this.otherRows : now.rows };
    }
  }

  /** Puts rows in order that are all but in order; false if they are not. */
  settle(): boolean {
    const { keys, rows } = this.result();
    let settled = true;
    inPieces(this.count, (from, to) => {
      settled &&= Boolean(this.kernel.exports.settleOrder(keys, rows, from, to));
    });
    return settled;
  }

  result(): Keyed {
    if (this.now.rows === 0) {
      const rows = this.kernel.u32(this.otherRows, this.count);
      for (let row = 0; row < this.count; row++) rows[row] = row;
      this.now = { keys: this.now.keys, rows: this.otherRows };
    }
    return this.now;
  }
}

/** How many of `rows` rows `--top` keeps; a percentage rounds up. */
export function rowsKept(top: Amount | null, rows: number): number {
  if (top === null) return rows;
  if ('rows' in top) return Math.min(rows, top.rows);
  // Twelve digits, so that 1.1 % of 1000 is 11 and not 11.000000000000002.
  return Math.min(rows, Math.ceil(Number(((rows * top.percent) / 100).toPrecision(12))));
}
