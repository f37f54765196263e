import type { CellColumn } from '../clean/text.js';
import type { Config } from '../config/options.js';
import type { ReadBlock } from '../engine/block.js';
import type { ColumnType } from '../engine/types.js';
import { type CellTable, kind } from '../kernels/cells.js';
import type { IngestKernel } from '../kernels/ingest.js';
import type { RowForms } from './forms.js';
import { declaredMode, inStrips, makeAll, makerOf, modeOf } from './makers.js';
import { placeTokens } from './nulltokens.js';

/** How one field is made from the cells of a source. */
export interface ColumnPlan {
  /** The cells' column; -1: the source has no such column, every row is null. */
  cell: number;
  type: ColumnType;
  /** Declared with `--types`: read in the looser grammar, strings of JSON included. */
  declared: boolean;
  /** Kinds known so far, on which `type` rests. */
  kinds: number;
  /** Rows whose nested value is none of this group are rejected. */
  only?: 'object' | 'array' | null;
  /** The value of every row (`--source-column`); `cell` is not read then. */
  constant?: string;
}

/** What decides how cells are read. */
export interface TypingOptions {
  /** The cells come from a JSON source. */
  json: boolean;
  /** Lower-case tokens that are null in columns that are not text. */
  nullTokens: readonly string[];
  clean: Config['clean'];
}

/** What became of the cells of a chunk. */
export interface TypedChunk {
  /** In the kernel's memory, a column a plan. */
  block: ReadBlock;
  /**
   * Kinds of the values, a set a plan. Where they, joined with the plan's, make another type than the plan's, the block must
   * not be used. Of declared columns, and of text that nothing can change, they are 0.
   */
  kinds: number[];
  /** Values that changed their form ("1.50" as 1.5), by plan. */
  coerced: number[];
  /** Null tokens ("N/A") that are null, by plan. */
  nullTokens: number[];
  /** Cells changed, by rule. */
  changed: Record<string, number>;
}

/** One column of a cell table. */
export function cellColumn(cells: CellTable, column: number): CellColumn {
  const skipped = column * cells.rows * 4;
  return { starts: cells.starts + skipped, metas: cells.metas + skipped, rows: cells.rows };
}

/**
 * The kinds of the values of some columns of the cells (-1: an absent one, null in every row). In `declared` ones strings of
 * JSON are judged by what is in them.
 */
export function kindsOf(
  kernel: IngestKernel,
  cells: CellTable,
  columns: readonly number[],
  options: TypingOptions,
  declared: ReadonlySet<number> = new Set(),
): number[] {
  const mark = kernel.mark();
  placeTokens(kernel, options.nullTokens);
  const calls = kernel.exports;
  const mode = modeOf(options);
  const kinds = columns.map((column) => (column < 0 && cells.rows > 0 ? kind.null : 0));
  inStrips(cells.rows, 64 * cells.columns, (from, to) => {
    columns.forEach((column, i) => {
      if (column < 0) return;
      const { starts, metas } = cellColumn(cells, column);
      kinds[i]! |= calls.columnKinds(starts, metas, from, to, declared.has(column) ? mode | declaredMode : mode);
    });
  });
  kernel.reset(mark);
  return kinds;
}

/**
 * Makes the columns of a block from cells: typed by the plans, texts cleaned on the way and copied once. What does not fit a
 * type is null in its column and shows in `kinds`. `forms` learns of the values that change their form.
 */
export function typeColumns(
  kernel: IngestKernel,
  cells: CellTable,
  plans: readonly ColumnPlan[],
  options: TypingOptions,
  forms: RowForms | null = null,
): TypedChunk {
  placeTokens(kernel, options.nullTokens);
  const makers = plans.map((plan, field) => {
    const own = plan.cell < 0 ? null : cellColumn(cells, plan.cell);
    return makerOf(kernel, own, cells.rows, plan, options, forms?.of(field));
  });
  return makeAll(makers, cells.rows);
}
