// Made from src/kernels/assembly/near/index.ts and what it exports by scripts/bindings.mjs; run `npm run bindings` when those change.
// biome-ignore format: one function a line
export interface NearExports {
  forget(): void;
  init(threshold: number): void;
  insert(set: number, n: number, ordinal: number): void;
  isStale(): number;
  keptRows(): number;
  probe(set: number, n: number): number;
  rebuildStep(): number;
  rebuilds(): number;
  setShingleSecret(a: bigint, b: bigint, c: bigint, d: bigint): void;
  shingle(columns: number, count: number, from: number, rows: number, size: number, scratch: number, spare: number, out: number, outEnd: number, ends: number, before: number): number;
  similarity(): number;
  worked(): number;
}
