import { createRankKernel, type RankKernel } from '../kernels/rank.js';
import { slotBytes, sparseCounts } from './runs.js';

/** Sums of the workers' counts of runs, in a kernel of the coordinator. */
export class RunSums {
  private readonly kernel: RankKernel = createRankKernel();

  /** `lists` have node, word, occurrences and rows of each run. */
  constructor(lists: readonly Uint32Array[]) {
    const { kernel } = this;
    const { exports } = kernel;
    let slots = 1024;
    const most = Math.max(...lists.map((list) => list.length / 4));
    while (slots < most * 2) slots *= 2;
    exports.openPairs(kernel.alloc(slots * slotBytes), slots);
    for (const list of lists) {
      const count = list.length / 4;
      for (let from = 0; from < count; ) {
        // Growing takes memory: the list is put in again.
        const mark = kernel.mark();
        from += exports.addPairs(kernel.put(list.subarray(from * 4)), count - from);
        kernel.reset(mark);
        if (from === count) break;
        slots *= 2;
        exports.growPairs(kernel.alloc(slots * slotBytes), slots);
      }
    }
  }

  /** A sum that `limit` runs in enough rows reach; 0 if there are fewer. */
  reached(limit: number, minDf: number): number {
    const { kernel } = this;
    const mark = kernel.mark();
    const reached = kernel.exports.pairsReached(limit, minDf, kernel.alloc(8192 * 4)) >>> 0;
    kernel.reset(mark);
    return reached;
  }

  /** Node and word of the runs whose sum is at least so large, in their order. */
  above(atLeast: number, words: number): Uint32Array {
    const { kernel } = this;
    const { exports } = kernel;
    const mark = kernel.mark();
    const found = exports.pairsAbove(atLeast, 0);
    const target = kernel.alloc(found * 16);
    exports.pairsAbove(atLeast, target);
    const quads = kernel.u32(target, found * 4);
    const keys = Float64Array.from({ length: found }, (_, i) => quads[4 * i]! * words + quads[4 * i + 1]!).sort();
    kernel.reset(mark);
    const runs = new Uint32Array(found * 2);
    for (let i = 0; i < found; i++) {
      runs[2 * i] = Math.floor(keys[i]! / words);
      runs[2 * i + 1] = keys[i]! % words;
    }
    return runs;
  }

  /** Sums of occurrences and rows of runs given as node and word, in pairs. */
  counts(runs: Uint32Array): Uint32Array {
    return sparseCounts(this.kernel, runs);
  }
}
