/**
 * Numbers of the structures in a Parquet file that the writer changes
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
export const schemaElement = { name: 4, children: 5 } as const;
export const keyValue = { key: 1, value: 2 } as const;
export const rowGroup = {
  columns: 1,
  totalBytes: 2,
  rows: 3,
  fileOffset: 5,
  compressedBytes: 6,
  ordinal: 7,
} as const;
export const columnChunk = { fileOffset: 2, metadata: 3 } as const;
export const columnMetadata = {
  type: 1,
  path: 3,
  bytes: 6,
  compressedBytes: 7,
  dataPage: 9,
  dictionaryPage: 11,
  statistics: 12,
} as const;
export const statistics = {
  oldMax: 1,
  oldMin: 2,
  nulls: 3,
  max: 5,
  min: 6,
  maxExact: 7,
  minExact: 8,
} as const;
export const pageHeader = { type: 1, compressedBytes: 3, data: 5, dataV2: 8 } as const;
export const dataPage = { statistics: 5 } as const;
export const dataPageV2 = { statistics: 8 } as const;
export const dictionaryPageType = 2;

/** The magic at both ends of a file. */
export const magic: Uint8Array = new TextEncoder().encode('PAR1');
