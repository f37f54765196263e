import fs from 'node:fs';
import { during, type Lent } from '../kernels/lent.js';
import type { Block, Column, ReadBlock } from './block.js';
import { checksum, requireSame } from './checksum.js';
import { openScratch, readScratch } from './scratch-read.js';
import type { ColumnType } from './types.js';

/**
 * A block that lies on disk: where its arrays are. Plain data; the file holds their bytes one after the other, each filled up
 * to a multiple of 8 bytes, so that views of them are aligned.
 */
export interface BlockFile {
  path: string;
  /** Byte at which its first array begins. */
  position: number;
  rows: number;
  /** Of all its bytes in the file. */
  sum: number;
  /** Bytes of each array, -1 for none. */
  columns: { type: ColumnType; validity: number; offsets: number; values: number }[];
}

/** What an array of so many bytes takes in a file; nothing for none (-1). */
export const storedBytes = (bytes: number): number => (bytes < 0 ? 0 : Math.ceil(bytes / 8) * 8);

const zeros = new Uint8Array(8);

/** Writes blocks one after the other to a new file. */
export function writeBlockFile(path: string, blocks: Iterable<ReadBlock>): BlockFile[] {
  const fd = fs.openSync(path, 'wx');
  try {
    let end = 0;
    const files: BlockFile[] = [];
    for (const block of blocks) {
      const parts: Uint8Array[] = [];
      const put = (lent: Lent<Uint8Array> | Lent<Int32Array> | null): number => {
        if (lent === null) return -1;
        const view = during<Uint8Array | Int32Array>(lent as Lent<Uint8Array>);
        const { byteLength } = view;
        parts.push(new Uint8Array(view.buffer, view.byteOffset, byteLength));
        if (byteLength % 8 !== 0) parts.push(zeros.subarray(byteLength % 8));
        return byteLength;
      };
      const columns = block.columns.map((c) => ({
        type: c.type,
        validity: put(c.validity),
        offsets: put(c.offsets),
        values: put(c.values),
      }));
      const sum = parts.reduce((before, part) => checksum(part, before), 0);
      files.push({ path, position: end, rows: block.rows, sum, columns });
      end += writeAll(fd, parts);
    }
    return files;
  } finally {
    fs.closeSync(fd);
  }
}

/** Writes bytes to a new file. */
export function writeFile(path: string, bytes: Uint8Array): void {
  const fd = fs.openSync(path, 'wx');
  try {
    writeAll(fd, [bytes]);
  } finally {
    fs.closeSync(fd);
  }
}

/** Writes all the parts and returns how many bytes they are. */
function writeAll(fd: number, parts: readonly Uint8Array[]): number {
  const bytes = parts.reduce((sum, part) => sum + part.length, 0);
  // Most often one call writes all; a system may take less at once, and then the rest is written part by part.
  let written = parts.length > 1 && parts.length < 1000 ? fs.writevSync(fd, parts) : 0;
  for (const part of parts) {
    const skipped = Math.min(part.length, written);
    written -= skipped;
    for (let at = skipped; at < part.length; ) at += fs.writeSync(fd, part, at, Math.min(part.length - at, 2 ** 30));
  }
  return bytes;
}

/** The bytes that a block takes in its file, and in memory when it is read back. */
export function fileBytes(file: Pick<BlockFile, 'columns'>): number {
  return file.columns.reduce(
    (sum, c) => sum + storedBytes(c.validity) + storedBytes(c.offsets) + storedBytes(c.values),
    0,
  );
}

/** Reads a block back at once and checks it, into memory of its own or into `bytes` (as many as `fileBytes` says, aligned to 8). */
export function readBlockFile(file: BlockFile, bytes: Uint8Array = new Uint8Array(fileBytes(file))): Block {
  const fd = openScratch(file.path);
  try {
    readScratch(fd, bytes, file.position, file.path);
  } finally {
    fs.closeSync(fd);
  }
  requireSame(bytes, file.sum, file.path);
  let taken = 0;
  const take = (size: number): Uint8Array => {
    const part = bytes.subarray(taken, taken + size);
    taken += storedBytes(size);
    return part;
  };
  const columns = file.columns.map((c): Column => {
    const validity = c.validity < 0 ? null : take(c.validity);
    const raw = c.offsets < 0 ? null : take(c.offsets);
    const offsets = raw && new Int32Array(raw.buffer, raw.byteOffset, raw.length / 4);
    return { type: c.type, validity, offsets, values: take(c.values) };
  });
  return { rows: file.rows, columns };
}
