import { type FateLog, fate } from './fates.js';

/** A source's part of the records. */
export interface SourceSpan {
  /** As the manifest names it. */
  path: string;
  /** Its records, rejected ones included. */
  records: number;
}

/** Where lineage is kept, in the output folder. */
export const lineagePath = '.datagpu/lineage.parquet';

/** Records in a row group of lineage.parquet; the last has fewer. */
export const lineageGroup: number = 2 ** 18;

/** Some records in order, as columns; a column of `Some` has values only for the records that its mask has 1 for. */
export interface LineageGroup {
  rows: number;
  /** Number of the source. */
  source: Uint32Array;
  /** 1-based record number in it. */
  row: Uint32Array;
  /** Number of the fate. */
  fate: Uint32Array;
  /** Of kept rows. */
  placed: Uint8Array;
  position: Uint32Array;
  /** Of duplicates: source and row of the kept row. */
  twinned: Uint8Array;
  keptSource: Uint32Array;
  keptRow: Uint32Array;
  /** Of near duplicates. */
  compared: Uint8Array;
  similarity: Float64Array;
}

/**
 * The lineage of all records, whose kept rows have their places, in groups of `lineageGroup`. A group is valid until the
 * next one is asked for.
 */
export function* lineageGroups(log: FateLog, sources: readonly SourceSpan[]): Generator<LineageGroup> {
  const starts = startsOf(sources);
  const near = log.near();
  let nearAt = 0;
  // One group's arrays serve them all: fresh ones would cost more than what is written into them.
  const most = Math.min(lineageGroup, log.records);
  const numbers = (): Uint32Array => new Uint32Array(most);
  const wholes = { source: numbers(), row: numbers(), fates: numbers(), position: numbers() };
  const twin = { source: numbers(), row: numbers() };
  const masks = [new Uint8Array(most), new Uint8Array(most), new Uint8Array(most)] as const;
  for (let from = 0; from < log.records; from += lineageGroup) {
    const rows = Math.min(lineageGroup, log.records - from);
    const [source, row, fates] = [wholes.source, wholes.row, wholes.fates].map((a) => a.subarray(0, rows)) as [
      Uint32Array,
      Uint32Array,
      Uint32Array,
    ];
    const { position } = wholes;
    const { source: keptSource, row: keptRow } = twin;
    const [placed, twinned, compared] = masks.map((m) => m.subarray(0, rows).fill(0)) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    const nearFrom = nearAt;
    let kept = 0;
    let twins = 0;
    let s = spanOf(starts, from);
    for (let i = 0; i < rows; i++) {
      const ordinal = from + i;
      while (ordinal >= starts[s + 1]!) s++;
      const became = log.fateOf(ordinal);
      source[i] = s;
      row[i] = ordinal - starts[s]! + 1;
      fates[i] = became;
      if (became === fate.kept) {
        placed[i] = 1;
        position[kept++] = log.refOf(ordinal);
      } else if (became === fate.exact || became === fate.near) {
        const twinOrdinal = log.refOf(ordinal);
        const span = twinOrdinal >= starts[s]! ? s : spanOf(starts, twinOrdinal);
        twinned[i] = 1;
        keptSource[twins] = span;
        keptRow[twins++] = twinOrdinal - starts[span]! + 1;
        if (became === fate.near) {
          compared[i] = 1;
          nearAt++;
        }
      }
    }
    yield {
      rows,
      source,
      row,
      fate: fates,
      placed,
      position: position.subarray(0, kept),
      twinned,
      keptSource: keptSource.subarray(0, twins),
      keptRow: keptRow.subarray(0, twins),
      compared,
      similarity: near.similarity.subarray(nearFrom, nearAt),
    };
  }
}

/** The ordinals at which the sources begin, and the number of records at the end. */
export function startsOf(sources: readonly SourceSpan[]): number[] {
  const starts = [0];
  for (const span of sources) starts.push(starts.at(-1)! + span.records);
  return starts;
}

/** The source that a record is of. */
export function spanOf(starts: readonly number[], ordinal: number): number {
  let low = 0;
  let high = starts.length - 2;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= ordinal) low = middle;
    else high = middle - 1;
  }
  return low;
}
