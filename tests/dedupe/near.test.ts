import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { digestRows } from '../../dist/dedupe/digest.js';
import { type JudgedRows, type JudgedVerdict, NearJudgement } from '../../dist/dedupe/judge.js';
import { NearIndex } from '../../dist/dedupe/near.js';
import type { NearRoom } from '../../dist/dedupe/setfile.js';
import { type ShingleSets, shingleRows } from '../../dist/dedupe/shingles.js';
import { DigestTable } from '../../dist/dedupe/table.js';
import { createIngestKernel } from '../../dist/kernels/ingest.js';
import { createNearKernel } from '../../dist/kernels/near.js';
import { blockOf, textColumn } from './blocks.js';

type Row = (string | null)[];
interface Fate {
  kept: number;
  similarity: number | null;
}

/** The words of a text, the slow way. */
function wordsOf(row: Row): string[] {
  const text = row
    .filter((cell) => cell !== null)
    .join('\n')
    .toLowerCase();
  return (
    text.match(
      /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}]|(?:(?![\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}])[\p{L}\p{M}\p{N}])+/gu,
    ) ?? []
  );
}

function shinglesOf(row: Row, size: number): Set<string> {
  const words = wordsOf(row);
  if (words.length === 0) return new Set();
  const width = Math.min(size, words.length);
  return new Set(Array.from({ length: words.length - width + 1 }, (_, i) => words.slice(i, i + width).join(' ')));
}

