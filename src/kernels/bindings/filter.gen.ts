// Made from src/stages/filter/kernel/index.ts and what it exports by scripts/bindings.mjs; run `npm run bindings` when those change.
// biome-ignore format: one function a line
export interface FilterExports {
  countWords(columns: number, count: number, rows: number, counts: number): void;
}
