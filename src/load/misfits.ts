import type { CellColumn } from '../clean/text.js';
import type { DeclaredType } from '../config/options.js';
import type { ColumnType } from '../engine/types.js';
import { quoteValue } from '../errors.js';
import type { CellTable } from '../kernels/cells.js';
import type { IngestKernel } from '../kernels/ingest.js';
import { groups } from './json/shape.js';
import { fixedType, modeOf } from './makers.js';
import { placeTokens } from './nulltokens.js';
import { cellColumn, type TypingOptions } from './typing.js';

/** A row that has a value which does not fit its column's declared type. */
export interface Misfit {
  /** Row in the cells, before any was dropped. */
  row: number;
  /** Which of the declared columns. */
  declared: number;
  /** The value, at most 200 bytes of it. */
  value: string;
  /** What it was to be, where that was not declared: a value like those of nearly all rows. */
  only?: 'object' | 'array';
}

/**
 * Finds the rows that have a value which does not fit its column's declared type: in order, each with its first misfit in
 * the order of `declared`. `mask` is the address of a byte a row, 0 before and not 0 for such rows afterwards.
 */
export function findMisfits(
  kernel: IngestKernel,
  declared: readonly { cells: CellColumn | null; type: ColumnType; only?: Misfit['only'] | null }[],
  mask: number,
  options: TypingOptions,
): Misfit[] {
  placeTokens(kernel, options.nullTokens);
  const calls = kernel.exports;
  const misfits: Misfit[] = [];
  declared.forEach(({ cells, type, only }, index) => {
    const fixed = fixedType(type);
    if (cells === null || (fixed === undefined && !only)) return;
    const { starts, metas, rows } = cells;
    const marked = only
      ? calls.jsonMarkOthers(starts, metas, rows, groups.indexOf(only), mask)
      : calls.markMisfits(starts, metas, rows, modeOf(options), fixed!, mask, 1);
    if (marked === 0) return;
    const marks = kernel.u8(mask, rows);
    for (let row = marks.indexOf(1); row >= 0; row = marks.indexOf(1, row + 1)) {
      marks[row] = 2;
      const start = kernel.u32(starts, rows)[row]!;
      const length = Math.min(200, kernel.u32(metas, rows)[row]! >>> 4);
      misfits.push({
        row,
        declared: index,
        ...(only ? { only } : {}),
        value: Buffer.from(kernel.u8(start, length)).toString(),
      });
    }
  });
  return misfits.sort((a, b) => a.row - b.row);
}

/**
 * Finds misfits and drops their rows from the cells, in place: a rejected record has no part in types or counts. Frees what
 * it reserves.
 */
export function dropMisfits(
  kernel: IngestKernel,
  cells: CellTable,
  declared: readonly { cell: number; type: ColumnType; only?: Misfit['only'] | null }[],
  options: TypingOptions,
): { cells: CellTable; misfits: Misfit[] } {
  const mark = kernel.mark();
  const mask = kernel.alloc(cells.rows);
  kernel.u8(mask, cells.rows).fill(0);
  const columns = declared.map(({ cell, type, only }) => ({
    cells: cell < 0 ? null : cellColumn(cells, cell),
    type,
    ...(only ? { only } : {}),
  }));
  const misfits = findMisfits(kernel, columns, mask, options);
  const rows = cells.rows - misfits.length;
  const calls = kernel.exports;
  if (misfits.length > 0)
    for (let c = 0; c < cells.columns; c++) {
      const { starts, metas } = cellColumn(cells, c);
      calls.dropEntries(starts, cells.rows, mask, cells.starts + c * rows * 4);
      calls.dropEntries(metas, cells.rows, mask, cells.metas + c * rows * 4);
    }
  kernel.reset(mark);
  return { cells: { ...cells, rows }, misfits };
}

/** Why a record was rejected, for people. */
export function describeMisfit(column: string, type: DeclaredType, value: string): string {
  const article = type === 'integer' ? 'an' : 'a';
  return `column ${quoteValue(column)}: expected ${article} ${type}, got ${quoteValue(value)}`;
}
