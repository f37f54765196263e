import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { datagpu, temporaryFolder } from './run.js';

const { dir, remove } = temporaryFolder();
afterAll(remove);
beforeAll(async () => {
  fs.writeFileSync(
    path.join(dir, 'a.csv'),
    'id,day,text\n1,2024-02-29,some words\n,,\n1,2024-02-29,some words\n2,2024-03-01,others\n',
  );
  fs.writeFileSync(path.join(dir, 'b.jsonl'), '{"id": 1, "day": "2024-02-29", "text": "some words"}\n');
  fs.writeFileSync(path.join(dir, 'c.csv'), 'id,text\n1,words\n2,others\n3,words\n');
  await datagpu(['compile', 'c.csv', '-o', 'ranked', '--no-cache'], { cwd: dir });
  await datagpu(['compile', 'c.csv', '-o', 'towards', '--no-cache', '--rank-target', 'words'], { cwd: dir });
  await datagpu(['compile', 'a.csv', '-o', 'one', '--no-cache', '--no-rank'], { cwd: dir });
  await datagpu(['compile', 'a.csv', 'b.jsonl', '-o', 'two', '--no-cache', '--no-rank'], { cwd: dir });
});

test('a kept row, with its place and content', async () => {
  const { code, out } = await datagpu(['why', 'one', '1'], { cwd: dir });
  expect(code).toBe(0);
  expect(out).toMatch(
    /^row 1 of \.\.\/a\.csv: kept: .*\n {2}in data\.parquet, position 0:\n {4}id: 1\n {4}day: 2024-02-29\n/,
  );
});

test("the terms of a kept row's score", async () => {
  const { out } = await datagpu(['why', 'ranked', '1'], { cwd: dir });
  expect(out).toMatch(/\n {2}score 1\.0000\n {4}1\.0000 {2}words \(once, idf 1\.2877\)\n$/);
  const none = await datagpu(['why', 'ranked', '2'], { cwd: dir });
  expect(none.out).toMatch(/\n {2}score 0\.0000\n {4}it has none of the terms that rows are scored by\n$/);
  const json = JSON.parse((await datagpu(['why', 'ranked', '1', '--json'], { cwd: dir })).out);
  expect(json).toMatchObject({ score: 1, target: null, terms: [{ term: 'words', count: 1, part: 1 }] });
  const target = await datagpu(['why', 'towards', '1'], { cwd: dir });
  expect(target.out).toContain('\n  score 1.0000, closest to "words"\n');
});

test('a duplicate, with the row that was kept instead', async () => {
  const { out } = await datagpu(['why', 'one', '3'], { cwd: dir });
  expect(out).toMatch(
    /^row 3 of \.\.\/a\.csv: dropped by dedupe, exact duplicate: it equals row 1\n {2}kept instead: row 1 of/,
  );
  const json = JSON.parse((await datagpu(['why', 'one', '3', '--json'], { cwd: dir })).out);
  expect(json).toMatchObject({ row: 3, fate: 'exact duplicate', stage: 'dedupe', output: null });
  expect(json.duplicate_of).toMatchObject({ row: 1, output: { position: 0, content: { id: 1, day: '2024-02-29' } } });
});

test('a near duplicate of a row that --top cut', async () => {
  const rows = ['words words words', 'some other things of no use', 'some other things of no use'];
  fs.writeFileSync(path.join(dir, 'd.csv'), `id,text\n${rows.map((text, i) => `${i},${text}`).join('\n')}\n`);
  const flags = ['--near-dup', '--near-dup-on', 'text', '--top', '1', '--rank-target', 'words', '--min-df', '1'];
  await datagpu(['compile', 'd.csv', '-o', 'cut', '--no-cache', ...flags], { cwd: dir });
  const { out } = await datagpu(['why', 'cut', '3'], { cwd: dir });
  expect(out).toBe(
    'row 3 of ../d.csv: dropped by dedupe, near duplicate: its similarity with row 2, which --top left out, is 1, and the threshold 0.8\n' +
      '  kept by dedupe: row 2 of ../d.csv\n',
  );
});

test('a column without text to compare is refused', async () => {
  const flags = ['--near-dup', '--near-dup-on', 'id,text', '--no-cache', '--no-rank'];
  const { code, err } = await datagpu(['compile', 'c.csv', '-o', 'refused', ...flags], { cwd: dir });
  expect(code).toBe(2);
  expect(err).toContain('--near-dup-on: column "id" has no text to compare, it is int64');
  expect(fs.existsSync(path.join(dir, 'refused'))).toBe(false);
});

test('an empty row', async () => {
  const { out } = await datagpu(['why', 'one', '2'], { cwd: dir });
  expect(out).toMatch(/dropped by clean, empty row: every value is null or empty/);
});

test('a row of one of several sources', async () => {
  const { out } = await datagpu(['why', 'two', '1', '--source', 'b.jsonl'], { cwd: dir });
  expect(out).toMatch(
    /^row 1 of \.\.\/b\.jsonl: dropped by dedupe, exact duplicate: it equals row 1 of \.\.\/a\.csv\n/,
  );
  const without = await datagpu(['why', 'two', '1'], { cwd: dir });
  expect(without).toMatchObject({ code: 2, out: '' });
  expect(without.err).toMatch(/the data set has 2 sources\. Say which one with --source/);
});

test.each([['0'], ['5'], ['x'], ['1.5']])('row %s is refused', async (row) => {
  const { code, err } = await datagpu(['why', 'one', row], { cwd: dir });
  expect({ code, err }).toEqual({ code: 2, err: expect.stringMatching(/^error: [^\n]*\n$/) });
});
