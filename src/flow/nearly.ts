import { quoteValue } from '../errors.js';
import { spanOf } from '../ledger/lineage.js';
import type { NumberTally } from '../load/nearly.js';

/** Of a field over all chunks so far; the first value that is none is named by its ordinal. */
interface Sum {
  numbers: number;
  blanks: number;
  others: number;
  first: { ordinal: number; text: string } | null;
  /** All of the others are written like the first one. */
  alike: boolean;
}

/** Fields of text that would be numeric but for a few values. */
export class NearlyNumbers {
  /** By field; null once a chunk was not counted. */
  private readonly sums: (Sum | null)[];

  constructor(fields: number) {
    this.sums = Array.from({ length: fields }, () => ({
      numbers: 0,
      blanks: 0,
      others: 0,
      first: null,
      alike: true,
    }));
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
      if (tally.first === null) return;
      sum.alike &&= tally.alike && (sum.first === null || sum.first.text === tally.first.text);
      if (sum.first !== null) return;
      const { row, text } = tally.first;
      sum.first = { ordinal: typeof ordinals === 'number' ? ordinals + row : ordinals[row]!, text };
    });
  }

  /** A sentence for each such field. `starts` are the ordinals at which the sources begin, with one more at the end. */
  hints(names: readonly string[], sources: readonly string[], starts: readonly number[]): string[] {
    return this.sums.flatMap((sum, f) => {
      if (sum === null || !isNearly(sum)) return [];
      const { numbers, blanks, others, first, alike } = sum;
      const all = `column ${names[f]}: ${number(numbers)} of ${number(numbers + blanks + others)} values are numbers`;
      if (first === null)
        return [`${all}, the others are quoted blanks: kept as text. Pass --nulls '' if they are nulls`];
      const source = spanOf(starts, first.ordinal);
      const of = sources.length === 1 ? '' : ` of ${sources[source]}`;
      const row = `row ${first.ordinal - starts[source]! + 1}${of}`;
      const which =
        alike && others > 1
          ? `the others are all ${quoteValue(first.text)}, the first of them: ${row}`
          : `the first that is not: ${row} ${quoteValue(first.text)}`;
      return [`${all}, so it is kept as text; ${which}. Pass --nulls or --types if it is to be numeric`];
    });
  }
}

/** One stray value, one in ten, or less than half all written alike; not codes, whose leading zeros or digits beyond 64 bits make them text. */
function isNearly({ numbers, blanks, others, first, alike }: Sum): boolean {
  if (first === null) return blanks > 0 && numbers > 1;
  if (/^[+-]?(0\d+|\d{17,})$/.test(first.text.trim())) return false;
  return numbers > 2 && (others === 1 || others * 9 <= numbers || (alike && others < numbers));
}

const number = (n: number): string => n.toLocaleString('en-US');
