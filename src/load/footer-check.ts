import { columnChunk, columnMetadata, fileMetadata, keyValue, rowGroup, schemaElement } from '../write/parquet.js';
import { bytesOf, integer, structOf, structsOf, type ThriftStruct } from '../write/thrift.js';

/** Whether a footer has everything that datagpu writes into one: where a byte of it is another, a field may have another number. */
export function isWholeFooter(metadata: ThriftStruct): boolean {
  const schema = structsOf(metadata, fileMetadata.schema);
  return (
    isCount(integer(metadata, fileMetadata.rows)) &&
    areStructs(schema) &&
    schema.every((element) => bytesOf(element, schemaElement.name) !== undefined) &&
    isTree(schema) &&
    areStructs(structsOf(metadata, fileMetadata.groups)) &&
    structsOf(metadata, fileMetadata.groups).every(isWholeGroup) &&
    areStructs(structsOf(metadata, fileMetadata.keyValues)) &&
    structsOf(metadata, fileMetadata.keyValues).every(
      (pair) => bytesOf(pair, keyValue.key) !== undefined && bytesOf(pair, keyValue.value) !== undefined,
    )
  );
}

function isWholeGroup(group: ThriftStruct): boolean {
  const columns = structsOf(group, rowGroup.columns);
  return isCount(integer(group, rowGroup.rows)) && areStructs(columns) && columns.every(isWholeChunk);
}

function isWholeChunk(chunk: ThriftStruct): boolean {
  const column = structOf(chunk, columnChunk.metadata);
  if (column === undefined) return false;
  const path = column.get(columnMetadata.path)?.value;
  const names = path instanceof Object && 'items' in path ? path.items : [];
  return (
    names.length > 0 &&
    names.every((name) => name instanceof Uint8Array) &&
    [columnMetadata.values, columnMetadata.compressedBytes, columnMetadata.dataPage].every((id) =>
      isCount(integer(column, id)),
    )
  );
}

/** Whether every element of the schema is a child of one before it, and none is missing. */
function isTree(schema: readonly ThriftStruct[]): boolean {
  let due = 1;
  for (const element of schema) {
    const children = integer(element, schemaElement.children) ?? 0;
    if (due <= 0 || children < 0) return false;
    due += children - 1;
  }
  return due === 0;
}

const areStructs = (all: readonly unknown[]): boolean => all.every((one) => one instanceof Map);

const isCount = (n: number | undefined): boolean => n !== undefined && Number.isSafeInteger(n) && n >= 0;
