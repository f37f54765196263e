import { describe, expect, test } from 'vitest';
import { NearIndex } from '../../dist/dedupe/near.js';
import type { ShingleSets } from '../../dist/dedupe/shingles.js';

/** Numbers from 0 to 1 (xorshift). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** A 64-bit hash of a number (splitmix64). */
function hashOf(number: number): bigint {
  const mask = 0xffffffffffffffffn;
  let x = ((BigInt(number) + 1n) * 0x9e3779b97f4a7c15n) & mask;
  x = ((x ^ (x >> 30n)) * 0xbf58476d1ce4e5b9n) & mask;
  x = ((x ^ (x >> 27n)) * 0x94d049bb133111ebn) & mask;
  return x ^ (x >> 31n);
}

function setsOf(rows: readonly number[][]): ShingleSets {
  const hashes = rows.map((row) => BigUint64Array.from(row, hashOf).sort());
  const ends = new Uint32Array(rows.length);
  let end = 0;
  for (const [i, row] of hashes.entries()) {
    end += row.length;
    ends[i] = end;
  }
  const words = new BigUint64Array(end);
  for (const [i, row] of hashes.entries()) words.set(row, ends[i]! - row.length);
  return { ends, hashes: new Uint8Array(words.buffer) };
}

const oneOf = <T>(random: () => number, values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
const range = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);

/** Sets with headers (whole, in part, nested, with a date in them), frequent phrases, and shingles of their own. */
function corpus(random: () => number): number[][] {
  const below = (n: number): number => Math.floor(random() * n);
  const headers = range(1, 1 + below(3)).map((h) => range(1e6 * h, 10 + below(random() < 0.3 ? 1200 : 250)));
  const phrases = range(0, 20).map((p) => range(9e6 + p * 100, 3 + below(8)));
  const alphabet = oneOf(random, [20, 100, 1000, 100_000]);
  const longest = oneOf(random, [1, 10, 40, 150, 400]);
  const [usesPhrases, isPartial, isNested, isDated] = [0.5, 0.4, 0.3, 0.3].map((p) => random() < p);
  const edited = (row: readonly number[]): number[] => {
    const set = new Set(row);
    for (let edits = below(1 + row.length * random() * 0.4); edits > 0; edits--)
      if (random() < 0.5) set.delete(oneOf(random, row));
      else set.add(below(alphabet));
    return [...set];
  };
  const fresh = (row: number): number[] => {
    const header = oneOf(random, headers);
    const isWhole = !(isPartial && random() < 0.3);
    const share = random() < 0.1 ? 0 : isWhole ? header.length : below(header.length + 1);
    const set = new Set(header.slice(0, share));
    if (isNested && random() < 0.5) for (const shingle of headers[0]!) set.add(shingle);
    if (isDated && set.delete(header[5]!)) set.add(5e6 + (row % 17));
    if (usesPhrases) for (let p = below(4); p > 0; p--) for (const shingle of oneOf(random, phrases)) set.add(shingle);
    if (random() > 0.05) for (let own = below(longest + 1); own > 0; own--) set.add(below(alphabet));
    return [...set];
  };
  const rows: number[][] = [];
  for (let row = 300 + below(2200); row > 0; row--) {
    const set = rows.length > 10 && random() < 0.1 ? edited(oneOf(random, rows)) : fresh(row);
    rows.push(set.length === 0 ? [below(alphabet)] : set);
  }
  return rows;
}

interface Found {
  row: number;
  similarity: number;
}

/** For each row the kept one that is most similar, the earliest of equals; row -1 for those that are kept. */
function byAllPairs(rows: readonly number[][], threshold: number): Found[] {
  const having = new Map<number, number[]>();
  const kept: number[] = [];
  const shared = new Uint32Array(rows.length);
  return rows.map((row, i) => {
    shared.fill(0);
    for (const shingle of row) for (const k of having.get(shingle) ?? []) shared[k]!++;
    let best: Found = { row: -1, similarity: -1 };
    for (const k of kept) {
      const similarity = shared[k]! / (row.length + rows[k]!.length - shared[k]!);
      if (shared[k]! > 0 && similarity >= threshold && similarity > best.similarity) best = { row: k, similarity };
    }
    if (best.row >= 0) return best;
    kept.push(i);
    for (const shingle of row) {
      const rowsWithIt = having.get(shingle);
      if (rowsWithIt === undefined) having.set(shingle, [i]);
      else rowsWithIt.push(i);
    }
    return best;
  });
}

describe('near duplicates among texts made from templates', () => {
  test.each([1, 77, 5, 1234, 99])('are those that comparing all pairs gives, seed %d', (seed) => {
    const random = generator(seed);
    let rebuilds = 0;
    for (let round = 0; round < 8; round++) {
      const threshold = oneOf(random, [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 1]);
      const rows = corpus(random);
      const expected = byAllPairs(rows, threshold);
      const sliceRows = 1 + Math.floor(random() * 50);
      const rebuiltEvery = random() < 0.5 ? 50 + Math.floor(random() * 400) : rows.length + 1;
      const index = new NearIndex(threshold);
      const found: Found[] = [];
      for (let from = 0; from < rows.length; from += sliceRows) {
        const sets = setsOf(rows.slice(from, from + sliceRows));
        for (let r = 0; r < sets.ends.length; r++) {
          if ((from + r + 1) % rebuiltEvery === 0) index.rebuild();
          const row = index.find(sets, r);
          found.push({ row, similarity: row === -1 ? -1 : index.similarity });
          if (row === -1) index.insert(sets, r, from + r);
        }
      }
      expect(found).toEqual(expected);
      rebuilds += index.rebuilds;
      index.close();
    }
    expect(rebuilds).toBeGreaterThan(8);
  });
});
