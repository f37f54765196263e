// A source that has no such column leaves null there, in text columns too: nobody left a cell empty.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { compile, load } from '../../../dist/index.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'absent-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));
const options = { cwd: folder, out: path.join(folder, 'out'), cache: false, rank: false, replace: true } as const;

const rowsOf = async (out: string): Promise<Record<string, unknown>[]> => {
  const rows: Record<string, unknown>[] = [];
  for await (const row of await load(out)) rows.push({ ...row });
  return rows;
};

fs.writeFileSync(path.join(folder, 'a.csv'), 'id,note\n1,long ago\n2,\n');
fs.writeFileSync(path.join(folder, 'b.csv'), 'id,name\n3,Ann\n4,\n');
fs.writeFileSync(path.join(folder, 'c.jsonl'), '{"id":5,"note":"now"}\n{"id":6}\n');

describe.each([0, 2])('with %i threads', (threads) => {
  test('of CSV and JSONL', async () => {
    const { manifest } = await compile(['a.csv', 'b.csv', 'c.jsonl'], { ...options, threads });
    expect(await rowsOf(options.out)).toEqual([
      { id: 1, note: 'long ago', name: null },
      { id: 2, note: '', name: null },
      { id: 3, note: null, name: 'Ann' },
      { id: 4, note: null, name: '' },
      { id: 5, note: 'now', name: null },
      // A key that is not in a record is a cell that is empty, where others of the source have it.
      { id: 6, note: '', name: null },
    ]);
    expect(manifest.fields.map(({ name, nulls }) => [name, nulls])).toEqual([
      ['id', 0],
      ['note', 2],
      ['name', 4],
    ]);
    expect(manifest.fields.find((f) => f.name === 'note')?.nullable).toBe(true);
  });

  test('of Parquet', async () => {
    const parts = path.join(folder, 'parts');
    for (const name of ['a', 'b'])
      await compile([`${name}.csv`], { ...options, out: path.join(parts, name), fillText: false });
    await compile([path.join(parts, 'a/data.parquet'), path.join(parts, 'b/data.parquet')], {
      ...options,
      threads,
      replace: true,
    });
    expect(await rowsOf(options.out)).toEqual([
      { id: 1, note: 'long ago', name: null },
      { id: 2, note: '', name: null },
      { id: 3, note: null, name: 'Ann' },
      { id: 4, note: null, name: '' },
    ]);
  });
});

test('a row of absent columns and empty texts is an empty row', async () => {
  fs.writeFileSync(path.join(folder, 'd.csv'), 'name,more\nAnn,x\n"",""\n');
  const { manifest } = await compile(['a.csv', 'd.csv'], { ...options, replace: true });
  expect(manifest.ledger.dropped).toEqual(expect.objectContaining({ 'empty row': 1 }));
});
