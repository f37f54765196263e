import { duplicateWarnings } from '../ledger/duplicate-warnings.js';
import { type DuplicateSummary, summarise } from '../ledger/groups.js';
import { readRow } from '../load/datarow.js';
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
  const show = async (position: number): Promise<Record<string, unknown>> =>
    (await readRow(files, fields[0]!.name, position)).content;
  return { dedupe, warnings: await duplicateWarnings(dedupe, { entered: judge.valid, ...dedupes, show }) };
}
