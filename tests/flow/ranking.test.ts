import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type CompileOptions, compile, load } from '../../dist/index.js';
import { readRankRecord } from '../../dist/rank/record-read.js';
import { why } from '../../dist/why.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ranking-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

/** Made by scikit-learn (make-ranking.py). */
const answers = JSON.parse(fs.readFileSync(path.join(import.meta.dirname, 'ranking.json'), 'utf8'));
const source: { title: string; body: string }[] = answers.rows;

interface Row {
  id: number;
  quality_score: number;
  [column: string]: unknown;
}

let made = 0;

/** Compiles a text and gives the rows of the output, the manifest and the folder. */
async function compiled(text: string, options: CompileOptions = {}, extension = 'csv') {
  const file = path.join(folder, `${made}.${extension}`);
  const out = path.join(folder, `out-${made++}`);
  fs.writeFileSync(file, text);
  const { manifest } = await compile([file], { out, cache: false, threads: 1, ...options });
  const rows: Row[] = [];
  for await (const row of await load(out)) rows.push(row as Row);
  return { rows, manifest, out };
}

const csv = ['id,title,body', ...source.map(({ title, body }, i) => `${i},${title},${body}`)].join('\n');
const small = 'id,text\n0,clean data\n1,clean rows of clean data\n2,rows\n3,singular\n4,ranked rows of data\n';

/** Scores as they should be, the largest first, ties in source order. */
function expectRanked(rows: readonly Row[], scores: readonly number[]): void {
  expect(rows.length).toBe(scores.length);
  for (const { id, quality_score } of rows) expect(Math.abs(quality_score - scores[id]!)).toBeLessThan(1e-9);
  for (let i = 1; i < rows.length; i++) {
    const [before, after] = [rows[i - 1]!, rows[i]!];
    expect(before.quality_score).toBeGreaterThanOrEqual(after.quality_score);
    if (before.quality_score === after.quality_score) expect(before.id).toBeLessThan(after.id);
  }
}

const idsOf = (rows: readonly Row[]): number[] => rows.map((row) => Number(row.id));

describe('the scores of scikit-learn', () => {
  const cases: [string, CompileOptions][] = [
    ['all columns', {}],
    ['all columns', { threads: 3, rankMethod: 'tfidf' }],
    ['body', { rankOn: ['body'] }],
    ['options', { ngrams: '1,3', minDf: 3, maxFeatures: 2000 }],
    ['targets scores', { rankTarget: answers.targets }],
    ['targets scores', { rankMethod: 'cosine', rankTarget: answers.targets }],
  ];
  for (const [name, options] of cases)
    test(`${name}, ${JSON.stringify(options)}`, async () => {
      expectRanked((await compiled(csv, options)).rows, answers[name]);
    });

  test('targets of a file, one a line', async () => {
    const file = path.join(folder, 'targets.txt');
    fs.writeFileSync(file, `${answers.targets.join('\r\n\n')}\n`);
    expectRanked((await compiled(csv, { rankTarget: `@${file}` })).rows, answers['targets scores']);
  });

  test('rows that dedupe dropped do not count', async () => {
    const twice = `${csv}\n${csv.split('\n').slice(1).join('\n')}\n`;
    expectRanked((await compiled(twice)).rows, answers['all columns']);
  });

  test('message lists, by content: roles are not words', async () => {
    const turns = source.map(({ title, body }, id) => ({ id, chat: [{ role: title, content: body }] }));
    const text = turns.map((turn) => JSON.stringify(turn)).join('\n');
    const { rows, out } = await compiled(text, {}, 'jsonl');
    expectRanked(rows, answers.body);
    const { score, terms } = await why(out, 3);
    expect(terms!.reduce((sum, { part }) => sum + part, 0)).toBeCloseTo(score!, 12);
    // The same lists from Parquet, where they are nested.
    const again = path.join(folder, 'messages');
    await compile([path.join(out, 'data.parquet')], {
      out: again,
      drop: ['quality_score'],
      keepOrder: true,
      cache: false,
    });
    const explained = await why(again, 1);
    expect(explained.score).toBe(1);
    expect(explained.terms!.reduce((sum, { part }) => sum + part, 0)).toBeCloseTo(1, 12);
  });
});

