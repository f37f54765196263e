import fs from 'node:fs';
import type { Block, Column } from './block.js';
import type { ColumnType } from './types.js';

/** A block that lies on disk: where its arrays are. Plain data; the file holds their bytes one after the other. */
export interface BlockFile {
  path: string;
  /** Byte at which its first array begins. */
  position: number;
  rows: number;
  columns: { type: ColumnType; validity: number; offsets: number; values: number }[];
}

/** Writes blocks one after the other to a new file. */
export function writeBlockFile(path: string, blocks: Iterable<Block>): BlockFile[] {
  const fd = fs.openSync(path, 'wx');
  try {
    let end = 0;
    const put = (bytes: Uint8Array | null): number => {
      if (bytes === null) return -1;
      for (let at = 0; at < bytes.length; ) at += fs.writeSync(fd, bytes, at, Math.min(bytes.length - at, 2 ** 30));
      end += bytes.length;
      return bytes.length;
    };
    const files: BlockFile[] = [];
    for (const block of blocks) {
      const position = end;
      const columns = block.columns.map((c) => ({
        type: c.type,
        validity: put(c.validity),
        offsets: put(c.offsets && new Uint8Array(c.offsets.buffer, c.offsets.byteOffset, c.offsets.byteLength)),
        values: put(c.values),
      }));
      files.push({ path, position, rows: block.rows, columns });
    }
    return files;
  } finally {
    fs.closeSync(fd);
  }
}

/** Reads a block back into memory of its own, at once. */
export function readBlockFile(file: BlockFile): Block {
  const sizes = file.columns.flatMap((c) => [c.validity, c.offsets, c.values]);
  const bytes = new Uint8Array(sizes.reduce((sum, size) => sum + Math.max(0, size), 0));
  const fd = fs.openSync(file.path, 'r');
  try {
    for (let at = 0; at < bytes.length; ) {
      const n = fs.readSync(fd, bytes, at, Math.min(bytes.length - at, 2 ** 30), file.position + at);
      if (n === 0) throw new Error(`${file.path} ends at byte ${file.position + at}`);
      at += n;
    }
  } finally {
    fs.closeSync(fd);
  }
  let taken = 0;
  const take = (size: number): Uint8Array => {
    taken += size;
    return bytes.subarray(taken - size, taken);
  };
  const columns = file.columns.map((c): Column => {
    const validity = c.validity < 0 ? null : take(c.validity);
    // A copy, which is aligned.
    const offsets = c.offsets < 0 ? null : new Int32Array(take(c.offsets).slice().buffer);
    return { type: c.type, validity, offsets, values: take(c.values) };
  });
  return { rows: file.rows, columns };
}
