import type { FieldFacts } from '../manifest/build.js';
import type { RunResult } from './run.js';
import { stageReport } from './times.js';

/** What the manifest says of every field, put together from the row groups. */
export function fieldFacts({ fields, totals, judge, schema }: RunResult): FieldFacts[] {
  return totals.totals(fields).map((total, f) => ({
    ...total,
    field: fields[f]!,
    fromSource: f < schema.union.fields.length && schema.union.maps.some((map) => map[f]! >= 0),
    coercions: judge.coerced[f] ?? 0,
    places: schema.union.places[f] ?? [],
    sourceNames: schema.looks.map((look) => look.plan.name),
  }));
}

/** Where the time of a run went. `bytes` are those of the sources. */
export function stagesOf(result: RunResult, bytes: number, elapsedSeconds: number): ReturnType<typeof stageReport> {
  const { judge, files, spent } = result;
  const records = judge.rejects.records.reduce((a, b) => a + b, 0);
  const read = { rows: records, bytes };
  const kept = { rows: judge.kept, bytes: files.reduce((n, f) => n + f.bytes, 0) };
  const deduped = { rows: judge.valid, bytes };
  const loads = { read, parse: read, clean: read, dedupe: deduped, rank: deduped, order: kept, write: kept };
  return stageReport(spent, loads, elapsedSeconds);
}
