import { reserve } from './arena.js';
import { Kernel } from './module.js';

export type NearKernel = Kernel<'near'>;

/** What the index asks of its host when its sets take much memory; addresses and sizes in bytes, sets in pages of 2^18. */
export interface NearHost {
  /** Called before so many bytes more are reserved; throws if they can't be given. */
  check(kernel: NearKernel, bytes: number): void;
  /** Whether so many bytes more may be reserved. */
  hasRoom(kernel: NearKernel, bytes: number): boolean;
  /** Writes a page of sets to a file; false if there is none. */
  spill(kernel: NearKernel, page: number, at: number): boolean;
  /** Reads `count` shingles of 8 bytes back, the first of them number `place` over all pages. */
  fetch(kernel: NearKernel, place: number, count: number, to: number): void;
}

const inMemory: NearHost = {
  check: () => undefined,
  hasRoom: () => true,
  spill: () => false,
  fetch: () => {
    throw new Error('no shingles were spilled');
  },
};

/** A kernel of its own memory: one in every worker that shingles, one for the index. */
export function createNearKernel(host: NearHost = inMemory): NearKernel {
  const kernel: NearKernel = new Kernel<'near'>('near', {
    reserve: (bytes: number) => {
      host.check(kernel, bytes >>> 0);
      return reserve(kernel, bytes);
    },
    hasRoom: (bytes: number) => (host.hasRoom(kernel, bytes >>> 0) ? 1 : 0),
    spill: (page: number, at: number) => (host.spill(kernel, page, at >>> 0) ? 1 : 0),
    fetch: (place: number, count: number, to: number) => host.fetch(kernel, place >>> 0, count, to >>> 0),
  });
  return kernel;
}
