import { isUtf8 } from 'node:buffer';
import { wire } from '../load/parquet/thrift.js';
import {
  columnChunk,
  columnMetadata,
  dataPage,
  dataPageV2,
  dictionaryPageType,
  fileMetadata,
  pageHeader,
  rowGroup,
  statistics,
} from './parquet.js';
import { shortenMax, shortenMin } from './shorten.js';
import {
  binary,
  bytesOf,
  i64,
  integer,
  readStruct,
  structOf,
  structs,
  structsOf,
  type ThriftStruct,
  ThriftWriter,
} from './thrift.js';

/** The longest least and greatest value that statistics keep, in bytes. */
const longestBound = 64;

/** The metadata of a whole Parquet file (`FileMetaData`). Binary values are views of `file`. */
export function readMetadata(file: Uint8Array): ThriftStruct {
  const tail = new DataView(file.buffer, file.byteOffset + file.length - 8, 4);
  return readStruct(file, file.length - 8 - tail.getUint32(0, true)).struct;
}

/**
 * Takes the pages of all columns of all row groups out of a Parquet file, changes `metadata` so that its positions count
 * from their beginning, and makes their metadata lean. polars writes the least and the greatest value
 * in full into every page header, the page index and the footer, which for long texts doubles the file; here
 * the page headers lose their statistics, the page index is left out, and the footer keeps bounds of at most 64 bytes. The
 * position of a dictionary page, which polars gives as that of a data page, is set right.
 */
export function takePages(file: Uint8Array, metadata: ThriftStruct): Uint8Array<ArrayBuffer> {
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (const group of structsOf(metadata, fileMetadata.groups)) {
    const groupAt = at;
    let groupBytes = 0;
    for (const chunk of structsOf(group, rowGroup.columns)) {
      const column = structOf(chunk, columnChunk.metadata)!;
      const saved = takeChunk(file, column, at, pieces);
      const compressed = integer(column, columnMetadata.compressedBytes)! - saved;
      const unpacked = integer(column, columnMetadata.bytes)! - saved;
      column.set(columnMetadata.compressedBytes, i64(compressed));
      column.set(columnMetadata.bytes, i64(unpacked));
      const stats = structOf(column, columnMetadata.statistics);
      if (stats !== undefined) shortenBounds(stats);
      chunk.clear();
      chunk.set(columnChunk.fileOffset, i64(0));
      chunk.set(columnChunk.metadata, { type: wire.struct, value: column });
      at += compressed;
      groupBytes += unpacked;
    }
    const columns = structs(structsOf(group, rowGroup.columns));
    const rows = i64(integer(group, rowGroup.rows)!);
    group.clear();
    group.set(rowGroup.columns, columns);
    group.set(rowGroup.totalBytes, i64(groupBytes));
    group.set(rowGroup.rows, rows);
    group.set(rowGroup.fileOffset, i64(groupAt));
    group.set(rowGroup.compressedBytes, i64(at - groupAt));
  }
  const bytes = new Uint8Array(at);
  let end = 0;
  for (const piece of pieces) {
    bytes.set(piece, end);
    end += piece.length;
  }
  if (end !== at) throw new Error(`${end} bytes of pages where ${at} were expected`);
  return bytes;
}

/** Collects the pages of a column chunk that is to begin at `target`; returns how many bytes its headers lost. */
function takeChunk(file: Uint8Array, column: ThriftStruct, target: number, pieces: Uint8Array[]): number {
  const from = integer(column, columnMetadata.dictionaryPage) ?? integer(column, columnMetadata.dataPage)!;
  const to = from + integer(column, columnMetadata.compressedBytes)!;
  const writer = new ThriftWriter();
  let written = 0;
  let dictionary: number | null = null;
  let data: number | null = null;
  for (let at = from; at < to; ) {
    const { struct: header, end } = readStruct(file, at);
    const next = end + integer(header, pageHeader.compressedBytes)!;
    if (integer(header, pageHeader.type) === dictionaryPageType) dictionary ??= target + written;
    else data ??= target + written;
    structOf(header, pageHeader.data)?.delete(dataPage.statistics);
    structOf(header, pageHeader.dataV2)?.delete(dataPageV2.statistics);
    writer.struct(header);
    const lean = writer.take();
    pieces.push(lean, file.subarray(end, next));
    written += lean.length + next - end;
    at = next;
  }
  column.set(columnMetadata.dataPage, i64(data ?? dictionary ?? target));
  column.delete(columnMetadata.dictionaryPage);
  if (dictionary !== null) column.set(columnMetadata.dictionaryPage, i64(dictionary));
  inOrder(column);
  return to - from - written;
}

function shortenBounds(stats: ThriftStruct): void {
  const min = bytesOf(stats, statistics.min);
  const max = bytesOf(stats, statistics.max);
  stats.delete(statistics.oldMin);
  stats.delete(statistics.oldMax);
  if (min === undefined || max === undefined || (min.length <= longestBound && max.length <= longestBound)) return;
  const isText = isUtf8(min) && isUtf8(max);
  const least = shortenMin(min, longestBound);
  const greatest = isText ? shortenMax(max, longestBound) : null;
  for (const id of [statistics.min, statistics.max, statistics.minExact, statistics.maxExact]) stats.delete(id);
  if (greatest === null) return;
  stats.set(statistics.max, binary(greatest));
  stats.set(statistics.min, binary(least));
  stats.set(statistics.maxExact, { type: greatest.length === max.length ? wire.true : wire.false, value: null });
  stats.set(statistics.minExact, { type: least.length === min.length ? wire.true : wire.false, value: null });
  inOrder(stats);
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

/** Fields are written by rising number, so that each head takes a byte. */
function inOrder(struct: ThriftStruct): void {
  const fields = [...struct].sort(([a], [b]) => a - b);
  struct.clear();
  for (const [id, field] of fields) struct.set(id, field);
}
