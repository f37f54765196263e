import type { Compression } from '../config/options.js';
import type { IngestKernel } from '../kernels/ingest.js';
import { during } from '../kernels/lent.js';
import { wire } from '../load/parquet/thrift.js';
import { pack } from './codec.js';
import type { PageQueue } from './pagequeue.js';
import { dataPage, dictionaryPage, encodings, pageHeader, pageTypes } from './parquet.js';
import { i32, type ThriftField, type ThriftStruct, ThriftWriter } from './thrift.js';

interface Page {
  /** Before it is packed. */
  bytes: number;
  /** Rows that begin in it; 0 of a dictionary. */
  rows: number;
  type: number;
  /** The part of the header that only pages of its type have, under the number `id`. */
  id: number;
  detail: ThriftStruct;
  packed: Uint8Array | null;
}

/** Pages with their headers. */
export interface PackedPages {
  pieces: Uint8Array[];
  /** Headers and pages before they were packed, and after. */
  bytes: number;
  packedBytes: number;
  /** Where the first page of data begins. */
  dataAt: number;
  /** Of each page of data: its bytes with the header, and the rows that begin in it. */
  extents: number[];
}

/** The pages of a column: packed as they come, or in a queue. */
export class PageList {
  private readonly pages: Page[] = [];

  constructor(
    private readonly kernel: IngestKernel,
    private readonly compression: Compression,
    private readonly queue: PageQueue | null,
  ) {}

  /** Takes `bytes` at `ptr`: the entries of a dictionary in plain encoding. */
  addDictionary(ptr: number, bytes: number, entries: number): void {
    const header: ThriftStruct = new Map([
      [dictionaryPage.values, i32(entries)],
      [dictionaryPage.encoding, i32(encodings.plain)],
    ]);
    this.add(ptr, bytes, 0, pageTypes.dictionary, pageHeader.dictionary, header);
  }

  /** Takes `bytes` at `ptr`: levels and values of so many entries, in which so many rows begin. */
  addData(ptr: number, bytes: number, entries: number, rows: number, encoding: number): void {
    const header: ThriftStruct = new Map([
      [dataPage.values, i32(entries)],
      [dataPage.encoding, i32(encoding)],
      [dataPage.definitionLevels, i32(encodings.rle)],
      [dataPage.repetitionLevels, i32(encodings.rle)],
    ]);
    this.add(ptr, bytes, rows, pageTypes.data, pageHeader.data, header);
  }

  /** All pages, once those in the queue are packed. */
  finish(): PackedPages {
    const made: PackedPages = { pieces: [], bytes: 0, packedBytes: 0, dataAt: 0, extents: [] };
    for (const page of this.pages) {
      const { packed } = page;
      if (packed === null) throw new Error('a page was not packed');
      const head = headerOf(page, packed.length);
      made.pieces.push(head, packed);
      made.bytes += head.length + page.bytes;
      made.packedBytes += head.length + packed.length;
      if (page.type === pageTypes.dictionary) made.dataAt = made.packedBytes;
      else made.extents.push(head.length + packed.length, page.rows);
    }
    return made;
  }

  private add(ptr: number, bytes: number, rows: number, type: number, id: number, detail: ThriftStruct): void {
    const page: Page = { bytes, rows, type, id, detail, packed: null };
    this.pages.push(page);
    if (this.queue === null) page.packed = pack(this.kernel, this.compression, ptr, bytes);
    else
      this.queue.add(during(this.kernel.u8(ptr, bytes)), (packed) => {
        page.packed = packed;
      });
  }
}

function headerOf({ bytes, type, id, detail }: Page, packedBytes: number): Uint8Array {
  const header = new ThriftWriter();
  header.struct(
    new Map<number, ThriftField>([
      [pageHeader.type, i32(type)],
      [pageHeader.bytes, i32(bytes)],
      [pageHeader.compressedBytes, i32(packedBytes)],
      [id, { type: wire.struct, value: detail }],
    ]),
  );
  return header.take();
}
