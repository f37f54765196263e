import { countChange, rule, textRules } from '../clean/rules.js';
import { type PlacedText, placeText, viewText } from '../clean/text.js';
import type { Config } from '../config/options.js';
import type { Block, Column } from '../engine/block.js';
import { type ColumnType, widthOf } from '../engine/types.js';
import { type CellTable, cell, kind } from '../kernels/cells.js';
import type { IngestKernel } from '../kernels/ingest.js';
import { isSettledText } from './lattice.js';

interface TypeExports {
  setNullTokens(address: number, emptyToo: number): void;
  columnKinds(starts: number, metas: number, rows: number, mode: number): number;
  fixedColumn(...args: number[]): void;
  markMisfits(...args: number[]): number;
  dropEntries(entries: number, rows: number, misfits: number, to: number): void;
}

/** How one field is made from the cells of a source. */
export interface ColumnPlan {
  /** The cells' column; -1: the source has no such column, every row is null. */
  cell: number;
  type: ColumnType;
  /** Declared with `--types`: read in the looser grammar, strings of JSON included. */
  declared: boolean;
  /** Kinds known so far, on which `type` rests. */
  kinds: number;
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
  block: Block;
  /**
   * Kinds of the values, a set a plan. Where they, joined with the plan's, make another type than the plan's, the block must
   * not be used. Of declared columns, and of text that nothing can change, they are 0.
   */
  kinds: number[];
  /** Values that changed their form ("1.50" as 1.5), by plan. */
  coerced: number[];
  /** Cells changed, by rule. */
  changed: Record<string, number>;
}

/** A row that has a value which does not fit its column's declared type. */
export interface Misfit {
  /** Row in the cells, before any was dropped. */
  row: number;
  /** Which of the declared columns. */
  declared: number;
  /** The value, at most 200 bytes of it. */
  value: string;
}

// Modes and types, as in src/kernels/assembly/ingest/look.ts and types.ts.
const trimMode = 1;
const declaredMode = 2;
const jsonMode = 4;
const fixedTypes: Partial<Record<ColumnType['kind'], number>> = {
  boolean: 1,
  int64: 2,
  float64: 3,
  date: 4,
  datetime: 5,
};
/** Of what a text column reports: there were cells that were neither strings of JSON nor nested. */
const bareFlag = 16;

function modeOf(options: TypingOptions): number {
  return (options.clean.enabled && options.clean.trim ? trimMode : 0) | (options.json ? jsonMode : 0);
}

/** Puts the null tokens where the kernel looks for them. */
function placeTokens(kernel: IngestKernel, tokens: readonly string[]): void {
  const encoded = tokens.map((t) => Buffer.from(t)).filter((t) => t.length > 0);
  const address = kernel.alloc(encoded.reduce((n, t) => n + 4 + t.length, 260));
  const bytes = kernel.u8(address, 260).fill(0);
  const view = new DataView(bytes.buffer);
  view.setUint32(address + 256, encoded.length, true);
  let at = address + 260;
  for (const token of encoded) {
    const first = token[0]!;
    bytes[first] = 1;
    if (first >= 97 && first <= 122) bytes[first - 32] = 1;
    view.setUint32(at, token.length, true);
    kernel.u8(at + 4, token.length).set(token);
    at += 4 + token.length;
  }
  (kernel.exports as TypeExports).setNullTokens(address, tokens.includes('') ? 1 : 0);
}

const columnAt = (cells: CellTable, column: number): { starts: number; metas: number; rows: number } => ({
  starts: cells.starts + column * cells.rows * 4,
  metas: cells.metas + column * cells.rows * 4,
  rows: cells.rows,
});

/** The kinds of the values of some columns of the cells (-1: an absent one, null in every row). */
export function kindsOf(
  kernel: IngestKernel,
  cells: CellTable,
  columns: readonly number[],
  options: TypingOptions,
): number[] {
  const mark = kernel.mark();
  placeTokens(kernel, options.nullTokens);
  const calls = kernel.exports as TypeExports;
  const kinds = columns.map((column) => {
    if (cells.rows === 0) return 0;
    if (column < 0) return kind.null;
    const { starts, metas, rows } = columnAt(cells, column);
    return calls.columnKinds(starts, metas, rows, modeOf(options));
  });
  kernel.reset(mark);
  return kinds;
}

/**
 * Finds the rows that have a value which does not fit its column's declared type, and drops them from the cells, in place: a
 * rejected record has no part in types or counts. The first misfit of a row, in the order of `declared`, is the one named.
 */
export function dropMisfits(
  kernel: IngestKernel,
  cells: CellTable,
  declared: readonly { cell: number; type: ColumnType }[],
  options: TypingOptions,
): { cells: CellTable; misfits: Misfit[] } {
  const mark = kernel.mark();
  placeTokens(kernel, options.nullTokens);
  const calls = kernel.exports as TypeExports;
  const mask = kernel.alloc(cells.rows);
  kernel.u8(mask, cells.rows).fill(0);
  const misfits: Misfit[] = [];
  declared.forEach(({ cell: column, type }, index) => {
    const fixed = fixedTypes[type.kind];
    if (column < 0 || fixed === undefined) return;
    const { starts, metas, rows } = columnAt(cells, column);
    if (calls.markMisfits(starts, metas, rows, modeOf(options), fixed, mask, 1) === 0) return;
    const marks = kernel.u8(mask, rows);
    for (let row = marks.indexOf(1); row >= 0; row = marks.indexOf(1, row + 1)) {
      marks[row] = 2;
      const start = kernel.u32(starts, rows)[row]!;
      const length = Math.min(200, kernel.u32(metas, rows)[row]! >>> 4);
      misfits.push({ row, declared: index, value: Buffer.from(kernel.u8(start, length)).toString() });
    }
  });
  misfits.sort((a, b) => a.row - b.row);
  const rows = cells.rows - misfits.length;
  if (misfits.length > 0)
    for (let c = 0; c < cells.columns; c++) {
      const { starts, metas } = columnAt(cells, c);
      calls.dropEntries(starts, cells.rows, mask, cells.starts + c * rows * 4);
      calls.dropEntries(metas, cells.rows, mask, cells.metas + c * rows * 4);
    }
  kernel.reset(mark);
  return { cells: { ...cells, rows }, misfits };
}

