/** Rows by reason; reasons without rows may be left out. */
export type Drops = Readonly<Record<string, number>>;

/** What the ledger says in the end: `read = kept + sum(dropped)`. */
export interface Balance {
  read: number;
  kept: number;
  dropped: Record<string, number>;
  /** Cells by the rule that changed them. */
  changed: Record<string, number>;
}

/**
 * Counts what becomes of records. Every stage states how many rows came in and went out, and is checked when it does:
 * `in = out + sum(dropped)`; a row that nobody accounts for is a bug and ends the compile.
 */
export class Ledger {
  private read = 0;
  private readonly dropped: Record<string, number>;
  private readonly changed = new Map<string, number>();

  /** `reasons` are those of the stages that a compile has, in their order. */
  constructor(reasons: readonly string[]) {
    this.dropped = Object.fromEntries(reasons.map((reason) => [reason, 0]));
  }

  /** Enters a stage's work on some rows: `rowsIn` came, `rowsOut` went on, the others were dropped. */
  stage(name: string, rowsIn: number, rowsOut: number, drops: Drops): void {
    const lost = Object.values(drops).reduce((n, rows) => n + rows, 0);
    if (rowsIn !== rowsOut + lost || !allCounts(rowsIn, rowsOut, ...Object.values(drops)))
      throw new Error(`${name}: ${rowsIn} rows in, ${rowsOut} out, ${lost} dropped (${JSON.stringify(drops)})`);
    for (const [reason, rows] of Object.entries(drops)) {
      if (rows > 0 && !Object.hasOwn(this.dropped, reason))
        throw new Error(`${name}: ${rows} rows dropped as ${reason}, a reason that this compile has not`);
      if (rows > 0) this.dropped[reason]! += rows;
    }
  }

  /** Enters records that were found in a source. */
  found(records: number): void {
    this.read += records;
  }

  /** Enters cells that rules changed. */
  change(cells: Readonly<Record<string, number>>): void {
    for (const [rule, count] of Object.entries(cells))
      if (count > 0) this.changed.set(rule, (this.changed.get(rule) ?? 0) + count);
  }

  /** The whole account, given the rows of the output as the writer counted them. */
  balance(kept: number): Balance {
    this.stage('ledger', this.read - sum(this.dropped), kept, {});
    const changed = Object.fromEntries([...this.changed].sort(([a], [b]) => (a < b ? -1 : 1)));
    return { read: this.read, kept, dropped: { ...this.dropped }, changed };
  }
}

const sum = (drops: Drops): number => Object.values(drops).reduce((n, rows) => n + rows, 0);

const allCounts = (...counts: number[]): boolean => counts.every((n) => Number.isSafeInteger(n) && n >= 0);
