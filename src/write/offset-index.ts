import { columnChunk, columnMetadata, offsetIndex, pageLocation, rowGroup } from './parquet.js';
import {
  encodeStruct,
  i32,
  i64,
  integer,
  readStruct,
  structOf,
  structs,
  structsOf,
  type ThriftStruct,
} from './thrift.js';

/**
 * Where each page of data is and which rows begin in it
 * (https://github.com/apache/parquet-format/blob/master/PageIndex.md), so that a reader of few rows fetches their pages alone. The
 * other half, least and greatest values of pages, is not written: docs/decisions/011-offset-index.md.
 */

/**
 * The encoded `OffsetIndex` of each column chunk of a row group, whose positions are those in the file. `pages` are those of
 * `EncodedRows`, from `at` on; returns what is behind them too.
 */
export function offsetIndexes(
  group: ThriftStruct,
  pages: Uint32Array,
  at: number,
): { indexes: Uint8Array[]; end: number } {
  let end = at;
  const indexes = structsOf(group, rowGroup.columns).map((chunk) => {
    let offset = integer(structOf(chunk, columnChunk.metadata)!, columnMetadata.dataPage)!;
    let row = 0;
    const places: ThriftStruct[] = [];
    for (let left = pages[end++]!; left > 0; left--) {
      const [bytes, rows] = [pages[end++]!, pages[end++]!];
      places.push(
        new Map([
          [pageLocation.offset, i64(offset)],
          [pageLocation.bytes, i32(bytes)],
          [pageLocation.firstRow, i64(row)],
        ]),
      );
      offset += bytes;
      row += rows;
    }
    return encodeStruct(new Map([[offsetIndex.pages, structs(places)]]));
  });
  return { indexes, end };
}

/** An encoded row group whose column chunks say where their indexes are, of which the first is at `at`. */
export function withIndexes(encoded: Uint8Array, indexes: readonly Uint8Array[], at: number): Uint8Array {
  const { struct: group } = readStruct(encoded, 0);
  let place = at;
  const chunks = structsOf(group, rowGroup.columns).map((chunk, c): ThriftStruct => {
    const { length } = indexes[c]!;
    place += length;
    return new Map([
      ...chunk,
      [columnChunk.offsetIndex, i64(place - length)],
      [columnChunk.offsetIndexBytes, i32(length)],
    ]);
  });
  return encodeStruct(new Map([...group, [rowGroup.columns, structs(chunks)]]));
}

/** A column chunk for another file, in which its index is not. */
export function withoutIndex(chunk: ThriftStruct): ThriftStruct {
  const moved: ThriftStruct = new Map(chunk);
  moved.delete(columnChunk.offsetIndex);
  moved.delete(columnChunk.offsetIndexBytes);
  return moved;
}
