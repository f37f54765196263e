/** Rows of a chunk that stages dropped by what they are; plain data. */
export interface Dropped {
  /** One byte a row: the number of the reason, 0 for a row that is alive. */
  codes: Uint8Array;
  /** What the stage counted of each dropped row, 0 of others; null when no stage that dropped one counts. */
  numbers: Uint32Array | null;
  /** Rows by the number of the reason, as the stages counted them. */
  counts: Record<number, number>;
}

/** The verdicts of row stages on a chunk: a row that was dropped is dropped for the first reason. */
export class RowDrops {
  private codes: Uint8Array | null = null;
  private numbers: Uint32Array | null = null;
  private readonly counts: Record<number, number> = {};

  constructor(private readonly rows: number) {}

  /** One byte a row, 0 for a row that is alive; null when all are. */
  get mask(): Uint8Array | null {
    return this.codes;
  }

  /** Drops a row for a reason; `number` is what the stage counted of it. */
  drop(row: number, code: number, number: number | null = null): void {
    this.codes ??= new Uint8Array(this.rows);
    if (this.codes[row] !== 0) return;
    this.codes[row] = code;
    this.counts[code] = (this.counts[code] ?? 0) + 1;
    if (number === null) return;
    this.numbers ??= new Uint32Array(this.rows);
    this.numbers[row] = number;
  }

  /** Drops the rows that are not 0 in `rows`. */
  dropAll(rows: Uint8Array, code: number): void {
    for (let row = rows.indexOf(1); row >= 0; row = rows.indexOf(1, row + 1)) this.drop(row, code);
  }

  /** Null when no row was dropped. */
  get dropped(): Dropped | null {
    const { codes, numbers, counts } = this;
    return codes === null ? null : { codes, numbers, counts };
  }
}
