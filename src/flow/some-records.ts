import { cell } from '../kernels/cells.js';
import { createIngestKernel } from '../kernels/ingest.js';
import type { Look } from './look.js';
import { cellOf } from './one-record.js';
import { OpenFiles, parsePiece, scanPiece } from './read.js';
import type { SourcePlan } from './tasks.js';
import { turnOrAbort } from './turn.js';

/** Records are passed over in pieces of so many bytes, between two turns of the event loop. */
const pieceBytes = 4 * 2 ** 20;

/**
 * The texts of the cells of some records of a text source, by their 1-based numbers, in one walk over it: by the names of
 * their columns in the data set, null where a record has none. Records that are malformed are left out.
 */
export async function someRecords(
  { plan, start }: Pick<Look, 'plan' | 'start'>,
  rows: readonly number[],
  columns: readonly { name: string; sourceName: string }[],
): Promise<Map<number, Map<string, string | null>>> {
  const kernel = createIngestKernel();
  const files = new OpenFiles();
  const source: SourcePlan = { ...plan, map: [] };
  const found = new Map<number, Map<string, string | null>>();
  try {
    let at = start;
    for (const row of [...rows].sort((a, b) => a - b)) {
      while (at !== null && at.record < row) {
        kernel.reset();
        at = scanPiece(kernel, files, source, {
          start: at,
          limits: { bytes: pieceBytes, records: row - at.record },
        }).next;
        await turnOrAbort(undefined);
      }
      if (at === null) break;
      for (;;) {
        kernel.reset();
        const scanned = scanPiece(kernel, files, source, { start: at, limits: { bytes: pieceBytes, records: 1 } });
        const { newKeys, cells } = parsePiece(kernel, source, scanned);
        if (newKeys.length > 0) {
          // Parsed again with the keys that were not known.
          source.columns = [...source.columns, ...newKeys];
          continue;
        }
        if (cells.rows !== 1) break;
        const metas = kernel.u32(cells.metas, cells.columns);
        const starts = kernel.u32(cells.starts, cells.columns);
        const taken = new Set<number>();
        const texts = columns.map(({ name, sourceName }): [string, string | null] => {
          const index = cellOf(source.columns, sourceName, taken);
          taken.add(index);
          const meta = index < 0 ? cell.absent : metas[index]!;
          return [name, meta & cell.absent ? null : Buffer.from(kernel.u8(starts[index]!, meta >>> 4)).toString()];
        });
        found.set(row, new Map(texts));
        break;
      }
    }
    return found;
  } finally {
    files.close();
  }
}