/** Compares every row with every kept one. */
function oracle(rows: Row[], threshold: number, size: number, exact: boolean): Fate[] {
  const kept: { row: number; key: string; set: Set<string> }[] = [];
  return rows.map((row, r) => {
    const key = JSON.stringify(row);
    const twin = exact ? kept.find((k) => k.key === key) : undefined;
    if (twin) return { kept: twin.row, similarity: null };
    const set = shinglesOf(row, size);
    let best = { kept: r, similarity: null as number | null };
    for (const other of kept) {
      if (set.size === 0 || other.set.size === 0) continue;
      let shared = 0;
      for (const shingle of set) shared += Number(other.set.has(shingle));
      const similarity = shared / (set.size + other.set.size - shared);
      if (similarity >= threshold && similarity > (best.similarity ?? -1)) best = { kept: other.row, similarity };
    }
    if (best.similarity === null) kept.push({ row: r, key, set });
    return best;
  });
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'near-sets-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));
let files = 0;

/** An index that spills all sets it can. */
const noRoom: NearRoom = {
  roomBytes: 0,
  isTight: () => true,
  isFull: () => false,
  mostRows: Number.POSITIVE_INFINITY,
  file: () => path.join(folder, `${files++}`),
  spilling: (_, run) => run(),
};

const ingest = createIngestKernel();
const shingler = createNearKernel();

/** All rows of a chunk, with a look at the clock after a few of them. */
function judge(
  chunk: JudgedRows,
  shingles: Iterable<ShingleSets>,
  table: DigestTable | null,
  index: NearIndex,
): JudgedVerdict {
  const judgement = new NearJudgement(chunk, table, index);
  for (const sets of shingles) for (let row = 0; row < sets.ends.length; ) row = judgement.take(sets, row, 0);
  return judgement.finish();
}

/** The same by the index, in chunks of the given lengths, before which it may be rebuilt. */
function judged(
  rows: Row[],
  threshold: number,
  size: number,
  exact: boolean,
  borders: number[],
  room: NearRoom | null = null,
  rebuilds = false,
): Fate[] {
  const table = exact ? new DigestTable() : null;
  const index = new NearIndex(threshold, room);
  const fates: Fate[] = [];
  for (let from = 0, b = 0; from < rows.length; b++) {
    const to = Math.min(rows.length, from + (borders[b] ?? rows.length));
    const part = rows.slice(from, to);
    if (rebuilds) index.rebuild();
    const columns = Array.from({ length: rows[0]!.length }, (_, c) => textColumn(part.map((row) => row[c]!)));
    const block = blockOf(...columns);
    const all = columns.map((_, c) => c);
    ingest.reset();
    const digests = digestRows(ingest, block, all);
    const shingles = shingleRows(shingler, block, all, size);
    const verdict = judge({ rows: part.length, digests, ordinals: from, skip: null }, shingles, table, index);
    let near = 0;
    part.forEach((_, i) => {
      const isNear = verdict.near?.rows[near] === i;
      fates.push({ kept: verdict.keptOrdinal[i]!, similarity: isNear ? verdict.near!.similarity[near++]! : null });
      expect(verdict.keep[i]).toBe(Number(verdict.keptOrdinal[i] === from + i));
    });
    from = to;
  }
  return fates;
}

/** The same in one chunk, without the table. */
function indexed(
  rows: Row[],
  threshold: number,
  size: number,
  room: NearRoom | null = null,
): { index: NearIndex; fates: Fate[] } {
  const index = new NearIndex(threshold, room);
  const shingles = shingleRows(shingler, blockOf(textColumn(rows.map((row) => row[0]!))), [0], size);
  const chunk = { rows: rows.length, digests: new Uint8Array(0), ordinals: 0, skip: null };
  const { keptOrdinal, near } = judge(chunk, shingles, null, index);
  const similarities = new Map(Array.from(near!.rows, (row, i) => [row, near!.similarity[i]!]));
  const fates = Array.from(keptOrdinal, (kept, row) => ({ kept, similarity: similarities.get(row) ?? null }));
  return { index, fates };
}

/** Rows of few different words, mostly copies of earlier ones with some words changed. */
const corpus = (alphabet: string[], most: number): fc.Arbitrary<Row[]> => {
  const text = fc.array(fc.constantFrom(...alphabet), { maxLength: 30 });
  const edit = fc.record({ of: fc.nat(), at: fc.nat(), word: fc.constantFrom('', ...alphabet), more: fc.boolean() });
  return fc.array(fc.oneof(text, fc.array(edit, { minLength: 1, maxLength: 3 })), { maxLength: most }).map((plans) => {
    const texts: string[][] = [];
    for (const plan of plans) {
      const edits = plan as { of: number; at: number; word: string; more: boolean }[];
      if (typeof plan[0] !== 'object') texts.push(plan as string[]);
      else if (texts.length > 0) {
        const copy = [...texts[edits[0]!.of % texts.length]!];
        for (const e of edits) copy.splice(e.at % (copy.length + 1), e.more ? 0 : 1, e.word);
        texts.push(copy);
      }
    }
    return texts.map((words) => [words.join(' ')]);
  });
};

/** Rows of a few headers and footers, some with a word of their own in them, around short bodies that overlap. */
const headed = (most: number): fc.Arbitrary<Row[]> => {
  const body = fc.array(fc.constantFrom(...Array.from({ length: 40 }, (_, i) => `w${i}`)), { maxLength: 16 });
  const row = fc.record({
    header: fc.nat(),
    dated: fc.option(fc.tuple(fc.nat(), fc.nat({ max: 5 })), { freq: 3 }),
    body: fc.array(fc.nat(), { minLength: 1, maxLength: 2 }),
    from: fc.nat({ max: 8 }),
    edits: fc.array(fc.record({ at: fc.nat(), word: fc.constantFrom('', 'w1', 'w2', 'x', 'y') }), { maxLength: 3 }),
    footer: fc.option(fc.nat({ max: 4 }), { freq: 3 }),
  });
  return fc
    .tuple(
      fc.array(fc.nat({ max: 45 }), { minLength: 1, maxLength: 3 }),
      fc.array(body, { minLength: 1, maxLength: 6 }),
      fc.array(row, { minLength: 20, maxLength: most }),
    )
    .map(([headers, bodies, plans]) =>
      plans.map((plan) => {
        const h = plan.header % headers.length;
        const header = Array.from({ length: headers[h]! }, (_, i) => `header${h % 2}of${i}`);
        if (plan.dated) header.splice(plan.dated[0] % (header.length + 1), 1, `date${plan.dated[1]}`);
        const words = plan.body.flatMap((b) => bodies[b % bodies.length]!).slice(plan.from);
        for (const { at, word } of plan.edits) words.splice(at % (words.length + 1), 1, word);
        const footer = plan.footer === null ? [] : header.slice(plan.footer, plan.footer * 3);
        return [[...header, ...words, ...footer].join(' ')];
      }),
    );
};

const thresholds = fc.oneof(
  fc.constantFrom(0.5, 0.6, 2 / 3, 0.75, 0.8, 0.9, 1),
  fc.double({ min: 0.5, max: 1, noNaN: true }),
);

describe('near duplicates', () => {
  test.each([
    ['three words', ['a', 'b', 'c']],
    ['ten words', 'the quick brown fox jumps over a lazy dog again'.split(' ')],
    ['many words', Array.from({ length: 200 }, (_, i) => `w${i}`)],
    [
      'mixed scripts',
      ['Ünïcode', 'ÜNÏCODE', '中文', '日本語テ', 'ไทย', 'ΣΑΣ', 'ab_cd', "don't", '１２', '𝒜𝒷', 'naïve-é'],
    ],
  ])('are those that comparing all pairs gives: %s', (_, alphabet) => {
    fc.assert(
      fc.property(
        corpus(alphabet, 60),
        thresholds,
        fc.integer({ min: 1, max: 5 }),
        fc.boolean(),
        fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 8 }),
        (rows, threshold, size, exact, borders) => {
          expect(judged(rows, threshold, size, exact, borders)).toEqual(oracle(rows, threshold, size, exact));
        },
      ),
      { numRuns: 150 },
    );
  });

  test.each([
    ['in memory', null],
    ['spilled', noRoom],
  ])('are found among rows with headers, however often the index is rebuilt: %s', (_, room) => {
    fc.assert(
      fc.property(
        headed(90),
        thresholds,
        fc.integer({ min: 1, max: 3 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 5 }),
        (rows, threshold, size, borders) => {
          expect(judged(rows, threshold, size, false, borders, room, true)).toEqual(
            oracle(rows, threshold, size, false),
          );
        },
      ),
      { numRuns: 100 },
    );
  });

  test('meets few rows for each row behind a header of 1,000 words', () => {
    let x = 11;
    const next = (n: number): number => {
      x = (Math.imul(x, 1103515245) + 12345) & 0x7fffffff;
      return (x >>> 8) % n;
    };
    const header = Array.from({ length: 1000 }, (_, i) => `header${i}`).join(' ');
    const count = 8000;
    const index = new NearIndex(0.8);
    for (let from = 0; from < count; from += 1000) {
      const texts = Array.from({ length: 1000 }, () => {
        const body = Array.from({ length: 100 + next(150) }, () => `w${next(40_000)}`);
        return `${header} ${body.join(' ')}`;
      });
      const shingles = shingleRows(shingler, blockOf(textColumn(texts)), [0], 3);
      judge({ rows: 1000, digests: new Uint8Array(0), ordinals: from, skip: null }, shingles, null, index);
    }
    // There are 32 million pairs, nearly all of which have the header in their prefixes.
    expect(index.size).toBeGreaterThan(count * 0.8);
    expect(index.work).toBeLessThan(count * 300);
  });

  test('are found in an index that is rebuilt step by step, between which other things can be done', () => {
    const text = (row: number): string =>
      Array.from({ length: 700 }, (_, i) => (i < 300 ? `header${i}` : `w${row}x${i}`)).join(' ');
    const block = blockOf(textColumn(Array.from({ length: 1500 }, (_, row) => text(row))));
    const slices = [...shingleRows(createNearKernel(), block, [0], 3)];
    const index = new NearIndex(0.8);
    let ordinal = 0;
    for (const sets of slices) for (let row = 0; row < sets.ends.length; row++) index.insert(sets, row, ordinal++);
    let steps = 1;
    while (!index.rebuild(0)) {
      expect(index.isStale).toBe(true);
      steps++;
    }
    // A million shingles.
    expect(steps).toBeGreaterThan(3);
    expect(index.isStale).toBe(false);
    let found = 0;
    for (const sets of slices) {
      for (let row = 0; row < sets.ends.length; row++) {
        expect(index.find(sets, row)).toBe(found++);
        expect(index.similarity).toBe(1);
      }
    }
  });

  test('are found when frequent shingles have made the index be rebuilt', () => {
    // Long shared headers and footers around bodies that overlap in part: most shingles are frequent.
    let x = 7;
    const next = (n: number): number => {
      x = (Math.imul(x, 1103515245) + 12345) & 0x7fffffff;
      return (x >>> 8) % n;
    };
    const header = Array.from({ length: 90 }, (_, i) => `header${i}`);
    const rows: Row[] = Array.from({ length: 600 }, () => {
      const body = Array.from({ length: 5 + next(30) }, () => `w${next(40)}`);
      return [[...header.slice(next(8)), ...body, ...header.slice(0, next(30))].join(' ')];
    });
    for (const threshold of [0.8, 0.9]) {
      const expected = oracle(rows, threshold, 2, false);
      for (const room of [null, noRoom]) {
        const { index, fates } = indexed(rows, threshold, 2, room);
        expect(index.rebuilds).toBeGreaterThan(0);
        expect(fates).toEqual(expected);
      }
    }
  });

  test('are found among texts of a few templates, whose shared shingles are held once', () => {
    let x = 5;
    const next = (n: number): number => {
      x = (Math.imul(x, 1103515245) + 12345) & 0x7fffffff;
      return (x >>> 8) % n;
    };
    const templates = [0, 1, 2].map((t) => Array.from({ length: 60 + 40 * t }, (_, i) => `template${t % 2}of${i}`));
    const rows: Row[] = Array.from({ length: 900 }, () => {
      const template = templates[next(3)]!;
      const body = Array.from({ length: 8 + next(25) }, () => `w${next(next(2) === 0 ? 30 : 3000)}`);
      return [[...template, ...body, ...template.slice(0, next(4))].join(' ')];
    });
    for (const threshold of [0.7, 0.8, 0.95]) {
      const expected = oracle(rows, threshold, 2, false);
      for (const room of [null, noRoom]) {
        const { index, fates } = indexed(rows, threshold, 2, room);
        expect(index.rebuilds).toBeGreaterThan(0);
        expect(fates).toEqual(expected);
      }
    }
  });

  test('are found among large sets, most of them spilled, that have a long header in common', () => {
    let x = 3;
    const next = (n: number): number => {
      x = (Math.imul(x, 1103515245) + 12345) & 0x7fffffff;
      return (x >>> 8) % n;
    };
    const header = Array.from({ length: 700 }, (_, i) => `header${i}`);
    const bodies = Array.from({ length: 5 }, () => Array.from({ length: 150 }, () => `w${next(next(2) ? 60 : 9000)}`));
    // Every third is a text of its own, so that there are sets to spill.
    const rows: Row[] = Array.from({ length: 255 }, (_, row) => {
      if (row % 3 === 2) return [Array.from({ length: 600 }, () => `f${next(1_000_000)}`).join(' ')];
      const body = [...bodies[next(5)]!, ...bodies[next(5)]!].slice(next(60));
      for (let edits = next(60); edits > 0; edits--) body[next(body.length)] = `e${next(500)}`;
      return [[...header.slice(next(3)), ...body].join(' ')];
    });
    for (const threshold of [0.75, 0.9]) {
      const expected = oracle(rows, threshold, 3, false);
      const kept = expected.filter((fate, row) => fate.kept === row).length;
      expect(kept).toBeGreaterThan(40 + 85);
      expect(kept).toBeLessThan(rows.length - 10);
      const before = files;
      for (const room of [null, noRoom]) expect(judged(rows, threshold, 3, false, [150, 75], room)).toEqual(expected);
      expect(files).toBe(before + 1);
    }
  });

  test('compares the texts of several columns one after the other', () => {
    const rows: Row[] = [
      ['a b c d', 'e f g'],
      ['a b c', 'd e f g'],
      [null, 'a b c d e f g'],
      ['a b c d e f', null],
      ['', ''],
      [null, null],
      ['!?', '…'],
    ];
    expect(judged(rows, 0.8, 3, false, [])).toEqual([
      { kept: 0, similarity: null },
      { kept: 0, similarity: 1 },
      { kept: 0, similarity: 1 },
      { kept: 0, similarity: 0.8 },
      // Without a word nothing is compared.
      { kept: 4, similarity: null },
      { kept: 5, similarity: null },
      { kept: 6, similarity: null },
    ]);
  });

  test('texts that begin alike have the shingles that each has alone', () => {
    const word = fc.constantFrom('a', 'Bc', 'ΟΔΟΣ', 'naïve', '中文', 'İx', '１２', '𝒜', "don't", 'w', 'longerword');
    const gap = fc.constantFrom(' ', ' ', ' ', '\n', ', ', '', '\u00a0', '.');
    const piece = fc.array(fc.tuple(word, gap), { maxLength: 30 }).map((all) => all.flat().join(''));
    // A text is so much of a header, and then more of its own, or nothing.
    const text = fc.record({ header: fc.nat({ max: 1 }), share: fc.nat({ max: 8 }), more: piece });
    fc.assert(
      fc.property(
        fc.tuple(piece, piece),
        fc.array(fc.record({ first: fc.option(text, { freq: 8 }), second: fc.option(piece) }), { maxLength: 12 }),
        fc.integer({ min: 1, max: 64 }),
        (pieces, plans, size) => {
          const headers = pieces.map((all) => `${all}${all}x ${all}`.repeat(9).slice(0, 4000));
          const rows = plans.map(({ first, second }) => {
            if (first === null) return [null, second];
            const header = headers[first.header]!;
            return [header.slice(0, Math.ceil((header.length * first.share) / 8)) + first.more, second];
          });
          const shinglesOfAll = (part: Row[]): Uint8Array[] => {
            const block = blockOf(textColumn(part.map((row) => row[0]!)), textColumn(part.map((row) => row[1]!)));
            return [...shingleRows(shingler, block, [0, 1], size)].flatMap(({ ends, hashes }) =>
              Array.from(ends, (end, row) => hashes.slice(row === 0 ? 0 : ends[row - 1]! * 8, end * 8)),
            );
          };
          expect(shinglesOfAll(rows)).toEqual(rows.flatMap((row) => shinglesOfAll([row])));
        },
      ),
      { numRuns: 300 },
    );
  });

  test('takes long rows and rows of one word repeated', () => {
    const long = Array.from({ length: 40_000 }, (_, i) => `word${i}`);
    const rows: Row[] = [
      [long.join(' ')],
      [[...long.slice(0, 20_000), 'other', ...long.slice(20_001)].join(' ')],
      ['again '.repeat(50_000)],
      ['again again'],
      ['again again again'],
      ['ab cd '.repeat(30_000)],
      [long.map((word) => `other${word}`).join(' ')],
      [long.map((word) => `third${word}`).join(' ')],
      [[...long.slice(5), 'another'].join(' ')],
    ];
    const expected = oracle(rows, 0.8, 3, true);
    const before = files;
    for (const room of [null, noRoom]) expect(judged(rows, 0.8, 3, true, [2], room)).toEqual(expected);
    // Sets of more than a page.
    expect(files).toBe(before + 1);
  });
});
