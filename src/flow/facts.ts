import type { FieldFacts } from '../manifest/build.js';
import { joinBounds, noBounds, showBound } from '../write/bounds.js';
import { arrowOf } from '../write/schema.js';
import type { RunResult } from './run.js';

/** What the manifest says of every field, put together from the row groups. */
export function fieldFacts({ fields, stats, judge, schema }: RunResult): FieldFacts[] {
  return fields.map((field, f) => {
    const parts = stats.map((group) => group[f]!);
    const { min, max } = parts.map((p) => p.bounds).reduce(joinBounds, noBounds);
    const arrow = arrowOf(field.type);
    return {
      field,
      fromSource: f < schema.union.fields.length && schema.union.maps.some((map) => map[f]! >= 0),
      nulls: parts.reduce((n, p) => n + p.nulls, 0),
      coercions: judge.coerced[f] ?? 0,
      min: showBound(min, arrow),
      max: showBound(max, arrow),
      distinct: null,
      exactDistinct: null,
    };
  });
}