describe('bm25', () => {
  test("Lucene's formula, divided by the largest", async () => {
    const { rows } = await compiled(small, { rankMethod: 'bm25', rankTarget: 'clean rows' });
    // The tokens of each row, stop words left out: 2, 4, 1, 1, 3.
    const mean = 11 / 5;
    const idf = (df: number): number => Math.log(1 + (5 - df + 0.5) / (df + 0.5));
    const part = (tf: number, df: number, length: number): number =>
      (idf(df) * tf) / (tf + 1.2 * (1 - 0.75 + (0.75 * length) / mean));
    const raw = [part(1, 2, 2), part(2, 2, 4) + part(1, 3, 4), part(1, 3, 1), 0, part(1, 3, 3)];
    const largest = Math.max(...raw);
    expectRanked(
      rows,
      raw.map((score) => score / largest),
    );
  });

  test.each(['bm25', 'cosine'] as const)('%s needs a target', async (rankMethod) => {
    await expect(compiled(small, { rankMethod })).rejects.toMatchObject({ code: 'usage' });
  });
});

describe('what is kept, and where', () => {
  const best = (count: number): number[] =>
    source
      .map((_, id) => id)
      .sort((a, b) => answers['all columns'][b] - answers['all columns'][a] || a - b)
      .slice(0, count);

  test.each([
    [7, 7],
    ['10%', 8],
    ['1%', 1],
    ['11.3%', 10],
    [1000, 80],
    ['100%', 80],
  ])('top %s', async (top, count) => {
    const { rows, manifest } = await compiled(csv, { top });
    expect(idsOf(rows)).toEqual(best(count));
    expect(manifest.ledger.dropped['below top'] ?? 0).toBe(80 - count);
    expect([manifest.ledger.kept, manifest.stats.ranked_samples]).toEqual([count, 80]);
  });

  test('the source order, with and without top', async () => {
    const all = (await compiled(csv, { keepOrder: true })).rows;
    expect(idsOf(all)).toEqual(source.map((_, id) => id));
    for (const { id, quality_score } of all) expect(quality_score).toBeCloseTo(answers['all columns'][id], 9);
    const { rows } = await compiled(csv, { keepOrder: true, top: 9 });
    expect(idsOf(rows)).toEqual(best(9).sort((a, b) => a - b));
  });

  test('without ranking there is no score', async () => {
    const { rows, out } = await compiled(csv, { rank: false });
    expect(idsOf(rows)).toEqual(source.map((_, id) => id));
    expect(rows[0]).not.toHaveProperty('quality_score');
    expect(await why(out, 1)).toMatchObject({ score: null, terms: null });
  });

  test('method none: every score is 1', async () => {
    const { rows, out } = await compiled(csv, { rankMethod: 'none' });
    expect(rows.map((row) => row.quality_score)).toEqual(source.map(() => 1));
    expect(idsOf(rows)).toEqual(source.map((_, id) => id));
    expect(await why(out, 1)).toMatchObject({ score: 1, terms: null });
    const first = await compiled(csv, { rankMethod: 'none', top: 5 });
    expect(idsOf(first.rows)).toEqual([0, 1, 2, 3, 4]);
    expect(first.rows.map((row) => row.quality_score)).toEqual([1, 1, 1, 1, 1]);
    expect(first.manifest).toMatchObject({ warnings: [], ledger: { dropped: { 'below top': 75 } } });
  });
});

describe('a language', () => {
  const text = 'id,text\n0,ranking rows\n1,ranked rows\n2,other\n3,the ranks\n';

  test('stems words, so that forms of a word are one term', async () => {
    const stemmed = (await compiled(text, { rankLanguage: 'en' })).manifest;
    expect(stemmed.ranking).toMatchObject({
      vocabulary: 3,
      heaviest: expect.arrayContaining([expect.objectContaining({ term: 'rank', count: 3, rows: 3 })]),
    });
    expect((await compiled(text)).manifest.ranking).toMatchObject({ vocabulary: 1 });
  });

  test('targets are stemmed too', async () => {
    const { rows } = await compiled(text, { rankLanguage: 'en', rankTarget: 'Ranks!' });
    expect(idsOf(rows)).toEqual([3, 0, 1, 2]);
    expect(rows[0]!.quality_score).toBeCloseTo(1, 12);
  });

  test('an unknown one is refused', async () => {
    await expect(compiled(text, { rankLanguage: 'xx' })).rejects.toMatchObject({ code: 'usage' });
  });
});

