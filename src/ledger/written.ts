import { quoteValue } from '../errors.js';

/** How two rows that are equal once typed are written where they differ. */
export interface Written {
  column: string;
  /** Of the row that was dropped, and of the one that was kept; null for no value. */
  text: string | null;
  kept: string | null;
}

/** Columns that are shown of a row. */
const shownColumns = 3;

/** Where the texts of two rows differ, in the order of the columns. */
export function writtenApart(
  row: ReadonlyMap<string, string | null>,
  kept: ReadonlyMap<string, string | null>,
): Written[] {
  return [...row].flatMap(([column, text]) => {
    const other = kept.get(column) ?? null;
    return text === other ? [] : [{ column, text, kept: other }];
  });
}

/** `v "1.10", w "1E5"`: how one of the two is written. */
export function writtenAs(written: readonly Written[], which: 'text' | 'kept'): string {
  const cells = written.slice(0, shownColumns).map((cell) => {
    const text = cell[which];
    return `${cell.column} ${text === null ? 'nothing' : quoteValue(text, 80)}`;
  });
  return `${cells.join(', ')}${written.length > shownColumns ? ', ...' : ''}`;
}
