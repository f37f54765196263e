import { expect, test } from 'vitest';
import { createRankKernel, type RankKernel } from '../../dist/kernels/rank.js';
import { packTerms, TermTable } from '../../dist/rank/terms.js';

const pairs = 6000;
/** Of the table when they are in it. */
const slots = 2 ** 14;
/** Their places by constants that anybody can read lie among so few. */
const window = 64;
const words = 4096;

/** The hash of a pair of word numbers without a secret, as it once was. */
function fixedHash(left: number, right: number): number {
  const u64 = (x: bigint): bigint => BigInt.asUintN(64, x);
  const key = (BigInt(left) << 32n) | BigInt(right);
  const h = u64((key ^ (key >> 31n)) * 0x9e3779b97f4a7c15n);
  return Number(u64((h ^ (h >> 29n)) * 0xbf58476d1ce4e5b9n) >> 32n);
}

/** Pairs that lay behind one another there, or (`spread`) any. */
function pairsOf(spread: boolean): [number, number][] {
  const found: [number, number][] = [];
  for (let n = 0; found.length < pairs; n++) {
    const [left, right] = [Math.floor(n / words), (n * 7919) % words];
    if (spread || (fixedHash(left, right) & (slots - 1)) < window) found.push([left, right]);
  }
  return found;
}

/** Milliseconds that counting a text of these pairs takes, each of them twenty times, and how many were found. */
function timeOf(given: [number, number][]): { ms: number; counted: number } {
  const kernel: RankKernel = createRankKernel();
  const { exports } = kernel;
  const endOfRow = 0xffffffff;
  const stream = Uint32Array.from(
    Array.from({ length: 20 }, () => given)
      .flat()
      .flatMap(([a, b]) => [a, b, endOfRow, 2]),
  );
  const at = kernel.put(stream);
  exports.openPass(0, 0);
  exports.openPairs(kernel.alloc(slots * 24), slots);
  const begin = performance.now();
  expect(exports.countSparse(at, at + stream.byteLength, 2, words, words) >>> 0).toBe(at + stream.byteLength);
  return { ms: performance.now() - begin, counted: exports.pairsHeld() };
}

test('pairs that are made to lie in one place of a table without a secret are counted as fast as others', () => {
  const [made, any] = [pairsOf(false), pairsOf(true)];
  timeOf(any);
  const attacked = timeOf(made);
  const usual = timeOf(any);
  expect([attacked.counted, usual.counted]).toEqual([pairs, pairs]);
  // In one place they took a hundred times as long.
  expect(attacked.ms).toBeLessThan(usual.ms * 12 + 20);
});

/** Where a term of up to 8 bytes lay with the constants that stand in for the secret until there is one. */
function fixedPlace(term: string): number {
  const u64 = (x: bigint): bigint => BigInt.asUintN(64, x);
  const low = Buffer.from(term.padEnd(8, '\0')).readBigUInt64LE();
  const high = u64(0xc2b2ae3d27d4eb4fn * 0x94d049bb133111ebn);
  const h = u64((low ^ 0x9e3779b97f4a7c15n) * 0xbf58476d1ce4e5b9n + u64((high << 32n) | (high >> 32n)));
  return Number(u64((h ^ (h >> 32n)) * 0xd6e8feb86659fd93n) >> 32n) & (slots - 1);
}

/** Milliseconds that looking up terms takes, twenty times each, which are all there. */
function lookUps(terms: string[]): number {
  const kernel = createRankKernel();
  const table = new TermTable(kernel, [], false, 0);
  const packed = packTerms(terms);
  table.add(packed, new Uint32Array(terms.length * 2));
  expect(new Set(table.find(packed, false)).size).toBe(terms.length);
  const begin = performance.now();
  for (let i = 0; i < 20; i++) table.find(packed, false);
  return performance.now() - begin;
}

test('so are terms that are made to lie in one place, or differ in few bits only', () => {
  const any = Array.from({ length: pairs }, (_, n) => `w${n.toString(36)}`);
  const made: string[] = [];
  for (let n = 36 ** 5; made.length < pairs; n++) {
    const term = n.toString(36);
    if (fixedPlace(term) < window) made.push(term);
  }
  const letters = Array.from({ length: 26 }, (_, i) => String.fromCharCode(97 + i));
  const three = letters.flatMap((a) => letters.flatMap((b) => letters.map((c) => a + b + c))).slice(0, pairs);
  const families = [
    made,
    three.map((end) => `aaaaa${end}`),
    three.map((at) => `${at}aaaaa`),
    three.map((end) => `${'a'.repeat(13)}${end}`),
  ];
  lookUps(any);
  const usual = lookUps(any);
  for (const family of families) expect(lookUps(family)).toBeLessThan(usual * 12 + 20);
});
