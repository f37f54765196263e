import { Room, reserve } from '../kernels/arena.js';
import { Kernel } from '../kernels/module.js';
import { digestBytes } from './digest.js';

interface PickExports {
  pick(digests: number, keep: number, rows: number): number;
}

/** Picks the digests of kept rows out of those of all. */
export class DigestPicker {
  private readonly kernel = new Kernel<PickExports>('table', { reserve: never, full: never });
  private readonly room = new Room((bytes) => reserve(this.kernel, bytes));

  /**
   * The digests, 16 bytes each, of the rows that `keep` has a one for; all of them if it is null. Valid until the next
   * call.
   */
  pick(digests: Uint8Array, keep: Uint8Array | null): Uint8Array {
    if (keep === null) return digests;
    const rows = keep.length;
    const at = this.room.of(rows * (digestBytes + 1));
    this.kernel.u8(at, rows * digestBytes).set(digests);
    this.kernel.u8(at + rows * digestBytes, rows).set(keep);
    return this.kernel.u8(at, this.kernel.exports.pick(at, at + rows * digestBytes, rows) * digestBytes);
  }
}

function never(): never {
  throw new Error('picking digests neither reserves memory nor fills a table');
}
