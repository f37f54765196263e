import { type CsvDialect, dialectCodes } from './dialect.js';
import { newRecord, readRecord } from './record.js';

/**
 * The bytes that the records of a chunk stand in, one after the other, without what is between them and without line ends:
 * `to` is not included.
 */
export function* csvRecordRanges(chunk: Uint8Array, dialect: CsvDialect): Generator<{ from: number; to: number }> {
  const codes = dialectCodes(dialect);
  const record = newRecord();
  for (let at = 0; readRecord(chunk, at, chunk.length, codes, record); at = record.next)
    yield { from: record.from, to: record.to };
}
