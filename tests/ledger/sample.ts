import { FateLog } from '../../dist/ledger/fates.js';
import type { Dropped } from '../../dist/stages/drops.js';
import { fateOf } from '../../dist/stages/pipeline.js';

/** Rows that are 1 in `empty`, as the clean stage drops them. */
export function dropsOf(empty: Uint8Array | null): Pick<Dropped, 'codes' | 'numbers'> | null {
  return empty === null ? null : { codes: empty.map((row) => row * fateOf('empty row')), numbers: null };
}

/** Eight records in two chunks: kept, malformed, kept, exact of 0 | empty, near of 2, kept, exact of 6. */
export function sampleLog(): FateLog {
  const log = new FateLog();
  log.add({
    records: 4,
    rejects: [1],
    drops: null,
    verdict: { keep: Uint8Array.of(1, 1, 0), keptOrdinal: Uint32Array.of(0, 2, 0), near: null, exact: 0 },
  });
  log.add({
    records: 4,
    rejects: [],
    drops: dropsOf(Uint8Array.of(1, 0, 0, 0)),
    verdict: {
      keep: Uint8Array.of(0, 0, 1, 0),
      keptOrdinal: Uint32Array.of(0, 2, 6, 6),
      near: { rows: Uint32Array.of(1), similarity: Float64Array.of(0.875) },
      exact: 1,
    },
  });
  return log;
}

/** The sources of the sample's records. */
export const sampleSources = [
  { path: 'a.csv', records: 3 },
  { path: 'empty.csv', records: 0 },
  { path: 'b.csv', records: 5 },
];
