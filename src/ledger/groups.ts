import { type FateLog, fate } from './fates.js';
import { type SourceSpan, spanOf, startsOf } from './lineage.js';

/** A kept row and the rows that were dropped as duplicates of it. */
export interface DuplicateGroup {
  source: string;
  /** 1-based record number of the kept row. */
  row: number;
  /** Rows dropped as its duplicates. */
  duplicates: number;
  /** Where it is in the output, counted from 0; null when it is below the top. */
  position: number | null;
}

/** How many rows of one source repeat rows that were kept from one source, itself or another. */
export interface SourceRepeats {
  source: string;
  kept_in: string;
  exact: number;
  near: number;
}

/** A row that equals a kept one by its values, and was written in another way. */
export interface ValueDuplicate {
  source: string;
  row: number;
  kept_in: string;
  kept_row: number;
}

/** What dedupe found; plain data, as the manifest has it under `dedupe`. */
export interface DuplicateSummary {
  exact: number;
  near: number;
  /** Exact duplicates that equal the kept row once typed, but are written in another way, and the first hundred; absent without any. */
  by_value?: { rows: number; first: ValueDuplicate[] };
  /** The kept rows with the most duplicates, at most ten, largest first, then in source order. */
  largest_groups: DuplicateGroup[];
  /** Sorted by source order of both; empty with a single source. */
  between_sources: SourceRepeats[];
}

/** Sums up the duplicates of a run whose kept rows have their places. */
export function summarise(
  log: FateLog,
  sources: readonly SourceSpan[],
  twins: { count: number; named: readonly { row: number; kept: number }[] } = { count: 0, named: [] },
): DuplicateSummary {
  const starts = startsOf(sources);
  const placeOf = (ordinal: number): { source: string; row: number } => {
    const s = spanOf(starts, ordinal);
    return { source: sources[s]!.path, row: ordinal - starts[s]! + 1 };
  };
  const first = twins.named.map(({ row, kept }): ValueDuplicate => {
    const { source: kept_in, row: kept_row } = placeOf(kept);
    return { ...placeOf(row), kept_in, kept_row };
  });
  const counts = log.counts();
  const repeats = new Map<number, { exact: number; near: number }>();
  let span = 0;
  // A single source repeats itself only.
  const records = sources.length === 1 ? 0 : log.records;
  for (let r = 0; r < records; r++) {
    const became = log.fateOf(r);
    if (became !== fate.exact && became !== fate.near) continue;
    while (r >= starts[span + 1]!) span++;
    const key = span * sources.length + spanOf(starts, log.refOf(r));
    const pair = repeats.get(key) ?? { exact: 0, near: 0 };
    repeats.set(key, pair);
    if (became === fate.exact) pair.exact++;
    else pair.near++;
  }
  return {
    exact: counts[fate.exact]!,
    near: counts[fate.near]!,
    ...(twins.count === 0 ? {} : { by_value: { rows: twins.count, first } }),
    largest_groups: log.largest.map(({ ordinal, duplicates }) => {
      const s = spanOf(starts, ordinal);
      const position = log.fateOf(ordinal) === fate.kept ? log.refOf(ordinal) : null;
      return { source: sources[s]!.path, row: ordinal - starts[s]! + 1, duplicates, position };
    }),
    between_sources: [...repeats]
      .sort(([a], [b]) => a - b)
      .map(([key, pair]) => ({
        source: sources[Math.floor(key / sources.length)]!.path,
        kept_in: sources[key % sources.length]!.path,
        ...pair,
      })),
  };
}
