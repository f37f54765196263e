// Made from src/kernels/assembly/table/index.ts and what it exports by scripts/bindings.mjs; run `npm run bindings` when those change.
// biome-ignore format: one function a line
export interface TableExports {
  copyPage(slot: number, to: number): number;
  directoryDepth(): number;
  find(digest: number): number;
  init(bits: number): void;
  insert(digest: number, ordinal: number): void;
  judge(digests: number, rows: number, first: number, ordinals: number, skip: number, keep: number, kept: number, order: number, sorted: number): number;
  pageDepth(slot: number): number;
  size(): number;
}
