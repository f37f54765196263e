import { escapeControls } from '../errors.js';

/** Lines of a table: columns padded to their widest cell, two spaces between, numbers to the right. */
export function tableLines(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const cells = [header, ...rows].map((row) => row.map((cell) => shorten(escapeControls(cell), 60)));
  const widths = header.map((_, c) => Math.max(...cells.map((row) => [...row[c]!].length)));
  const isNumber = header.map(
    (_, c) => rows.length > 0 && rows.every((row) => /^[0-9,.%]*( [kMGTP]?B| bytes)?$/.test(row[c]!)),
  );
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

/** At most `limit` characters, the last one an ellipsis when some were left off. */
export function shorten(text: string, limit: number): string {
  const letters = [...text];
  return letters.length <= limit ? text : `${letters.slice(0, limit - 1).join('')}…`;
}
