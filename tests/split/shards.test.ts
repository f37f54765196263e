import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type CompileOptions, compile, info, load, verify } from '../../dist/index.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'shards-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));
const split = 'train=0.5,test=0.5';
const options = { cache: false, threads: 0, rank: false, card: true, split } as const satisfies CompileOptions;

/** More rows than two row groups have in each half. */
const rows = 290_000;
const source = path.join(folder, 'rows.csv');
fs.writeFileSync(source, `id,g\n${Array.from({ length: rows }, (_, i) => `${i},${i % 7}\n`).join('')}`);
const small = path.join(folder, 'small.csv');
fs.writeFileSync(small, `id,g\n${Array.from({ length: 100 }, (_, i) => `${i},${i % 7}\n`).join('')}`);

const dataIn = (out: string): string[] => fs.readdirSync(out).filter((name) => name.endsWith('.parquet'));

async function idsOf(out: string, name?: string): Promise<number[]> {
  const ids: number[] = [];
  for await (const batch of (await load(out, { split: name })).batches({ columns: ['id'] }))
    for (const id of batch.getChildAt(0)!) ids.push(Number(id));
  return ids;
}

test('splits of several shards each: all rows once, by split and all together', async () => {
  const out = path.join(folder, 'two');
  const { manifest } = await compile([source], { ...options, out, shardSize: 1 });
  const names = ['train', 'test'].flatMap((name) => [0, 1].map((i) => `${name}-0000${i}-of-00002.parquet`));
  expect(manifest.files.map((file) => file.path)).toEqual(names);
  expect(dataIn(out)).toEqual([...names].sort());
  const [train, held, all] = [await idsOf(out, 'train'), await idsOf(out, 'test'), await idsOf(out)];
  expect([...train, ...held]).toEqual(all);
  expect(new Set(all).size).toBe(rows);
  expect(all).toHaveLength(rows);
  // The same rows are where they are in one file each.
  const whole = path.join(folder, 'one');
  await compile([source], { ...options, out: whole });
  expect(dataIn(whole)).toEqual(['test.parquet', 'train.parquet']);
  expect(await idsOf(whole, 'train')).toEqual(train);
  expect(await idsOf(whole, 'test')).toEqual(held);
  const border = (await load(out, { split: 'test' })).rows;
  const frame = await (await load(out, { split: 'test' })).toPolars({ rows: [border - 20_000, border] });
  expect(frame.getColumn('id').toArray().map(Number)).toEqual(held.slice(-20_000));
  const croissant = JSON.parse(fs.readFileSync(path.join(out, 'croissant.json'), 'utf8'));
  expect(croissant.distribution.map((each: { '@id': string }) => each['@id'])).toEqual([
    ...names,
    'train-files',
    'test-files',
  ]);
  expect((await verify(out)).ok).toBe(true);
}, 60_000);

test.each([
  ['one file', 'splits', small, {}, source, { shardSize: 1 }],
  ['splits of shards', 'one file each', source, { shardSize: 1 }, small, {}],
])(
  'a commit of %s by %s that is killed at any rename leaves one of them, whole',
  async (before, _, first, firstMore, second, secondMore) => {
    const old = path.join(folder, 'old');
    fs.rmSync(old, { recursive: true, force: true });
    await compile([first], {
      ...options,
      out: old,
      ...firstMore,
      ...(before === 'one file' ? { split: undefined } : {}),
    });
    const oldData = dataIn(old);
    const hashes = new Set<string>();
    let newData: string[] = [];
    for (let n = 1; ; n++) {
      const out = path.join(folder, 'killed');
      fs.rmSync(out, { recursive: true, force: true });
      fs.cpSync(old, out, { recursive: true });
      const child = path.join(import.meta.dirname, '../write/killed-at-rename.mjs');
      const more = JSON.stringify({ ...options, replace: true, ...secondMore });
      const run = spawnSync(process.execPath, [child, String(n), second, out, more], { encoding: 'utf8' });
      if (run.signal === null) {
        expect(run.status, run.stderr).toBe(0);
        newData = dataIn(out);
        break;
      }
      // Before anybody has mended it a reader of all data files finds those of one data set at most.
      const seen = dataIn(out);
      const isOld = seen.every((name) => oldData.includes(name));
      if (!isOld) expect(seen.filter((name) => oldData.includes(name))).toEqual([]);
      const { ok, files } = await verify(out);
      expect(ok, JSON.stringify(files)).toBe(true);
      const { hash, files: whole } = await info(out);
      expect(dataIn(out)).toEqual(whole.map((file) => file.path).sort());
      hashes.add(hash);
    }
    expect(newData).not.toEqual(oldData);
    expect(hashes.size).toBe(2);
  },
  240_000,
);
