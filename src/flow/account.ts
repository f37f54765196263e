import { duplicateWarnings } from '../ledger/duplicate-warnings.js';
import { type DuplicateSummary, summarise } from '../ledger/groups.js';
import { readRow } from '../load/datarow.js';
import { datesAsText } from '../load/shown-values.js';
import { typeName } from '../manifest/type-name.js';
import type { Judge } from './judge.js';
import type { RunResult } from './run.js';

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
  { judge, files, fields }: RunResult,
): Promise<string[]> {
  const { dedupes } = judge;
  if (dedupe === undefined || dedupes === null) return [];
  const show = async (position: number): Promise<Record<string, unknown>> => {
    const { content } = await readRow(files, fields[0]!.name, position);
    datesAsText(content, new Map(fields.map((field) => [field.name, typeName(field.type)])));
    return content;
  };
  return duplicateWarnings(dedupe, { entered: judge.valid, ...dedupes, show });
}
