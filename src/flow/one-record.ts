import { snakeCase } from '../clean/names.js';
import { cell } from '../kernels/cells.js';
import { createIngestKernel, type IngestKernel } from '../kernels/ingest.js';
import type { ChunkStart, ParsedChunk, ScannedChunk } from '../load/chunk.js';
import type { Look } from './look.js';
import { OpenFiles, parsePiece, scanPiece } from './read.js';
import type { SourcePlan } from './tasks.js';
import { turnOrAbort } from './turn.js';

/** Records are passed over in pieces of so many bytes, between two turns of the event loop. */
const pieceBytes = 4 * 2 ** 20;

/**
 * Reads one record of a text source, by its 1-based number, from a place at or before it on: `use` is given a chunk of that
 * record alone, with all its keys among the columns. A few megabytes are in memory, or the record. Null when there is none.
 */
export async function withRecord<T>(
  plan: Look['plan'],
  start: ChunkStart | null,
  row: number,
  use: (kernel: IngestKernel, source: SourcePlan, scanned: ScannedChunk, parsed: ParsedChunk) => T,
): Promise<T | null> {
  const kernel = createIngestKernel();
  const files = new OpenFiles();
  const source: SourcePlan = { ...plan, map: [] };
  try {
    let at = start;
    while (at !== null && at.record < row) {
      kernel.reset();
      const limits = { bytes: pieceBytes, records: row - at.record };
      at = scanPiece(kernel, files, source, { start: at, limits }).next;
      await turnOrAbort(undefined);
    }
    if (at === null) return null;
    const limits = { bytes: pieceBytes, records: 1 };
    for (;;) {
      kernel.reset();
      const scanned = scanPiece(kernel, files, source, { start: at, limits });
      const { newKeys, ...parsed } = parsePiece(kernel, source, scanned);
      if (newKeys.length === 0) return use(kernel, source, scanned, parsed);
      source.columns = [...source.columns, ...newKeys];
    }
  } finally {
    files.close();
  }
}

/**
 * The texts of a record's cells, by the names of their columns in the data set; null where it has none. Null altogether when it
 * is malformed.
 */
export function recordTexts(
  plan: Look['plan'],
  start: ChunkStart | null,
  row: number,
  columns: readonly { name: string; sourceName: string }[],
): Promise<Map<string, string | null> | null> {
  return withRecord(plan, start, row, (kernel, source, _, { cells }) => {
    if (cells.rows !== 1) return null;
    const metas = kernel.u32(cells.metas, cells.columns);
    const starts = kernel.u32(cells.starts, cells.columns);
    const taken = new Set<number>();
    return new Map(
      columns.map(({ name, sourceName }) => {
        const index = cellOf(source.columns, sourceName, taken);
        taken.add(index);
        const meta = index < 0 ? cell.absent : metas[index]!;
        if (meta & cell.absent) return [name, null];
        return [name, Buffer.from(kernel.u8(starts[index]!, meta >>> 4)).toString()];
      }),
    );
  });
}

/** Which of a source's columns that are not `taken` has this name, or one that is cleaned to the same; -1 if none has. */
export function cellOf(columns: readonly string[], name: string, taken: ReadonlySet<number> = new Set()): number {
  const exact = columns.findIndex((column, i) => column === name && !taken.has(i));
  if (exact >= 0) return exact;
  const cleaned = snakeCase(name);
  return columns.findIndex((column, i) => snakeCase(column) === cleaned && !taken.has(i));
}
