import type { FateLog } from './fates.js';

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

/** Values of the `ledger` kernel's memory, valid until its room is asked for again. */
export interface KernelColumn {
  /** Address of the first value; `bytes` are those of one. */
  at: number;
  count: number;
  bytes: 1 | 4;
}

/** Some records in order, as columns; a column of `Some` has values only for the records that its mask has 1 for. */
export interface LineageGroup {
  rows: number;
  /** Number of the source. */
  source: KernelColumn;
  /** 1-based record number in it. */
  row: KernelColumn;
  /** Number of the fate. */
  fate: KernelColumn;
  /** Of kept rows. */
  placed: KernelColumn;
  position: KernelColumn;
  /** Of duplicates: source and row of the kept row. */
  twinned: KernelColumn;
  keptSource: KernelColumn;
  keptRow: KernelColumn;
  /** Of rows that a stage counted something of. */
  counted: KernelColumn;
  number: KernelColumn;
  /** Of near duplicates. */
  compared: KernelColumn;
  similarity: Float64Array;
  /** Address of memory that the packed values of any one column fit. */
  packed: number;
}

/** What packing 32-bit numbers takes at most: their own size, a width and the smallest delta for each 128, and a header. */
const packedBytes = (rows: number): number => rows * 5 + 1024;

/**
 * The lineage of all records, whose kept rows have their places, in groups of `lineageGroup`. A group is valid until the
 * next one is asked for.
 */
export function* lineageGroups(log: FateLog, sources: readonly SourceSpan[]): Generator<LineageGroup> {
  const { kernel, room } = log;
  const starts = startsOf(sources).slice(0, -1);
  const near = log.near();
  let nearAt = 0;
  const most = Math.min(lineageGroup, log.records);
  const words = most * 4;
  const base = room.of(starts.length * 4 + 16 + 6 * words + 5 * most + packedBytes(most));
  const counts = base + starts.length * 4;
  const source = counts + 16;
  const [row, position, keptSource, keptRow, number] = [1, 2, 3, 4, 5].map((n) => source + n * words) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const [fates, placed, twinned, compared, counted] = [0, 1, 2, 3, 4].map((n) => source + 6 * words + n * most) as [
    number,
    number,
    number,
    number,
    number,
  ];
  kernel.u32(base, starts.length).set(starts);
  for (let from = 0; from < log.records; from += lineageGroup) {
    const rows = Math.min(lineageGroup, log.records - from);
    kernel.exports.fill(
      from,
      rows,
      base,
      starts.length,
      source,
      row,
      fates,
      placed,
      twinned,
      compared,
      counted,
      position,
      keptSource,
      keptRow,
      number,
      counts,
    );
    const [kept, twins, nears, numbered] = kernel.u32(counts, 4) as unknown as [number, number, number, number];
    const numbers = (at: number, count: number): KernelColumn => ({ at, count, bytes: 4 });
    const small = (at: number): KernelColumn => ({ at, count: rows, bytes: 1 });
    yield {
      rows,
      source: numbers(source, rows),
      row: numbers(row, rows),
      fate: small(fates),
      placed: small(placed),
      position: numbers(position, kept),
      twinned: small(twinned),
      keptSource: numbers(keptSource, twins),
      keptRow: numbers(keptRow, twins),
      compared: small(compared),
      counted: small(counted),
      number: numbers(number, numbered),
      similarity: near.similarity.subarray(nearAt, nearAt + nears),
      packed: source + 6 * words + 5 * most,
    };
    nearAt += nears;
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
