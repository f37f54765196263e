import type { Compression } from '../config/options.js';
import type { IngestKernel } from '../kernels/ingest.js';
import { wire } from '../load/parquet/thrift.js';
import type { ColumnPages } from './chunk.js';
import { pack } from './codec.js';
import { type Dictionary, dictionaryOf } from './dictionary.js';
import type { LeastGreatest } from './leastgreatest.js';
import {
  codecs,
  columnMetadata,
  dataPage,
  dictionaryPage,
  encodings,
  pageHeader,
  pageTypes,
  physicalTypes,
} from './parquet.js';
import { statisticsOf } from './statistics.js';
import type { StoredColumn } from './stored.js';
import { i32, i64, type ThriftField, type ThriftStruct, ThriftWriter } from './thrift.js';

/** A page has about this many bytes before it is packed; one value may be longer. */
const pageBytes = 2 ** 20;

interface PageExports {
  pageNulls(validity: number, rows: number): number;
  pageLevels(validity: number, rows: number, to: number): number;
  pageBits(validity: number, values: number, rows: number, to: number): number;
  pageFixed(validity: number, values: number, width: number, rows: number, to: number): number;
  pageTexts(validity: number, offsets: number, values: number, rows: number, to: number): number;
  pageIds(ids: number, count: number, width: number, to: number): number;
  dictionaryTexts(offsets: number, values: number, entries: number, count: number, to: number): number;
  dictionaryFixed(values: number, width: number, entries: number, count: number, to: number): number;
}

/**
 * Encodes a flat column of one row group: levels and values are laid out in the kernel's memory, and packed from there.
 * With a dictionary where few values differ, else in plain encoding, which every reader knows. What is reserved in the kernel is
 * freed; its views may be detached.
 *
 * @param distinct about how many values differ
 */
export function encodeFlat(
  kernel: IngestKernel,
  name: string,
  column: StoredColumn,
  bounds: LeastGreatest | null,
  distinct: number,
  compression: Compression,
): ColumnPages {
  const mark = kernel.mark();
  const dictionary = dictionaryOf(kernel, column, distinct);
  const pages = new PageList(kernel, compression);
  if (dictionary !== null) addDictionary(kernel, column, dictionary, pages);
  const dataAt = pages.packedBytes;
  addData(kernel, column, dictionary, pages);
  kernel.reset(mark);

  const encoding = dictionary === null ? [encodings.plain, encodings.rle] : dictionaryEncodings;
  const metadata: ThriftStruct = new Map([
    [columnMetadata.type, i32(physicalTypes[column.physical])],
    [columnMetadata.encodings, { type: wire.list, value: { element: wire.i32, items: encoding } }],
    [columnMetadata.path, { type: wire.list, value: { element: wire.binary, items: [Buffer.from(name)] } }],
    [columnMetadata.codec, i32(codecs[compression])],
    [columnMetadata.values, i64(column.rows)],
    [columnMetadata.bytes, i64(pages.bytes)],
    [columnMetadata.compressedBytes, i64(pages.packedBytes)],
    [columnMetadata.dataPage, i64(dataAt)],
  ]);
  if (dictionary !== null) metadata.set(columnMetadata.dictionaryPage, i64(0));
  const stats = statisticsOf(column.nulls, bounds, column.type.name === 'utf8');
  metadata.set(columnMetadata.statistics, { type: wire.struct, value: stats });
  return { metadata, pieces: pages.pieces };
}

const dictionaryEncodings = [encodings.plain, encodings.rle, encodings.rleDictionary];

/** Packed pages with their headers. */
class PageList {
  readonly pieces: Uint8Array[] = [];
  bytes = 0;
  packedBytes = 0;

  constructor(
    private readonly kernel: IngestKernel,
    private readonly compression: Compression,
  ) {}

  /** Packs `bytes` at `ptr` as a page. `detail` is the part of its header that only its type has. */
  add(ptr: number, bytes: number, type: number, id: number, detail: ThriftStruct): void {
    const packed = pack(this.kernel, this.compression, ptr, bytes);
    const header = new ThriftWriter();
    header.struct(
      new Map<number, ThriftField>([
        [pageHeader.type, i32(type)],
        [pageHeader.bytes, i32(bytes)],
        [pageHeader.compressedBytes, i32(packed.length)],
        [id, { type: wire.struct, value: detail }],
      ]),
    );
    const head = header.take();
    this.pieces.push(head, packed);
    this.bytes += head.length + bytes;
    this.packedBytes += head.length + packed.length;
  }
}

