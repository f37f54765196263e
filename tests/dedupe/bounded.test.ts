import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { BoundedDigests } from '../../dist/dedupe/bounded.js';
import { SpilledDigests } from '../../dist/dedupe/spilled.js';
import { DigestTable } from '../../dist/dedupe/table.js';

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'datagpu-spilled-'));
afterAll(() => fs.rmSync(dir, { recursive: true }));

let files = 0;
const spill = (table: DigestTable): SpilledDigests => new SpilledDigests(table, path.join(dir, `${files++}`));

/** Digests of the numbers: random bits, the same ones for the same number. */
function digestsOf(numbers: readonly number[]): Uint8Array {
  const words = new Uint32Array(numbers.length * 4);
  numbers.forEach((number, i) => {
    let x = (Math.imul(number + 1, 0x9e3779b1) ^ 0x5bd1e995) >>> 0;
    for (let w = 0; w < 4; w++) {
      x = Math.imul(x ^ (x >>> 15), 0x85ebca6b + w) >>> 0;
      x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35) >>> 0;
      x ^= x >>> 16;
      words[i * 4 + w] = x;
    }
  });
  return new Uint8Array(words.buffer);
}

describe('BoundedDigests', () => {
  test('decides as one table does, however often it is spilled', () => {
    const [rows, chunk] = [1_400_000, 70_001];
    const bounded = new BoundedDigests({ roomBytes: 0, isTight: () => true, spill });
    const table = new DigestTable();
    let state = 1;
    const number = (i: number): number => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return state % 10 < 7 ? i : Math.floor((state / 2 ** 32) * i);
    };
    for (let from = 0; from < rows; from += chunk) {
      const digests = digestsOf(Array.from({ length: chunk }, (_, i) => number(from + i)));
      const skip = from % 2 === 0 ? null : Uint8Array.from({ length: chunk }, (_, i) => Number(i % 100 === 7));
      const wanted = table.judge(digests, chunk, from * 3, skip);
      const got = bounded.judge(digests, chunk, from * 3, skip);
      expect(Buffer.compare(got.keep, wanted.keep)).toBe(0);
      expect(Buffer.compare(new Uint8Array(got.keptOrdinal.buffer), new Uint8Array(wanted.keptOrdinal.buffer))).toBe(0);
    }
    expect(files).toBeGreaterThan(2);
    for (const i of [0, 1, 2, 500_000, rows * 2]) {
      const digest = digestsOf([i]);
      expect(bounded.find(digest, 0)).toBe(table.find(digest, 0));
    }
    bounded.close();
  });

  test('a row entered by itself is found in its file', () => {
    const before = files;
    const bounded = new BoundedDigests({ roomBytes: 0, isTight: () => true, spill });
    const rows = 2 ** 18 + 10;
    const digests = digestsOf(Array.from({ length: rows }, (_, i) => i));
    for (let i = 0; i < rows; i++) bounded.insert(digests, i, i * 2);
    expect(files).toBe(before + 1);
    for (let i = 0; i < rows; i += 997) expect(bounded.find(digests, i)).toBe(i * 2);
    expect(bounded.find(digestsOf([-5]), 0)).toBe(-1);
    bounded.close();
  });

  test('an empty table, and one of a row', () => {
    const table = new DigestTable();
    const none = spill(table);
    expect(none.find(new Int32Array(4), 0)).toBe(-1);
    none.close();
    table.insert(new Uint8Array(16), 0, 9);
    const one = spill(table);
    expect(one.mayHave(new Int32Array(4), 0)).toBe(true);
    expect(one.find(new Int32Array(4), 0)).toBe(9);
    expect(one.find(Int32Array.of(0, 0, 0, 1), 0)).toBe(-1);
    one.close();
    table.clear();
    expect({ size: table.size, found: table.find(new Uint8Array(16), 0) }).toEqual({ size: 0, found: -1 });
  });

  test('few strange digests pass the filter', () => {
    const table = new DigestTable();
    const rows = 100_000;
    table.judge(digestsOf(Array.from({ length: rows }, (_, i) => i)), rows, 0);
    const file = spill(table);
    const strange = digestsOf(Array.from({ length: rows }, (_, i) => i + rows));
    const words = new Int32Array(strange.buffer);
    let passed = 0;
    for (let i = 0; i < rows; i++) passed += Number(file.mayHave(words, i * 4));
    expect(passed / rows).toBeLessThan(0.015);
    file.close();
  });
});
