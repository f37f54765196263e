import { openDataset } from '../info.js';
import { fromSource } from './source.js';

/** A record as its source has it, before cleaning. */
export interface SourceContent {
  /** By column of the data set; null where the source has none of that name. Null for a malformed record. */
  values: Map<string, string | null> | null;
  /** What is wrong with a malformed record, and its bytes. */
  detail: string | null;
  raw: string | null;
}

/**
 * What records of a source hold, by their 1-based numbers, read from the source if it is still the one that was compiled; else
 * a sentence that says why not.
 *
 * @param areMalformed these records are malformed ones
 */
export async function sourceContents(
  target: string,
  name: string,
  rows: readonly number[],
  areMalformed: boolean,
): Promise<Map<number, SourceContent> | string> {
  const located = await openDataset(target);
  const { manifest } = located;
  const columns = manifest.fields.flatMap(({ name, source_name: sourceName }) =>
    sourceName === null ? [] : [{ name, sourceName }],
  );
  return fromSource(located, name, Math.max(...rows), async (look): Promise<Map<number, SourceContent>> => {
    const contents = new Map<number, SourceContent>();
    if (!areMalformed) {
      const { someRecords } = await import('../flow/some-records.js');
      for (const [row, values] of await someRecords(look, rows, columns))
        contents.set(row, { values, detail: null, raw: null });
      return contents;
    }
    const { malformedRecord } = await import('../flow/reread.js');
    for (const row of rows) {
      const found = await malformedRecord(look, manifest, row);
      if (found === null) continue;
      const where = found.line > 0 ? `line ${found.line}: ` : '';
      const raw = found.raw === null ? null : Buffer.from(found.raw).toString('utf8');
      contents.set(row, { values: null, detail: `${where}${found.why}`, raw });
    }
    return contents;
  });
}
