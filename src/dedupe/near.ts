import { DatagpuError } from '../errors.js';
import { reserve } from '../kernels/arena.js';
import { createNearKernel, type NearKernel } from '../kernels/near.js';
import { type NearRoom, SetFile } from './setfile.js';
import type { ShingleSets } from './shingles.js';
import { UnrelatedSample } from './unrelated.js';

/**
 * The shingle sets of the rows kept so far, and which of them is similar to a row: exact Jaccard similarity, found through
 * an index that misses none (kernels/assembly/near/join.ts). Takes 80 bytes a kept row, 8 for every shingle kept (once for
 * those of a template) and about 16 for every one that is indexed, which is the share 1 - threshold of them.
 */
export class NearIndex {
  private readonly kernel: NearKernel;
  private readonly file: SetFile | null;
  private readonly mostRows: number;
  /** The slice whose shingles are in the buffer. */
  private laid: ShingleSets | null = null;
  private buffer = { ptr: 0, bytes: 0 };
  /** Of the rows of this index and those before it. */
  readonly sample: UnrelatedSample;

  /** Without `room` it takes what memory it needs. `sample` goes on with the one of an index before it. */
  constructor(threshold: number, room: NearRoom | null = null, sample: UnrelatedSample = new UnrelatedSample()) {
    this.sample = sample;
    this.mostRows = room?.mostRows ?? Number.POSITIVE_INFINITY;
    this.file = room === null ? null : new SetFile(room);
    this.kernel = this.file === null ? createNearKernel() : createNearKernel(this.file);
    this.kernel.exports.init(threshold);
  }

  /** Ends it, and lets go of the file of what it spilled. */
  close(): void {
    this.file?.close();
  }

  /** Rows in the index. */
  get size(): number {
    return this.kernel.exports.keptRows() >>> 0;
  }

  /** Whether its room is used up: it can still be searched, but should take no more rows. */
  get isFull(): boolean {
    return this.file !== null && (this.file.isFull || this.size >= this.mostRows);
  }

  /** Bytes of memory it takes; more may be reserved, untouched. */
  get heldBytes(): number {
    return this.kernel.mark();
  }

  /** How often it was rebuilt because frequent shingles made the search long. */
  get rebuilds(): number {
    return this.kernel.exports.rebuilds();
  }

  /** What it did so far: rows met in lists of postings, and in a smaller measure shingles compared. */
  get work(): number {
    return this.kernel.exports.worked();
  }

  /** Whether the search has become so long that the index is to be rebuilt before the next row. */
  get isStale(): boolean {
    return this.kernel.exports.isStale() !== 0;
  }

  /**
   * Learns anew which shingles are frequent and rebuilds the index, until about `untilMs` (of `performance.now`), which is a
   * step of some milliseconds at least. True when it is done; before that no row may be looked up or entered.
   */
  rebuild(untilMs: number = Number.POSITIVE_INFINITY): boolean {
    return this.guarded(() => {
      do if (this.kernel.exports.rebuildStep() !== 0) return true;
      while (performance.now() < untilMs);
      return false;
    });
  }

  /**
   * The kept row most similar to row `row` of the sets, the earliest of equals: its ordinal, or -1 when none reaches the
   * threshold, as for rows without words. `similarity` is that of the row found. Rebuilds the index first if it is stale.
   */
  find(sets: ShingleSets, row: number): number {
    if (this.isStale) this.rebuild();
    const from = row === 0 ? 0 : sets.ends[row - 1]!;
    const n = sets.ends[row]! - from;
    return this.guarded(() => (n === 0 ? -1 : this.kernel.exports.probe(this.lay(sets, from * 8), n)));
  }

  /** Similarity with the row that `find` found last. */
  get similarity(): number {
    return this.kernel.exports.similarity();
  }

  /** The similarity that one pair of kept rows in a hundred reaches, from a sample; null when they are too few. */
  get unrelated(): number | null {
    return this.sample.similarity();
  }

  /** Enters row `row` of the sets, for which `find` found none. */
  insert(sets: ShingleSets, row: number, ordinal: number): void {
    const from = row === 0 ? 0 : sets.ends[row - 1]!;
    const n = sets.ends[row]! - from;
    if (n === 0) return;
    this.guarded(() => this.kernel.exports.insert(this.lay(sets, from * 8), n, ordinal));
    this.sample.add(sets.hashes, from * 8, n);
  }

  /** The address of the set at byte `from` of a slice, which is copied in. */
  private lay(sets: ShingleSets, from: number): number {
    if (this.laid !== sets) {
      const bytes = sets.hashes.length;
      if (bytes > this.buffer.bytes) this.buffer = { ptr: reserve(this.kernel, bytes * 2), bytes: bytes * 2 };
      this.kernel.u8(this.buffer.ptr, bytes).set(sets.hashes);
      this.kernel.exports.forget();
      this.laid = sets;
    }
    return this.buffer.ptr + from;
  }

  private guarded<T>(call: () => T): T {
    try {
      return call();
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      const held = Math.ceil(this.heldBytes / 2 ** 20).toLocaleString('en');
      throw new DatagpuError('input', `no memory for more than ${held} MiB of near-duplicate detection`, {
        hint: 'Free memory, lower --memory to compare in smaller parts, or compare fewer columns with --near-dup-on',
        cause,
      });
    }
  }
}
