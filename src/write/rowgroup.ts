import { Writable } from 'node:stream';
import pl from 'nodejs-polars';
import type { Compression } from '../config/options.js';
import type { Block } from '../engine/block.js';
import type { Field } from '../engine/types.js';
import { type Bounds, boundsOf } from './bounds.js';
import { encodeIpc } from './ipc.js';
import { freeFrames, ReusedBuffer } from './native-memory.js';
import { nodeOf } from './node.js';
import { readMetadata, takePages } from './pages.js';
import { schemaOf, withoutZones } from './schema.js';
import { ThriftWriter } from './thrift.js';

/** Rows of a block as pages of Parquet, for the splicer. Plain data; the two buffers can be transferred. */
export interface EncodedRows {
  rows: number;
  /** The pages of all columns. */
  bytes: Uint8Array<ArrayBuffer>;
  /** Parquet's `FileMetaData` for them, with positions that count from the beginning of `bytes`. */
  metadata: Uint8Array<ArrayBuffer>;
  /** What the manifest says of each field. */
  fields: FieldStats[];
}

/** Of one field over some rows. */
export interface FieldStats {
  nulls: number;
  bounds: Bounds;
}

const ipcMemory = new ReusedBuffer();
const fileMemory = new ReusedBuffer();

/**
 * Encodes a block as Parquet: the columns are laid out as an Arrow IPC file, which polars reads and compresses. One row
 * group, or several of at most 262,144 rows. The same block gives the same bytes whatever the number of threads. Every
 * value is copied twice (into the IPC file, into the frame); the block may lie anywhere and is not kept.
 */
export function encodeRowGroup(block: Block, fields: readonly Field[], compression: Compression): EncodedRows {
  if (fields.length === 0) throw new Error('rows without columns have no pages');
  const schema = schemaOf(fields);
  const nodes = block.columns.map((column) => nodeOf(column, block.rows));
  const ipc = encodeIpc(withoutZones(schema), nodes, block.rows, ipcMemory);
  const file = writeParquet(ipc, compression);
  freeFrames();
  const tree = readMetadata(file);
  const bounds = boundsOf(tree, schema);
  const bytes = takePages(file, tree);
  const writer = new ThriftWriter();
  writer.struct(tree);
  ipcMemory.trim();
  fileMemory.trim();
  return {
    rows: block.rows,
    bytes,
    metadata: Uint8Array.from(writer.take()),
    fields: nodes.map((node, i) => ({ nulls: node.nulls, bounds: bounds[i]! })),
  };
}

/** A whole Parquet file in memory that the next call uses again. */
function writeParquet(ipc: Buffer, compression: Compression): Uint8Array {
  // One record batch makes a frame of one chunk: no need to rechunk it for the bytes to be the same every time.
  const frame = pl.readIPC(ipc);
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
  frame.writeParquet(sink, { compression });
  return fileMemory.reserve(bytes, bytes).subarray(0, bytes);
}
