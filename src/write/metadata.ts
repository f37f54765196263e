import type { Field } from '../engine/types.js';
import { wire } from '../load/parquet/thrift.js';
import { elementsOf, typeOrder } from './elements.js';
import { fileMetadata, schemaElement } from './parquet.js';
import { arrowOf } from './schema.js';
import { binary, i32, i64, integer, structs, type ThriftStruct } from './thrift.js';

/** `FileMetaData` of rows of the fields. */
export function metadataOf(fields: readonly Field[], rows: number, groups: readonly ThriftStruct[]): ThriftStruct {
  const root: ThriftStruct = new Map([
    [schemaElement.name, binary('root')],
    [schemaElement.children, i32(fields.length)],
  ]);
  const elements = fields.flatMap((field) => elementsOf(field.name, arrowOf(field.type)));
  const leaves = elements.filter((element) => integer(element, schemaElement.children) === undefined);
  return new Map([
    [fileMetadata.version, i32(1)],
    [fileMetadata.schema, structs([root, ...elements])],
    [fileMetadata.rows, i64(rows)],
    [fileMetadata.groups, structs(groups)],
    [fileMetadata.orders, { type: wire.list, value: { element: wire.struct, items: leaves.map(typeOrder) } }],
  ]);
}
