import { reserve } from './arena.js';
import { Kernel } from './module.js';

/** Exports of the module that makes shingle sets and finds similar ones; see assembly/near. */
export interface NearExports {
  shingle(
    columns: number,
    count: number,
    from: number,
    rows: number,
    size: number,
    scratch: number,
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
  rebuilds(): number;
}

export type NearKernel = Kernel<NearExports>;

/** A kernel of its own memory: one in every worker that shingles, one for the index. */
export function createNearKernel(): NearKernel {
  const kernel: NearKernel = new Kernel<NearExports>('near', { reserve: (bytes: number) => reserve(kernel, bytes) });
  return kernel;
}
