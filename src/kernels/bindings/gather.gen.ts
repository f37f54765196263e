// Made from src/kernels/assembly/gather/index.ts and what it exports by scripts/bindings.mjs; run `npm run bindings` when those change.
// biome-ignore format: one function a line
export interface GatherExports {
  gatherBytes(offsets: number, starts: number, count: number, to: number): void;
  gatherFixed(table: number, width: number, from: number, rows: number, count: number, to: number): void;
  gatherOffsets(table: number, values: number, from: number, rows: number, count: number, to: number, starts: number): number;
  gatherValidity(table: number, from: number, rows: number, count: number, to: number): void;
}
