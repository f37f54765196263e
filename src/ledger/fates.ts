import { DatagpuError } from '../errors.js';
import { Room, reserve } from '../kernels/arena.js';
import { during, type Lent } from '../kernels/lent.js';
import { Kernel } from '../kernels/module.js';
import type { Dropped } from '../stages/drops.js';
import { fateNames, fateOf, pipeline } from '../stages/pipeline.js';
import { Column } from './column.js';

/** The numbers of the fates that are decided elsewhere than in a row stage. */
export const fate: { kept: number; malformed: number; exact: number; near: number; belowTop: number } = {
  kept: 0,
  malformed: fateOf('malformed'),
  exact: fateOf('exact duplicate'),
  near: fateOf('near duplicate'),
  belowTop: fateOf('below top'),
};

/** What was decided about the rows of a chunk, whatever decided it. */
export interface RowVerdict {
  /** One byte a row, 1 for a row that is kept. */
  keep: Uint8Array;
  /** For a row that is a duplicate, the ordinal of the kept row; its own when it is kept. */
  keptOrdinal: Uint32Array;
  /** Which rows are near duplicates, in order, and their similarity; null when none is. */
  near: { rows: Uint32Array; similarity: Float64Array } | null;
  /** How many rows are exact duplicates, as whoever judged them counted. */
  exact: number;
}

/** A chunk's records: `records` of them, of which those at `rejects` were malformed; the others are rows of its block. */
export interface ChunkRecords {
  records: number;
  /** 0-based positions, ascending. */
  rejects: ArrayLike<number>;
  /** Rows of the block that stages dropped by themselves; null when there are none. */
  drops: Pick<Dropped, 'codes' | 'numbers'> | null;
  /** Null when duplicates are kept. */
  verdict: RowVerdict | null;
}

const groupsShown = 10;
const pageBits = 16;
const pageRecords: number = 1 << pageBits;

/**
 * What became of every record, by its ordinal: its position over all records of all sources. Five bytes a record in
 * WebAssembly memory, and twelve more for a near duplicate. Chunks are added in order.
 */
export class FateLog {
  readonly kernel: Kernel<'ledger'>;
  /** For what goes into one call of the kernel and comes out of it. */
  readonly room: Room = new Room((bytes) => this.reserved(bytes));
  private readonly nearOrdinals = new Column(Uint32Array);
  private readonly similarities = new Column(Float64Array);
  private count = 0;
  private groups: { ordinal: number; duplicates: number }[] = [];
  /** The addresses of the pages, and the memory that they are in. */
  private readonly pages: number[] = [];
  private bytes: Lent<Uint8Array> = new Uint8Array(0);
  private words: Lent<Uint32Array> = new Uint32Array(0);

  constructor() {
    this.kernel = new Kernel<'ledger'>('ledger', {
      reserve: (bytes: number) => this.reserved(bytes),
      group: (ordinal: number, duplicates: number) => this.rankGroup(ordinal >>> 0, duplicates >>> 0),
    });
    const { init, setFates, setCounted } = this.kernel.exports;
    init();
    setFates(fate.malformed, fate.exact, fate.near, fate.belowTop);
    for (const { counts, reasons } of pipeline)
      if (counts === true) for (const { name } of reasons) setCounted(fateOf(name));
  }

  /** The kept rows with the most duplicates, at most ten, largest first; known once they are placed. */
  get largest(): readonly { ordinal: number; duplicates: number }[] {
    return this.groups;
  }

  /** Records so far. */
  get records(): number {
    return this.count;
  }

  fateOf(ordinal: number): number {
    this.view();
    return this.bytes[this.pages[ordinal >>> pageBits]! + (ordinal & (pageRecords - 1))]!;
  }

  /** Of a duplicate: the kept row's ordinal. Of a kept row: its duplicates, and after `place` its position. Else what was counted of it. */
  refOf(ordinal: number): number {
    this.view();
    return this.words[(this.pages[ordinal >>> pageBits]! + pageRecords) / 4 + (ordinal & (pageRecords - 1))]!;
  }

