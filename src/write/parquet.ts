/**
 * Numbers of the structures in a Parquet file
 * (https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift).
 */
export const fileMetadata = {
  version: 1,
  schema: 2,
  rows: 3,
  groups: 4,
  keyValues: 5,
  createdBy: 6,
  orders: 7,
} as const;
export const schemaElement = {
  type: 1,
  length: 2,
  repetition: 3,
  name: 4,
  children: 5,
  convertedType: 6,
  scale: 7,
  precision: 8,
  logicalType: 10,
} as const;
export const keyValue = { key: 1, value: 2 } as const;
export const rowGroup = {
  columns: 1,
  totalBytes: 2,
  rows: 3,
  fileOffset: 5,
  compressedBytes: 6,
  ordinal: 7,
} as const;
export const columnChunk = { fileOffset: 2, metadata: 3, offsetIndex: 4, offsetIndexBytes: 5 } as const;
export const offsetIndex = { pages: 1 } as const;
export const pageLocation = { offset: 1, bytes: 2, firstRow: 3 } as const;
export const columnMetadata = {
  type: 1,
  encodings: 2,
  path: 3,
  codec: 4,
  values: 5,
  bytes: 6,
  compressedBytes: 7,
  dataPage: 9,
  dictionaryPage: 11,
  statistics: 12,
} as const;
export const statistics = {
  nulls: 3,
  max: 5,
  min: 6,
  maxExact: 7,
  minExact: 8,
} as const;
export const pageHeader = { type: 1, bytes: 2, compressedBytes: 3, data: 5, dictionary: 7 } as const;
export const dataPage = { values: 1, encoding: 2, definitionLevels: 3, repetitionLevels: 4 } as const;
export const dictionaryPage = { values: 1, encoding: 2 } as const;

export const physicalTypes = {
  boolean: 0,
  int32: 1,
  int64: 2,
  float: 4,
  double: 5,
  bytes: 6,
  fixed: 7,
} as const;
export const encodings = { plain: 0, rle: 3, delta: 5, deltaLength: 6, rleDictionary: 8 } as const;
export const codecs = { snappy: 1, gzip: 2, zstd: 6 } as const;
export const pageTypes = { data: 0, dictionary: 2 } as const;
export const repetitions = { optional: 1, repeated: 2 } as const;

/** The magic at both ends of a file. */
export const magic: Uint8Array = new TextEncoder().encode('PAR1');
