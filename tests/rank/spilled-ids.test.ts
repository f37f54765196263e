import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { rank } from './rank.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'spilled-ids-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

const word = fc.oneof(
  fc.constantFrom('data', 'rows', 'straße', '日本', 'x', 'the', 'models'),
  fc.stringMatching(/^[a-c]{2,4}$/),
);
const text = fc.array(word, { maxLength: 60 }).map((words) => words.join(' '));
const texts = fc.array(text, { minLength: 1, maxLength: 60 });

test('scores by spilled ids are those by ids in memory, bit for bit, without reading a text twice', () => {
  const settings = fc.record({
    ngrams: fc.constantFrom<[number, number]>([1, 2], [1, 1], [2, 2], [1, 3]),
    minDf: fc.integer({ min: 1, max: 2 }),
    maxFeatures: fc.constantFrom(3, 20, 1000),
    method: fc.constantFrom('relevance' as const, 'bm25' as const),
  });
  const layout = fc.record({ workers: fc.integer({ min: 1, max: 3 }), chunkRows: fc.integer({ min: 1, max: 20 }) });
  const targets = fc.constantFrom<string[][]>(['data models'], ['日本 rows', 'straße']);
  fc.assert(
    fc.property(texts, settings, targets, layout, fc.constantFrom(0, 2 ** 16), (rows, changed, aims, by, keepBytes) => {
      const whole = rank([rows], changed, { targets: aims });
      const spilled = rank([rows], { ...changed, keepBytes }, { targets: aims, ...by, spillTo: folder });
      expect(spilled.ranking).toEqual(whole.ranking);
      expect(spilled.scores).toEqual(whole.scores);
      expect(spilled.again).toBe(0);
      // What was scored is not needed any more.
      const left = fs.readdirSync(folder);
      if (spilled.scores !== null) expect(left).toEqual([]);
      for (const file of left) fs.rmSync(path.join(folder, file));
    }),
    { numRuns: 60 },
  );
});

/** Rows of many lengths, one of them longer than a page of ids. */
function longRows(): string[] {
  let x = 3;
  const next = (n: number): number => {
    x = (Math.imul(x, 1103515245) + 12345) & 0x7fffffff;
    return (x >>> 8) % n;
  };
  const row = (words: number): string =>
    Array.from({ length: words }, () => `w${Math.min(next(900), next(900))}`).join(' ');
  return Array.from({ length: 400 }, (_, i) => row(i === 250 ? 400_000 : next(3000)));
}

test('a chunk may be in memory in part, and its rows longer than a page', () => {
  const rows = longRows();
  const whole = rank([rows]);
  for (const keepBytes of [0, 2 ** 16, 2 ** 20, 3 * 2 ** 20]) {
    const spilled = rank([rows], { keepBytes }, { chunkRows: 300, spillTo: folder });
    expect(spilled.ranking).toEqual(whole.ranking);
    expect(spilled.scores).toEqual(whole.scores);
    expect(spilled.again).toBe(0);
  }
});

test('ids may be larger than 16 bits', () => {
  const words = Array.from({ length: 140_000 }, (_, i) => `w${i}`);
  const rows = [
    words.join(' '),
    'w1 w2',
    words.slice(50_000).reverse().join(' '),
    '',
    words.slice(61_000, 70_000).join(' '),
  ];
  const options = { maxFeatures: 200_000, minDf: 1, ngrams: [1, 1] as [number, number] };
  const whole = rank([rows], options, { targets: ['w60000 w65000 w139999'] });
  const spilled = rank([rows], { ...options, keepBytes: 0 }, { targets: ['w60000 w65000 w139999'], spillTo: folder });
  expect(spilled.scores).toEqual(whole.scores);
  expect(new Set(whole.scores).size).toBeGreaterThan(3);
});

test('files begun before rare terms were forgotten are given up, and those of the recount are used', () => {
  const often = 'data models rows ranked clean'.split(' ');
  const rows = Array.from({ length: 1000 }, (_, i) => `${often[i % 5]} ${often[(i * 7) % 4]} once${i} ${often[i % 3]}`);
  const options = { maxFeatures: 5 };
  const whole = rank([rows], options);
  const spilled = rank([rows], { ...options, maxTerms: 700, keepBytes: 0 }, { chunkRows: 50, spillTo: folder });
  expect(spilled.ranking).toEqual(whole.ranking);
  expect(spilled.scores).toEqual(whole.scores);
  // Once for the recount, and not for the passes after it.
  expect(spilled.again).toBe(20);
  expect(fs.readdirSync(folder)).toEqual([]);
});
