import type { CellTable } from '../../kernels/cells.js';
import type { IngestKernel } from '../../kernels/ingest.js';
import { during } from '../../kernels/lent.js';

/** Records of a chunk that are the header once more, as where files were put behind each other, and the first one's row. */
export interface RepeatedHeaders {
  records: number;
  row: number;
}

/**
 * Looks for them by one column, that of the longest name, and compares the others only where its lengths agree. A table of one
 * column may well hold its own name.
 */
export function repeatedHeaders(
  kernel: IngestKernel,
  { rows, columns, starts, metas }: CellTable,
  names: readonly string[],
): RepeatedHeaders | null {
  if (columns < 2 || rows === 0) return null;
  const texts = names.slice(0, columns).map((name) => Buffer.from(name));
  const longest = texts.reduce((best, text, c) => (text.length > texts[best]!.length ? c : best), 0);
  const length = texts[longest]!.length;
  if (length === 0) return null;
  const isName = (row: number, c: number): boolean => {
    const at = (c * rows + row) * 4;
    const bytes = kernel.u32(metas + at, 1)[0]! >>> 4;
    return bytes === texts[c]!.length && texts[c]!.equals(during(kernel.u8(kernel.u32(starts + at, 1)[0]!, bytes)));
  };
  const lengths = kernel.u32(metas + longest * rows * 4, rows);
  let found: RepeatedHeaders | null = null;
  for (let row = 0; row < rows; row++) {
    if (lengths[row]! >>> 4 !== length || !isName(row, longest) || !texts.every((_, c) => isName(row, c))) continue;
    if (found === null) found = { records: 1, row };
    else found.records++;
  }
  return found;
}
