import type { IngestKernel } from '../kernels/ingest.js';
import type { StoredColumn } from './stored.js';

/** The distinct values of a column, in the kernel's memory. */
export interface Dictionary {
  /** uint32 rows in which they first come. */
  entries: number;
  count: number;
  /** uint32 places among them, one for each value that is not null. */
  ids: number;
  /** Bits a place takes on a page. */
  idBits: number;
}

/** A dictionary of more entries is slow to read and to make. */
const mostEntries = 2 ** 15;
/** A dictionary with its places must be smaller than this part of the values, before they are packed. */
const worthwhile = 0.5;

/**
 * The dictionary of a column of about `distinct` values, or null where the values themselves are better: most of
 * them differ, or there are more of them than was said. What it needs is reserved with `alloc`.
 */
export function dictionaryOf(kernel: IngestKernel, column: StoredColumn, distinct: number): Dictionary | null {
  const { validity, offsets, values, width, rows, nulls, physical } = column;
  const count = rows - nulls;
  if (count === 0 || distinct > mostEntries || !(physical === 'bytes' || width === 4 || width === 8)) return null;
  const ends = physical === 'bytes' ? kernel.u32(offsets, rows + 1) : null;
  const plainBytes = ends === null ? count * width : ends[rows]! - ends[0]! + count * 4;
  const expected = (plainBytes / count) * distinct + (count * bitsOf(distinct)) / 8;
  if (expected > plainBytes * worthwhile) return null;

  const exports = kernel.exports;
  // An estimate may be too low by some standard errors of 1.6 %.
  const most = Math.ceil(distinct * 1.1) + 8;
  const slots = 2 ** Math.ceil(Math.log2(most * 2));
  const entries = kernel.alloc(most * 4);
  const ids = kernel.alloc(count * 4);
  const table = kernel.alloc(slots * 4);
  kernel.u8(table, slots * 4).fill(0);
  const found =
    physical === 'bytes'
      ? exports.dictionaryOfTexts(validity, offsets, values, rows, table, slots, entries, most, ids)
      : exports.dictionaryOfFixed(validity, values, width, rows, table, slots, entries, most, ids);
  return found > most ? null : { entries, count: found, ids, idBits: bitsOf(found) };
}

/** Readers differ in what they make of 0 bits. */
const bitsOf = (count: number): number => Math.max(1, Math.ceil(Math.log2(count)));
