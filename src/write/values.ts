import type { IngestKernel } from '../kernels/ingest.js';
import type { Dictionary } from './dictionary.js';
import { encodings } from './parquet.js';
import type { StoredColumn } from './stored.js';

/** Writes the values of a column, without its nulls, in one encoding. Rows must be asked for in order, each once. */
export interface ValueWriter {
  /** Number of the encoding. */
  encoding: number;
  /** The row after the last of a page that begins with row `from`: at least one row is on it. */
  endOfPage(from: number): number;
  /** The most bytes that the values of some rows take. */
  mostBytes(from: number, to: number): number;
  /** Writes the values of some rows to `at` in the kernel's memory; returns how many bytes. */
  write(from: number, to: number, at: number): number;
}

/** A page has about this many bytes before it is packed; one value may be longer. */
const pageBytes = 2 ** 20;

/** Ends pages after so many bits of values, nulls counted like values. */
const stepOf = (bits: number): number => Math.max(8, Math.floor((pageBytes * 8) / bits / 8) * 8);

const validityAt = (column: StoredColumn, row: number): number => (column.validity === 0 ? 0 : column.validity + row);

/** Plain encoding. */
export function plainValues(kernel: IngestKernel, column: StoredColumn): ValueWriter {
  const exports = kernel.exports;
  const { values, width, rows, physical } = column;
  if (width === 0) return plainTexts(kernel, column);
  const isBits = physical === 'boolean';
  const step = stepOf(isBits ? 1 : width * 8);
  return {
    encoding: encodings.plain,
    endOfPage: (from) => Math.min(rows, from + step),
    mostBytes: (from, to) => (to - from) * width,
    write: (from, to, at) =>
      isBits
        ? exports.pageBits(validityAt(column, from), values + from, to - from, at)
        : exports.pageFixed(validityAt(column, from), values + from * width, width, to - from, at),
  };
}

function plainTexts(kernel: IngestKernel, column: StoredColumn): ValueWriter {
  const exports = kernel.exports;
  const { offsets, values, rows } = column;
  const lengthBytes = 4;
  const bytesOf = (from: number, to: number): number => {
    const ends = kernel.u32(offsets, rows + 1);
    return ends[to]! - ends[from]! + lengthBytes * (to - from);
  };
  return {
    encoding: encodings.plain,
    endOfPage(from) {
      let low = from + 1;
      let high = rows;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (bytesOf(from, middle) <= pageBytes) low = middle;
        else high = middle - 1;
      }
      return low;
    },
    mostBytes: bytesOf,
    write: (from, to, at) => exports.pageTexts(validityAt(column, from), offsets + from * 4, values, to - from, at),
  };
}

/** Differences between integers. Room for the values of a page is reserved with `alloc` when there are nulls among them. */
export function deltaValues(kernel: IngestKernel, column: StoredColumn): ValueWriter {
  const exports = kernel.exports;
  const { validity, values, width, rows } = column;
  const step = stepOf(width * 8);
  const dense = validity === 0 ? 0 : kernel.alloc(Math.min(rows, step) * width);
  return {
    encoding: encodings.delta,
    endOfPage: (from) => Math.min(rows, from + step),
    mostBytes: (from, to) => (to - from) * (width + 1) + 256 * width,
    write(from, to, at) {
      const first = values + from * width;
      if (validity === 0) return exports.pageDeltas(first, width, to - from, at);
      const bytes = exports.pageFixed(validity + from, first, width, to - from, dense);
      return exports.pageDeltas(dense, width, bytes / width, at);
    },
  };
}

/**
 * Texts as the differences between their lengths, and then all their bytes: those pack better without lengths among them.
 * Room for the lengths of a page is reserved with `alloc`.
 */
export function textsByLength(kernel: IngestKernel, column: StoredColumn): ValueWriter {
  const exports = kernel.exports;
  const { offsets, values, rows } = column;
  const { endOfPage, mostBytes } = plainTexts(kernel, column);
  const lengths = kernel.alloc(rows * 4);
  return {
    encoding: encodings.deltaLength,
    endOfPage,
    mostBytes: (from, to) => mostBytes(from, to) + (to - from) + 1024,
    write(from, to, at) {
      const validity = validityAt(column, from);
      const count = exports.pageLengths(validity, offsets + from * 4, to - from, lengths);
      const head = exports.pageDeltas(lengths, 4, count, at);
      return head + exports.pageBytes(validity, offsets + from * 4, values, to - from, at + head);
    },
  };
}

/** Places in a dictionary. */
export function dictionaryValues(kernel: IngestKernel, column: StoredColumn, dictionary: Dictionary): ValueWriter {
  const exports = kernel.exports;
  const step = stepOf(dictionary.idBits);
  let ids = dictionary.ids;
  return {
    encoding: encodings.rleDictionary,
    endOfPage: (from) => Math.min(column.rows, from + step),
    mostBytes: (from, to) => (to - from) * 4 + 64,
    write(from, to, at) {
      const nulls = column.validity === 0 ? 0 : exports.pageNulls(column.validity + from, to - from);
      const count = to - from - nulls;
      const bytes = exports.pageIds(ids, count, dictionary.idBits, at);
      ids += count * 4;
      return bytes;
    },
  };
}