/**
 * Makes the columns of a block from cells: typed by the plans, texts cleaned on the way and copied once. What does not fit a
 * type is null in its column and shows in `kinds`.
 */
export function typeColumns(
  kernel: IngestKernel,
  cells: CellTable,
  plans: readonly ColumnPlan[],
  options: TypingOptions,
): TypedChunk {
  placeTokens(kernel, options.nullTokens);
  const calls = kernel.exports as TypeExports;
  const changed: Record<string, number> = {};
  const coerced: number[] = [];
  const kinds: number[] = [];
  // Views would be lost when the memory grows for a later column: places first, views at the end.
  const views = plans.map((plan): (() => Column) => {
    const column = columnAt(cells, plan.cell);
    const { type } = plan;
    coerced.push(0);
    kinds.push(0);
    const last = kinds.length - 1;
    const fixed = fixedTypes[type.kind];
    const gather = (): number => calls.columnKinds(column.starts, column.metas, cells.rows, modeOf(options));

    if (plan.constant !== undefined) return constantColumn(kernel, plan.constant, cells.rows, type);
    if (plan.cell < 0 || type.kind === 'null') {
      if (!plan.declared && cells.rows > 0) kinds[last] = plan.cell < 0 ? kind.null : gather();
      return nullColumn(kernel, cells.rows, type);
    }
    if (fixed !== undefined) {
      const mode = modeOf(options) | (plan.declared ? declaredMode : 0);
      const placed = placeFixed(kernel, column, mode, fixed, widthOf(type));
      coerced[last] = placed.coerced;
      countChange(changed, rule.nullToken, placed.tokens);
      if (!plan.declared) kinds[last] = placed.kinds;
      return () => ({
        type,
        validity: placed.nulls === 0 ? null : kernel.u8(placed.validity, cells.rows),
        offsets: null,
        values: kernel.u8(placed.values, cells.rows * widthOf(type)),
      });
    }
    const json = type.kind === 'json';
    const placed: PlacedText = placeText(kernel, column, { rules: textRules(options.clean), json }, changed);
    if (!plan.declared) {
      const onlyStrings = options.json && !json && (placed.flags & (bareFlag | cell.nested)) === 0;
      if (onlyStrings) kinds[last] = placed.flags & cell.string ? kind.text | kind.jsonString : 0;
      else if (options.json || !isSettledText(plan.kinds)) kinds[last] = gather();
    }
    return () => ({ type, ...viewText(kernel, placed, cells.rows) });
  });
  return { block: { rows: cells.rows, columns: views.map((view) => view()) }, kinds, coerced, changed };
}

interface PlacedFixed {
  values: number;
  validity: number;
  kinds: number;
  nulls: number;
  coerced: number;
  tokens: number;
}

function placeFixed(
  kernel: IngestKernel,
  column: { starts: number; metas: number; rows: number },
  mode: number,
  type: number,
  width: number,
): PlacedFixed {
  const calls = kernel.exports as TypeExports;
  const { starts, metas, rows } = column;
  const values = kernel.alloc(rows * width);
  const validity = kernel.alloc(rows);
  const report = kernel.alloc(16);
  calls.fixedColumn(starts, metas, rows, mode, type, values, validity, report);
  const [kinds, nulls, coerced, tokens] = kernel.u32(report, 4) as unknown as [number, number, number, number];
  return { values, validity, kinds, nulls, coerced, tokens };
}

function nullColumn(kernel: IngestKernel, rows: number, type: ColumnType): () => Column {
  const width = widthOf(type);
  const bytes = type.kind === 'null' ? 0 : width > 0 ? rows * width : (rows + 1) * 4;
  const validity = kernel.alloc(rows);
  const data = kernel.alloc(bytes);
  kernel.u8(validity, rows).fill(0);
  kernel.u8(data, bytes).fill(0);
  return () => ({
    type,
    validity: rows === 0 ? null : kernel.u8(validity, rows),
    offsets: type.kind === 'null' || width > 0 ? null : kernel.i32(data, rows + 1),
    values: kernel.u8(data, width > 0 ? bytes : 0),
  });
}

function constantColumn(kernel: IngestKernel, text: string, rows: number, type: ColumnType): () => Column {
  const cellBytes = Buffer.from(text);
  const offsets = kernel.alloc((rows + 1) * 4);
  const values = kernel.alloc(rows * cellBytes.length);
  for (let r = 0; r <= rows; r++) kernel.i32(offsets, rows + 1)[r] = r * cellBytes.length;
  const bytes = kernel.u8(values, rows * cellBytes.length);
  for (let r = 0; r < rows; r++) bytes.set(cellBytes, r * cellBytes.length);
  return () => ({
    type,
    validity: null,
    offsets: kernel.i32(offsets, rows + 1),
    values: kernel.u8(values, rows * cellBytes.length),
  });
}
