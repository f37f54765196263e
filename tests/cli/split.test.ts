import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { build } from '../../dist/flow/build.js';
import { SourceIdentity } from '../../dist/flow/identity.js';
import { openLanes } from '../../dist/flow/lanes.js';
import { type CompileOptions, compile, info, load } from '../../dist/index.js';
import { openDataset } from '../../dist/info.js';
import { resolveSources } from '../../dist/load/sources.js';
import { sealed } from '../../dist/manifest/write.js';
import { resolveConfig } from '../../dist/options/resolve.js';
import { verifyFiles } from '../../dist/verify.js';
import { why } from '../../dist/why.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'split-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));
const out = path.join(folder, 'out');
const source = path.join(folder, 'rows.csv');
const split = 'train=0.7,dev=0.1,test=0.2';
const options = { out, cache: false, split, threads: 0 } as const satisfies CompileOptions;

const line = (i: number): string => `${i},${i % 41},words of ${i * 7919} and ${i % 7}`;
const write = (rows: number, from = 0): void =>
  fs.writeFileSync(source, `id,g,text\n${Array.from({ length: rows }, (_, i) => line(from + i)).join('\n')}\n`);
beforeEach(() => {
  fs.rmSync(out, { recursive: true, force: true });
  write(2000);
});

const bytesOf = (): Record<string, string> =>
  Object.fromEntries(
    fs
      .readdirSync(out)
      .flatMap((name) =>
        name.endsWith('.parquet') ? [[name, fs.readFileSync(path.join(out, name)).toString('base64')]] : [],
      ),
  );
async function splitById(): Promise<Map<number, string>> {
  const found = new Map<number, string>();
  const { files } = await info(out);
  for (const name of new Set(files.map((f) => f.split!)))
    for await (const row of await load(out, { split: name })) found.set(Number(row.id), name);
  return found;
}
async function withSizes(more: CompileOptions, sizes: Parameters<typeof build>[7]): Promise<void> {
  const config = resolveConfig({ ...options, ...more }, null, { cwd: folder, env: {} });
  const { sources, warnings } = resolveSources([source], { cwd: folder, format: null });
  const lanes = openLanes(sources, config);
  await build(sources, warnings, new SourceIdentity(sources), lanes, config, {}, () => 0, sizes);
}

test('each split has a file of its own, and nothing is lost', async () => {
  const { manifest } = await compile([source], options);
  expect(manifest.files.map((f) => [f.path, f.split])).toEqual([
    ['train.parquet', 'train'],
    ['dev.parquet', 'dev'],
    ['test.parquet', 'test'],
  ]);
  expect(Object.keys(bytesOf()).sort()).toEqual(['dev.parquet', 'test.parquet', 'train.parquet']);
  expect((await splitById()).size).toBe(2000);
  expect((await load(out)).rows).toBe(2000);
  expect((await load(out, { split: 'dev' })).rows).toBe(manifest.files[1]!.rows);
  await expect(load(out, { split: 'tset' })).rejects.toThrow(/there is no split "tset".*/);
  expect((await verifyFiles(await openDataset(out))).filter((v) => v.verdict !== 'ok')).toEqual([]);
});

test.each<CompileOptions>([{}, { rank: false }, { rankMethod: 'none' }, { top: 900 }, { keepOrder: true }])(
  'the same bytes for any threads and when rows are spilled, with %j',
  async (more) => {
    await withSizes(more, { chunkBytes: 20_000 });
    const expected = bytesOf();
    const { hash } = await info(out);
    await withSizes({ ...more, threads: 2, replace: true }, { chunkBytes: 20_000, heldBytes: 0 });
    expect(bytesOf()).toEqual(expected);
    expect((await info(out)).hash).toBe(hash);
    expect((await info(out)).fields.some((f) => f.name === 'quality_score')).toBe(more.rank !== false);
    for (const row of [1, 77, 2000]) {
      const { output } = await why(out, row);
      if (output === null) continue;
      expect(Number(output.content.id)).toBe(row - 1);
      expect(output.file).toBe(`${output.split}.parquet`);
    }
  },
);

test('rows stay where they are when rows and columns come', async () => {
  await compile([source], options);
  const before = await splitById();
  const rows = Array.from({ length: 2600 }, (_, i) => (i === 2599 ? 'x,1.5,last,' : `${line(2598 - i)},`));
  fs.writeFileSync(source, `id,g,text,more\n${rows.join('\n')}\n`);
  await compile([source], { ...options, rank: false });
  const after = await splitById();
  expect([...before].filter(([id, name]) => after.get(id) !== name)).toEqual([]);
});

