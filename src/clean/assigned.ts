import { assignedRuns } from './assigned-runs.js';

/** The first code point that is not assigned. */
const firstUnassigned = 0x378;
/** Where runs of assigned code points begin and end, in turn; the first begins at U+0000. */
let borders: number[] | null = null;

/** True if Unicode 15.1.0 assigns the code point, private use and surrogates included. */
export function isAssigned(codePoint: number): boolean {
  // Most names need no more: taking the runs apart takes 8 ms of a compile.
  if (codePoint < firstUnassigned) return true;
  borders ??= bordersOf(assignedRuns);
  let low = 0;
  let high = borders.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (borders[middle]! <= codePoint) low = middle + 1;
    else high = middle;
  }
  return low % 2 === 0;
}

/** True if Unicode 15.1.0 assigns every code point of the text: then every later version treats it alike. */
export function isAllAssigned(text: string): boolean {
  for (const c of text) if (!isAssigned(c.codePointAt(0)!)) return false;
  return true;
}

function bordersOf(runs: string): number[] {
  let at = 0;
  return runs.split(' ').map((run) => {
    at += Number.parseInt(run, 36);
    return at;
  });
}