describe('nothing to rank', () => {
  test.each([
    ['no text column', 'id,n\n3,1.5\n2,2.5\n1,7\n', {}, 'no text column'],
    ['only stop words', 'id,text\n3,the\n2,and of\n1,is it\n', {}, 'no term'],
    ['no term in two rows', 'id,text\n3,one thing\n2,another\n1,more\n', {}, 'no term'],
    ['no rows', 'id,text\n', {}, 'no t'],
  ] as [string, string, CompileOptions, string][])('%s', async (_, text, options, warning) => {
    const { rows, manifest, out } = await compiled(text, options);
    const ids = text
      .split('\n')
      .slice(1, -1)
      .map((line) => Number(line.split(',')[0]));
    expect(idsOf(rows)).toEqual(ids);
    expect(rows.map((row) => row.quality_score)).toEqual(ids.map(() => 1));
    expect(manifest.warnings).toContainEqual(expect.stringContaining(warning));
    if (ids.length > 0) expect(await why(out, 1)).toMatchObject({ score: 1, terms: null });
  });

  test.each(['relevance', 'cosine', 'bm25'] as const)('a target without a term, %s: 0', async (rankMethod) => {
    const { rows, manifest, out } = await compiled(small, { rankMethod, rankTarget: 'unseen' });
    expect(rows.map((row) => row.quality_score)).toEqual([0, 0, 0, 0, 0]);
    expect(idsOf(rows)).toEqual([0, 1, 2, 3, 4]);
    expect(manifest.warnings).toEqual(['the rank target has no term that the data is ranked by']);
    expect(await why(out, 1)).toMatchObject({ score: 0, terms: [], target: 'unseen' });
  });

  test('rows without a term of the vocabulary score 0', async () => {
    const { rows } = await compiled(small);
    expect(rows.at(-1)!.quality_score).toBe(0);
    expect(idsOf(rows).at(-1)).toBe(3);
  });
});

describe('columns', () => {
  test('a column of the name of the score gets another', async () => {
    const text = 'id,quality_score,text\n0,0.5,some words\n1,0.25,words\n';
    const { rows, manifest } = await compiled(text);
    expect(Object.keys(rows[0]!)).toEqual(['id', 'quality_score_2', 'text', 'quality_score']);
    expect(rows.find((row) => Number(row.id) === 0)!.quality_score_2).toBe(0.5);
    expect(manifest.schema).toMatchObject({ quality_score: expect.anything(), quality_score_2: expect.anything() });
    const unranked = (await compiled(text, { rank: false })).rows;
    expect(Object.keys(unranked[0]!)).toEqual(['id', 'quality_score', 'text']);
  });

  test('one without text is refused, one without values is left out', async () => {
    await expect(compiled(small, { rankOn: ['text', 'id'] })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('"id"'),
    });
    const { rows } = await compiled(small.replaceAll(/$/gm, ',').replace(/^id,text,/, 'id,text,empty'), {
      rankOn: ['empty', 'text'],
    });
    expect(rows[0]!.quality_score).toBe(1);
  });

  test('a text may show late', async () => {
    const lines = Array.from({ length: 30000 }, (_, i) => `${i},${i}`);
    const { rows } = await compiled(`id,text\n${lines.join('\n')}\n30000,late words\n30001,words\n`, {
      rankOn: ['text'],
    });
    expect(idsOf(rows.slice(0, 2))).toEqual([30000, 30001]);
  });
});

describe('why', () => {
  test.each([
    {},
    { threads: 2, top: '50%', keepOrder: true },
    { rankTarget: answers.targets },
    { rankMethod: 'bm25', rankTarget: answers.targets, rankOn: ['title'] },
    { rankLanguage: 'de' },
  ] as CompileOptions[])("a row's terms add up to its score: %o", async (options) => {
    const { rows, out } = await compiled(csv, options);
    for (const { id, quality_score } of rows) {
      const { score, terms, target } = await why(out, Number(id) + 1);
      expect(score).toBe(quality_score);
      expect(terms!.reduce((sum, { part }) => sum + part, 0)).toBeCloseTo(quality_score, 10);
      expect(terms!.map(({ part }) => part)).toEqual(terms!.map(({ part }) => part).sort((a, b) => b - a));
      if (options.rankTarget === undefined) expect(target).toBeNull();
      else expect(answers.targets).toContain(target);
    }
  });

  test('a record that is damaged or gone', async () => {
    const { out } = await compiled(small);
    const record = path.join(out, '.datagpu/ranking.json');
    fs.writeFileSync(record, '{"terms": 1}');
    await expect(why(out, 1)).rejects.toThrow('it is not the file that the manifest describes');
    expect(() => readRankRecord(record, 'ranking.json')).toThrow('not a record of a ranking');
    fs.rmSync(record);
    expect(await why(out, 1)).toMatchObject({ score: expect.any(Number), terms: null });
  });
});
