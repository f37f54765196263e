import { quoteValue } from '../errors.js';
import { spanOf } from '../ledger/lineage.js';
import type { NumberTally } from '../load/nearly.js';

/** Of a field over all chunks so far; the first value that is none is named by its ordinal. */
interface Sum {
  numbers: number;
  blanks: number;
  others: number;
  first: { ordinal: number; text: string } | null;
}

/** Fields of text that would be numeric but for a few values. */
export class NearlyNumbers {
  /** By field; null once a chunk was not counted. */
  private readonly sums: (Sum | null)[];

  constructor(fields: number) {
    this.sums = Array.from({ length: fields }, () => ({ numbers: 0, blanks: 0, others: 0, first: null }));
  }

  /** Adds the next chunk: `ordinals` are those of its rows. */
  add(tallies: readonly (NumberTally | null)[], ordinals: number | Uint32Array): void {
    tallies.forEach((tally, f) => {
      const sum = this.sums[f]!;
      if (sum === null || tally === null) {
        this.sums[f] = null;
        return;
      }
      sum.numbers += tally.numbers;
      sum.blanks += tally.blanks;
      sum.others += tally.others;
      if (tally.first === null || sum.first !== null) return;
      const { row, text } = tally.first;
      sum.first = { ordinal: typeof ordinals === 'number' ? ordinals + row : ordinals[row]!, text };
    });
  }

  /** A sentence for each such field. `starts` are the ordinals at which the sources begin, with one more at the end. */
  hints(names: readonly string[], sources: readonly string[], starts: readonly number[]): string[] {
    return this.sums.flatMap((sum, f) => {
      if (sum === null || !isNearly(sum)) return [];
      const { numbers, blanks, others, first } = sum;
      const all = `column ${names[f]}: ${number(numbers)} of ${number(numbers + blanks + others)} values are numbers`;
      if (first === null)
        return [`${all}, the others are quoted blanks: kept as text. Pass --nulls '' if they are nulls`];
      const source = spanOf(starts, first.ordinal);
      const of = sources.length === 1 ? '' : ` of ${sources[source]}`;
      const row = `row ${first.ordinal - starts[source]! + 1}${of} ${quoteValue(first.text)}`;
      return [
        `${all}, so it is kept as text; the first that is not: ${row}. Pass --nulls or --types if it is to be numeric`,
      ];
    });
  }
}

/** One stray value, or one in ten; not codes, whose leading zeros or digits beyond 64 bits make them text. */
function isNearly({ numbers, blanks, others, first }: Sum): boolean {
  if (first === null) return blanks > 0 && numbers > 1;
  if (/^[+-]?(0\d+|\d{17,})$/.test(first.text.trim())) return false;
  return numbers > 2 && (others === 1 || others * 9 <= numbers);
}

const number = (n: number): string => n.toLocaleString('en-US');
