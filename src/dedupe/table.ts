import { DatagpuError } from '../errors.js';
import { Room, reserve } from '../kernels/arena.js';
import type { Lent } from '../kernels/lent.js';
import { Kernel } from '../kernels/module.js';
import { digestBytes } from './digest.js';

/** Bytes of an entry: a digest and an ordinal. */
export const entryBytes: number = digestBytes + 4;
const pageEntries = 768;
/** Rows that are judged at once: what is made of their digests stays in a core's second cache. */
const sliceRows = 16384;
/** A table for an expected number of rows begins with pages that will be this full at least: as full as after a split. */
const leastEntries = 340;
/** 16 MB of pages: what is expected may be duplicates. */
const mostFirstBits = 12;

/** What became of the rows of a chunk. */
export interface Verdict {
  /** One byte a row: 1 if no kept row before it has its digest. Rows to skip have 0. */
  keep: Uint8Array<ArrayBuffer>;
  /** The ordinal of the kept row with the row's digest: its own when it is kept itself. 0 for rows to skip. */
  keptOrdinal: Uint32Array<ArrayBuffer>;
  /** Rows that are duplicates, counted as each was found. */
  exact: number;
}

/**
 * The digests of the rows kept so far, with their ordinals (below 2^32): an extendible hash table in WebAssembly memory,
 * 27 to 33 bytes a row, that grows by pages of 4 KB and is never copied. One table holds about 130 million rows.
 */
export class DigestTable {
  private readonly kernel: Kernel<'table'>;
  /** For the digests of a call and what comes of them. */
  private room = new Room((bytes) => this.reserve(bytes));
  private laid: Uint8Array | null = null;
  private readonly firstBits: number;

  /** `expectedRows`, about, spare it the growing; 0 if that is not known. */
  constructor(expectedRows = 0) {
    const bits = Math.floor(Math.log2(Math.max(1, expectedRows / leastEntries)));
    this.firstBits = Math.min(mostFirstBits, bits);
    this.kernel = new Kernel<'table'>('table', { reserve: (bytes: number) => this.reserve(bytes), full: tooMany });
    this.kernel.exports.init(this.firstBits);
  }

  /** Rows in the table. */
  get size(): number {
    return this.kernel.exports.size() >>> 0;
  }

  /** Bytes of memory it takes; more may be reserved, untouched. */
  get heldBytes(): number {
    return this.kernel.mark();
  }

  /**
   * Judges rows in order: kept unless a row that was kept, of this chunk or before, has the same digest; the kept ones
   * enter the table. `ordinals` number the rows over the whole run: the first of consecutive ones, or one for each row.
   * Rows with 1 in `skip` are neither compared nor entered.
   */
  judge(digests: Uint8Array, rows: number, ordinals: number | Uint32Array, skip: Uint8Array | null = null): Verdict {
    this.laid = null;
    const verdict: Verdict = { keep: new Uint8Array(rows), keptOrdinal: new Uint32Array(rows), exact: 0 };
    for (let from = 0; from < rows; from += sliceRows)
      this.judgeSlice(digests, from, Math.min(from + sliceRows, rows), ordinals, skip, verdict);
    return verdict;
  }

  private judgeSlice(
    digests: Uint8Array,
    from: number,
    to: number,
    ordinals: number | Uint32Array,
    skip: Uint8Array | null,
    verdict: Verdict,
  ): void {
    const rows = to - from;
    const at = this.room.of(rows * 46 + 16);
    const kept = at + rows * digestBytes;
    const given = kept + rows * 4;
    const order = given + rows * 4;
    const keep = order + rows * 4;
    const skipped = keep + rows;
    const sorted = (skipped + rows + 15) & ~15;
    this.kernel.u8(at, rows * digestBytes).set(digests.subarray(from * digestBytes, to * digestBytes));
    const isNumbered = typeof ordinals === 'number';
    if (!isNumbered) this.kernel.u32(given, rows).set(ordinals.subarray(from, to));
    if (skip !== null) this.kernel.u8(skipped, rows).set(skip.subarray(from, to));
    verdict.exact += this.kernel.exports.judge(
      at,
      rows,
      isNumbered ? ordinals + from : 0,
      isNumbered ? 0 : given,
      skip === null ? 0 : skipped,
      keep,
      kept,
      order,
      sorted,
    );
    verdict.keep.set(this.kernel.u8(keep, rows), from);
    verdict.keptOrdinal.set(this.kernel.u32(kept, rows), from);
  }

  /** The ordinal of the kept row that has the digest of row `row`, or -1. For rows judged one by one. */
  find(digests: Uint8Array, row: number): number {
    return this.kernel.exports.find(this.lay(digests) + row * digestBytes);
  }

  /** Enters the digest of row `row`, which `find` did not find. */
  insert(digests: Uint8Array, row: number, ordinal: number): void {
    this.kernel.exports.insert(this.lay(digests) + row * digestBytes, ordinal);
  }

  /** The number of leading bits of a digest by which its page is found. */
  get depth(): number {
    return this.kernel.exports.directoryDepth();
  }

  /**
   * The entries (16 bytes of digest, uint32 ordinal) of each page, with the slots, from `slot` on, whose digests are in it.
   * In order of the slots. A page's bytes are valid until the next one is asked for.
   */
  *pages(): Generator<{ slot: number; slots: number; entries: Lent<Uint8Array> }> {
    const { depth } = this;
    this.laid = null;
    const at = this.room.of(pageEntries * entryBytes);
    for (let slot = 0; slot < 2 ** depth; ) {
      const slots = 2 ** (depth - this.kernel.exports.pageDepth(slot));
      const count = this.kernel.exports.copyPage(slot, at);
      yield { slot, slots, entries: this.kernel.u8(at, count * entryBytes) };
      slot += slots;
    }
  }

  /** Forgets all rows; the memory is used again. */
  clear(): void {
    this.kernel.reset();
    this.room = new Room((bytes) => this.reserve(bytes));
    this.laid = null;
    this.kernel.exports.init(this.firstBits);
  }

  /** The address of the digests, which are copied in when they are not those of the last call. */
  private lay(digests: Uint8Array): number {
    if (this.laid !== digests) {
      const at = this.room.of(digests.length);
      this.kernel.u8(at, digests.length).set(digests);
      this.laid = digests;
    }
    return this.room.of(digests.length);
  }

  private reserve(bytes: number): number {
    try {
      return reserve(this.kernel, bytes);
    } catch (cause) {
      if (cause instanceof RangeError) return tooMany();
      throw cause;
    }
  }
}

function tooMany(): never {
  throw new DatagpuError('input', 'more different rows than exact deduplication can hold', {
    hint: 'Compile the sources in parts, or turn it off with --no-dedupe',
  });
}
