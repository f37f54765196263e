import type { SpilledDigests } from './spilled.js';
import { DigestTable, type Verdict } from './table.js';

/** How rows are looked up by their digests; see DigestTable. */
export type ExactIndex = Pick<DigestTable, 'judge' | 'find' | 'insert'>;

/** Bytes of memory that a row in the table takes at most. */
export const tableRowBytes: number = 32;
/** Below so many rows there would be files without number. */
const leastRows = 2 ** 18;
/** Rows entered one by one after which memory is looked at again. */
const lookAgain = 2 ** 14;

/** What a table needs that may not take all memory. */
export interface Spilling {
  /** Bytes that it may take in any case. */
  roomBytes: number;
  /** Whether memory is short, now that it takes more than that. */
  isTight: () => boolean;
  /** Makes a file of it. */
  spill: (table: DigestTable) => SpilledDigests;
}

/**
 * A table of digests that does not take all memory: when that is short its rows go to a file, and it begins anew. Decides
 * as one table would. A row that is in a file takes two bytes of memory, and a read of its page for each duplicate that
 * it has in a later chunk.
 */
export class BoundedDigests implements ExactIndex {
  private readonly table: DigestTable;
  private readonly spilled: SpilledDigests[] = [];
  private readonly spilling: Spilling;
  /** The memory of a table that was spilled serves the next one. */
  private roomRows: number;

  /** `expectedRows`: about how many there will be, 0 if that is not known. */
  constructor(spilling: Spilling, expectedRows = 0) {
    this.spilling = spilling;
    this.roomRows = Math.max(leastRows, Math.floor(spilling.roomBytes / tableRowBytes));
    this.table = new DigestTable(Math.min(expectedRows, this.roomRows));
  }

  judge(digests: Uint8Array, rows: number, ordinals: number | Uint32Array, skip: Uint8Array | null = null): Verdict {
    const found = this.spilled.length === 0 ? null : this.inFiles(digests, rows, skip);
    const verdict = this.table.judge(digests, rows, ordinals, found === null ? skip : found.skip);
    found?.rows.forEach((row, i) => {
      verdict.keptOrdinal[row] = found.ordinals[i]!;
      verdict.exact++;
    });
    this.shrink();
    return verdict;
  }

  find(digests: Uint8Array, row: number): number {
    const ordinal = this.table.find(digests, row);
    if (ordinal !== -1 || this.spilled.length === 0) return ordinal;
    const words = wordsOf(digests);
    for (const file of this.spilled) {
      if (!file.mayHave(words, row * 4)) continue;
      const older = file.find(words, row * 4);
      if (older !== -1) return older;
    }
    return -1;
  }

  insert(digests: Uint8Array, row: number, ordinal: number): void {
    this.table.insert(digests, row, ordinal);
    if (this.table.size % lookAgain === 0) this.shrink();
  }

  /** Closes the files, which are their folder's to remove. */
  close(): void {
    for (const file of this.spilled.splice(0)) file.close();
  }

  private shrink(): void {
    const { table, spilling } = this;
    if (table.size < this.roomRows || !spilling.isTight()) return;
    this.roomRows = table.size;
    this.spilled.push(spilling.spill(table));
    table.clear();
  }

  /** The rows whose digests are in a file, with their kept rows; and which rows the table is not to judge. */
  private inFiles(
    digests: Uint8Array,
    rows: number,
    skip: Uint8Array | null,
  ): { rows: number[]; ordinals: number[]; skip: Uint8Array } {
    const words = wordsOf(digests);
    const mask = skip === null ? new Uint8Array(rows) : skip.slice();
    const found = { rows: [] as number[], ordinals: [] as number[], skip: mask };
    for (const file of this.spilled) {
      const candidates: number[] = [];
      // Slot and row in one double, which sorts natively.
      for (let row = 0; row < rows; row++)
        if (mask[row] === 0 && file.mayHave(words, row * 4))
          candidates.push(file.slotOf(words, row * 4) * 2 ** 31 + row);
      for (const key of Float64Array.from(candidates).sort()) {
        const row = key % 2 ** 31;
        const ordinal = file.find(words, row * 4);
        if (ordinal === -1) continue;
        mask[row] = 1;
        found.rows.push(row);
        found.ordinals.push(ordinal);
      }
    }
    return found;
  }
}

function wordsOf(digests: Uint8Array): Int32Array {
  if (digests.byteOffset % 4 !== 0) return wordsOf(digests.slice());
  return new Int32Array(digests.buffer, digests.byteOffset, digests.byteLength >> 2);
}
