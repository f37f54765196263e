import { countChange, rule, textRules } from '../clean/rules.js';
import { type CellColumn, TextColumn } from '../clean/text.js';
import type { ReadColumn } from '../engine/block.js';
import { KernelColumn } from '../engine/kernel-column.js';
import { type ColumnType, widthOf } from '../engine/types.js';
import { cell, kind } from '../kernels/cells.js';
import type { IngestKernel } from '../kernels/ingest.js';
import type { RowForms } from './forms.js';
import { isLocalTime, isSettledText } from './lattice.js';
import type { ColumnPlan, TypedChunk, TypingOptions } from './typing.js';

// Modes and types, as in src/kernels/assembly/ingest/look.ts and types.ts.
const trimMode = 1;
export const declaredMode: number = 2;
const jsonMode = 4;
const fixedTypes: Partial<Record<ColumnType['kind'], number>> = {
  boolean: 1,
  int64: 2,
  float64: 3,
  date: 4,
  datetime: 5,
};
const toLocalTime = 6;
/** Of what a text column reports: there were cells that were neither strings of JSON nor nested. */
const bareFlag = 16;

/** The kernel's number of a type of fixed width; undefined for the others. */
export function fixedType(type: ColumnType): number | undefined {
  if (type.kind === 'arrow') return isLocalTime(type) ? toLocalTime : undefined;
  return fixedTypes[type.kind];
}

/** How the kernel is to look at cells. */
export function modeOf(options: TypingOptions): number {
  return (options.clean.enabled && options.clean.trim ? trimMode : 0) | (options.json ? jsonMode : 0);
}

/** Bytes of cells that stay in the processor's cache while the columns take their turn. */
const stripBytes = 256 * 1024;

/**
 * Calls `work` for one strip of rows after the other. The cells of a row lie together and those of a column far apart: read
 * column by column, every cell would be fetched from memory anew.
 */
export function inStrips(rows: number, rowBytes: number, work: (from: number, to: number) => void): void {
  const strip = Math.max(16, Math.min(2048, Math.floor(stripBytes / rowBytes)));
  for (let from = 0; from < rows; from += strip) work(from, Math.min(rows, from + strip));
}

/** A column while it is being made, strip by strip. */
export interface Maker {
  /** Bytes of its cells in all, as far as they are known. */
  cellBytes: number;
  fill(from: number, to: number): void;
  /** Adds up what happened. */
  finish(index: number, chunk: Omit<TypedChunk, 'block'>): void;
  /** The column, when it is filled. */
  column(): ReadColumn;
}

/** Fills the columns and puts the block together. */
export function makeAll(makers: readonly Maker[], rows: number): TypedChunk {
  const bytes = makers.reduce((n, m) => n + m.cellBytes, 0);
  inStrips(rows, 16 * makers.length + bytes / Math.max(1, rows), (from, to) => {
    for (const maker of makers) maker.fill(from, to);
  });
  const chunk = {
    kinds: makers.map(() => 0),
    coerced: makers.map(() => 0),
    nullTokens: makers.map(() => 0),
    changed: {},
  };
  makers.forEach((maker, i) => {
    maker.finish(i, chunk);
  });
  return { block: { rows, columns: makers.map((m) => m.column()) }, ...chunk };
}

type FieldForms = ReturnType<RowForms['of']>;
const noForms: FieldForms = { forms: 0, salt: 0 };

/** Reserves what a column of `rows` rows takes; `cells` is null where every row is null, or for a constant. */
export function makerOf(
  kernel: IngestKernel,
  cells: CellColumn | null,
  rows: number,
  plan: ColumnPlan,
  options: TypingOptions,
  forms: FieldForms = noForms,
): Maker {
  if (plan.constant !== undefined) return constantColumn(kernel, plan, rows);
  if (cells !== null && fixedType(plan.type) !== undefined) return fixedColumn(kernel, cells, plan, options, forms);
  const isText = plan.type.kind === 'text' || plan.type.kind === 'json';
  if (cells !== null && isText) return textColumn(kernel, cells, plan, options);
  // Types of Parquet too: cells can only be null there.
  return nullColumn(kernel, cells, rows, plan, options);
}

