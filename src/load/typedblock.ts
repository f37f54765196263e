import { textRules } from '../clean/rules.js';
import { cleanTexts } from '../clean/text.js';
import type { ReadBlock, ReadColumn } from '../engine/block.js';
import { Gatherer } from '../engine/gather.js';
import type { IngestKernel } from '../kernels/ingest.js';
import { sameType } from './lattice.js';
import { type Maker, makeAll, makerOf } from './makers.js';
import { findMisfits, type Misfit } from './misfits.js';
import { placeTokens } from './nulltokens.js';
import { renderCells, widenFloats } from './render.js';
import type { ColumnPlan, TypedChunk, TypingOptions } from './typing.js';

/**
 * What `dropMisfits` and `typeColumns` do with cells, for a block of a typed source (Parquet): a plan's `cell` is a column of
 * the block. Columns that have their plan's type are passed on without a copy, texts cleaned; others are converted value by
 * value, in the grammar of cells. Rows that don't fit a declared type are dropped and named; `declared` in a misfit counts the
 * plans that are declared and have a column.
 */
export function typeBlock(
  kernel: IngestKernel,
  block: ReadBlock,
  plans: readonly ColumnPlan[],
  options: Omit<TypingOptions, 'json'>,
): TypedChunk & { misfits: Misfit[] } {
  const how = { ...options, json: false };
  const { columns, rows, misfits } = withoutMisfits(kernel, block, plans, how);
  placeTokens(kernel, options.nullTokens);
  const makers = plans.map((plan): Maker => {
    const column = plan.cell < 0 ? null : columns[plan.cell]!;
    if (column === null || plan.constant !== undefined) return makerOf(kernel, null, rows, plan, how);
    const wide = plan.type.kind === 'float64' ? widenFloats(column, rows) : null;
    if (wide !== null) return { cellBytes: 0, fill: () => undefined, finish: () => undefined, column: () => wide };
    if (!sameType(column.type, plan.type)) return makerOf(kernel, renderCells(kernel, column, rows), rows, plan, how);
    const text = plan.type.kind === 'text' ? cleanTexts(kernel, column, rows, textRules(options.clean)) : null;
    return {
      cellBytes: text?.cellBytes ?? 0,
      fill: (from, to) => text?.fill(from, to),
      finish: (_, chunk) => text?.count(chunk.changed),
      column: () => text?.column() ?? column,
    };
  });
  return { ...makeAll(makers, rows), misfits };
}

function withoutMisfits(
  kernel: IngestKernel,
  block: ReadBlock,
  plans: readonly ColumnPlan[],
  options: TypingOptions,
): { columns: readonly ReadColumn[]; rows: number; misfits: Misfit[] } {
  const { rows, columns } = block;
  const declared = plans.filter((plan) => plan.declared && plan.cell >= 0);
  if (declared.length === 0) return { columns, rows, misfits: [] };
  const mark = kernel.mark();
  const mask = kernel.alloc(rows);
  kernel.u8(mask, rows).fill(0);
  const converted = declared.map(({ cell, type }) => {
    const column = columns[cell]!;
    return { cells: sameType(column.type, type) ? null : renderCells(kernel, column, rows), type };
  });
  const misfits = findMisfits(kernel, converted, mask, options);
  const marks = kernel.u8(mask, rows);
  const kept = Uint32Array.from({ length: rows }, (_, r) => r).filter((r) => marks[r] === 0);
  kernel.reset(mark);
  if (misfits.length === 0) return { columns, rows, misfits };
  const fitting = new Gatherer().gather([block], new Uint32Array(kept.length), kept, false);
  return { columns: fitting.columns, rows: fitting.rows, misfits };
}
