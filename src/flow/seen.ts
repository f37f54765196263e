import { type CellTable, kind } from '../kernels/cells.js';
import type { IngestKernel } from '../kernels/ingest.js';
import { type RecordOf, type Shape, shapeOfCells } from '../load/json/shape.js';
import { kindsOf, type TypingOptions } from '../load/typing.js';

/** Where rows of a chunk's cells are: what tallies name the first ones by. */
export interface Places {
  recordOf: RecordOf;
  source: number;
}

/** Kinds of the values of every column of the cells; of JSON, what is counted too. */
export function seenColumns(
  kernel: IngestKernel,
  cells: CellTable,
  options: TypingOptions,
  places: Places,
  declared: readonly { cell: number }[] = [],
): { kinds: number; shape: Shape | null }[] {
  const columns = Array.from({ length: cells.columns }, (_, c) => c);
  return kindsOf(kernel, cells, columns, options, new Set(declared.map((d) => d.cell))).map((kinds, c) => ({
    kinds,
    shape: options.json && isCounted(kinds) ? shapeOf(kernel, cells, c, places) : null,
  }));
}

/** Whether values of these kinds can be part of a mixture: nested ones, and strings. Others make it show in the column's kinds. */
export function isCounted(kinds: number): boolean {
  return (kinds & (kind.object | kind.array | kind.jsonString | kind.jsonNumber | kind.jsonBoolean)) !== 0;
}

/** What there is to count of a column: shapes of nested values, and rows by kind. */
export function shapeOf(kernel: IngestKernel, cells: CellTable, column: number, { recordOf, source }: Places): Shape {
  return shapeOfCells(kernel, cells, column, recordOf, source);
}