function fixedColumn(
  kernel: IngestKernel,
  cells: CellColumn,
  plan: ColumnPlan,
  options: TypingOptions,
  { forms, salt }: FieldForms,
): Maker {
  const calls = kernel.exports;
  const { type, declared } = plan;
  const { starts, metas, rows } = cells;
  const width = widthOf(type);
  const mode = modeOf(options) | (declared ? declaredMode : 0);
  const number = fixedType(type)!;
  const values = kernel.alloc(rows * width);
  const validity = kernel.alloc(rows);
  const report = kernel.alloc(16);
  kernel.u8(report, 16).fill(0);
  return {
    cellBytes: 8 * rows,
    fill: (from, to) => calls.fixedColumn(starts, metas, from, to, mode, number, values, validity, report, forms, salt),
    finish: (index, chunk) => {
      const [kinds, , coerced, tokens] = kernel.u32(report, 4);
      // Whether declared times are instants depends on the values.
      chunk.kinds[index] = declared ? kinds! & (kind.datetime | kind.localTime) : kinds!;
      chunk.coerced[index] = coerced!;
      chunk.nullTokens[index] = tokens!;
      countChange(chunk.changed, rule.nullToken, tokens!);
    },
    column: () =>
      new KernelColumn(kernel, type, {
        validity: kernel.u32(report, 4)[1] === 0 ? null : { at: validity, length: rows },
        offsets: null,
        values: { at: values, length: rows * width },
      }),
  };
}

function textColumn(kernel: IngestKernel, cells: CellColumn, plan: ColumnPlan, options: TypingOptions): Maker {
  const calls = kernel.exports;
  const text = new TextColumn(kernel, cells, plan.type, textRules(options.clean));
  const mode = modeOf(options);
  // Texts of CSV stay texts whatever comes. Those of JSON, as long as all cells are strings; seen when the strip is done.
  const isText = plan.type.kind === 'text';
  const watched = !plan.declared && !(isText && (options.json || isSettledText(plan.kinds)));
  let kinds = 0;
  return {
    cellBytes: text.cellBytes,
    fill: (from, to) => {
      text.fill(from, to);
      if (watched) kinds |= calls.columnKinds(cells.starts, cells.metas, from, to, mode);
    },
    finish: (index, chunk) => {
      text.count(chunk.changed);
      if (options.json && isText && !plan.declared) {
        const { flags } = text;
        if (flags & (bareFlag | cell.nested)) kinds = calls.columnKinds(cells.starts, cells.metas, 0, cells.rows, mode);
        else if (flags & cell.string) kinds = kind.text | kind.jsonString;
      }
      chunk.kinds[index] = kinds;
    },
    column: () => text.column(),
  };
}

function nullColumn(
  kernel: IngestKernel,
  cells: CellColumn | null,
  rows: number,
  plan: ColumnPlan,
  options: TypingOptions,
): Maker {
  const { type } = plan;
  const calls = kernel.exports;
  let kinds: number = cells === null && rows > 0 ? kind.null : 0;
  const width = widthOf(type);
  const hasOffsets = type.kind !== 'null' && width === 0;
  const bytes = hasOffsets ? (rows + 1) * 4 : rows * width;
  const validity = kernel.alloc(rows);
  const data = kernel.alloc(bytes);
  kernel.u8(validity, rows).fill(0);
  kernel.u8(data, bytes).fill(0);
  return {
    cellBytes: 0,
    fill: (from, to) => {
      if (cells !== null) kinds |= calls.columnKinds(cells.starts, cells.metas, from, to, modeOf(options));
    },
    finish: (index, chunk) => {
      if (!plan.declared) chunk.kinds[index] = kinds;
    },
    column: () =>
      new KernelColumn(kernel, type, {
        validity: rows === 0 ? null : { at: validity, length: rows },
        offsets: hasOffsets ? { at: data, length: rows + 1 } : null,
        values: { at: data, length: hasOffsets ? 0 : bytes },
      }),
  };
}

function constantColumn(kernel: IngestKernel, plan: ColumnPlan, rows: number): Maker {
  const text = Buffer.from(plan.constant!);
  const offsets = kernel.alloc((rows + 1) * 4);
  const values = kernel.alloc(rows * text.length);
  return {
    cellBytes: 0,
    fill: (from, to) => {
      const places = kernel.i32(offsets, rows + 1);
      const bytes = kernel.u8(values, rows * text.length);
      places[0] = 0;
      for (let r = from; r < to; r++) {
        bytes.set(text, r * text.length);
        places[r + 1] = (r + 1) * text.length;
      }
    },
    finish: () => undefined,
    column: () => {
      kernel.i32(offsets, 1).fill(0);
      return new KernelColumn(kernel, plan.type, {
        validity: null,
        offsets: { at: offsets, length: rows + 1 },
        values: { at: values, length: rows * text.length },
      });
    },
  };
}
