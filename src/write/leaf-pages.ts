import type { Compression } from '../config/options.js';
import type { IngestKernel } from '../kernels/ingest.js';
import { wire } from '../load/parquet/thrift.js';
import type { ColumnPages } from './chunk.js';
import { pack } from './codec.js';
import { type Dictionary, dictionaryOf } from './dictionary.js';
import type { LeastGreatest } from './leastgreatest.js';
import type { Levels, PagePlace } from './levels.js';
import { type PackedPages, PageList } from './pagelist.js';
import type { PageQueue } from './pagequeue.js';
import { codecs, columnMetadata, encodings, physicalTypes } from './parquet.js';
import { statisticsOf } from './statistics.js';
import type { StoredColumn } from './stored.js';
import { i32, i64, type ThriftStruct } from './thrift.js';
import { deltaValues, dictionaryValues, plainValues, textsByLength, type ValueWriter } from './values.js';

/**
 * Encodes a leaf of the schema over one row group, be it a flat column or within a nested one: levels and values are laid out in the kernel's
 * memory, and packed from there. With a dictionary where few values differ; integers as differences where that is smaller; else in
 * plain encoding. What is reserved in the kernel is freed; its views may be detached. What it returns gives the pages, once those of
 * `queue` are packed.
 *
 * @param path names from the column down to the leaf
 * @param distinct about how many values differ
 * @param queue takes the pages; null to pack them at once
 */
export function encodeLeaf(
  kernel: IngestKernel,
  path: readonly string[],
  column: StoredColumn,
  levels: Levels,
  bounds: LeastGreatest | null,
  distinct: number,
  compression: Compression,
  queue: PageQueue | null,
): () => ColumnPages {
  const mark = kernel.mark();
  const dictionary = dictionaryOf(kernel, column, distinct);
  const values =
    dictionary === null ? withoutDictionary(kernel, column, compression) : dictionaryValues(kernel, column, dictionary);
  const pages = new PageList(kernel, compression, queue);
  if (dictionary !== null) addDictionary(kernel, column, dictionary, pages);
  addData(kernel, levels, values, pages);
  kernel.reset(mark);
  const { encoding } = values;
  const used = dictionary === null ? [encoding, encodings.rle] : [encodings.plain, encodings.rle, encoding];
  const stats = statisticsOf(levels.nulls, bounds, column.type.name === 'utf8');
  const { entries } = levels;
  return () => chunkOf(path, column, entries, stats, used, compression, pages.finish());
}

function chunkOf(
  path: readonly string[],
  column: StoredColumn,
  entries: number,
  stats: ThriftStruct,
  used: readonly number[],
  compression: Compression,
  { pieces, bytes, packedBytes, dataAt, extents }: PackedPages,
): ColumnPages {
  const metadata: ThriftStruct = new Map([
    [columnMetadata.type, i32(physicalTypes[column.physical])],
    [columnMetadata.encodings, { type: wire.list, value: { element: wire.i32, items: [...used] } }],
    [
      columnMetadata.path,
      { type: wire.list, value: { element: wire.binary, items: path.map((name) => Buffer.from(name)) } },
    ],
    [columnMetadata.codec, i32(codecs[compression])],
    [columnMetadata.values, i64(entries)],
    [columnMetadata.bytes, i64(bytes)],
    [columnMetadata.compressedBytes, i64(packedBytes)],
    [columnMetadata.dataPage, i64(dataAt)],
  ]);
  if (dataAt > 0) metadata.set(columnMetadata.dictionaryPage, i64(0));
  metadata.set(columnMetadata.statistics, { type: wire.struct, value: stats });
  return { metadata, pieces, extents };
}

function addDictionary(kernel: IngestKernel, column: StoredColumn, dictionary: Dictionary, pages: PageList): void {
  const exports = kernel.exports;
  const { offsets, values, width, rows } = column;
  const { entries, count } = dictionary;
  const mark = kernel.mark();
  if (width === 0) {
    const ends = kernel.u32(offsets, rows + 1);
    let most = 0;
    for (const row of kernel.u32(entries, count)) most += 4 + ends[row + 1]! - ends[row]!;
    const to = kernel.alloc(most);
    pages.addDictionary(to, exports.dictionaryTexts(offsets, values, entries, count, to), count);
  } else {
    const to = kernel.alloc(count * width);
    pages.addDictionary(to, exports.dictionaryFixed(values, width, entries, count, to), count);
  }
  kernel.reset(mark);
}

function addData(kernel: IngestKernel, levels: Levels, values: ValueWriter, pages: PageList): void {
  const mark = kernel.mark();
  const cuts: PagePlace[] = [{ entry: 0, value: 0 }];
  let most = 0;
  for (let from = cuts[0]!; from.entry < levels.entries; ) {
    const to = levels.endOfPage(from, values);
    most = Math.max(most, levels.mostBytes(to.entry - from.entry) + values.mostBytes(from.value, to.value));
    cuts.push(to);
    from = to;
  }
  const page = kernel.alloc(most);
  for (let i = 1; i < cuts.length; i++) {
    const from = cuts[i - 1]!;
    const to = cuts[i]!;
    const head = levels.write(from.entry, to.entry, page);
    const bytes = head + values.write(from.value, to.value, page + head);
    pages.addData(page, bytes, to.entry - from.entry, levels.rows(from.entry, to.entry), values.encoding);
  }
  kernel.reset(mark);
}

/** At most so many rows of a page are tried to learn which encoding is smaller; columns of fewer integers are not worth it. */
const triedRows = 8192;
/** Of long texts about so many bytes are enough: all of 8,192 rows would be a tenth of the packing. */
const triedBytes = 2 ** 18;

/**
 * Differences of integers, and texts apart from their lengths, where some of them, packed, are smaller so; else plain
 * encoding.
 */
function withoutDictionary(kernel: IngestKernel, column: StoredColumn, compression: Compression): ValueWriter {
  const plain = plainValues(kernel, column);
  const isInteger = column.physical === 'int32' || column.physical === 'int64';
  const isText = column.width === 0;
  if (column.nulls === column.rows || !(isText || (isInteger && column.rows >= triedRows))) return plain;
  const mark = kernel.mark();
  const other = isText ? textsByLength(kernel, column) : deltaValues(kernel, column);
  const kept = kernel.mark();
  const rows = Math.min(triedRows, plain.endOfPage(0), isText ? rowsOfBytes(kernel, column, triedBytes) : triedRows);
  const to = kernel.alloc(Math.max(plain.mostBytes(0, rows), other.mostBytes(0, rows)));
  const [packedPlain, packedOther] = [plain, other].map(
    (writer) => pack(kernel, compression, to, writer.write(0, rows, to)).length,
  );
  const isSmaller = packedOther! < packedPlain!;
  kernel.reset(isSmaller ? kept : mark);
  return isSmaller ? other : plain;
}

/** How many of a column's first rows have about so many bytes of text; at least one. */
function rowsOfBytes(kernel: IngestKernel, { offsets, rows }: StoredColumn, bytes: number): number {
  const all = kernel.u32(offsets + rows * 4, 1)[0]! - kernel.u32(offsets, 1)[0]!;
  return Math.max(1, Math.floor((bytes * rows) / Math.max(1, all)));
}
