import type { ReadBlock } from '../engine/block.js';
import { BufferPool } from '../engine/pool.js';
import type { NearKernel } from '../kernels/near.js';

/** The shingle sets of some rows in a row; plain data, its buffers can be transferred. */
export interface ShingleSets {
  /** For each row, how many shingles it and the rows before it have together. */
  ends: Uint32Array<ArrayBuffer>;
  /** 64-bit hashes, ascending within a row, little-endian: 8 bytes each. */
  hashes: Uint8Array<ArrayBuffer>;
}

/** Bytes of the secret that words and shingles are hashed under. */
export const shingleSecretBytes = 32;

/** Has a kernel hash under this secret; all sets that are compared must be made under one. */
export function setShingleSecret(kernel: NearKernel, secret: Uint8Array): void {
  if (secret.length !== shingleSecretBytes) throw new Error(`a secret of ${secret.length} bytes`);
  const [a, b, c, d] = new BigUint64Array(secret.slice().buffer);
  kernel.exports.setShingleSecret(a!, b!, c!, d!);
}

/** Texts of about this many bytes are in the kernel at a time: they and their shingles fit a processor's second cache. */
const windowBytes = 2 ** 18;
/** ... and at most so many rows. */
const windowRows = 2 ** 15;

/**
 * The set of shingles of each row: runs of `size` words of its texts, the columns one after the other. A row without a word
 * has none. `columns` are of offsets and UTF-8 text (messages as `messageTexts` gives them). Given slice by slice, all rows
 * in order, the hashes of each in a buffer of `pool`; what was reserved in the kernel is freed.
 */
export function* shingleRows(
  kernel: NearKernel,
  block: ReadBlock,
  columns: readonly number[],
  size: number,
  pool: BufferPool = new BufferPool(),
): Generator<ShingleSets> {
  const { rows } = block;
  const texts = columns.map((c) => block.columns[c]!).filter(({ offsets }) => offsets !== null);
  if (rows === 0) return;
  if (texts.length === 0) {
    yield { ends: new Uint32Array(rows), hashes: new Uint8Array(0) };
    return;
  }
  const bytesOf = (from: number, to: number): number =>
    texts.reduce((bytes, { offsets }) => bytes + offsets![to]! - offsets![from]!, 0);
  for (let from = 0; from < rows; ) {
    let to = from;
    let bytes = 0;
    let longest = 0;
    while (to < rows && to - from < windowRows) {
      const more = bytesOf(to, to + 1);
      if (to > from && bytes + more > windowBytes) break;
      bytes += more;
      longest = Math.max(longest, more);
      to++;
    }
    const n = to - from;
    kernel.reset();
    // Offsets stay as they are: addresses of the values are shifted instead, modulo 2^32.
    const table = texts.flatMap(({ validity, offsets, values }) => [
      validity === null ? 0 : kernel.put(validity.subarray(from, to)),
      kernel.put(offsets!.subarray(from, to + 1)),
      (kernel.put(values.subarray(offsets![from]!, offsets![to]!)) - offsets![from]!) >>> 0,
    ]);
    const tableAt = kernel.put(Uint32Array.from(table));
    const ends = kernel.alloc(n * 4);
    const scratch = kernel.alloc(longest * 14 + 256 + texts.length * 16);
    const spare = kernel.alloc(longest * 6 + 64 + size * 8);
    // At most so many words as the kernel reckons with: 3 of 4 bytes, and 2 and one a column more in each row.
    const room = bytes * 6 + (n + 1) * (3 + texts.length) * 8;
    const out = kernel.alloc(room);
    const done = kernel.exports.shingle(tableAt, texts.length, 0, n, size, scratch, spare, out, out + room, ends, 0);
    if (done !== n) throw new Error(`room for the shingles of ${done} rows, not of ${n}`);
    const counts = kernel.u32(ends, n).slice();
    const hashes = pool.take(counts[n - 1]! * 8);
    hashes.set(kernel.u8(out, hashes.length));
    yield { ends: counts, hashes };
    from = to;
  }
}
