import type { ExactIndex } from './bounded.js';
import { digestBytes } from './digest.js';
import type { NearIndex } from './near.js';
import type { ShingleSets } from './shingles.js';

/** The rows of a chunk, as they are judged. */
export interface JudgedRows {
  rows: number;
  /** 16 bytes a row over the compared columns. */
  digests: Uint8Array;
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
  /** Exact duplicates, counted as each was found. */
  exact: number;
}

/** Rows that are judged between two looks at the clock. */
const rowsAtOnce = 16;

/**
 * Judges a chunk's rows in source order, as README, "Duplicates", says: exact duplicate of a row kept so far? Then near
 * duplicate of one? Only rows that survive both enter the table and the index. The table may be null: exact dedupe is off.
 */
export class NearJudgement {
  /** Rows judged so far. */
  at = 0;
  /** Whether the index takes no more rows, so that the others can't be judged. */
  isFull: boolean;
  private readonly chunk: JudgedRows;
  private readonly table: ExactIndex | null;
  private readonly index: NearIndex;
  private readonly keep: Uint8Array<ArrayBuffer>;
  private readonly keptOrdinal: Uint32Array<ArrayBuffer>;
  private readonly nearRows: number[] = [];
  private readonly similarity: number[] = [];
  private exact = 0;

  constructor(chunk: JudgedRows, table: ExactIndex | null, index: NearIndex) {
    const { rows, digests } = chunk;
    if (table !== null && digests.length !== rows * digestBytes) throw new Error('not one digest for each row');
    this.chunk = chunk;
    this.table = table;
    this.index = index;
    this.isFull = index.isFull;
    this.keep = new Uint8Array(rows);
    this.keptOrdinal = new Uint32Array(rows);
  }

  /**
   * Judges rows of the next slice from row `from` of it on, until about `untilMs` (of `performance.now`) or until the index is
   * full. Returns the row of the slice that it got to.
   */
  take(sets: ShingleSets, from: number, untilMs: number): number {
    const rows = sets.ends.length;
    let row = from;
    while (row < rows) {
      const stop = Math.min(rows, row + rowsAtOnce);
      while (row < stop && !this.isFull) {
        if (this.index.isStale && !this.index.rebuild(untilMs)) return row;
        this.judge(sets, row++);
      }
      if (this.isFull || performance.now() >= untilMs) break;
    }
    return row;
  }

  /** What was decided, once all rows were. */
  finish(): JudgedVerdict {
    if (this.at !== this.chunk.rows) throw new Error(`${this.at} of ${this.chunk.rows} rows were judged`);
    return this.soFar();
  }

  /** What was decided about the rows judged so far. */
  soFar(): JudgedVerdict {
    const near = { rows: Uint32Array.from(this.nearRows), similarity: Float64Array.from(this.similarity) };
    return { keep: this.keep, keptOrdinal: this.keptOrdinal, near, exact: this.exact };
  }

  private judge(sets: ShingleSets, setRow: number): void {
    const { table, index, keptOrdinal } = this;
    const { digests, skip, ordinals } = this.chunk;
    const row = this.at++;
    if (skip !== null && skip[row] !== 0) return;
    const twin = table === null ? -1 : table.find(digests, row);
    if (twin !== -1) {
      this.exact++;
      keptOrdinal[row] = twin;
      return;
    }
    const similar = index.find(sets, setRow);
    if (similar !== -1) {
      keptOrdinal[row] = similar;
      this.nearRows.push(row);
      this.similarity.push(index.similarity);
      return;
    }
    const ordinal = typeof ordinals === 'number' ? ordinals + row : ordinals[row]!;
    this.keep[row] = 1;
    keptOrdinal[row] = ordinal;
    table?.insert(digests, row, ordinal);
    index.insert(sets, setRow, ordinal);
    this.isFull = index.isFull;
  }
}
