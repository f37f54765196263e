import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { BoundedDigests } from '../../dist/dedupe/bounded.js';
import type { JudgedVerdict } from '../../dist/dedupe/judge.js';
import type { NearRoom } from '../../dist/dedupe/setfile.js';
import type { ShingleSets } from '../../dist/dedupe/shingles.js';
import { SpilledDigests } from '../../dist/dedupe/spilled.js';
import type { DigestTable } from '../../dist/dedupe/table.js';
import { NearJudging } from '../../dist/flow/near-judging.js';
import { spilling } from '../../dist/flow/scratch.js';
import { FateLog, rowOrdinals } from '../../dist/ledger/fates.js';
import { dropsOf } from '../ledger/sample.js';

/** A record: null when it is malformed; empty ones are left out. `key` stands for the columns that exact dedupe compares. */
type Rec = { key: number; shingles: number[]; isEmpty: boolean } | null;
/** Of each record the ordinal that it is a duplicate of, its own when it is kept, and for a near duplicate the similarity. */
type Fates = { kept: number; similarity: number | null }[];
const dropped = { kept: -1, similarity: null };

/** Compares every row with every kept one. */
function oracle(records: Rec[], threshold: number, exact: boolean): Fates {
  const kept: { ordinal: number; key: number; set: Set<number> }[] = [];
  return records.map((record, ordinal) => {
    if (record === null || record.isEmpty) return dropped;
    const twin = exact ? kept.find(({ key }) => key === record.key) : undefined;
    if (twin !== undefined) return { kept: twin.ordinal, similarity: null };
    const set = new Set(record.shingles);
    let best = { kept: ordinal, similarity: null as number | null };
    for (const other of kept) {
      const shared = [...set].filter((shingle) => other.set.has(shingle)).length;
      const similarity = shared / (set.size + other.set.size - shared);
      if (similarity >= threshold && similarity > (best.similarity ?? -1)) best = { kept: other.ordinal, similarity };
    }
    if (best.similarity === null) kept.push({ ordinal, key: record.key, set });
    return best;
  });
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'near-parts-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));
let files = 0;
const file = (): string => path.join(folder, `${files++}`);

const noLimit: NearRoom = {
  roomBytes: 0,
  isTight: () => false,
  isFull: () => false,
  mostRows: Number.POSITIVE_INFINITY,
  file,
  spilling: (_, run) => run(),
};

/** 64-bit hashes of shingles, ascending in each row. */
function setsOf(rows: number[][]): ShingleSets {
  const hashed = rows.map((shingles) =>
    [...new Set(shingles)]
      .map((s) => BigInt.asUintN(64, BigInt(s + 1) * 0x9e3779b97f4a7c15n))
      .sort((a, b) => (a < b ? -1 : 1)),
  );
  let end = 0;
  const ends = Uint32Array.from(hashed, (set) => {
    end += set.length;
    return end;
  });
  return { ends, hashes: new Uint8Array(BigUint64Array.from(hashed.flat()).buffer) };
}

/** Spread digests, so that pages of a table are of different keys. */
function digestsOf(keys: number[]): Uint8Array {
  return new Uint8Array(
    Uint32Array.from(keys.flatMap((k) => [1, 3, 5, 7].map((i) => Math.imul(k + 1, 0x9e3779b1 * i)))).buffer,
  );
}

interface Outcome {
  fates: Fates;
  unrelated: number | null;
  wasDeferred: boolean;
}

/** The same by NearJudging, in chunks and slices of the given lengths. */
async function judged(
  records: Rec[],
  threshold: number,
  exact: boolean,
  borders: number[],
  room: NearRoom,
): Promise<Outcome> {
  const spill = (digests: DigestTable): SpilledDigests => new SpilledDigests(digests, file());
  const table = exact ? new BoundedDigests({ roomBytes: 0, isTight: () => true, spill }) : null;
  const judging = new NearJudging(threshold, room, table);
  const log = new FateLog();
  const chunks: { first: number; rows: number; ordinals: number | Uint32Array; verdict: JudgedVerdict | null }[] = [];
  try {
    for (let first = 0, b = 0; first < records.length; b++) {
      const part = records.slice(first, first + (borders[b % Math.max(1, borders.length)] ?? records.length));
      const rejects = part.flatMap((record, r) => (record === null ? [r] : []));
      const rows = part.filter((record) => record !== null);
      const empty = rows.some((row) => row.isEmpty) ? Uint8Array.from(rows, (row) => Number(row.isEmpty)) : null;
      const ordinals = rowOrdinals(first, rows.length, rejects);
      const digests = exact ? digestsOf(rows.map((row) => row.key)) : new Uint8Array(0);
      const slices: ShingleSets[] = [];
      for (let at = 0; at < rows.length; at += 7) slices.push(setsOf(rows.slice(at, at + 7).map((r) => r.shingles)));
      const feed = { next: async () => slices.shift() ?? null };
      const chunk = { rows: rows.length, digests, ordinals, skip: empty };
      const verdict = await judging.judge(chunk, feed, log, undefined);
      expect(verdict === null).toBe(judging.isDeferring);
      if (verdict !== null) log.add({ records: part.length, rejects, drops: dropsOf(empty), verdict });
      chunks.push({ first, rows: rows.length, ordinals, verdict: verdict as JudgedVerdict | null });
      first += part.length;
    }
    const wasDeferred = judging.isDeferring;
    const parts: number[] = [];
    const decided = wasDeferred ? await judging.settle(undefined, (_, part) => parts.push(part)) : null;
    if (wasDeferred) {
      expect(parts).toEqual([...parts].sort((a, b) => a - b));
      expect(parts.at(-1)).toBe(1);
    }
    const fates: Fates = records.map(() => dropped);
    for (const { first, rows, ordinals, verdict } of chunks) {
      const { keep, keptOrdinal, near } = decided?.log.next(rows, ordinals) ?? verdict!;
      const similarities = new Map(Array.from(near!.rows, (row, i) => [row, near!.similarity[i]!]));
      for (let row = 0; row < rows; row++) {
        const ordinal = typeof ordinals === 'number' ? first + row : ordinals[row]!;
        expect(keep[row]).toBe(Number(keptOrdinal[row] === ordinal && !records[ordinal]!.isEmpty));
        if (!records[ordinal]!.isEmpty)
          fates[ordinal] = { kept: keptOrdinal[row]!, similarity: similarities.get(row) ?? null };
      }
    }
    decided?.log.remove();
    return { fates, unrelated: decided === null ? judging.unrelated : decided.unrelated, wasDeferred };
  } finally {
    judging.close();
    table?.close();
  }
}

/** Sets of few different shingles, mostly of earlier rows with some changed; keys that may say otherwise than sets do. */
const corpus: fc.Arbitrary<Rec[]> = fc
  .array(
    fc.record({
      of: fc.nat(),
      edits: fc.array(fc.nat(40), { maxLength: 4 }),
      fresh: fc.option(fc.array(fc.nat(40), { maxLength: 14 }), { freq: 3, nil: undefined }),
      key: fc.nat(60),
      kind: fc.integer({ min: 0, max: 19 }),
    }),
    { minLength: 10, maxLength: 50 },
  )
  .map((plans) => {
    const records: Rec[] = [];
    for (const { of, edits, fresh, key, kind } of plans) {
      const before = records[of % Math.max(1, records.length)]?.shingles ?? [];
      const edited = new Set(before);
      for (const shingle of edits) if (!edited.delete(shingle)) edited.add(shingle);
      records.push(kind === 0 ? null : { key, shingles: fresh ?? [...edited], isEmpty: kind === 1 });
    }
    return records;
  });

const thresholds = fc.oneof(
  fc.constantFrom(0.5, 0.6, 2 / 3, 0.75, 0.8, 0.9, 1),
  fc.double({ min: 0.3, max: 1, noNaN: true }),
);
const borders = fc.array(fc.integer({ min: 1, max: 25 }), { maxLength: 6 });

describe('near duplicates judged in parts', () => {
  test('are those that comparing all pairs gives, with an index that takes few rows', async () => {
    let deferred = 0;
    await fc.assert(
      fc.asyncProperty(
        corpus,
        thresholds,
        fc.boolean(),
        borders,
        fc.integer({ min: 1, max: 8 }),
        async (records, threshold, exact, lengths, mostRows) => {
          const found = await judged(records, threshold, exact, lengths, { ...noLimit, mostRows });
          expect(found.fates).toEqual(oracle(records, threshold, exact));
          deferred += Number(found.wasDeferred);
        },
      ),
      { numRuns: 120 },
    );
    expect(deferred).toBeGreaterThan(30);
  });

  test('are those with an index that is full at any moment, its sets spilled or not', async () => {
    await fc.assert(
      fc.asyncProperty(
        corpus,
        thresholds,
        fc.boolean(),
        borders,
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 }),
        fc.boolean(),
        async (records, threshold, exact, lengths, sizes, isTight) => {
          let asked = 0;
          const room: NearRoom = {
            ...noLimit,
            isTight: () => isTight,
            // From the first page on, whatever it holds by then.
            isFull: () => asked % 2 === 1,
            get mostRows() {
              return sizes[asked++ % sizes.length]!;
            },
          };
          const { fates } = await judged(records, threshold, exact, lengths, room);
          expect(fates).toEqual(oracle(records, threshold, exact));
        },
      ),
      { numRuns: 100 },
    );
  });

  test('have the same sample of unrelated rows, and leave no file behind but digests', async () => {
    let x = 3;
    const next = (n: number): number => {
      x = (Math.imul(x, 1103515245) + 12345) & 0x7fffffff;
      return (x >>> 8) % n;
    };
    const records = Array.from({ length: 900 }, (_, key): Rec => {
      const shingles = Array.from({ length: 12 + next(20) }, () => next(120));
      return { key, shingles, isEmpty: false };
    });
    const before = fs.readdirSync(folder);
    const whole = await judged(records, 0.9, true, [200], noLimit);
    expect(whole.wasDeferred).toBe(false);
    const inParts = await judged(records, 0.9, true, [200], { ...noLimit, mostRows: 150 });
    expect(inParts).toEqual({ ...whole, wasDeferred: true });
    expect(whole.unrelated).toBeGreaterThan(0);
    expect(fs.readdirSync(folder)).toEqual(before);
  });

  test('are of the earliest of equally similar rows, and of a more similar one in a later part', async () => {
    const sets = [
      [1, 2, 3, 4],
      [3, 4, 5, 6],
      [1, 2, 5, 6],
      [7, 8, 9],
      // As similar to each of the first three; then to all, but most to the second, and to the third.
      [1, 2, 3, 4, 5, 6],
      [3, 4, 5, 6, 2],
      [1, 2, 5, 6, 3],
      [9, 7],
    ];
    const records = sets.map((shingles, key): Rec => ({ key, shingles, isEmpty: false }));
    const expected = oracle(records, 0.5, true);
    expect(expected.map(({ kept }) => kept)).toEqual([0, 1, 2, 3, 0, 1, 2, 3]);
    for (const mostRows of [0, 1, 2, 3, 4]) {
      const { fates } = await judged(records, 0.5, true, [3], { ...noLimit, mostRows });
      expect(fates, `${mostRows} rows`).toEqual(expected);
    }
  });

  test('may wait from the first row on, and to the last', async () => {
    const row = (key: number, ...shingles: number[]): Rec => ({ key, shingles, isEmpty: false });
    const records = [
      row(0),
      row(1, 1, 2, 3),
      row(2),
      row(3, 1, 2, 3),
      row(0),
      row(4, 1, 2, 3, 4),
      row(4, 9),
      row(5, 9),
    ];
    const rows = await judged(records, 0.75, true, [1, 3], { ...noLimit, mostRows: 0 });
    expect(rows).toEqual({ fates: oracle(records, 0.75, true), unrelated: null, wasDeferred: true });
    // The index is full with the last row: nothing is left to wait.
    const kept = rows.fates.filter(({ kept }, ordinal) => kept === ordinal).length;
    const full = await judged(records, 0.75, true, [1, 3], { ...noLimit, mostRows: kept });
    expect(full.fates).toEqual(rows.fates);
  });

  test('blame scratch that can not be written', async () => {
    const gone = path.join(folder, 'gone');
    const room = { ...noLimit, mostRows: 2, file: () => path.join(gone, 'spill'), spilling };
    const records = Array.from({ length: 9 }, (_, key): Rec => ({ key, shingles: [key], isEmpty: false }));
    const failed = judged(records, 0.8, false, [5], room);
    await expect(failed).rejects.toMatchObject({ code: 'output', message: expect.stringContaining('scratch') });
  });

  test('end when they are interrupted', async () => {
    const judging = new NearJudging(0.8, { ...noLimit, mostRows: 10 }, null);
    const rows = Array.from({ length: 3000 }, (_, r) => Array.from({ length: 50 }, (_, i) => r * 50 + i));
    const chunk = { rows: rows.length, digests: new Uint8Array(0), ordinals: 0, skip: null };
    const slices = [setsOf(rows)];
    await judging.judge(chunk, { next: async () => slices.shift() ?? null }, new FateLog(), undefined);
    const controller = new AbortController();
    const before = fs.readdirSync(folder).length;
    const settled = judging.settle(controller.signal, () => controller.abort());
    await expect(settled).rejects.toThrow(/abort/i);
    judging.close();
    // What waited, and the verdicts.
    expect(fs.readdirSync(folder).length).toBe(before - 2);
  });
});
