import { createRankKernel } from '../kernels/rank.js';
import { orderOf, type ScoreOrder } from './order.js';

/** Rows that are sorted at once, in 32 bytes each. */
const sortedAtOnce = 2 ** 21;

/**
 * A score's bits from the highest on, in digits: of its upper half, then of its lower one. The sign is never set, and the
 * first digit has eight bits of the fraction, so that scores from 0 to 1 are in hundreds of ranges.
 */
const digits = [
  { half: 1, shift: 12, values: 2 ** 19 },
  { half: 1, shift: 0, values: 2 ** 12 },
  { half: 0, shift: 16, values: 2 ** 16 },
  { half: 0, shift: 0, values: 2 ** 16 },
];

/**
 * Sorts scores as `orderOf` does, with less memory where there are many: rows are divided by ranges of scores first, and each
 * range is sorted by itself. Takes 12 bytes a row for the result, up to 12 more for the rows of a range that is too large, and 64 MB.
 */
export function orderByRanges(scores: Float64Array, atOnce: number = sortedAtOnce): ScoreOrder {
  if (scores.length <= atOnce) return orderOf(scores);
  const rows = new Uint32Array(scores.length);
  const inOrder = new Float64Array(scores.length);
  const starts = startsOf(scores, digits[0]!);
  move({ scores, rows: null }, { rows, scores: inOrder }, starts, digits[0]!);
  new RangeSorting(rows, inOrder, atOnce).orderRanges(starts, 0, 0);
  return { rows, scores: inOrder };
}

/** A score's digit, inverted: the largest scores have the smallest. `halves` are the scores as they lie in memory. */
const digitOf = (halves: Uint32Array, i: number, { half, shift, values }: (typeof digits)[number]): number =>
  values - 1 - ((halves[2 * i + half]! >>> shift) & (values - 1));

const halvesOf = (scores: Float64Array): Uint32Array =>
  new Uint32Array(scores.buffer, scores.byteOffset, scores.length * 2);

/** Where the scores of each digit begin when they are divided by it, and their number at the end. */
function startsOf(scores: Float64Array, digit: (typeof digits)[number]): Uint32Array {
  const halves = halvesOf(scores);
  const starts = new Uint32Array(digit.values + 1);
  for (let i = 0; i < scores.length; i++) starts[digitOf(halves, i, digit)]!++;
  for (let range = 0, at = 0; range <= digit.values; range++) {
    const count = starts[range]!;
    starts[range] = at;
    at += count;
  }
  return starts;
}

/** Moves scores and their rows (null: numbered as they come) to the places of their digits, each digit's in the order given. */
function move(
  from: { scores: Float64Array; rows: Uint32Array | null },
  to: ScoreOrder,
  starts: Uint32Array,
  digit: (typeof digits)[number],
): void {
  const { scores, rows } = from;
  const halves = halvesOf(scores);
  const next = starts.slice();
  for (let i = 0; i < scores.length; i++) {
    const place = next[digitOf(halves, i, digit)]!++;
    to.rows[place] = rows === null ? i : rows[i]!;
    to.scores[place] = scores[i]!;
  }
}

/** Puts rows that are divided by ranges of scores, and in source order within, in the order of their scores. */
class RangeSorting {
  private readonly kernel = createRankKernel();

  constructor(
    private readonly rows: Uint32Array,
    private readonly scores: Float64Array,
    private readonly atOnce: number,
  ) {}

  /** Orders ranges of the scores at places from `first` on, which agree in all digits above `digit`. */
  orderRanges(starts: Uint32Array, first: number, digit: number): void {
    // Neighbouring ranges are sorted together while they are small.
    let begin = first;
    for (let range = 0; range + 1 < starts.length; range++) {
      const start = first + starts[range]!;
      const end = first + starts[range + 1]!;
      if (end - begin <= this.atOnce) continue;
      this.sort(begin, start);
      begin = start;
      if (end - start <= this.atOnce) continue;
      this.order(start, end, digit + 1);
      begin = end;
    }
    this.sort(begin, first + starts[starts.length - 1]!);
  }

  /** Orders a range that is too large to be sorted at once, by its digits from `digit` on. */
  private order(from: number, to: number, digit: number): void {
    if (digit === digits.length) return;
    const rows = this.rows.subarray(from, to);
    const scores = this.scores.subarray(from, to);
    const starts = startsOf(scores, digits[digit]!);
    const areAlike = starts.every((start) => start === 0 || start === scores.length);
    if (!areAlike) move({ scores: scores.slice(), rows: rows.slice() }, { rows, scores }, starts, digits[digit]!);
    this.orderRanges(starts, from, digit);
  }

  private sort(from: number, to: number): void {
    if (to - from < 2) return;
    const rows = this.rows.subarray(from, to);
    const scores = this.scores.subarray(from, to);
    const order = orderOf(scores, this.kernel);
    scores.set(order.scores);
    const before = rows.slice();
    for (let i = 0; i < rows.length; i++) rows[i] = before[order.rows[i]!]!;
  }
}