  /** Adds the records of the next chunk; returns how many rows of it are kept, and how many stages dropped by themselves. */
  add(chunk: ChunkRecords): { kept: number; dropped: number } {
    const first = this.count;
    const { records, rejects, drops, verdict } = chunk;
    this.makeRoom(records);
    const near = verdict?.near ?? null;
    const rows = records - rejects.length;
    const nears = near?.rows.length ?? 0;
    const numbers = this.room.of((rejects.length + nears + 2) * 4 + rows * 10);
    const kept = numbers + rows * 4;
    const rejectsAt = kept + rows * 4;
    const nearAt = rejectsAt + rejects.length * 4;
    const counts = nearAt + nears * 4;
    const keep = counts + 8;
    const codes = keep + rows;
    const { kernel } = this;
    kernel.u32(rejectsAt, rejects.length).set(rejects);
    if (verdict !== null) {
      kernel.u32(kept, rows).set(verdict.keptOrdinal);
      kernel.u8(keep, rows).set(verdict.keep);
    }
    if (near !== null) kernel.u32(nearAt, nears).set(near.rows);
    if (drops !== null) kernel.u8(codes, rows).set(drops.codes);
    if (drops?.numbers) kernel.u32(numbers, rows).set(drops.numbers);
    const balanced = kernel.exports.add(
      first,
      records,
      rejectsAt,
      rejects.length,
      drops === null ? 0 : codes,
      drops?.numbers ? numbers : 0,
      verdict === null ? 0 : keep,
      kept,
      nearAt,
      nears,
      counts,
    );
    if (balanced === 0)
      throw new Error(`chunk at record ${first}: rejects or near duplicates that are not its records`);
    if (near !== null) {
      this.nearOrdinals.append(during(kernel.u32(nearAt, nears)));
      this.similarities.append(near.similarity);
    }
    const [keptRows, dropped] = kernel.u32(counts, 2);
    return { kept: keptRows!, dropped: dropped! };
  }

  /**
   * Gives the kept rows their positions in the output. `order[p]` is the row at position p, counted in source order over
   * the rows kept so far; rows that are not in it are below the top. Null: source order, every row.
   */
  place(order: Uint32Array | null): void {
    this.groups = [];
    const { kernel } = this;
    if (order === null) {
      kernel.exports.place(this.count, 0);
      return;
    }
    const kept = this.counts()[fate.kept]!;
    const positions = this.reserved(kept * 4);
    kernel.u8(positions, kept * 4).fill(255);
    for (let base = 0; base < order.length; base += pageRecords) {
      const part = order.subarray(base, base + pageRecords);
      for (let i = 0; i < part.length; i++)
        if (part[i]! >= kept) throw new Error('the order has a row that was not kept');
      const at = this.room.of(pageRecords * 4);
      kernel.u32(at, part.length).set(part);
      kernel.exports.invert(at, part.length, base, positions);
    }
    const placed = kernel.exports.place(this.count, positions);
    if (placed !== order.length) throw new Error(`${order.length} rows in order, but only ${placed} different ones`);
  }

  /** How many records have each fate, by number. */
  counts(): number[] {
    const at = this.room.of(fateNames.length * 4);
    this.kernel.u32(at, fateNames.length).fill(0);
    this.kernel.exports.count(this.count, at);
    return [...this.kernel.u32(at, fateNames.length)];
  }

  /** The near duplicates in order, with their similarity. */
  near(): { ordinals: Uint32Array; similarity: Float64Array } {
    return { ordinals: this.nearOrdinals.take(), similarity: this.similarities.take() };
  }

  /** Enters a group among the largest; returns how many duplicates are too few from now on. */
  private rankGroup(ordinal: number, duplicates: number): number {
    const { groups } = this;
    const place = groups.findIndex((group) => group.duplicates < duplicates);
    groups.splice(place === -1 ? groups.length : place, 0, { ordinal, duplicates });
    groups.length = Math.min(groups.length, groupsShown);
    return groups.length < groupsShown ? 0 : groups.at(-1)!.duplicates;
  }

  /** Growing the memory detaches what was seen of it. */
  private view(): void {
    if (this.bytes.length > 0) return;
    const held = this.kernel.heldBytes;
    this.bytes = this.kernel.u8(0, held);
    this.words = this.kernel.u32(0, held / 4);
  }

  private makeRoom(records: number): void {
    this.count += records;
    if (this.count > 2 ** 32 - 1) throw new Error('more than 4,294,967,295 records');
    this.kernel.exports.reserve(this.count);
    while (this.pages.length * pageRecords < this.count)
      this.pages.push(this.kernel.exports.pageAt(this.pages.length) >>> 0);
  }

  private reserved(bytes: number): number {
    try {
      return reserve(this.kernel, bytes);
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      throw new DatagpuError('input', 'more records than one compile can keep account of', {
        hint: 'Compile the sources in parts',
      });
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