function addDictionary(kernel: IngestKernel, column: StoredColumn, dictionary: Dictionary, pages: PageList): void {
  const exports = kernel.exports as PageExports;
  const { offsets, values, width, rows } = column;
  const { entries, count } = dictionary;
  const mark = kernel.mark();
  let to: number;
  let bytes: number;
  if (width === 0) {
    const ends = kernel.u32(offsets, rows + 1);
    let most = 0;
    for (const row of kernel.u32(entries, count)) most += 4 + ends[row + 1]! - ends[row]!;
    to = kernel.alloc(most);
    bytes = exports.dictionaryTexts(offsets, values, entries, count, to);
  } else {
    to = kernel.alloc(count * width);
    bytes = exports.dictionaryFixed(values, width, entries, count, to);
  }
  pages.add(
    to,
    bytes,
    pageTypes.dictionary,
    pageHeader.dictionary,
    new Map([
      [dictionaryPage.values, i32(count)],
      [dictionaryPage.encoding, i32(encodings.plain)],
    ]),
  );
  kernel.reset(mark);
}

function addData(kernel: IngestKernel, column: StoredColumn, dictionary: Dictionary | null, pages: PageList): void {
  const exports = kernel.exports as PageExports;
  const { validity, offsets, values, width } = column;
  const mark = kernel.mark();
  const cuts = pageCuts(kernel, column, dictionary);
  const to = kernel.alloc(mostBytes(kernel, column, dictionary, cuts));
  let ids = dictionary?.ids ?? 0;
  for (let page = 1; page < cuts.length; page++) {
    const from = cuts[page - 1]!;
    const count = cuts[page]! - from;
    const valid = validity === 0 ? 0 : validity + from;
    const at = to + exports.pageLevels(valid, count, to);
    let bytes: number;
    if (dictionary !== null) {
      const present = count - (valid === 0 ? 0 : exports.pageNulls(valid, count));
      bytes = exports.pageIds(ids, present, dictionary.idBits, at);
      ids += present * 4;
    } else if (column.physical === 'boolean') bytes = exports.pageBits(valid, values + from, count, at);
    else if (width > 0) bytes = exports.pageFixed(valid, values + from * width, width, count, at);
    else bytes = exports.pageTexts(valid, offsets + from * 4, values, count, at);
    pages.add(
      to,
      at + bytes - to,
      pageTypes.data,
      pageHeader.data,
      new Map([
        [dataPage.values, i32(count)],
        [dataPage.encoding, i32(dictionary === null ? encodings.plain : encodings.rleDictionary)],
        [dataPage.definitionLevels, i32(encodings.rle)],
        [dataPage.repetitionLevels, i32(encodings.rle)],
      ]),
    );
  }
  kernel.reset(mark);
}

/** The first row of each page, and the number of rows. There is a page even without rows. */
function pageCuts(kernel: IngestKernel, column: StoredColumn, dictionary: Dictionary | null): number[] {
  const { rows, width, offsets } = column;
  const cuts = [0];
  if (dictionary === null && width === 0) {
    const ends = kernel.u32(offsets, rows + 1);
    for (let from = 0; from < rows; ) {
      from = endOfPage(ends, from, rows);
      cuts.push(from);
    }
    return cuts;
  }
  const valueBits = dictionary !== null ? dictionary.idBits : column.physical === 'boolean' ? 1 : width * 8;
  const step = Math.max(8, Math.floor((pageBytes * 8) / valueBits / 8) * 8);
  for (let from = 0; from < rows; from += step) cuts.push(Math.min(rows, from + step));
  return cuts;
}

/** The row after the last text of a page that begins with row `from`: at least one is on it. */
function endOfPage(ends: Uint32Array, from: number, rows: number): number {
  let low = from + 1;
  let high = rows;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (ends[middle]! - ends[from]! + 4 * (middle - from) <= pageBytes) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The most that a page takes before it is packed, and what functions of the kernel may write behind it. */
function mostBytes(
  kernel: IngestKernel,
  column: StoredColumn,
  dictionary: Dictionary | null,
  cuts: readonly number[],
): number {
  const ends = dictionary === null && column.width === 0 ? kernel.u32(column.offsets, column.rows + 1) : null;
  let most = 0;
  for (let page = 1; page < cuts.length; page++) {
    const count = cuts[page]! - cuts[page - 1]!;
    const values =
      ends !== null ? ends[cuts[page]!]! - ends[cuts[page - 1]!]! + 4 * count : count * Math.max(column.width, 6);
    most = Math.max(most, values + count / 4 + 256);
  }
  return Math.ceil(most);
}
