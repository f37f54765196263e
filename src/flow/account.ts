import { duplicateWarnings } from '../ledger/duplicate-warnings.js';
import { type DuplicateSummary, summarise } from '../ledger/groups.js';
import { type Written, writtenApart } from '../ledger/written.js';
import { readRow } from '../load/datarow.js';
import { fixedType } from '../load/makers.js';
import { datesAsText } from '../load/shown-values.js';
import { typeName } from '../manifest/type-name.js';
import type { Judge } from './judge.js';
import { recordTexts } from './one-record.js';
import type { RunResult } from './run.js';
import type { SchemaState } from './schema.js';

/** Sums up what dedupe did; undefined when duplicates were not looked for. `paths` are the sources as the manifest names them. */
export function duplicatesOf(judge: Judge, paths: readonly string[]): DuplicateSummary | undefined {
  if (judge.dedupes === null) return undefined;
  const records = judge.rejects.records;
  return summarise(
    judge.fates,
    paths.map((path, s) => ({ path, records: records[s]! })),
    judge.twins,
  );
}

/** What is to be warned of in the duplicates of a run whose files are staged. */
export async function warningsOf(
  dedupe: DuplicateSummary | undefined,
  { judge, files, fields, schema }: RunResult,
): Promise<string[]> {
  const { dedupes } = judge;
  if (dedupe === undefined || dedupes === null) return [];
  const show = async (position: number): Promise<Record<string, unknown>> => {
    const { content } = await readRow(files, fields[0]!.name, position);
    datesAsText(content, new Map(fields.map((field) => [field.name, typeName(field.type)])));
    return content;
  };
  return duplicateWarnings(dedupe, { entered: judge.valid, ...dedupes, written: await writtenOf(judge, schema), show });
}

/** How the first row that equals a kept one by value is written, and that one: read again, each from where its chunk begins. */
async function writtenOf({ twins, chunks, compared }: Judge, { looks, union }: SchemaState): Promise<Written[]> {
  const [first] = twins.named;
  if (first === undefined) return [];
  // A text is its own only form.
  const columns = compared.map((f) => union.fields[f]!).filter(({ type }) => fixedType(type) !== undefined);
  const texts = (ordinal: number): ReturnType<typeof recordTexts> => {
    const { piece, ordinal: begin, source } = chunks.findLast((chunk) => chunk.ordinal <= ordinal)!;
    if (!('start' in piece)) return Promise.resolve(null);
    return recordTexts(looks[source]!.plan, piece.start, piece.start.record + ordinal - begin, columns);
  };
  const [row, kept] = [await texts(first.row), await texts(first.kept)];
  return row === null || kept === null ? [] : writtenApart(row, kept);
}
