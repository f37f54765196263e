import { createIngestKernel } from '../../kernels/ingest.js';
import { FinerThanMicroseconds } from './leaf.js';
import type { ParquetFile } from './look.js';
import { cutPieces } from './pieces.js';
import { readParquetChunk } from './read.js';

/** Packed bytes of an INT96 column that are looked at, in pieces from all over the file. */
const lookedAtBytes = 8 * 1024 * 1024;

/**
 * The leaves of INT96 columns that need nanoseconds. The type gives no unit; most writers have microseconds, whose range
 * holds dates such as 9999-12-31 that nanoseconds do not, so these are taken unless a value is finer.
 */
export function findFine(file: ParquetFile): number[] {
  const fine: number[] = [];
  const { pieces } = cutPieces(file);
  const kernel = createIngestKernel();
  for (const [index, column] of file.columns.entries()) {
    if (column.unreadable !== null) continue;
    const leaves = column.leaves.filter((leaf) => leaf.physical === 'int96').map((leaf) => leaf.index);
    if (leaves.length === 0) continue;
    const packed = file.meta.groups.map((g) => leaves.reduce((n, leaf) => n + g.columns[leaf]!.packedBytes, 0));
    const step = Math.max(1, Math.ceil(packed.reduce((n, bytes) => n + bytes, 0) / lookedAtBytes));
    for (let p = 0; p < pieces.length; p += step) {
      kernel.reset();
      try {
        readParquetChunk(kernel, file, pieces[p]!, [index]);
      } catch (error) {
        if (!(error instanceof FinerThanMicroseconds)) throw error;
        fine.push(...leaves);
        break;
      }
    }
  }
  return fine;
}
