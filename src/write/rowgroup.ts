import type { Compression } from '../config/options.js';
import type { Block } from '../engine/block.js';
import type { Field } from '../engine/types.js';
import type { IngestKernel } from '../kernels/ingest.js';
import { type Bounds, boundsOf } from './bounds.js';
import { nodeOf } from './node.js';
import { readMetadata, takePages } from './pages.js';
import { parquetOf, trimMemory } from './polars.js';
import { schemaOf } from './schema.js';
import { type Sketch, sketchColumns } from './sketch.js';
import { encodeStruct } from './thrift.js';

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
  /** How many distinct values it has. */
  distinct: Sketch;
}

/**
 * Encodes a block as Parquet: the columns are laid out as an Arrow IPC file, which polars reads and compresses. One row
 * group, or several of at most 262,144 rows. The same block gives the same bytes whatever the number of threads. Every
 * value is copied twice (into the IPC file, into the frame). The block may lie anywhere and is not kept; columns outside the
 * memory of `kernel` are copied there for a moment, to be counted.
 */
export function encodeRowGroup(
  block: Block,
  fields: readonly Field[],
  compression: Compression,
  kernel: IngestKernel,
): EncodedRows {
  if (fields.length === 0) throw new Error('rows without columns have no pages');
  const schema = schemaOf(fields);
  const sketches = sketchColumns(kernel, block);
  const nodes = block.columns.map((column) => nodeOf(column, block.rows));
  const file = parquetOf(schema, nodes, block.rows, compression);
  const tree = readMetadata(file);
  const bounds = boundsOf(tree, schema);
  const bytes = takePages(file, tree);
  trimMemory();
  return {
    rows: block.rows,
    bytes,
    metadata: encodeStruct(tree),
    fields: nodes.map((node, i) => ({ nulls: node.nulls, bounds: bounds[i]!, distinct: sketches[i]! })),
  };
}
