import type { Compression } from '../config/options.js';
import type { IngestKernel } from '../kernels/ingest.js';
import { wire } from '../load/parquet/thrift.js';
import { pack } from './codec.js';
import { dataPage, dictionaryPage, encodings, pageHeader, pageTypes } from './parquet.js';
import { i32, type ThriftField, type ThriftStruct, ThriftWriter } from './thrift.js';

/** Packed pages with their headers. */
export class PageList {
  readonly pieces: Uint8Array[] = [];
  /** Headers and pages before they were packed, and after. */
  bytes = 0;
  packedBytes = 0;

  constructor(
    private readonly kernel: IngestKernel,
    private readonly compression: Compression,
  ) {}

  /** Packs `bytes` at `ptr`: the entries of a dictionary in plain encoding. */
  addDictionary(ptr: number, bytes: number, entries: number): void {
    const header: ThriftStruct = new Map([
      [dictionaryPage.values, i32(entries)],
      [dictionaryPage.encoding, i32(encodings.plain)],
    ]);
    this.add(ptr, bytes, pageTypes.dictionary, pageHeader.dictionary, header);
  }

  /** Packs `bytes` at `ptr`: levels and values of so many rows. */
  addData(ptr: number, bytes: number, rows: number, encoding: number): void {
    const header: ThriftStruct = new Map([
      [dataPage.values, i32(rows)],
      [dataPage.encoding, i32(encoding)],
      [dataPage.definitionLevels, i32(encodings.rle)],
      [dataPage.repetitionLevels, i32(encodings.rle)],
    ]);
    this.add(ptr, bytes, pageTypes.data, pageHeader.data, header);
  }

  /** `detail` is the part of the header that only pages of its type have, under the number `id`. */
  private add(ptr: number, bytes: number, type: number, id: number, detail: ThriftStruct): void {
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
