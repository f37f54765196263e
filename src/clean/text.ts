import type { Config } from '../config/options.js';
import type { Block, Column } from '../engine/block.js';
import { DatagpuError } from '../errors.js';
import { maxCellBytes } from '../kernels/cells.js';
import type { IngestKernel } from '../kernels/ingest.js';
import { countChange, rule, textRules } from './rules.js';

interface TextExports {
  columnBytes(metas: number, rows: number): number;
  textColumn(...args: number[]): number;
  jsonColumn(...args: number[]): number;
  cellsOfText(offsets: number, validity: number, values: number, rows: number, starts: number, metas: number): void;
}

/** Where a column of offsets and bytes was put in a kernel's memory; views are taken when nothing grows it any more. */
export interface PlacedText {
  offsets: number;
  validity: number;
  values: number;
  bytes: number;
  nulls: number;
  /** What its cells were: flags of cells (string 8, nested 4), and 16 for bare ones. */
  flags: number;
}

/** The most bytes that a column of a block has: its offsets are signed. */
const maxColumnBytes = 2 ** 31 - 1;

/**
 * Copies the cells at `starts` and `metas` into a column, cleaned by `rules` on the way (0: as they are), or with
 * `json` as JSON text. Counts what changed.
 */
export function placeText(
  kernel: IngestKernel,
  cells: { starts: number; metas: number; rows: number },
  how: { rules: number; json: boolean },
  changed: Record<string, number>,
): PlacedText {
  const calls = kernel.exports as TextExports;
  const { starts, metas, rows } = cells;
  const offsets = kernel.alloc((rows + 1) * 4);
  const validity = kernel.alloc(rows);
  const report = kernel.alloc(32);
  kernel.u8(report, 32).fill(0);
  const inputBytes = calls.columnBytes(metas, rows);
  let capacity = inputBytes;
  // The last thing reserved, so that it can grow where it is.
  const values = kernel.alloc(capacity);
  let used = 0;
  for (let row = 0; ; ) {
    if (capacity > maxColumnBytes) throw new DatagpuError('input', 'a column of one chunk takes more than 2 GiB');
    const tail = [offsets, validity, values, used, capacity, report] as const;
    row = how.json
      ? calls.jsonColumn(starts, metas, rows, row, ...tail)
      : calls.textColumn(starts, metas, rows, row, how.rules, ...tail);
    used = kernel.u32(report, 8)[1]!;
    if (row === rows) break;
    // A cell may grow sixfold and by 2; the cells behind it take at least what they have.
    capacity = used + inputBytes + (kernel.u32(metas, rows)[row]! >>> 4) * 6 + 4096;
    kernel.reset(values);
    kernel.alloc(capacity);
  }
  kernel.reset(values);
  kernel.alloc(used);
  const [nulls, , flags, controls, nfc, trimmed] = kernel.u32(report, 8);
  countChange(changed, rule.controls, controls!);
  countChange(changed, rule.nfc, nfc!);
  countChange(changed, rule.trim, trimmed!);
  return { offsets, validity, values, bytes: used, nulls: nulls!, flags: flags! };
}

/** Views of a placed text column. */
export function viewText(kernel: IngestKernel, placed: PlacedText, rows: number): Omit<Column, 'type'> {
  return {
    validity: placed.nulls === 0 ? null : kernel.u8(placed.validity, rows),
    offsets: kernel.i32(placed.offsets, rows + 1),
    values: kernel.u8(placed.values, placed.bytes),
  };
}

/**
 * Cleans the text columns of a block whose types are settled (from Parquet): they are copied into the kernel's memory, the
 * other columns are passed on as they are, and so is the whole block when no rule is on.
 */
export function cleanBlock(
  kernel: IngestKernel,
  block: Block,
  clean: Config['clean'],
): { block: Block; changed: Record<string, number> } {
  const changed: Record<string, number> = {};
  const rules = textRules(clean);
  if (rules === 0) return { block, changed };
  const calls = kernel.exports as TextExports;
  const { rows } = block;
  const placed = block.columns.map((column) => {
    if (column.type.kind !== 'text') return null;
    const offsets = kernel.put(column.offsets!);
    const validity = column.validity === null ? 0 : kernel.put(column.validity);
    const values = kernel.put(column.values);
    for (let r = 0; r < rows; r++)
      if (column.offsets![r + 1]! - column.offsets![r]! > maxCellBytes)
        throw new DatagpuError('input', 'a text is longer than 256 MiB', { row: r + 1 });
    const starts = kernel.alloc(rows * 4);
    const metas = kernel.alloc(rows * 4);
    calls.cellsOfText(offsets, validity, values, rows, starts, metas);
    return placeText(kernel, { starts, metas, rows }, { rules, json: false }, changed);
  });
  const columns = block.columns.map((column, c): Column => {
    const text = placed[c];
    return text == null ? column : { type: column.type, ...viewText(kernel, text, rows) };
  });
  return { block: { rows, columns }, changed };
}
