import { reserve } from './arena.js';
import { Kernel } from './module.js';

/** Exports of the module that makes shingle sets and finds similar ones; see assembly/near. */
export interface NearExports {
  setShingleSecret(a: bigint, b: bigint, c: bigint, d: bigint): void;
  shingle(
    columns: number,
    count: number,
    from: number,
    rows: number,
    size: number,
    scratch: number,
    spare: number,
    out: number,
    outEnd: number,
    ends: number,
    before: number,
  ): number;
  forget(): void;
  init(threshold: number): void;
  probe(set: number, n: number): number;
  similarity(): number;
  insert(set: number, n: number, ordinal: number): void;
  keptRows(): number;
  isStale(): number;
  rebuildStep(): number;
  rebuilds(): number;
  worked(): number;
}

export type NearKernel = Kernel<NearExports>;

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
  const kernel: NearKernel = new Kernel<NearExports>('near', {
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
