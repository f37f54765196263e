import { reasons } from './ledger.js';

/** Fates of records as numbers: 0 kept, then the reasons in their order. */
export const fate = { kept: 0, malformed: 1, empty: 2, exact: 3, near: 4, belowTop: 5 } as const;

/** The names of the fates, by number. */
export const fateNames: readonly string[] = ['kept', ...reasons];

/** What was decided about the rows of a chunk, whatever decided it. */
export interface RowVerdict {
  /** One byte a row, 1 for a row that is kept. */
  keep: Uint8Array;
  /** For a row that is a duplicate, the ordinal of the kept row; its own when it is kept. */
  keptOrdinal: Uint32Array;
  /** Which rows are near duplicates, in order, and their similarity; null when none is. */
  near: { rows: Uint32Array; similarity: Float64Array } | null;
}

/** A chunk's records: `records` of them, of which those at `rejects` were malformed; the others are rows of its block. */
export interface ChunkRecords {
  records: number;
  /** 0-based positions, ascending. */
  rejects: ArrayLike<number>;
  /** One byte a row of the block, 1 for an empty row; null when there is none. */
  empty: Uint8Array | null;
  /** Null when duplicates are kept. */
  verdict: RowVerdict | null;
}

const groupsShown = 10;
const pageBits = 16;
const pageRecords: number = 1 << pageBits;

/**
 * What became of every record, by its ordinal: its position over all records of all sources. Five bytes a record, and
 * twelve more for a near duplicate. Chunks are added in order.
 */
export class FateLog {
  private readonly fates: Uint8Array[] = [];
  /**
   * For a duplicate the ordinal of the kept row; for a kept row how many duplicates it has, and once placed its position
   * in the output.
   */
  private readonly refs: Uint32Array[] = [];
  private readonly nearOrdinals = new Column(Uint32Array);
  private readonly similarities = new Column(Float64Array);
  private count = 0;
  private groups: { ordinal: number; duplicates: number }[] = [];

  /** The kept rows with the most duplicates, at most ten, largest first; known once they are placed. */
  get largest(): readonly { ordinal: number; duplicates: number }[] {
    return this.groups;
  }

  /** Records so far. */
  get records(): number {
    return this.count;
  }

  fateOf(ordinal: number): number {
    return this.fates[ordinal >>> pageBits]![ordinal & (pageRecords - 1)]!;
  }

  /** Of a duplicate: the kept row's ordinal. Of a kept row: its duplicates, and after `place` its position. */
  refOf(ordinal: number): number {
    return this.refs[ordinal >>> pageBits]![ordinal & (pageRecords - 1)]!;
  }

  /** Adds the records of the next chunk. */
  add(chunk: ChunkRecords): void {
    const first = this.count;
    this.reserve(chunk.records);
    const { rejects, empty, verdict } = chunk;
    if (rejects.length === 0 && empty === null && (verdict === null || verdict.near === null)) {
      if (verdict !== null) this.addExact(first, verdict);
      return;
    }
    let rejected = 0;
    let near = 0;
    for (let i = 0; i < chunk.records; i++) {
      if (rejected < rejects.length && rejects[rejected] === i) {
        rejected++;
        this.set(first + i, fate.malformed, 0);
        continue;
      }
      const row = i - rejected;
      if (empty !== null && empty[row] !== 0) this.set(first + i, fate.empty, 0);
      else if (verdict !== null && verdict.keep[row] === 0) {
        const kept = verdict.keptOrdinal[row]!;
        const page = this.refs[kept >>> pageBits]!;
        page[kept & (pageRecords - 1)]!++;
        if (verdict.near !== null && verdict.near.rows[near] === row) {
          this.set(first + i, fate.near, kept);
          this.nearOrdinals.push(first + i);
          this.similarities.push(verdict.near.similarity[near++]!);
        } else this.set(first + i, fate.exact, kept);
      }
    }
    if (rejected !== rejects.length || near !== (verdict?.near?.rows.length ?? 0))
      throw new Error(`chunk at record ${first}: rejects or near duplicates that are not its records`);
  }

