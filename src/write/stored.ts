import type { PlacedColumn } from '../engine/kernel-column.js';
import { type ArrowType, arrowWidth, type ColumnType } from '../engine/types.js';
import type { IngestKernel } from '../kernels/ingest.js';
import { decimalBytes, type Physical, physicalOf } from './elements.js';
import { arrowOf } from './schema.js';

/** A flat column in the memory of a kernel, its values in the form in which Parquet stores them. */
export interface StoredColumn extends PlacedColumn {
  /** The type that is stored. */
  type: ArrowType;
  physical: Physical;
  /** Bytes a value; 1 for a boolean, 0 for texts, which have offsets. */
  width: number;
  rows: number;
  nulls: number;
}

/** Whether the values of a column are no lists or structures, so that a column of the output has them all. */
export const isFlat = (type: ColumnType): boolean =>
  type.kind !== 'nested' && !(type.kind === 'json' && type.arrow !== null);

const withoutValues = (type: ColumnType): boolean =>
  type.kind === 'null' || (type.kind === 'arrow' && type.arrow.name === 'null');

/** Finds the stored form of a flat column; what has to be converted is reserved with `alloc`. */
export function storedColumn(
  kernel: IngestKernel,
  column: ColumnType,
  placed: PlacedColumn,
  rows: number,
): StoredColumn {
  const exports = kernel.exports;
  const type = arrowOf(column);
  const physical = physicalOf(type);
  if (withoutValues(column)) {
    const validity = kernel.alloc(rows);
    kernel.u8(validity, rows).fill(0);
    const offsets = kernel.alloc((rows + 1) * 4);
    exports.storeOffsets(0, rows, offsets);
    return { type, physical, width: 0, validity, offsets, values: offsets, rows, nulls: rows };
  }
  const nulls = placed.validity === 0 ? 0 : exports.pageNulls(placed.validity, rows);
  const validity = nulls === 0 ? 0 : placed.validity;
  const { offsets, values, width } = converted(kernel, column.kind === 'arrow' ? column.arrow : type, placed, rows);
  return { type, physical, width, validity, offsets, values, rows, nulls };
}

function converted(
  kernel: IngestKernel,
  type: ArrowType,
  { offsets, values }: PlacedColumn,
  rows: number,
): { offsets: number; values: number; width: number } {
  const exports = kernel.exports;
  const width = arrowWidth(type);
  const as = (bytes: number, convert: (to: number) => void): { offsets: number; values: number; width: number } => {
    const to = kernel.alloc(rows * bytes);
    convert(to);
    return { offsets: 0, values: to, width: bytes };
  };
  switch (type.name) {
    case 'int':
      if (width >= 4) break;
      return as(4, (to) => exports.storeSmall(values, width, type.signed, rows, to));
    case 'float':
      if (width >= 4) break;
      return as(4, (to) => exports.storeHalves(values, rows, to));
    case 'time':
      if (type.unit === 'ns') break;
      return as(8, (to) => exports.storeTimes(values, width, rows, to));
    case 'decimal': {
      const { precision } = type;
      const bytes = precision <= 9 ? 4 : precision <= 18 ? 8 : decimalBytes(precision);
      return as(bytes, (to) => exports.storeDecimals(values, bytes, rows, to));
    }
    case 'fixed': {
      const to = kernel.alloc((rows + 1) * 4);
      exports.storeOffsets(width, rows, to);
      return { offsets: to, values, width: 0 };
    }
  }
  return { offsets, values, width };
}
