import { digestBytes } from './digest.js';
import type { NearIndex } from './near.js';
import type { ShingleSets } from './shingles.js';
import type { DigestTable } from './table.js';

/** The rows of a chunk, as they are judged. */
export interface JudgedRows {
  rows: number;
  /** 16 bytes a row over the compared columns. */
  digests: Uint8Array;
  /** Shingle sets; null without near-duplicate detection. */
  shingles: ShingleSets | null;
  /** Numbers of the rows over the whole run: the first of consecutive ones, or one for each row. */
  ordinals: number | Uint32Array;
  /** One byte a row, 1 for a row that was dropped before; null when none was. */
  skip: Uint8Array | null;
}

/** What was decided. */
export interface JudgedVerdict {
  /** One byte a row: 1 for a row that is kept. */
  keep: Uint8Array<ArrayBuffer>;
  /** For a duplicate the ordinal of the kept row, for a kept row its own; 0 for rows to skip. */
  keptOrdinal: Uint32Array<ArrayBuffer>;
  /** Which of the dropped rows are near duplicates, ascending, and their similarity with the kept row. */
  near: { rows: Uint32Array<ArrayBuffer>; similarity: Float64Array<ArrayBuffer> } | null;
}

/**
 * Judges rows in source order, as README, "Duplicates", says: exact duplicate of a row kept so far? Then near duplicate of
 * one? Only rows that survive both enter the table and the index. Either may be null, when it is turned off.
 */
export function judgeRows(chunk: JudgedRows, table: DigestTable | null, index: NearIndex | null): JudgedVerdict {
  const { rows, digests, shingles, ordinals, skip } = chunk;
  if (index === null || shingles === null) {
    if (table === null) return keepAll(chunk);
    return { ...table.judge(digests, rows, ordinals, skip), near: null };
  }
  if (table !== null && digests.length !== rows * digestBytes) throw new Error('not one digest for each row');
  const keep = new Uint8Array(rows);
  const keptOrdinal = new Uint32Array(rows);
  const nearRows: number[] = [];
  const similarity: number[] = [];
  for (let row = 0; row < rows; row++) {
    if (skip !== null && skip[row] !== 0) continue;
    const twin = table === null ? -1 : table.find(digests, row);
    if (twin !== -1) {
      keptOrdinal[row] = twin;
      continue;
    }
    const similar = index.find(shingles, row);
    if (similar !== -1) {
      keptOrdinal[row] = similar;
      nearRows.push(row);
      similarity.push(index.similarity);
      continue;
    }
    const ordinal = typeof ordinals === 'number' ? ordinals + row : ordinals[row]!;
    keep[row] = 1;
    keptOrdinal[row] = ordinal;
    table?.insert(digests, row, ordinal);
    index.insert(shingles, row, ordinal);
  }
  const near = { rows: Uint32Array.from(nearRows), similarity: Float64Array.from(similarity) };
  return { keep, keptOrdinal, near };
}

function keepAll({ rows, ordinals, skip }: JudgedRows): JudgedVerdict {
  const keep = new Uint8Array(rows);
  const keptOrdinal = new Uint32Array(rows);
  for (let row = 0; row < rows; row++) {
    if (skip !== null && skip[row] !== 0) continue;
    keep[row] = 1;
    keptOrdinal[row] = typeof ordinals === 'number' ? ordinals + row : ordinals[row]!;
  }
  return { keep, keptOrdinal, near: null };
}
