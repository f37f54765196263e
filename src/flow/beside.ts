import fs from 'node:fs';
import { sha256Of } from '../cache/lookup.js';
import { writeLineage } from '../ledger/lineage-write.js';
import type { ManifestBeside } from '../manifest/manifest.js';
import { besideNames, type Staging } from '../write/commit.js';
import { writing } from '../write/output-error.js';
import type { RunResult } from './run.js';

/**
 * Writes what is kept beside the data: what became of every record, and what `why` explains scores by. `paths` are the
 * sources as the manifest names them.
 */
export function writeBeside(
  staging: Staging,
  { judge, ranking }: Pick<RunResult, 'judge' | 'ranking'>,
  paths: readonly string[],
  compilerVersion: string,
  hasCounts: boolean,
): void {
  const records = judge.rejects.records;
  const spans = paths.map((path, s) => ({ path, records: records[s]! }));
  writeLineage(staging.beside('lineage.parquet'), judge.fates, spans, compilerVersion, hasCounts);
  if (ranking === null || ranking.record === null) return;
  const target = staging.beside('ranking.json');
  writing(target, () => fs.writeFileSync(target, JSON.stringify(ranking.record), { flush: true }));
}

/** The files beside the data that are staged, as the manifest names them. */
export async function hashBeside(staging: Staging): Promise<ManifestBeside[]> {
  const found: ManifestBeside[] = [];
  for (const name of besideNames) {
    const file = staging.beside(name);
    const stats = fs.statSync(file, { throwIfNoEntry: false });
    if (stats === undefined) continue;
    found.push({ path: `.datagpu/${name}`, bytes: stats.size, hash: await sha256Of(file) });
  }
  return found;
}
