import type { CellTable } from '../kernels/cells.js';
import type { IngestKernel } from '../kernels/ingest.js';
import { declaredMode, fixedType, modeOf } from './makers.js';
import { type ColumnPlan, cellColumn, type TypingOptions } from './typing.js';

interface FormExports {
  mixForms(starts: number, metas: number, rows: number, mode: number, type: number, salt: number, forms: number): void;
}

/**
 * A hash a row of how the values of `columns` were written that change their form when they are typed ("1.10" as 1.1), 0 where
 * none does; null where no row has one. Rows that are equal once typed were the same text if their hashes are equal. Comes
 * right after the typing, and may grow the memory.
 */
export function rowForms(
  kernel: IngestKernel,
  cells: CellTable,
  plans: readonly ColumnPlan[],
  options: TypingOptions,
  columns: readonly number[],
): Uint32Array<ArrayBuffer> | null {
  if (columns.length === 0) return null;
  const calls = kernel.exports as FormExports;
  const mark = kernel.mark();
  const forms = kernel.alloc(cells.rows * 4);
  kernel.u32(forms, cells.rows).fill(0);
  for (const f of columns) {
    const { cell, type, declared } = plans[f]!;
    const { starts, metas, rows } = cellColumn(cells, cell);
    const mode = modeOf(options) | (declared ? declaredMode : 0);
    calls.mixForms(starts, metas, rows, mode, fixedType(type)!, Math.imul(f + 1, 0x9e3779b1), forms);
  }
  const made = kernel.u32(forms, cells.rows).slice();
  kernel.reset(mark);
  return made;
}
