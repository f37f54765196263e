import type { ReadColumn } from '../../engine/block.js';
import { Kernel } from '../../kernels/module.js';

export type WordKernel = Kernel<'filter'>;

export const createWordKernel = (): WordKernel => new Kernel<'filter'>('filter');

/** Texts of about this many bytes are in the kernel at a time. */
const windowBytes = 2 ** 18;
/** ... and at most so many rows. */
const windowRows = 2 ** 15;

/**
 * How many words each of `rows` rows has in columns of offsets and UTF-8 text together; columns of other layouts have none.
 * The texts are copied into the kernel, a window of rows at a time.
 */
export function countWords(kernel: WordKernel, columns: readonly ReadColumn[], rows: number): Uint32Array {
  const counts = new Uint32Array(rows);
  const texts = columns.filter(({ offsets }) => offsets !== null);
  const bytesOf = (row: number): number =>
    texts.reduce((bytes, { offsets }) => bytes + offsets![row + 1]! - offsets![row]!, 0);
  for (let from = 0; from < rows; ) {
    let to = from;
    for (let bytes = 0; to < rows && to - from < windowRows; to++) {
      bytes += bytesOf(to);
      if (to > from && bytes > windowBytes) break;
    }
    kernel.reset();
    // Offsets stay as they are: addresses of the values are shifted instead, modulo 2^32.
    const table = texts.flatMap(({ validity, offsets, values }) => [
      validity === null ? 0 : kernel.put(validity.subarray(from, to)),
      kernel.put(offsets!.subarray(from, to + 1)),
      (kernel.put(values.subarray(offsets![from]!, offsets![to]!)) - offsets![from]!) >>> 0,
    ]);
    const tableAt = kernel.put(Uint32Array.from(table));
    const found = kernel.alloc((to - from) * 4);
    kernel.exports.countWords(tableAt, texts.length, to - from, found);
    counts.set(kernel.u32(found, to - from), from);
    from = to;
  }
  return counts;
}
