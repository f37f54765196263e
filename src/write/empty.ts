import type { Block } from '../engine/block.js';
import { type ColumnType, type Field, widthOf } from '../engine/types.js';
import { nodeOf } from './node.js';
import { readMetadata } from './pages.js';
import { parquetOf } from './polars.js';
import { schemaOf } from './schema.js';
import type { ThriftStruct } from './thrift.js';

/** A block of the fields without a row. */
export function emptyBlock(fields: readonly Field[]): Block {
  return {
    rows: 0,
    columns: fields.map(({ type }) => ({
      type,
      validity: null,
      offsets: hasOffsets(type) ? new Int32Array(1) : null,
      values: new Uint8Array(0),
    })),
  };
}

/** The metadata of a Parquet file of the fields without a row: what tells the schema when there was none to encode. */
export function emptyMetadata(fields: readonly Field[]): ThriftStruct {
  const nodes = emptyBlock(fields).columns.map((column) => nodeOf(column, 0));
  return readMetadata(parquetOf(schemaOf(fields), nodes, 0, 'zstd'));
}

function hasOffsets(type: ColumnType): boolean {
  return type.kind !== 'null' && !(type.kind === 'arrow' && type.arrow.name === 'null') && widthOf(type) === 0;
}