  /**
   * Gives the kept rows their positions in the output. `order[p]` is the row at position p, counted in source order over
   * the rows kept so far; rows that are not in it are below the top. Null: source order, every row.
   */
  place(order: Uint32Array | null): void {
    const none = 0xffffffff;
    let positions: Uint32Array | null = null;
    if (order !== null) {
      positions = new Uint32Array(this.counts()[fate.kept]!).fill(none);
      for (let p = 0; p < order.length; p++) positions[order[p]!] = p;
    }
    let small = 0;
    for (let p = 0, k = 0; p < this.fates.length; p++) {
      const { fates, refs, from, records } = this.page(p);
      for (let i = 0; i < records; i++) {
        if (fates[i] !== fate.kept) continue;
        if (refs[i]! > small) small = this.rankGroup(from + i, refs[i]!);
        const position = positions === null ? k : positions[k]!;
        k++;
        refs[i] = position === none ? 0 : position;
        if (position === none) fates[i] = fate.belowTop;
      }
    }
  }

  /** How many records have each fate, by number. */
  counts(): number[] {
    const counts = fateNames.map(() => 0);
    for (let p = 0; p < this.fates.length; p++) {
      const { fates, records } = this.page(p);
      for (let i = 0; i < records; i++) counts[fates[i]!]!++;
    }
    return counts;
  }

  /** The near duplicates in order, with their similarity. */
  near(): { ordinals: Uint32Array; similarity: Float64Array } {
    return { ordinals: this.nearOrdinals.take(), similarity: this.similarities.take() };
  }

  /** Adds records of which some are exact duplicates, and nothing else. */
  private addExact(first: number, { keep, keptOrdinal }: RowVerdict): void {
    const { refs } = this;
    for (let row = 0; row < keep.length; row++) {
      if (keep[row] !== 0) continue;
      const kept = keptOrdinal[row]!;
      refs[kept >>> pageBits]![kept & (pageRecords - 1)]!++;
      this.set(first + row, fate.exact, kept);
    }
  }

  /** A page, its first ordinal and how many records it has. */
  private page(p: number): { fates: Uint8Array; refs: Uint32Array; from: number; records: number } {
    const from = p * pageRecords;
    return { fates: this.fates[p]!, refs: this.refs[p]!, from, records: Math.min(pageRecords, this.count - from) };
  }

  /** Enters a group among the largest; returns how many duplicates are too few from now on. */
  private rankGroup(ordinal: number, duplicates: number): number {
    const { groups } = this;
    const place = groups.findIndex((group) => group.duplicates < duplicates);
    groups.splice(place === -1 ? groups.length : place, 0, { ordinal, duplicates });
    groups.length = Math.min(groups.length, groupsShown);
    return groups.length < groupsShown ? 0 : groups.at(-1)!.duplicates;
  }

  private set(ordinal: number, value: number, ref: number): void {
    this.fates[ordinal >>> pageBits]![ordinal & (pageRecords - 1)] = value;
    this.refs[ordinal >>> pageBits]![ordinal & (pageRecords - 1)] = ref;
  }

  private reserve(records: number): void {
    this.count += records;
    if (this.count > 2 ** 32 - 1) throw new Error('more than 4,294,967,295 records');
    while (this.fates.length * pageRecords < this.count) {
      this.fates.push(new Uint8Array(pageRecords));
      this.refs.push(new Uint32Array(pageRecords));
    }
  }
}

/** The ordinals of a chunk's rows, rejected records left out: the first of consecutive ones when there are none. */
export function rowOrdinals(
  first: number,
  rows: number,
  rejects: ArrayLike<number>,
): number | Uint32Array<ArrayBuffer> {
  if (rejects.length === 0) return first;
  const ordinals = new Uint32Array(rows);
  for (let row = 0, record = 0, rejected = 0; row < rows; record++) {
    if (rejected < rejects.length && rejects[rejected] === record) rejected++;
    else ordinals[row++] = first + record;
  }
  return ordinals;
}

type NumberArray = Uint32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

/** A growing column of numbers. */
class Column<A extends NumberArray> {
  private values: A;
  private length = 0;

  constructor(private readonly make: new (length: number) => A) {
    this.values = new make(64);
  }

  push(value: number): void {
    if (this.length === this.values.length) {
      const wider = new this.make(this.length * 2);
      wider.set(this.values);
      this.values = wider;
    }
    this.values[this.length++] = value;
  }

  take(): A {
    return this.values.subarray(0, this.length) as A;
  }
}
