import { escapeControls } from '../errors.js';

/** Columns are not made narrower than this. */
const leastWidth = 6;

/**
 * Lines of a table: columns padded to their widest cell, two spaces between, numbers to the right. Where they would be longer than
 * `most` letters, the widest columns of text are cut.
 */
export function tableLines(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  most: number = Number.POSITIVE_INFINITY,
): string[] {
  const whole = [header, ...rows].map((row) => row.map((cell) => shorten(escapeControls(cell), 60)));
  const isNumber = header.map(
    (_, c) => rows.length > 0 && rows.every((row) => /^~?[0-9,.%]*( [kMGTP]?B| bytes|[kMG])?$/.test(row[c]!)),
  );
  const widths = header.map((_, c) => Math.max(...whole.map((row) => [...row[c]!].length)));
  for (let excess = sum(widths) + 2 * (widths.length - 1) - most; excess > 0; excess--) {
    const widest = widths.reduce((a, w, c) => (!isNumber[c] && w > (widths[a] ?? 0) ? c : a), -1);
    if (widest < 0 || widths[widest]! <= leastWidth) break;
    widths[widest]!--;
  }
  const cells = whole.map((row) => row.map((cell, c) => shorten(cell, widths[c]!)));
  return cells.map((row) =>
    row
      .map((cell, c) => {
        const gap = ' '.repeat(widths[c]! - [...cell].length);
        return isNumber[c] ? gap + cell : cell + gap;
      })
      .join('  ')
      .trimEnd(),
  );
}

const sum = (all: readonly number[]): number => all.reduce((n, one) => n + one, 0);

/** At most `limit` characters, the last one an ellipsis when some were left off. */
export function shorten(text: string, limit: number): string {
  const letters = [...text];
  return letters.length <= limit ? text : `${letters.slice(0, limit - 1).join('')}…`;
}
