import type { ReadBlock } from '../engine/block.js';
import { DatagpuError } from '../errors.js';
import type { PassPlan } from './tasks.js';
import type { ChunkRef } from './walk.js';

/**
 * A row with more text than this is not ranked, and not compared with others: words and shingles take up to 25 times the
 * memory of their text, and a kernel has 4 GB.
 */
const mostTextBytes = 2 ** 26;

/** Refuses a block with such a row, before any memory is taken for its words. */
export function refuseLongTexts(
  block: ReadBlock,
  { rank, near }: Pick<PassPlan, 'rank' | 'near'>,
  piece: ChunkRef['piece'],
  file: string,
  rejects: Uint32Array,
): void {
  for (const stage of [rank, near]) {
    const found = stage === null ? null : longRow(block, stage.columns);
    if (found === null) continue;
    let record = found.row + ('start' in piece ? piece.start.record : piece.record);
    const first = record - found.row;
    for (const index of rejects) if (first + index <= record) record++;
    throw longTextError(file, record, found.bytes, stage === rank);
  }
}

function longRow({ rows, columns }: ReadBlock, chosen: readonly number[]): { row: number; bytes: number } | null {
  const all = chosen.flatMap((c) => columns[c]!.offsets ?? []);
  const bytesOf = (from: number, to: number): number => all.reduce((n, ends) => n + ends[to]! - ends[from]!, 0);
  // Most blocks have less text in all.
  if (bytesOf(0, rows) <= mostTextBytes) return null;
  for (let row = 0; row < rows; row++) {
    const bytes = bytesOf(row, row + 1);
    if (bytes > mostTextBytes) return { row, bytes };
  }
  return null;
}

/** The refusal of a record with such a row. */
function longTextError(file: string, record: number, bytes: number, isRanked: boolean): DatagpuError {
  const mebibytes = (n: number): string => `${Math.ceil(n / 2 ** 20)} MiB`;
  const what = isRanked ? 'to be ranked' : 'to be compared with others (--near-dup)';
  return new DatagpuError(
    'input',
    `${mebibytes(bytes)} of text are too much ${what}; the most is ${mebibytes(mostTextBytes)}`,
    {
      file,
      row: record,
      hint: isRanked
        ? 'Cut the text into records, name other columns with --rank-on, or pass --no-rank'
        : 'Cut the text into records, name other columns with --near-dup-on, or leave out --near-dup',
    },
  );
}
