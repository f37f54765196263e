import type { RankKernel } from '../kernels/rank.js';
import { openEdges } from './layout.js';
import type { RankRequest, RankSettings } from './protocol.js';
import type { Streams } from './streams.js';

/** Pairs up to this many are counted in a dense table of 12 bytes each. */
const densePairs = 2 ** 21;
const firstSlots = 4096;
export const slotBytes = 24;

/**
 * Counts of runs of words, in memory of a kernel that the next count uses again: a dense table of `left` times `right`
 * pairs (with a line and a column more, see assembly/rank/grams.ts), or (null) a sparse one.
 */
export class RunTable {
  private dense: { table: number; left: number; right: number } | null = null;

  constructor(
    private readonly kernel: RankKernel,
    private readonly settings: RankSettings,
  ) {}

  /** Counts the runs of a part in all streams; false if there is no room for them. */
  count({ length, left, right, edges, part }: RankRequest & { ask: 'runs' }, streams: Streams): boolean {
    const { kernel } = this;
    const { exports } = kernel;
    exports.setPairSecret(...part.secret);
    exports.openPass(part.bits, part.number);
    if (length === 2 && (left + 1) * (right + 1) <= densePairs) {
      const bytes = (left + 1) * (right + 1) * 12;
      const table = kernel.alloc(bytes);
      kernel.u8(table, bytes).fill(0);
      this.dense = { table, left, right };
      for (const id of streams.ids()) streams.each(id, (at, end) => exports.countDense(at, end, left, right, table));
      return true;
    }
    this.dense = null;
    openEdges(kernel, edges);
    let slots = firstSlots;
    let full = false;
    exports.openPairs(kernel.alloc(slots * slotBytes), slots);
    for (const id of streams.ids()) {
      // A chunk's streams are always gone through to the end: this may be the first time that they are.
      streams.each(id, (at, end) => {
        for (let from = at; !full; ) {
          from = exports.countSparse(from, end, length, left, right) >>> 0;
          if (from >= end) break;
          slots *= 2;
          // The table that it grows out of stays where it is.
          full = slots * slotBytes * 2 > this.settings.runBytes;
          if (!full) exports.growPairs(kernel.alloc(slots * slotBytes), slots);
        }
      });
      if (full) return false;
    }
    return true;
  }

  /** A count that `limit` runs in enough rows reach; 0 if there are fewer. */
  reached(limit: number): number {
    const { kernel, dense, settings } = this;
    const { exports } = kernel;
    const mark = kernel.mark();
    const histogram = kernel.alloc(8192 * 4);
    const reached =
      dense === null
        ? exports.pairsReached(limit, settings.minDf, histogram)
        : exports.denseReached(dense.table, dense.left, dense.right, limit, settings.minDf, histogram);
    kernel.reset(mark);
    return reached >>> 0;
  }

  /** Node, word, occurrences and rows of the runs that occur at least so often. */
  above(atLeast: number): Uint32Array {
    const { kernel, dense } = this;
    const { exports } = kernel;
    const list = (target: number): number =>
      dense === null
        ? exports.pairsAbove(atLeast, target)
        : exports.denseAbove(dense.table, dense.left, dense.right, atLeast, target);
    const found = list(0);
    const mark = kernel.mark();
    const target = kernel.alloc(found * 16);
    list(target);
    const runs = kernel.u32(target, found * 4).slice();
    kernel.reset(mark);
    return runs;
  }

  /** Occurrences and rows, in pairs, of runs given as node and word. */
  counts(runs: Uint32Array): Uint32Array {
    const { kernel, dense } = this;
    if (dense === null) return sparseCounts(kernel, runs);
    const counts = new Uint32Array(runs.length);
    for (let i = 0; i < runs.length; i += 2) {
      const at = dense.table + (runs[i]! * (dense.right + 1) + runs[i + 1]!) * 12;
      counts.set(kernel.u32(at, 2), i);
    }
    return counts;
  }
}

/** Occurrences and rows, in pairs, of runs given as node and word, from a kernel's sparse table. */
export function sparseCounts(kernel: RankKernel, runs: Uint32Array): Uint32Array {
  const mark = kernel.mark();
  const target = kernel.alloc(runs.length * 4);
  kernel.exports.pairCounts(kernel.put(runs), runs.length / 2, target);
  const counts = kernel.u32(target, runs.length).slice();
  kernel.reset(mark);
  return counts;
}
