// Made from src/kernels/assembly/ledger/index.ts and what it exports by scripts/bindings.mjs; run `npm run bindings` when those change.
// biome-ignore format: one function a line
export interface LedgerExports {
  add(first: number, records: number, rejects: number, rejected: number, drops: number, numbers: number, keep: number, kept: number, near: number, nears: number, counts: number): number;
  count(records: number, counts: number): void;
  fill(from: number, rows: number, starts: number, spans: number, source: number, row: number, fate: number, placed: number, twinned: number, compared: number, counted: number, position: number, keptSource: number, keptRow: number, number: number, counts: number): void;
  hybridBytes(values: number, count: number, width: number, to: number): number;
  hybridWords(values: number, count: number, width: number, to: number): number;
  init(): void;
  invert(order: number, rows: number, base: number, positions: number): void;
  pageAt(page: number): number;
  pageDeltas(values: number, width: number, count: number, to: number): number;
  place(records: number, positions: number): number;
  reserve(records: number): void;
  setCounted(fate: number): void;
  setFates(malformed: number, exact: number, near: number, belowTop: number): void;
}
