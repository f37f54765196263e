import type { FieldFacts } from '../manifest/build.js';
import type { RunResult } from './run.js';

/** What the manifest says of every field, put together from the row groups. */
export function fieldFacts({ fields, totals, judge, schema }: RunResult): FieldFacts[] {
  return totals.totals(fields).map((total, f) => ({
    ...total,
    field: fields[f]!,
    fromSource: f < schema.union.fields.length && schema.union.maps.some((map) => map[f]! >= 0),
    coercions: judge.coerced[f] ?? 0,
  }));
}
