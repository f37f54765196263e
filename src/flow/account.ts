import { duplicateWarnings } from '../ledger/duplicate-warnings.js';
import { type DuplicateSummary, summarise } from '../ledger/groups.js';
import { readRow } from '../load/datarow.js';
import { datesAsText } from '../load/shown-values.js';
import { typeName } from '../manifest/type-name.js';
import type { RunResult } from './run.js';

/** What a finished run has to say of its duplicates. */
export interface Account {
  /** For the manifest; undefined when duplicates were not looked for. */
  dedupe: DuplicateSummary | undefined;
  warnings: string[];
}

/** Sums up what dedupe did in a run whose files are staged. `paths` are the sources as the manifest names them. */
export async function duplicatesOf({ judge, files, fields }: RunResult, paths: readonly string[]): Promise<Account> {
  const { dedupes } = judge;
  if (dedupes === null) return { dedupe: undefined, warnings: [] };
  const records = judge.rejects.records;
  const dedupe = summarise(
    judge.fates,
    paths.map((path, s) => ({ path, records: records[s]! })),
  );
  const show = async (position: number): Promise<Record<string, unknown>> => {
    const { content } = await readRow(files, fields[0]!.name, position);
    datesAsText(content, new Map(fields.map((field) => [field.name, typeName(field.type)])));
    return content;
  };
  return { dedupe, warnings: await duplicateWarnings(dedupe, { entered: judge.valid, ...dedupes, show }) };
}
