import { asyncBufferFromFile, parquetMetadataAsync, parquetRead } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });
const parsers = {
  stringFromBytes: (bytes) => bytes && decoder.decode(bytes),
  jsonFromBytes: (bytes) => bytes && decoder.decode(bytes),
  dateFromDays: (days) => `D${days}`,
  timestampFromMilliseconds: (millis) => `T${millis * 1000n}`,
  timestampFromMicroseconds: (micros) => `T${micros}`,
  timestampFromNanoseconds: (nanos) => `T${nanos / 1000n}`,
};

/** The rows of Parquet files as hyparquet reads them, and their columns' names. */
export async function readRows(files) {
  const rows = [];
  let columns = [];
  for (const file of files) {
    const buffer = await asyncBufferFromFile(file);
    const metadata = await parquetMetadataAsync(buffer);
    columns = topLevel(metadata.schema);
    if (metadata.num_rows === 0n) continue;
    await parquetRead({
      file: buffer,
      metadata,
      compressors,
      parsers,
      utf8: false,
      onComplete: (read) => {
        for (const row of read) rows.push(row);
      },
    });
  }
  return { columns, rows };
}

function topLevel(schema) {
  const behind = (at) => {
    let next = at + 1;
    for (let child = schema[at].num_children ?? 0; child > 0; child--) next = behind(next);
    return next;
  };
  const names = [];
  for (let i = 1; i < schema.length; i = behind(i)) names.push(schema[i].name);
  return names;
}
