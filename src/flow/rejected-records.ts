import { quoteValue } from '../errors.js';
import type { Reject } from '../load/chunk.js';
import type { Misfit } from '../load/misfits.js';
import type { Rejected } from './tasks.js';

/** Where misfits, which are numbered among the rows that were parsed, are among all records of their chunk. */
export function recordsOf(rejects: readonly Reject[], misfits: readonly Misfit[]): number[] {
  let before = 0;
  return misfits.map(({ row }) => {
    while (before < rejects.length && rejects[before]!.index <= row + before) before++;
    return row + before;
  });
}

/**
 * Rows whose values don't fit a declared type are rejected too. `raws` are the bytes of those, null when no rejected
 * record's bytes are wanted.
 */
export function withMisfits(
  rejects: Reject[],
  misfits: Misfit[],
  columns: string[],
  raws: readonly Uint8Array[] | null,
): Rejected[] {
  const none = new Uint8Array(0);
  const all = rejects.map(
    (r): Rejected => ({ index: r.index, line: r.line, why: r.why, raw: raws === null ? none : r.raw.slice() }),
  );
  const records = recordsOf(rejects, misfits);
  misfits.forEach(({ declared, value, only }, m) => {
    const column = columns[declared]!;
    const what =
      only !== undefined
        ? `is ${only === 'array' ? 'an array' : 'an object'} in nearly all records, here it is ${quoteValue(value)}`
        : `does not fit its declared type: ${quoteValue(value)}`;
    all.push({ index: records[m]!, line: 0, why: `column "${column}" ${what}`, column, raw: raws?.[m] ?? none });
  });
  return misfits.length === 0 ? all : all.sort((a, b) => a.index - b.index);
}
