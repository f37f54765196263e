import { type CellTable, kind } from '../kernels/cells.js';
import type { IngestKernel } from '../kernels/ingest.js';
import { type Shape, shapeOfCells } from '../load/json/shape.js';
import { kindsOf, type TypingOptions } from '../load/typing.js';

/** Kinds of the values of every column of the cells, and shapes of nested ones. */
export function seenColumns(
  kernel: IngestKernel,
  cells: CellTable,
  options: TypingOptions,
  declared: readonly { cell: number }[] = [],
): { kinds: number; shape: Shape | null }[] {
  const columns = Array.from({ length: cells.columns }, (_, c) => c);
  return kindsOf(kernel, cells, columns, options, new Set(declared.map((d) => d.cell))).map((kinds, c) => ({
    kinds,
    shape: shapeOf(kernel, cells, c, kinds),
  }));
}

/** The shape of a column's nested values; null if it has none. */
export function shapeOf(kernel: IngestKernel, cells: CellTable, column: number, kinds: number): Shape | null {
  return (kinds & (kind.object | kind.array)) === 0 ? null : shapeOfCells(kernel, cells, column);
}
