import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compile, info } from '../../dist/index.js';
import { openDataset } from '../../dist/info.js';
import { sealed } from '../../dist/manifest/write.js';
import { verifyFiles } from '../../dist/verify.js';
import { why } from '../../dist/why.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'verify-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));
const out = path.join(folder, 'out');
const source = path.join(folder, 'rows.csv');
const options = { out, cacheDir: path.join(folder, 'cache'), rejects: true, top: 30, threads: 0 } as const;

beforeAll(async () => {
  const rows = Array.from({ length: 60 }, (_, i) => `${i % 50},words of ${i % 50} and ${i % 7}`);
  fs.writeFileSync(source, `id,text\n${rows.join('\n')}\n`);
  await compile([source], options);
});

/** Whether everything is found to be as it was written. */
async function isGood(): Promise<boolean> {
  try {
    return (await verifyFiles(await openDataset(out))).every((v) => v.verdict === 'ok');
  } catch {
    return false;
  }
}

test('a data set as it was written is good', async () => {
  expect(await verifyFiles(await openDataset(out))).toSatisfy((all: { verdict: string }[]) =>
    all.every((v) => v.verdict === 'ok'),
  );
  const { beside, manifest_hash } = await info(out);
  expect(beside!.map((b) => b.path).sort()).toEqual(
    ['lineage.parquet', 'ranking.json', 'rejects.parquet'].map((name) => `.datagpu/${name}`),
  );
  expect(manifest_hash).toMatch(/^sha256:/);
});

test.each([
  'manifest.yaml',
  'data.parquet',
  '.datagpu/lineage.parquet',
  '.datagpu/ranking.json',
  '.datagpu/rejects.parquet',
])('a changed byte of %s is noticed, whichever it is', async (name) => {
  const file = path.join(out, name);
  const good = fs.readFileSync(file);
  let random = 7;
  try {
    for (let i = 0; i < 60; i++) {
      random = (random * 1103515245 + 12345) % 2 ** 31;
      const bad = Buffer.from(good);
      bad[random % good.length]! ^= 1 << (i & 7);
      fs.writeFileSync(file, bad);
      expect(await isGood()).toBe(false);
    }
  } finally {
    // What comes after this asks whether the data set is a cache hit.
    fs.writeFileSync(file, good);
  }
  expect(await isGood()).toBe(true);
});

test('the last line of a manifest is needed, and every byte of it', async () => {
  const file = path.join(out, 'manifest.yaml');
  const good = fs.readFileSync(file);
  const at = good.lastIndexOf('\nmanifest_hash: ') + 1;
  try {
    for (let i = at - 1; i < good.length; i++) {
      const bad = Buffer.from(good);
      bad[i]! ^= 1;
      fs.writeFileSync(file, bad);
      expect([i - at, await isGood()]).toEqual([i - at, false]);
    }
    fs.writeFileSync(file, good.subarray(0, at));
    expect((await verifyFiles(await openDataset(out)))[0]).toEqual({
      kind: 'manifest',
      path: 'manifest.yaml',
      verdict: 'changed',
      why: 'it has no "manifest_hash", as if an older datagpu had written it',
    });
  } finally {
    fs.writeFileSync(file, good);
  }
});

test.each([
  ['data.parquet', 'data'],
  ['.datagpu/lineage.parquet', 'beside'],
])('%s that is no Parquet under a manifest that says so is a verdict', async (name, kind) => {
  const copy = path.join(folder, `sealed-${kind}`);
  fs.cpSync(out, copy, { recursive: true });
  const other = Buffer.from('PAR1 is where it begins, and nothing else of it is Parquet');
  fs.writeFileSync(path.join(copy, name), other);
  const { manifest } = await openDataset(out);
  const facts = { bytes: other.length, hash: `sha256:${createHash('sha256').update(other).digest('hex')}` };
  const changed = {
    ...manifest,
    files: manifest.files.map((f) => (f.path === name ? { ...f, ...facts } : f)),
    beside: manifest.beside!.map((f) => (f.path === name ? { ...f, ...facts } : f)),
  };
  fs.writeFileSync(path.join(copy, 'manifest.yaml'), sealed(changed).text);
  const wrong = (await verifyFiles(await openDataset(copy))).filter((v) => v.verdict !== 'ok' && v.kind !== 'source');
  expect(wrong).toEqual([{ kind, path: expect.stringContaining(name), verdict: 'changed', why: expect.any(String) }]);
});

test('names that begin with a byte order mark are what they were written as', async () => {
  const file = path.join(folder, 'marks.jsonl');
  const inner = { '\ufeff': 1, '\ufeff\ufeffx': [{ '\ufeffy': 'z' }], plain: [[{ '\ufeff': 2 }]] };
  fs.writeFileSync(
    file,
    `${JSON.stringify({ a: inner, '\ufeffb': 1 })}\n${JSON.stringify({ a: inner, '\ufeffb': 2 })}\n`,
  );
  const marks = path.join(folder, 'marks');
  for (const clean of [true, false]) {
    await compile([file], { out: marks, cache: false, threads: 0, clean });
    const wrong = (await verifyFiles(await openDataset(marks))).filter((v) => v.verdict !== 'ok');
    expect(wrong).toEqual([]);
  }
});

test('a stray data file is noticed', async () => {
  const stray = path.join(out, 'data-00000-of-00002.parquet');
  fs.copyFileSync(path.join(out, 'data.parquet'), stray);
  expect((await verifyFiles(await openDataset(out))).filter((v) => v.verdict === 'stray').length).toBe(1);
  fs.rmSync(stray);
});

test('why refuses what was changed beside the data', async () => {
  expect((await why(out, 1)).row).toBe(1);
  for (const name of ['lineage.parquet', 'ranking.json']) {
    const file = path.join(out, '.datagpu', name);
    const good = fs.readFileSync(file);
    const bad = Buffer.from(good);
    bad[good.length >> 1]! ^= 1;
    fs.writeFileSync(file, bad);
    await expect(why(out, 1)).rejects.toMatchObject({ code: 'input' });
    fs.writeFileSync(file, good);
  }
});

test('nothing is a cache hit without the files beside the data', async () => {
  expect((await compile([source], options)).outcome).toBe('cached');
  for (const name of ['lineage.parquet', 'rejects.parquet', 'ranking.json']) {
    fs.rmSync(path.join(out, '.datagpu', name));
    expect((await compile([source], options)).outcome).toBe('compiled');
    expect((await compile([source], options)).outcome).toBe('cached');
    fs.appendFileSync(path.join(out, '.datagpu', name), ' ');
    expect((await compile([source], options)).outcome).toBe('compiled');
  }
});
