import type { IngestKernel } from '../../kernels/ingest.js';

/** What the Parquet parts of the ingest module export; see kernels/assembly/ingest/parquet-*.ts and unpack.ts. */
export interface ParquetExports {
  pqLevels(from: number, end: number, width: number, count: number, most: number, out: number): number;
  pqPackedLevels(from: number, end: number, width: number, count: number, most: number, out: number): number;
  pqIndices(from: number, end: number, width: number, count: number, limit: number, out: number): number;
  pqBits(from: number, end: number, count: number, out: number): number;
  pqCount(from: number, count: number, what: number): number;
  pqFind(from: number, count: number, what: number, nth: number): number;
  pqValidity(levels: number, count: number, most: number, out: number): number;
  pqDelta(from: number, end: number, count: number, size: number, out: number): number;
  pqSpread(values: number, width: number, rows: number, dense: number, validity: number): void;
  pqGather(dictionary: number, width: number, indices: number, count: number, out: number): void;
  pqSkipBytes(from: number, end: number, count: number): number;
  pqPlainBytes(
    from: number,
    end: number,
    rows: number,
    validity: number,
    offsets: number,
    at: number,
    values: number,
  ): number;
  pqDictionaryTotal(entries: number, indices: number, count: number): number;
  pqDictionaryBytes(
    entries: number,
    bytes: number,
    indices: number,
    rows: number,
    validity: number,
    offsets: number,
    at: number,
    values: number,
  ): number;
  pqLengthTotal(lengths: number, count: number): number;
  pqLengthOffsets(lengths: number, rows: number, validity: number, offsets: number, at: number): void;
  pqPrefixTotal(prefixes: number, suffixes: number, count: number): number;
  pqPrefixBytes(prefixes: number, suffixes: number, bytes: number, count: number, lengths: number, out: number): void;
  pqAllLengths(lengths: number, count: number, width: number): number;
  pqStreams(from: number, stride: number, skip: number, count: number, width: number, out: number): void;
  pqNarrow(values: number, rows: number, bits: number, signed: number): number;
  pqWiden(values: number, rows: number, size: number): void;
  pqFixedDecimals(from: number, width: number, rows: number, out: number): number;
  pqBytesDecimals(offsets: number, bytes: number, rows: number, out: number): number;
  pqInt96(from: number, rows: number, validity: number, nano: number, out: number): number;
  pqUtf8(offsets: number, values: number, rows: number): number;
  pqAssemble(
    nodes: number,
    leaves: number,
    leafCount: number,
    rows: number,
    validity: number,
    offsets: number,
    target: number,
  ): number;
  unpackSnappy(from: number, end: number, out: number, size: number): number;
  unpackZstd(from: number, end: number, out: number, size: number): number;
  unpackLz4(from: number, end: number, out: number, size: number): number;
}

/** The kernel's Parquet functions. */
export function parquetExports(kernel: IngestKernel): ParquetExports {
  return kernel.exports as ParquetExports;
}
