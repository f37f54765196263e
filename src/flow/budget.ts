import type { Config } from '../config/options.js';
import { tableRowBytes } from '../dedupe/bounded.js';
import type { Look } from './look.js';

/**
 * How `--memory` is shared out. Nothing that comes out depends on it: it says how many lanes there are, and how much is
 * kept in memory before it is spilled. What each part takes was measured (bench/memory.mjs).
 */
export interface Budget {
  /** For the digests of kept rows, which may take more as long as memory is not tight. */
  digestBytes: number;
  /** For the index of near duplicates. */
  nearBytes: number;
  /** For rows that wait to be ranked. */
  heldBytes: number;
  /** For the ids of tokens, of each lane. */
  idBytes: number;
  /** Terms in a lane's table, about. */
  maxTerms: number;
  /** For a lane's table of runs of words. */
  runBytes: number;
  /** How many records there are, about. */
  records: number;
}

/** What a look at the sources says of the memory that they will take. */
export interface Weight {
  /** How many records there are, about. */
  records: number;
  /** What the pages of Parquet files take in a lane, where they are large (load/parquet/large-pages.ts). */
  pageBytes: number;
}

const mb = 2 ** 20;
/** What the process needs without any lane. */
const baseBytes = 180 * mb;
/** What a lane needs for its chunk, its columns and their encoding; with ranking, for a row group and the term table too. */
const laneBytes = 280 * mb;
const rankLaneBytes = 80 * mb;
/** Of large pages this much is part of what a lane needs anyway. */
const pageShare = 32 * mb;
/** Fate and place of a record, and bits of the filter of its digest, which stay in memory whatever happens. */
const recordBytes = 7;
/** Of a kept row when all are put in order: scores and places. By then the table of digests is gone. */
const orderBytes = 30;
/** A term takes 40 bytes of a table that is at least half full; a chunk may double it. */
const termBytes = 160;
/** Bytes of a lane's table of runs, at least. */
const leastRunBytes = 2 ** 24;
const [leastTerms, mostTerms] = [2 ** 19, 2 ** 24];

/** What an index of near duplicates gets in any case: with less, a part would be few rows. */
export const leastNearBytes: number = 64 * mb;

/** What a column takes in the schema, in its writer and in the footer; from so many on that counts. */
const columnBytes = 22 * 1024;
export const manyColumns: number = 10_000;

/** Bytes that a data set of so many columns takes, if it has few rows. */
export const leastWideBytes = (columns: number): number => baseBytes + columns * columnBytes;

const noWeight: Weight = { records: 0, pageBytes: 0 };

/** Bytes that the process takes with so many lanes, before anything is kept for later. */
export function leastBytes(lanes: number, ranks: boolean, { records, pageBytes }: Weight = noWeight): number {
  const lane = laneBytes + (ranks ? rankLaneBytes + (leastTerms * termBytes) / 2 : 0);
  return baseBytes + records * recordBytes + lanes * (lane + Math.max(0, pageBytes - pageShare));
}

/** How many lanes fit the memory: at least one, at most `threads`. */
export function laneCount(threads: number, memoryBytes: number, ranks: boolean, weight?: Weight): number {
  let lanes = 1;
  while (lanes < threads && leastBytes(lanes + 1, ranks, weight) <= memoryBytes) lanes++;
  return lanes;
}

/** True if rows are compared with each other to be ranked. */
export const ranksRows = ({ rank }: Config): boolean => rank.enabled && !(rank.method === 'none' && rank.top === null);

/** True if rows are held until all are known: to be ranked, or to be divided into splits. */
export const holdsRows = (config: Config): boolean => ranksRows(config) || config.split.shares !== null;

/** Shares out what `lanes` lanes leave. */
export function budgetOf(config: Config, lanes: number, { records, pageBytes }: Weight): Budget {
  const ranks = holdsRows(config);
  const lane = laneBytes + (ranks ? rankLaneBytes : 0) + Math.max(0, pageBytes - pageShare);
  const free = config.resources.memoryBytes - baseBytes - lanes * lane - records * recordBytes;
  let left = Math.max(32 * mb, free);
  const nearBytes = config.near.enabled ? left * 0.6 : 0;
  left -= nearBytes;
  if (!ranks) return { digestBytes: left, nearBytes, heldBytes: 0, idBytes: 0, maxTerms: 0, runBytes: 0, records };
  const rows = records * (config.dedupe.enabled ? tableRowBytes : orderBytes);
  const digestBytes = Math.min(left / 2, rows);
  left -= digestBytes;
  const maxTerms = Math.round(Math.min(mostTerms, Math.max(leastTerms, (left * 0.25) / lanes / termBytes)));
  left = Math.max(0, left - (maxTerms * lanes * termBytes) / 2);
  const idBytes = Math.floor((left * 0.35) / lanes);
  const runBytes = Math.max(leastRunBytes, Math.floor((left * 0.15) / lanes));
  return { digestBytes, nearBytes, heldBytes: left / 2, idBytes, maxTerms, runBytes, records };
}

/**
 * Whether the process has nearly all of its memory, so that what can be spilled is. What stays in memory of the records
 * that are still to come is left free.
 */
export const isTight = (memoryBytes: number, toCome = 0): boolean =>
  process.memoryUsage.rss() > memoryBytes * 0.92 - Math.max(0, toCome) * recordBytes;

/** About how many records the sources have: what the footer of a Parquet file says, else by the size of those seen. */
export function expectedRecords(looks: readonly Look[], limit: number | null): number {
  const all = looks.reduce((sum, { pieces, file, recordBytes: bytes }) => {
    if (pieces !== null) return sum + pieces.reduce((n, p) => n + p.to - p.from, 0);
    return sum + Math.ceil(file.bytes / Math.max(1, bytes));
  }, 0);
  return Math.min(all, limit ?? all);
}
