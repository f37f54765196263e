import { Writable } from 'node:stream';
import pl from 'nodejs-polars';
import type { Compression } from '../config/options.js';
import type { Block } from '../engine/block.js';
import type { Field } from '../engine/types.js';
import { encodeIpc, IpcBuffer } from './ipc.js';
import { freeFrames } from './native-memory.js';
import { nodeOf } from './node.js';
import { schemaOf, withoutZones } from './schema.js';

/** Rows of a block as a Parquet file of their own, from which the splicer takes the pages. */
export interface EncodedRows {
  /** A whole Parquet file; its memory is its own and can be transferred. */
  bytes: Uint8Array<ArrayBuffer>;
  rows: number;
}

/** polars splits longer frames into several row groups. */
export const mostGroupRows: number = 512 * 512;

const memory = new IpcBuffer();

/**
 * Encodes a block as Parquet: the columns are laid out as an Arrow IPC file, which polars reads and compresses. The
 * same block gives the same bytes whatever the number of threads. Copies every value twice (into the IPC file, into the
 * frame); the block may lie anywhere and is not kept.
 *
 * @throws Error when a column is more than 2^31 - 1 bytes long in Arrow's layout
 */
export function encodeRowGroup(block: Block, fields: readonly Field[], compression: Compression): EncodedRows {
  if (fields.length === 0) throw new Error('a row group without columns');
  const schema = schemaOf(fields);
  const nodes = block.columns.map((column) => nodeOf(column, block.rows));
  const ipc = encodeIpc(withoutZones(schema), nodes, block.rows, memory);
  const bytes = writeParquet(ipc, compression);
  freeFrames();
  return { bytes, rows: block.rows };
}

function writeParquet(ipc: Buffer, compression: Compression): Uint8Array<ArrayBuffer> {
  // One record batch makes a frame of one chunk: no need to rechunk it for the bytes to be the same every time.
  const frame = pl.readIPC(ipc);
  const sink = new ByteSink();
  frame.writeParquet(sink, { compression });
  return sink.take();
}

/** Gathers what polars writes in thousands of small pieces. */
class ByteSink extends Writable {
  private pieces: Uint8Array[] = [];
  private bytes = 0;

  constructor() {
    super({ highWaterMark: Number.MAX_SAFE_INTEGER });
  }

  override _write(piece: Uint8Array, _encoding: string, done: () => void): void {
    this.pieces.push(piece);
    this.bytes += piece.length;
    done();
  }

  take(): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(this.bytes);
    let at = 0;
    for (const piece of this.pieces) {
      all.set(piece, at);
      at += piece.length;
    }
    this.pieces = [];
    return all;
  }
}
