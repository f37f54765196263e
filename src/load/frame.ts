import type { DataFrame } from 'nodejs-polars';

/**
 * Rows `from` to `to`, not included, of Parquet files one behind the other as a frame of nodejs-polars, which is loaded when it is
 * first asked for one. Only the pages of `columns` are read.
 */
export async function frameOf(
  files: readonly { path: string; rows: number }[],
  columns: readonly string[],
  [from, to]: readonly [number, number],
): Promise<DataFrame> {
  const { default: pl } = await import('nodejs-polars');
  if (columns.length === 0) return pl.DataFrame({});
  const parts: DataFrame[] = [];
  let at = 0;
  for (const [index, { path, rows }] of files.entries()) {
    const [first, end] = [Math.max(from - at, 0), Math.min(to - at, rows)];
    at += rows;
    // Of no row a frame has the columns all the same.
    if (first >= end && !(from === to && index === 0)) continue;
    const lazy = pl.scanParquet(path).select(...columns);
    parts.push(await lazy.slice(first, Math.max(0, end - first)).collect());
  }
  return parts.length === 1 ? parts[0]! : pl.concat(parts);
}
