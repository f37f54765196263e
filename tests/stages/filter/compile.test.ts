import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { afterAll, describe, expect, test } from 'vitest';
import { type CompileOptions, compile, info, plan } from '../../../dist/index.js';
import { why } from '../../../dist/why.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'filter-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

const read = async (file: string): Promise<Record<string, unknown>[]> =>
  parquetReadObjects({ file: await asyncBufferFromFile(path.join(folder, file)), compressors });

async function made(name: string, content: string, options: CompileOptions = {}) {
  fs.writeFileSync(path.join(folder, name), content);
  fs.rmSync(path.join(folder, 'out'), { recursive: true, force: true });
  const base = { cwd: folder, out: 'out', cache: false, rank: false };
  const { manifest } = await compile([name], { ...base, ...options });
  return { manifest, rows: await read('out/data.parquet') };
}

/** Row i has i words in `text`, and one in `name`. */
const csv = `name,text\n${Array.from({ length: 21 }, (_, i) => `n${i},"${'w '.repeat(i)}"`).join('\n')}\n`;

describe('word bounds', () => {
  test('drop rows of fewer and of more words, and say how many they have', async () => {
    const { manifest, rows } = await made('t.csv', csv, { minWords: 10, maxWords: 15, rejects: true });
    expect(rows.map((row) => row.name)).toEqual(Array.from({ length: 6 }, (_, i) => `n${i + 9}`));
    expect(manifest.ledger).toMatchObject({ read: 21, kept: 6, dropped: { 'too short': 9, 'too long': 6 } });
    expect(manifest.stats).toMatchObject({ total_rows: 21, valid_rows: 6 });
    expect(manifest.config).toMatchObject({ 'min-words': 10, 'max-words': 15, 'filter-on': null });
    const out = path.join(folder, 'out');
    expect(await why(out, 7)).toMatchObject({
      fate: 'too short',
      stage: 'filter',
      because: '7 words, at least 10 are asked for',
    });
    expect(await why(out, 1)).toMatchObject({ because: '1 word, at least 10 are asked for' });
    expect(await why(out, 21)).toMatchObject({ fate: 'too long', because: '21 words, at most 15 are asked for' });
    expect(await why(out, 10)).toMatchObject({ fate: 'kept', output: { position: 0 } });
    const rejects = await read('out/.datagpu/rejects.parquet');
    expect(rejects.map(({ _row, _reason, _detail, name }) => [Number(_row), _reason, _detail, name])).toEqual([
      ...Array.from({ length: 9 }, (_, i) => [
        i + 1,
        'too short',
        `${i + 1} word${i === 0 ? '' : 's'}, at least 10 are asked for`,
        `n${i}`,
      ]),
      ...Array.from({ length: 6 }, (_, i) => [
        i + 16,
        'too long',
        `${i + 16} words, at most 15 are asked for`,
        `n${i + 15}`,
      ]),
    ]);
    expect((await info(out)).ledger.dropped['too short']).toBe(9);
  });

  test('count the words of the columns that are named', async () => {
    const { manifest } = await made('t.csv', csv, { minWords: 10, filterOn: ['text'] });
    expect(manifest.ledger).toMatchObject({ kept: 11, dropped: { 'too short': 10 } });
    expect(manifest.ledger.dropped).not.toHaveProperty('too long');
  });

  test('come before duplicates are looked for, and before ranking', async () => {
    const text = 'id,text\n1,a b\n2,a b c d\n3,a b c d\n4,a b\n5,e f g h\n';
    const options = { minWords: 4, filterOn: 'text', ignore: 'id', rank: true };
    const { manifest, rows } = await made('d.csv', text, options);
    expect(rows.map((row) => Number(row.id)).sort()).toEqual([2, 5]);
    expect(manifest.ledger.dropped).toMatchObject({ 'too short': 2, 'exact duplicate': 1 });
    expect(await why(path.join(folder, 'out'), 3)).toMatchObject({ fate: 'exact duplicate', duplicate_of: { row: 2 } });
    const near = await made('d.csv', text, { ...options, nearDup: true, nearDupThreshold: 0.1 });
    expect(near.manifest.ledger.dropped).toMatchObject({ 'too short': 2, 'exact duplicate': 1, 'near duplicate': 0 });
  });

  test('count the words of messages, not their JSON', async () => {
    const chat = (words: number): string =>
      JSON.stringify({
        messages: [
          { role: 'user', content: 'one' },
          { role: 'assistant', content: 'x '.repeat(words) },
        ],
      });
    const { rows, manifest } = await made('c.jsonl', `${[1, 2, 30].map(chat).join('\n')}\n`, { minWords: 10 });
    expect(rows.length).toBe(1);
    expect(manifest.ledger.dropped['too short']).toBe(2);
  });

  test('give an empty data set where no row is left', async () => {
    const { manifest, rows } = await made('t.csv', csv, { minWords: 1000, rank: true });
    expect(rows).toEqual([]);
    expect(manifest.ledger).toMatchObject({ read: 21, kept: 0, dropped: { 'too short': 21 } });
  });

  test('are the same for any number of threads, and in chunks that wait for ranking', async () => {
    const lines = Array.from({ length: 60_000 }, (_, i) => `${i},"${'word '.repeat(i % 23)}${i % 7}"`).join('\n');
    const options = { minWords: 5, maxWords: 18, rank: true, top: 1000 } as const;
    const one = await made('l.csv', `id,text\n${lines}\n`, { ...options, threads: 0 });
    const three = await made('l.csv', `id,text\n${lines}\n`, { ...options, threads: 3 });
    expect(three.manifest.hash).toBe(one.manifest.hash);
    const words = (i: number): number => 1 + (i % 23);
    const short = Array.from({ length: 60_000 }, (_, i) => i).filter((i) => words(i) < 5).length;
    const long = Array.from({ length: 60_000 }, (_, i) => i).filter((i) => words(i) > 18).length;
    expect(one.manifest.ledger.dropped).toMatchObject({ 'too short': short, 'too long': long });
  });

  test('are named by the dry run, and refused where they can do nothing', async () => {
    fs.writeFileSync(path.join(folder, 't.csv'), csv);
    const base = { cwd: folder, out: 'nowhere' };
    expect((await plan(['t.csv'], { ...base, minWords: 3, maxWords: 9 })).steps).toContain(
      'filter: rows of at least 3 and at most 9 words in all text',
    );
    const refused = (options: CompileOptions) => expect(compile(['t.csv'], { ...base, ...options })).rejects;
    await refused({ filterOn: ['text'] }).toThrow('--filter-on does nothing without --min-words or --max-words');
    await refused({ minWords: 5, maxWords: 4 }).toThrow('--min-words is 5, more than --max-words 4');
    await refused({ minWords: 0 }).toThrow('--min-words must be a whole number of at least 1, got 0');
    await refused({ minWords: 1, filterOn: ['txt'] }).toThrow('txt');
    fs.writeFileSync(path.join(folder, 'n.csv'), 'a,b\n1,x\n2,y\n');
    await expect(compile(['n.csv'], { ...base, minWords: 1, filterOn: ['a'] })).rejects.toThrow(
      '--filter-on: column "a" has no text to count words of, it is int64',
    );
  });
});
