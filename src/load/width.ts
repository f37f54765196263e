import { DatagpuError } from '../errors.js';

/** Columns that a source, or a data set, has at most. */
export const mostColumns: number = 100_000;

/** Characters of a column's name in the data set; a longer one is cut. */
export const mostNameLetters: number = 1000;

/**
 * Refuses a source with more columns than any table has: it is read with a wrong delimiter, or is no table. `shown` is its
 * name, null for a data set of all of them.
 *
 * @throws DatagpuError `input`
 */
export function requireNarrow(columns: number, shown: string | null): void {
  if (columns <= mostColumns) return;
  const what = shown === null ? 'the sources together have' : 'it has';
  throw new DatagpuError(
    'input',
    `${what} more than ${mostColumns.toLocaleString('en-US')} columns, which are the most`,
    {
      ...(shown === null ? {} : { file: shown }),
      hint:
        shown === null
          ? 'Compile fewer sources at once, or make rows of what are columns'
          : 'If it is a table of fewer, name its --delimiter or --format; else make rows of what are columns',
    },
  );
}

/** A name of a length that readers can be given. */
export function cutName(name: string): string {
  return name.length <= mostNameLetters ? name : name.slice(0, mostNameLetters).replace(/[\ud800-\udbff]$/, '');
}
