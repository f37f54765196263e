import type { Config } from '../../dist/config/options.js';
import type { ReadColumn } from '../../dist/engine/block.js';
import { type CellTable, cell } from '../../dist/kernels/cells.js';
import type { IngestKernel } from '../../dist/kernels/ingest.js';
import { during, type Lent } from '../../dist/kernels/lent.js';

/** A cell as a parser leaves it: its text, null for an absent one, and flags. */
export interface TestCell {
  text: string | null;
  flags?: number;
}

export const plain = (text: string): TestCell => ({ text });
export const quoted = (text: string): TestCell => ({ text, flags: cell.quoted });
export const jsonString = (text: string): TestCell => ({ text, flags: cell.quoted | cell.string });
export const nested = (text: string): TestCell => ({ text, flags: cell.nested });
export const none: TestCell = { text: null };

/** Puts columns of cells into a kernel's memory. */
export function placeCells(kernel: IngestKernel, columns: readonly (readonly TestCell[])[]): CellTable {
  const rows = columns[0]?.length ?? 0;
  const encoded = columns.map((column) => column.map((c) => Buffer.from(c.text ?? '')));
  const total = encoded.flat().reduce((n, b) => n + b.length, 0);
  const data = kernel.alloc(total);
  const starts = kernel.alloc(rows * columns.length * 4);
  const metas = kernel.alloc(rows * columns.length * 4);
  let at = data;
  columns.forEach((column, c) => {
    column.forEach((value, r) => {
      const bytes = encoded[c]![r]!;
      kernel.u8(at, bytes.length).set(bytes);
      kernel.u32(starts, rows * columns.length)[c * rows + r] = at;
      kernel.u32(metas, rows * columns.length)[c * rows + r] =
        (bytes.length << 4) | (value.text === null ? cell.absent : (value.flags ?? 0));
      at += bytes.length;
    });
  });
  return { rows, columns: columns.length, starts, metas };
}

/** The values of a column as JavaScript has them: bigint for int64, days and microseconds for dates, text for the rest. */
export function valuesOf(column: ReadColumn, rows: number): unknown[] {
  const { values, offsets, validity, type } = column;
  const view = dataView(values);
  return Array.from({ length: rows }, (_, r) => {
    if (validity !== null && validity[r] === 0) return null;
    switch (type.kind) {
      case 'null':
        return null;
      case 'boolean':
        return values[r] === 1;
      case 'int64':
      case 'datetime':
      case 'arrow':
        return view.getBigInt64(r * 8, true);
      case 'float64':
        return view.getFloat64(r * 8, true);
      case 'date':
        return view.getInt32(r * 4, true);
      default:
        return Buffer.from(values.subarray(offsets![r]!, offsets![r + 1]!)).toString();
    }
  });
}

export const allRules: Config['clean'] = {
  enabled: true,
  nfc: true,
  controls: true,
  trim: true,
  emptyRows: true,
  fillText: true,
  names: true,
};
export const noRules: Config['clean'] = { ...allRules, enabled: false };
export const tokens: string[] = ['na', 'n/a', '#n/a', 'null', 'none', 'nan'];

function dataView(lent: Lent<Uint8Array>): DataView {
  const { buffer, byteOffset, byteLength } = during(lent);
  return new DataView(buffer, byteOffset, byteLength);
}
