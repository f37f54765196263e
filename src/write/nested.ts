import type { Compression } from '../config/options.js';
import type { ReadColumn } from '../engine/block.js';
import type { Field } from '../engine/types.js';
import type { ArrowNode } from './arrow.js';
import type { ColumnPages } from './chunk.js';
import { markJson } from './elements.js';
import { nodeOf } from './node.js';
import {
  columnChunk,
  columnMetadata,
  dataPage,
  dataPageV2,
  fileMetadata,
  pageHeader,
  pageTypes,
  rowGroup,
  schemaElement,
} from './parquet.js';
import { parquetOf } from './polars.js';
import { arrowOf, schemaOf } from './schema.js';
import { leanStatistics } from './statistics.js';
import { i64, integer, readStruct, structOf, structsOf, type ThriftStruct, ThriftWriter } from './thrift.js';

/** A nested column of one row group: its part of the schema, and the pages of its leaves. */
export interface NestedPages {
  elements: ThriftStruct[];
  /** The values in Arrow's layout. */
  node: ArrowNode;
  leaves: ColumnPages[];
}

/**
 * Encodes nested columns of at most 262,144 rows: they are laid out as an Arrow IPC file, which polars makes a Parquet file of, whose
 * pages are taken out. The pages are views that are valid until the next call.
 */
export function encodeNested(
  fields: readonly Field[],
  columns: readonly ReadColumn[],
  rows: number,
  compression: Compression,
): NestedPages[] {
  if (fields.length === 0) return [];
  const nodes = columns.map((column) => nodeOf(column, rows));
  const file = parquetOf(schemaOf(fields), nodes, rows, compression);
  const metadata = readMetadata(file);
  const [group, ...more] = structsOf(metadata, fileMetadata.groups);
  if (more.length > 0) throw new Error(`${rows} rows in more than one row group`);
  const chunks = group === undefined ? [] : structsOf(group, rowGroup.columns);
  const [, ...elements] = structsOf(metadata, fileMetadata.schema);
  return nodes.map((node, c) => {
    const own = elements.splice(0, subtree(elements, 0));
    const isLeaf = (element: ThriftStruct): boolean => integer(element, schemaElement.children) === undefined;
    const ends = own.filter(isLeaf);
    markJson(ends, arrowOf(fields[c]!.type));
    const leaves = chunks.splice(0, ends.length);
    const take = (chunk: ThriftStruct): ColumnPages => takeChunk(file, structOf(chunk, columnChunk.metadata)!);
    return { elements: own, node, leaves: leaves.map(take) };
  });
}

/** The metadata of a whole Parquet file (`FileMetaData`). Binary values are views of `file`. */
function readMetadata(file: Uint8Array): ThriftStruct {
  const tail = new DataView(file.buffer, file.byteOffset + file.length - 8, 4);
  return readStruct(file, file.length - 8 - tail.getUint32(0, true)).struct;
}

/** How many elements of the schema, which has them depth first, belong to the one at `at`, itself included. */
function subtree(elements: readonly ThriftStruct[], at: number): number {
  let end = at + 1;
  const children = integer(elements[at]!, schemaElement.children) ?? 0;
  for (let i = 0; i < children; i++) end += subtree(elements, end);
  return end - at;
}

/**
 * Takes the pages of a leaf out of a file and makes their metadata lean. polars writes the least and the greatest value in
 * full into every page header, the page index and the footer, which for long texts doubles the file; here the page headers
 * lose their statistics, the page index is left out, and the footer keeps bounds of at most 64 bytes. The position of a
 * dictionary page, which polars gives as that of a data page, is set right.
 */
function takeChunk(file: Uint8Array, column: ThriftStruct): ColumnPages {
  const from = integer(column, columnMetadata.dictionaryPage) ?? integer(column, columnMetadata.dataPage)!;
  const to = from + integer(column, columnMetadata.compressedBytes)!;
  const writer = new ThriftWriter();
  const pieces: Uint8Array[] = [];
  let written = 0;
  let dictionary: number | null = null;
  let data: number | null = null;
  for (let at = from; at < to; ) {
    const { struct: header, end } = readStruct(file, at);
    const next = end + integer(header, pageHeader.compressedBytes)!;
    if (integer(header, pageHeader.type) === pageTypes.dictionary) dictionary ??= written;
    else data ??= written;
    structOf(header, pageHeader.data)?.delete(dataPage.statistics);
    structOf(header, pageHeader.dataV2)?.delete(dataPageV2.statistics);
    writer.struct(header);
    const lean = writer.take();
    pieces.push(lean, file.subarray(end, next));
    written += lean.length + next - end;
    at = next;
  }
  const saved = to - from - written;
  const stats = structOf(column, columnMetadata.statistics);
  if (stats !== undefined) leanStatistics(stats);
  const metadata: ThriftStruct = new Map(column);
  metadata.set(columnMetadata.bytes, i64(integer(column, columnMetadata.bytes)! - saved));
  metadata.set(columnMetadata.compressedBytes, i64(written));
  metadata.set(columnMetadata.dataPage, i64(data ?? dictionary ?? 0));
  metadata.delete(columnMetadata.dictionaryPage);
  if (dictionary !== null) metadata.set(columnMetadata.dictionaryPage, i64(dictionary));
  return { metadata: inOrder(metadata), pieces };
}

/** Fields are written by rising number, so that each head takes a byte. */
const inOrder = (struct: ThriftStruct): ThriftStruct => new Map([...struct].sort(([a], [b]) => a - b));
