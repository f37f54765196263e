import type { ManifestDifference } from '../manifest/compare.js';
import type { ColumnAnswer, NullsAnswer, RemovedAnswer } from './answers.js';
import type { OverviewAnswer } from './overview.js';

/** What a report shows. */
export interface ReportContent {
  overview: OverviewAnswer;
  columns: { index: number; answer: ColumnAnswer }[];
  nulls: NullsAnswer | null;
  /** Some records of each reason. */
  removed: { reason: string; answer: RemovedAnswer }[];
  difference: (ManifestDifference & { before: string }) | null;
  /** False: no value of a row is in it. */
  hasContents: boolean;
}
