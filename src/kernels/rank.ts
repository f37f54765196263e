import { during } from './lent.js';
import { Kernel } from './module.js';
import { randomNumbers } from './random.js';

/** Exports of the module `rank`; src/kernels/assembly/rank says what each does. Addresses may come back negative. */
export interface RankExports {
  setTermSecret(a: bigint, b: bigint, c: bigint, d: bigint): void;
  setPairSecret(a: bigint, b: bigint): void;
  openTerms(slots: number, slotCount: number, entries: number, room: number, arena: number, arenaBytes: number): void;
  growTerms(slots: number, slotCount: number, entries: number, room: number): void;
  openArena(at: number, bytes: number): void;
  termCount(): number;
  arenaLeft(): number;
  termBytes(ids: number, count: number): number;
  copyTerms(ids: number, count: number, offsets: number, target: number): void;
  findTerms(offsets: number, bytes: number, count: number, ids: number, add: boolean): void;
  termCounts(ids: number, count: number, target: number): void;
  addTermCounts(ids: number, count: number, counts: number): void;
  termsAbove(from: number, count: number, rows: number, ids: number): number;
  countReached(from: number, limit: number, rows: number, histogram: number): number;
  setOutput(at: number, end: number): void;
  outputTop(): number;
  setScratch(at: number): void;
  setCounting(on: boolean): void;
  setStopWords(): void;
  setUnknown(id: number): void;
  setStems(table: number, buffer: number): void;
  stopReason(): number;
  tokenCount(): number;
  distinctIn(bytes: number, tokens: number): number;
  tokenise(columns: number, count: number, from: number, to: number): number;
  compact(stream: number, end: number, numbers: number, gap: number): number;
  packStream(stream: number, end: number): number;
  compactPacked(packed: number, end: number, to: number, numbers: number, gap: number): number;
  openPass(bits: number, part: number): void;
  countDense(stream: number, end: number, left: number, right: number, table: number): void;
  openPairs(at: number, slots: number): void;
  growPairs(at: number, slots: number): void;
  pairsHeld(): number;
  openEdges(at: number, slots: number, list: number, count: number): void;
  countSparse(stream: number, end: number, length: number, left: number, right: number): number;
  addPairs(list: number, count: number): number;
  pairsReached(limit: number, rows: number, histogram: number): number;
  denseReached(table: number, left: number, right: number, limit: number, rows: number, histogram: number): number;
  pairsAbove(atLeast: number, target: number): number;
  denseAbove(table: number, left: number, right: number, atLeast: number, target: number): number;
  pairCounts(list: number, count: number, target: number): void;
  openModel(nodes: number, words: number, targets: number, sums: number, seen: number): void;
  openPairTable(at: number, columns: number): void;
  openScores(nodes: number): void;
  largestScore(): number;
  scoreTfidf(stream: number, end: number, scores: number): number;
  scorePairs(stream: number, end: number, scores: number): number;
  scoreBm25(stream: number, end: number, scores: number, k1: number, b: number, mean: number): number;
  messageTexts(base: number, offsets: number, rows: number, newOffsets: number, target: number): void;
  makeKeys(scores: number, rows: number): void;
  makeScores(keys: number, rows: number): void;
  countDigits(keys: number, rows: number, shift: number, digits: number, counts: number): void;
  beginDigits(counts: number, rows: number): boolean;
  moveByDigit(
    keys: number,
    order: number,
    from: number,
    to: number,
    shift: number,
    begins: number,
    toKeys: number,
    toOrder: number,
  ): void;
  settleOrder(keys: number, order: number, from: number, to: number): boolean;
}

/** The kernel of ranking; every instance has a memory of its own. */
export type RankKernel = Kernel<RankExports>;

/** What a stemmer says of a word: its stem, or null for a stop word. */
export type Stem = (word: string) => string | null;

/** Makes a kernel. `stem` is asked once for each distinct word, in lower case, if stemming is on. */
export function createRankKernel(stem: Stem = () => null): RankKernel {
  const kernel: RankKernel = new Kernel('rank', {
    stem: (ptr: number, bytes: number, target: number, room: number): number => {
      const view = during(kernel.u8(ptr >>> 0, bytes));
      // The kernel leaves ASCII capitals to its comparisons; other letters are in lower case already.
      const word = Buffer.from(view.buffer, view.byteOffset, bytes)
        .toString()
        .replace(/[A-Z]+/g, (capitals) => capitals.toLowerCase());
      const found = stem(word);
      if (found === null) return 0;
      const into = during(kernel.u8(target >>> 0, room));
      return Buffer.from(into.buffer, into.byteOffset, room).write(found);
    },
  });
  const [a, b, c, d, e, f] = randomNumbers(6);
  kernel.exports.setTermSecret(a!, b!, c!, d!);
  kernel.exports.setPairSecret(e!, f!);
  return kernel;
}
