import type { Field } from '../engine/types.js';
import { type Bounds, joinBounds, noBounds, showBound } from './bounds.js';
import type { FieldStats } from './rowgroup.js';
import { arrowOf } from './schema.js';
import { DistinctCount } from './sketch.js';

/** What the manifest says of a column over all rows. */
export interface FieldTotal {
  nulls: number;
  min: string | number | boolean | null;
  max: string | number | boolean | null;
  /** The distinct values that are not null: their number up to 1,000, an estimate (standard error 1.6 %) beyond. */
  distinct: number;
  /** Their number, or null when they are more than 1,000. */
  exactDistinct: number | null;
}

/** Adds up what row groups say of their columns, in any order. Holds at most 16 KB a column. */
export class FieldTotals {
  private rows = 0;
  private readonly parts: { nulls: number; bounds: Bounds; distinct: DistinctCount }[] = [];

  /** `rows` of a row group and what they are in each field. */
  add(rows: number, fields: readonly FieldStats[]): void {
    this.rows += rows;
    fields.forEach((stats, f) => {
      this.parts[f] ??= { nulls: 0, bounds: noBounds, distinct: new DistinctCount() };
      const part = this.parts[f];
      part.nulls += stats.nulls;
      part.bounds = joinBounds(part.bounds, stats.bounds);
      part.distinct.add(stats.distinct);
    });
  }

  /** One total for each of the fields that the row groups had. */
  totals(fields: readonly Field[]): FieldTotal[] {
    return fields.map((field, f) => {
      const part = this.parts[f];
      if (part === undefined) return { nulls: 0, min: null, max: null, distinct: 0, exactDistinct: 0 };
      const type = arrowOf(field.type);
      return {
        nulls: part.nulls,
        min: showBound(part.bounds.min, type),
        max: showBound(part.bounds.max, type),
        distinct: Math.min(part.distinct.estimate, this.rows - part.nulls),
        exactDistinct: part.distinct.exact,
      };
    });
  }
}
