// Where the host may begin to lay out memory (kernels/module.ts).
export { __heap_base };
export * from './digest';
export { countDistinct } from './distinct';
export * from './filter';
export * from './csv-scan';
export { csvParse } from './csv-parse';
export { jsonCountLines, jsonFilled, jsonScanElements, jsonScanLines } from './json-scan';
export { jsonSecret } from './json-hash';
export { jsonAddKey, jsonPlaceKey } from './json-keys';
export { jsonParse } from './json-parse';
export { isAscii, utf8Invalid, utf8Valid } from '../shared/utf8';
export { columnBytes, columnKinds, dropEntries, fixedColumn, markMisfits, setNullTokens } from './types';
export { cellsOfText, textColumn } from './text';
export { jsonColumn } from './jsoncells';
export { jsonMarkOthers, jsonShape, jsonTally } from './json-shape';
export * from './parquet-levels';
export * from './parquet-values';
export { pqAssemble } from './parquet-nested';
export { unpackLz4, unpackSnappy } from './unpack';
export { unpackZstd } from './zstd';
export { tagBytes, tagFixed } from './row-tags';
export { sketchBytes, sketchFixed, sketchSecret, sketchVariable } from './sketch';
export { jsonUnfold } from './json-unfold';
export * from './levels';
export * from './page-bounds';
export { pageDeltas } from '../shared/deltas';
export {
  dictionaryFixed,
  dictionaryOfFixed,
  dictionaryOfTexts,
  dictionaryTexts,
  pageIds,
} from './page-dictionary';
export { pageBits, pageLevels, pageNulls } from './page-levels';
export * from './page-plain';
export * from './page-stored';
export { packSnappy, snappyBytes } from './snappy';
export { xxh64Add, xxh64Begin, xxh64End } from '../shared/xxh64';
