import { createRequire } from 'node:module';
import { Writable } from 'node:stream';
import type { Compression } from '../config/options.js';
import type { ArrowNode } from './arrow.js';
import { encodeIpc } from './ipc.js';
import { freeFrames, ReusedBuffer } from './native-memory.js';
import type { ArrowField } from './schema.js';

/**
 * What is used of polars' native frames. The binding is imported by itself, without the 40 ms a thread that the rest of
 * the package takes to load; the version is pinned.
 */
interface Frame {
  writeParquet(target: Writable, compression: Compression): void;
}
interface Binding {
  readIpc(file: Buffer, options: object): Frame;
}
let loaded: Binding | null = null;

/** Loaded when it is first needed, by each thread: most data sets have no nested column. */
function binding(): Binding {
  const require = createRequire(import.meta.url);
  loaded ??= (require('nodejs-polars/bin/internals/polars_internal.js') as { default: Binding }).default;
  return loaded;
}

const ipcMemory = new ReusedBuffer();
const fileMemory = new ReusedBuffer();

/** Columns as a whole Parquet file, in memory that the next call uses again. */
export function parquetOf(
  schema: readonly ArrowField[],
  nodes: readonly ArrowNode[],
  rows: number,
  compression: Compression,
): Uint8Array {
  const ipc = encodeIpc(schema, nodes, rows, ipcMemory);
  const file = writeParquet(ipc, compression);
  freeFrames();
  return file;
}

/** Gives back what an uncommonly large row group needed. */
export function trimMemory(): void {
  ipcMemory.trim();
  fileMemory.trim();
}

/** A function of its own, so that nothing refers to the frame when it returns. */
function writeParquet(ipc: Buffer, compression: Compression): Uint8Array {
  // One record batch makes a frame of one chunk: no need to rechunk it for the bytes to be the same every time.
  const frame = binding().readIpc(ipc, {});
  let bytes = 0;
  const sink = new Writable({
    highWaterMark: Number.MAX_SAFE_INTEGER,
    // polars writes thousands of small pieces.
    write(piece: Uint8Array, _encoding, done) {
      fileMemory.reserve(bytes + piece.length, bytes).set(piece, bytes);
      bytes += piece.length;
      done();
    },
  });
  frame.writeParquet(sink, compression);
  return fileMemory.reserve(bytes, bytes).subarray(0, bytes);
}
