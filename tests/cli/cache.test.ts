import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { Cache } from '../../dist/cache/cache.js';
import { datagpu, temporaryFolder } from './run.js';

const { dir, remove } = temporaryFolder();
afterAll(remove);
const cacheDir = path.join(dir, '.datagpu', 'cache');

beforeEach(() => {
  const cache = Cache.open(cacheDir, () => {});
  cache.clear();
  for (const name of ['one', 'two'])
    cache.store({
      folder: path.join(dir, name),
      name,
      version: 'v0.1.0',
      configHash: 'sha256:c',
      compilerVersion: '1',
      rows: 1234,
      createdAt: '2026-01-01T00:00:00.000Z',
      usedAt: '2026-01-01T00:00:00.000Z',
      manifestText: '',
      sources: [{ path: '/in.csv', bytes: 1, hash: 'xxh64:0', signature: null }],
      files: [{ path: 'data.parquet', bytes: 1500, hash: 'sha256:0', signature: null }],
    });
  cache.close();
});

test('cache-list for people', async () => {
  const { code, out } = await datagpu(['cache-list'], { cwd: dir });
  expect(code).toBe(0);
  expect(out.split('\n')[1]).toMatch(/^one +v0\.1\.0 +1,234 +1\.50 kB +2026-01-01T00:00:00\.000Z +one$/);
});

test('cache-list --json is an array', async () => {
  const { out } = await datagpu(['cache-list', '--json', '-d', 'two'], { cwd: dir });
  expect(JSON.parse(out)).toEqual([
    expect.objectContaining({ dataset_name: 'two', rows: 1234, bytes: 1500, sources: ['/in.csv'] }),
  ]);
  const none = await datagpu(['cache-list', '--json'], { cwd: dir, env: { DATAGPU_CACHE_DIR: 'elsewhere' } });
  expect(none).toMatchObject({ code: 0, out: '[]\n', err: '' });
  expect(fs.existsSync(path.join(dir, 'elsewhere'))).toBe(false);
});

test('cache-clear asks, and without a terminal wants -f', async () => {
  const asked = await datagpu(['cache-clear'], { cwd: dir });
  expect(asked.code).toBe(2);
  expect(asked.err).toMatch(/standard input is no terminal\. Add -f/);
  const one = await datagpu(['cache-clear', '-d', 'one', '-f'], { cwd: dir });
  expect(one).toMatchObject({ code: 0, err: '1 data set forgotten; the files stay.\n' });
  expect(JSON.parse((await datagpu(['cache-list', '--json'], { cwd: dir })).out)).toHaveLength(1);
  expect((await datagpu(['cache-clear', '-f', '--cache-dir', cacheDir], { cwd: '/' })).err).toMatch(/^1 data set/);
});

test('a corrupt cache is set aside with a warning', async () => {
  fs.writeFileSync(path.join(cacheDir, 'cache.db'), 'no database'.repeat(1000));
  const { code, out, err } = await datagpu(['cache-list', '--json'], { cwd: dir });
  expect({ code, out }).toEqual({ code: 0, out: '[]\n' });
  expect(err).toMatch(/^warning: .*is corrupt; it was renamed/);
});