test('a group is never divided', async () => {
  await compile([source], { ...options, splitBy: 'g' });
  const found = await splitById();
  for (let g = 0; g < 41; g++)
    expect(new Set([...found].filter(([id]) => id % 41 === g).map(([, name]) => name)).size).toBe(1);
});

test('duplicates that are kept lie on one side, and no two rows on both sides are near duplicates', async () => {
  fs.writeFileSync(source, `id,text\n${Array.from({ length: 600 }, (_, i) => `${i},text ${i % 100}`).join('\n')}\n`);
  await compile([source], { ...options, dedupe: false, split: 'a=0.5,b=0.5', drop: 'id', rank: false });
  const sides = new Map<unknown, Set<string>>();
  for (const name of ['a', 'b'])
    for await (const { text } of await load(out, { split: name }))
      sides.set(text, (sides.get(text) ?? new Set()).add(name));
  expect([...sides.values()].every((side) => side.size === 1)).toBe(true);

  const words = (i: number, odd: string): string => Array.from({ length: 40 }, (_, w) => `w${i}x${w}`).join(' ') + odd;
  const texts = Array.from({ length: 200 }, (_, i) => words(i % 50, ` end${i}`));
  fs.writeFileSync(source, `id,text\n${texts.map((text, i) => `${i},${text}`).join('\n')}\n`);
  const { manifest } = await compile([source], { ...options, nearDup: true, split: 'a=0.5,b=0.5', replace: true });
  expect(manifest.ledger.dropped['near duplicate']).toBe(150);
  expect(manifest.files.map((f) => f.rows).every((rows) => rows > 0)).toBe(true);
});

test('the hash covers which split a row is in', async () => {
  await compile([source], { ...options, keepOrder: true });
  const one = await info(out);
  const { manifest } = await compile([source], { ...options, split: 'train=0.7,test=0.3', keepOrder: true });
  expect(manifest.hash).not.toBe(one.hash);
  await compile([source], options);
  const located = await openDataset(out);
  const files = structuredClone(located.manifest.files);
  [files[0]!.split, files[1]!.split] = ['dev', 'train'];
  const { manifest: rest } = located;
  fs.writeFileSync(path.join(out, 'manifest.yaml'), sealed({ ...rest, files } as never).text);
  const found = await verifyFiles(await openDataset(out));
  expect(found.filter((v) => v.verdict !== 'ok').map((v) => v.why)).toEqual([
    'its rows are not those of the fingerprint',
  ]);
});

test('shards have the names that the Hugging Face hub expects; the data set before goes away', async () => {
  await compile([source], { ...options, split: undefined });
  expect(Object.keys(bytesOf())).toEqual(['data.parquet']);
  const { manifest } = await compile([source], { ...options, shardSize: 1 });
  expect(Object.keys(bytesOf())).toHaveLength(3);
  expect(manifest.parent).not.toBeNull();
  await withSizes({ shardSize: 1, rank: false, replace: true }, { chunkBytes: 1000 });
  await compile([source], { ...options, split: undefined });
  expect(Object.keys(bytesOf())).toEqual(['data.parquet']);
  fs.writeFileSync(path.join(out, 'train.parquet'), 'mine');
  await expect(compile([source], options)).rejects.toThrow(/not of a data set in this folder/);
  expect(fs.readFileSync(path.join(out, 'train.parquet'), 'utf8')).toBe('mine');
});

test('an empty split is a file without rows', async () => {
  write(1);
  const { manifest } = await compile([source], { ...options, split: { a: 0.5, b: 0.5 } });
  expect(manifest.files.map((f) => f.rows).sort()).toEqual([0, 1]);
  for (const name of ['a', 'b'])
    expect((await (await load(out, { split: name })).table()).schema.fields).toHaveLength(4);
  expect((await verifyFiles(await openDataset(out))).every((v) => v.verdict === 'ok')).toBe(true);
});

test.each([
  ['train', '--split must be name=share pairs such as train=0.9,test=0.1, got "train"'],
  ['train=0.9', '--split must be shares that add up to 1, got 0.9'],
  ['a=0.4,a=0.6', '--split names a twice'],
  ['a=1.5,b=-0.5', '--split gives a a share that must be in (0, 1], got "1.5"'],
  ['data=1', /--split names a split "data"/],
  ['../x=1', /--split names a split/],
])('--split %s is refused', async (given, message) => {
  await expect(compile([source], { ...options, split: given })).rejects.toThrow(message);
  expect(fs.existsSync(out)).toBe(false);
});
