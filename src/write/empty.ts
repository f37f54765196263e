import type { Column } from '../engine/block.js';
import { type ColumnType, type Field, widthOf } from '../engine/types.js';
import { metadataOf } from './metadata.js';
import { encodeNested } from './nested.js';
import { isFlat } from './stored.js';
import type { ThriftStruct } from './thrift.js';

/** The metadata of a Parquet file of the fields without a row: what tells the schema when there was none to encode. */
export function emptyMetadata(fields: readonly Field[]): ThriftStruct {
  const places = fields.flatMap((field, i) => (isFlat(field.type) ? [] : [i]));
  const nested = places.map((i) => fields[i]!);
  const pages = encodeNested(
    nested,
    nested.map(({ type }) => emptyColumn(type)),
    0,
    'zstd',
  );
  return metadataOf(fields, new Map(places.map((place, i) => [place, pages[i]!])), 0, []);
}

const emptyColumn = (type: ColumnType): Column => ({
  type,
  validity: null,
  offsets: widthOf(type) === 0 ? new Int32Array(1) : null,
  values: new Uint8Array(0),
});
