import type { IngestKernel } from '../kernels/ingest.js';
import type { StoredColumn } from './stored.js';

/** The least and the greatest value of a column in plain encoding, without the length of a text: copies. */
export interface LeastGreatest {
  min: Uint8Array;
  max: Uint8Array;
}

/** Null when no value is in order: there is none, or they are NaN. */
export function leastGreatest(kernel: IngestKernel, column: StoredColumn): LeastGreatest | null {
  const exports = kernel.exports;
  const { validity, offsets, values, width, rows, type } = column;
  const mark = kernel.mark();
  const to = kernel.alloc(32);
  const inPlace = (isAny: number): LeastGreatest | null =>
    isAny !== 0 ? { min: kernel.u8(to, width).slice(), max: kernel.u8(to + 16, width).slice() } : null;
  const found = ((): LeastGreatest | null => {
    switch (column.physical) {
      case 'bytes': {
        if (!exports.textBounds(validity, offsets, values, rows, to)) return null;
        const [least, greatest] = kernel.u32(to, 2);
        const ends = kernel.u32(offsets, rows + 1);
        const text = (row: number): Uint8Array => kernel.u8(values + ends[row]!, ends[row + 1]! - ends[row]!).slice();
        return { min: text(least!), max: text(greatest!) };
      }
      case 'float':
      case 'double':
        return inPlace(exports.floatBounds(validity, values, width, rows, to));
      case 'fixed':
        return inPlace(exports.bytesBounds(validity, values, width, rows, to));
      default: {
        const isSigned = !(type.name === 'int' && !type.signed);
        return inPlace(exports.integerBounds(validity, values, width, isSigned, rows, to));
      }
    }
  })();
  kernel.reset(mark);
  return found;
}
