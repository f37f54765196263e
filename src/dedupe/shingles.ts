import type { Block } from '../engine/block.js';
import { placeColumns } from '../engine/place.js';
import type { NearKernel } from '../kernels/near.js';

/** The shingle sets of a chunk's rows; plain data, its buffers can be transferred. */
export interface ShingleSets {
  /** For each row, how many shingles it and the rows before it have together. */
  ends: Uint32Array<ArrayBuffer>;
  /** 64-bit hashes, ascending within a row, little-endian: 8 bytes each. */
  hashes: Uint8Array<ArrayBuffer>;
}

/** Bytes that the next row's shingles may take at first. */
const firstRoom = 2 ** 20;

/**
 * The set of shingles of each row: runs of `size` words of its texts, the columns one after the other. A row without a word
 * has none. `columns` are of offsets and UTF-8 text (messages as `messageTexts` gives them). Memory of its own; what was
 * reserved in the kernel is freed.
 */
export function shingleRows(kernel: NearKernel, block: Block, columns: readonly number[], size: number): ShingleSets {
  const { rows } = block;
  const texts = columns.filter((c) => block.columns[c]!.offsets !== null);
  if (rows === 0 || texts.length === 0) return { ends: new Uint32Array(rows), hashes: new Uint8Array(0) };
  kernel.reset();
  const longest = longestRow(block, texts);
  const placed = placeColumns(kernel, block, texts);
  const table = kernel.put(Uint32Array.from(placed.flatMap((at) => [at.validity, at.offsets, at.values])));
  const ends = kernel.alloc(rows * 4);
  const scratch = kernel.alloc(longest * 14 + 256 + texts.length * 16);
  const out = kernel.alloc(firstRoom);
  // The output is reserved last, so that more of it is simply what comes behind.
  let room = firstRoom;
  let bytes = 0;
  for (let row = 0; row < rows; ) {
    const before = bytes / 8;
    row = kernel.exports.shingle(table, texts.length, row, rows, size, scratch, out + bytes, out + room, ends, before);
    if (row > 0) bytes = kernel.u32(ends, rows)[row - 1]! * 8;
    if (row === rows) break;
    const more = Math.max(longest * 8 + 1024, room);
    kernel.alloc(more);
    room += more;
  }
  return { ends: kernel.u32(ends, rows).slice(), hashes: kernel.u8(out, bytes).slice() };
}

function longestRow(block: Block, columns: readonly number[]): number {
  let longest = 0;
  const offsets = columns.map((c) => block.columns[c]!.offsets!);
  for (let r = 0; r < block.rows; r++) {
    let bytes = 0;
    for (const o of offsets) bytes += o[r + 1]! - o[r]!;
    if (bytes > longest) longest = bytes;
  }
  return longest;
}
