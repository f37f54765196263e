import { type CsvDialect, dialectCodes } from './dialect.js';
import { type CsvRecord, cutRecord, newRecord, readRecord } from './record.js';

/**
 * The bytes that the records of a chunk stand in, one after the other, without what is between them and without line ends:
 * `to` is not included. The record is the same object each time.
 */
export function* csvRecordRanges(chunk: Uint8Array, dialect: CsvDialect, columns: number): Generator<CsvRecord> {
  const codes = dialectCodes(dialect);
  const record = newRecord();
  for (let at = 0; readRecord(chunk, at, chunk.length, codes, record, columns); at = record.next) {
    // The scan ends no chunk within quotes: it found behind the end that they were opened by mistake.
    if (record.unterminated) cutRecord(chunk, chunk.length, codes, record);
    yield record;
  }
}
