import { type CellTable, cell, kind } from '../kernels/cells.js';
import type { IngestKernel } from '../kernels/ingest.js';
import { modeOf } from './makers.js';
import { placeTokens } from './nulltokens.js';
import { type ColumnPlan, cellColumn, type TypingOptions } from './typing.js';

/** Of a column of text in one chunk: how much of it are numbers. Nulls and null tokens are neither. */
export interface NumberTally {
  numbers: number;
  /** Quoted empty cells. */
  blanks: number;
  others: number;
  /** The first of the others: its row in the cells, and its text, at most 40 bytes of it. */
  first: { row: number; text: string } | null;
  /** All of the others are written like the first one, in no more bytes than that. */
  alike: boolean;
}

const shownBytes = 40;

/** Rows of a chunk that are looked at, all over it, before all are counted. */
const probes = 256;
const numbers = kind.integer | kind.bigInteger | kind.float;

/**
 * Counts the numbers in columns that are text in spite of many of them; null for other columns, and for those of which less
 * than half of a sample are numbers. The chunk decides that, not who reads it.
 */
export function tallyNumbers(
  kernel: IngestKernel,
  cells: CellTable,
  plans: readonly ColumnPlan[],
  options: TypingOptions,
): (NumberTally | null)[] {
  const mark = kernel.mark();
  placeTokens(kernel, options.nullTokens);
  const tallies = plans.map((plan) =>
    plan.type.kind !== 'text' || plan.declared || plan.cell < 0 ? null : tally(kernel, cells, plan.cell, options),
  );
  kernel.reset(mark);
  return tallies;
}

function tally(kernel: IngestKernel, cells: CellTable, column: number, options: TypingOptions): NumberTally | null {
  const calls = kernel.exports;
  const { starts, metas, rows } = cellColumn(cells, column);
  const mode = modeOf(options);
  const lengths = kernel.u32(metas, rows);
  const addresses = kernel.u32(starts, rows);
  const step = Math.max(1, Math.floor(rows / probes));
  const count = (every: number): NumberTally => {
    const found: NumberTally = { numbers: 0, blanks: 0, others: 0, first: null, alike: true };
    let text: Buffer | null = null;
    for (let row = 0; row < rows; row += every) {
      const kinds = calls.columnKinds(starts, metas, row, row + 1, mode);
      if (kinds & numbers) found.numbers++;
      else if (kinds & (kind.null | kind.nullToken)) continue;
      else if (lengths[row]! >>> 4 === 0 && lengths[row]! & cell.quoted) found.blanks++;
      else {
        found.others++;
        if (!found.alike) continue;
        const bytes = lengths[row]! >>> 4;
        const cellText = Buffer.from(kernel.u8(addresses[row]!, Math.min(shownBytes, bytes)));
        if (text === null) {
          text = cellText;
          found.first = { row, text: text.toString() };
        }
        found.alike = bytes <= shownBytes && text.equals(cellText);
      }
    }
    return found;
  };
  const sample = count(step);
  if (sample.numbers < sample.others) return null;
  return step === 1 ? sample : count(1);
}
