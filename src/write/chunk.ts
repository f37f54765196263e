import type { BufferPool } from '../engine/pool.js';
import { wire } from '../load/parquet/thrift.js';
import { columnChunk, columnMetadata, rowGroup } from './parquet.js';
import { i64, integer, structOf, structs, structsOf, type ThriftStruct } from './thrift.js';

/** The pages of one column over one row group. */
export interface ColumnPages {
  /** Parquet's `ColumnMetaData`, with positions that count from the first of the pages. */
  metadata: ThriftStruct;
  /** Headers and pages, one behind the other: views of memory that the maker says who owns. */
  pieces: Uint8Array[];
  /** Of each page of data: its bytes with the header, and the rows that begin in it. */
  extents: readonly number[];
}

/** The `RowGroup` of columns whose pages lie one behind the other from `at` on. Changes their metadata. */
export function groupOf(columns: readonly ColumnPages[], rows: number, at: number): ThriftStruct {
  let end = at;
  let unpacked = 0;
  const chunks = columns.map(({ metadata }): ThriftStruct => {
    const column = moveColumn(metadata, end);
    end += integer(column, columnMetadata.compressedBytes)!;
    unpacked += integer(column, columnMetadata.bytes)!;
    return new Map([
      [columnChunk.fileOffset, i64(0)],
      [columnChunk.metadata, { type: wire.struct, value: column }],
    ]);
  });
  return new Map([
    [rowGroup.columns, structs(chunks)],
    [rowGroup.totalBytes, i64(unpacked)],
    [rowGroup.rows, i64(rows)],
    [rowGroup.fileOffset, i64(at)],
    [rowGroup.compressedBytes, i64(end - at)],
  ]);
}

/** The pages of all columns in one buffer of a pool. */
export function joinPages(columns: readonly ColumnPages[], pool: BufferPool): Uint8Array<ArrayBuffer> {
  let length = 0;
  for (const { pieces } of columns) for (const piece of pieces) length += piece.length;
  const bytes = pool.take(length);
  let at = 0;
  for (const { pieces } of columns) {
    for (const piece of pieces) {
      bytes.set(piece, at);
      at += piece.length;
    }
  }
  return bytes;
}

/** Moves the positions of a row group by `shift` bytes and numbers it. */
export function moveGroup(group: ThriftStruct, shift: number, ordinal: number): void {
  group.set(rowGroup.fileOffset, i64(integer(group, rowGroup.fileOffset)! + shift));
  // A 16-bit number; without it readers count for themselves.
  if (ordinal < 0x8000) group.set(rowGroup.ordinal, { type: wire.i16, value: ordinal });
  const chunks = structsOf(group, rowGroup.columns).map((chunk): ThriftStruct => {
    const column = moveColumn(structOf(chunk, columnChunk.metadata)!, shift);
    return new Map([...chunk, [columnChunk.metadata, { type: wire.struct, value: column }]]);
  });
  group.set(rowGroup.columns, structs(chunks));
}

/** The metadata of a column chunk that lies `shift` bytes further on. */
export function moveColumn(column: ThriftStruct, shift: number): ThriftStruct {
  const moved: ThriftStruct = new Map(column);
  for (const id of [columnMetadata.dataPage, columnMetadata.dictionaryPage]) {
    const at = integer(column, id);
    if (at !== undefined) moved.set(id, i64(at + shift));
  }
  return moved;
}
