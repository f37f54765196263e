import type { ReadColumn } from '../engine/block.js';
import { KernelColumn, placeColumns } from '../engine/kernel-column.js';
import type { ColumnType } from '../engine/types.js';
import { DatagpuError } from '../errors.js';
import { maxCellBytes } from '../kernels/cells.js';
import type { IngestKernel } from '../kernels/ingest.js';
import { countChange, rule } from './rules.js';

/** The cells of one column: addresses as in kernels/cells.ts. */
export interface CellColumn {
  starts: number;
  metas: number;
  rows: number;
}

/** The most bytes that a column of a block has: its offsets are signed. */
const maxColumnBytes = 2 ** 31 - 1;

/** A column of offsets and bytes that is being filled from cells, in a kernel's memory. */
export class TextColumn {
  /** Bytes of its cells, before cleaning. */
  readonly cellBytes: number;
  private readonly kernel: IngestKernel;
  private readonly cells: CellColumn;
  private readonly type: ColumnType;
  private readonly rules: number;
  private readonly offsets: number;
  private readonly validity: number;
  private readonly report: number;
  private values: number;
  private capacity: number;
  private used = 0;

  /** `rules`: those that texts are cleaned by; 0 copies them. Cells of kind `json` become JSON text, and are not cleaned. */
  constructor(kernel: IngestKernel, cells: CellColumn, type: ColumnType, rules: number) {
    this.kernel = kernel;
    this.cells = cells;
    this.type = type;
    this.rules = rules;
    this.cellBytes = kernel.exports.columnBytes(cells.metas, cells.rows);
    this.offsets = kernel.alloc((cells.rows + 1) * 4);
    this.validity = kernel.alloc(cells.rows);
    this.report = kernel.alloc(32);
    this.capacity = this.checked(this.cellBytes + (type.kind === 'json' ? 2 * cells.rows : 0));
    this.values = kernel.alloc(this.capacity);
    kernel.u8(this.report, 32).fill(0);
    kernel.u8(this.offsets, 4).fill(0);
  }

  /** Appends rows `from` to `to`; in order, without gaps. */
  fill(from: number, to: number): void {
    const { kernel, cells } = this;
    const calls = kernel.exports;
    for (let row = from; ; ) {
      const target = [this.offsets, this.validity, this.values, this.used, this.capacity, this.report] as const;
      row =
        this.type.kind === 'json'
          ? calls.jsonColumn(cells.starts, cells.metas, row, to, ...target, this.type.arrow !== null)
          : calls.textColumn(cells.starts, cells.metas, row, to, this.rules, ...target);
      this.used = kernel.u32(this.report, 8)[1]!;
      if (row === to) return;
      this.grow(kernel.u32(cells.metas, cells.rows)[row]! >>> 4);
    }
  }

  /** Flags of the cells that were not null: nested 4, strings of JSON 8, and 16 for neither (of text columns). */
  get flags(): number {
    return this.kernel.u32(this.report, 8)[2]!;
  }

  /** Adds the cells that the rules changed. */
  count(changed: Record<string, number>): void {
    const report = this.kernel.u32(this.report, 8);
    countChange(changed, rule.controls, report[3]!);
    countChange(changed, rule.nfc, report[4]!);
    countChange(changed, rule.trim, report[5]!);
  }

  /** The column, when all rows are filled. */
  column(): KernelColumn {
    const { kernel, cells } = this;
    return new KernelColumn(kernel, this.type, {
      validity: kernel.u32(this.report, 8)[0] === 0 ? null : { at: this.validity, length: cells.rows },
      offsets: { at: this.offsets, length: cells.rows + 1 },
      values: { at: this.values, length: this.used },
    });
  }

  /** Moves to where there is room for a cell that may grow sixfold and by 2, and for what is still to come. */
  private grow(cell: number): void {
    const { kernel, values, used } = this;
    this.capacity = this.checked(used + this.cellBytes + cell * 6 + 4096);
    this.values = kernel.alloc(this.capacity);
    kernel.u8(this.values, used).set(kernel.u8(values, used));
  }

  private checked(bytes: number): number {
    if (bytes > maxColumnBytes) throw new DatagpuError('input', 'a column of one chunk takes more than 2 GiB');
    return bytes;
  }
}

/** The text column of a block as cells to be cleaned; null when no rule is on. It is to be filled by the caller. */
export function cleanTexts(kernel: IngestKernel, column: ReadColumn, rows: number, rules: number): TextColumn | null {
  if (rules === 0) return null;
  const offsets = column.offsets!;
  for (let r = 0; r < rows; r++)
    if (offsets[r + 1]! - offsets[r]! > maxCellBytes) throw new DatagpuError('input', 'a text is longer than 256 MiB');
  const [placed] = placeColumns(kernel, [column]);
  const starts = kernel.alloc(rows * 4);
  const metas = kernel.alloc(rows * 4);
  const { validity, values } = placed!;
  kernel.exports.cellsOfText(placed!.offsets, validity, values, rows, starts, metas);
  return new TextColumn(kernel, { starts, metas, rows }, column.type, rules);
}
