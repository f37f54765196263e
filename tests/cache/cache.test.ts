import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { Cache, cacheFileName } from '../../dist/cache/cache.js';
import { type CacheEntry, entryOf } from '../../dist/cache/entry.js';
import { findHit, sha256Of } from '../../dist/cache/lookup.js';
import { ownSignatureText, sameSignature, signatureText } from '../../dist/cache/signature.js';
import { fingerprint, type StatSignature, statSignature } from '../../dist/load/fingerprint.js';
import { openSqlite } from '../../dist/sqlite/open.js';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'datagpu-cache-'));
afterAll(() => fs.rmSync(root, { recursive: true, maxRetries: 5 }));
let dir = '';
let warnings: string[] = [];
const warn = (message: string): void => void warnings.push(message);
beforeEach(() => {
  dir = fs.mkdtempSync(path.join(root, 'case-'));
  warnings = [];
});

function entry(change: Partial<CacheEntry> = {}): CacheEntry {
  return {
    folder: '/out',
    name: 'a',
    version: 'v0.1.0',
    configHash: 'c1',
    compilerVersion: '1',
    rows: 5,
    createdAt: '2026-01-01T00:00:00.000Z',
    usedAt: '2026-01-01T00:00:00.000Z',
    manifestText: 'x',
    sources: [{ path: '/in/a.csv', bytes: 3, hash: 'xxh64:1', signature: null }],
    files: [{ path: 'data.parquet', bytes: 9, hash: 'sha256:1', signature: 's' }],
    ...change,
  };
}

describe('entries', () => {
  test('are found by sources, config and compiler', () => {
    const cache = Cache.open(dir, warn);
    cache.store(entry());
    cache.store(entry({ folder: '/out2', usedAt: '2026-01-02T00:00:00.000Z' }));
    const source = [{ path: '/in/a.csv', bytes: 3 }];
    expect(cache.candidates('c1', '1', source).map((e) => e.folder)).toEqual(['/out2', '/out']);
    expect(cache.candidates('c1', '1', source)[1]).toEqual(entry());
    expect(cache.candidates('c2', '1', source)).toEqual([]);
    expect(cache.candidates('c1', '2', source)).toEqual([]);
    expect(cache.candidates('c1', '1', [{ path: '/in/a.csv', bytes: 4 }])).toEqual([]);
    expect(cache.candidates('c1', '1', [...source, ...source])).toEqual([]);
    cache.close();
    expect(warnings).toEqual([]);
  });
  test('one a folder: the last', () => {
    const cache = Cache.open(dir, warn);
    cache.store(entry());
    cache.store(entry({ configHash: 'c2' }));
    expect(cache.list().map((e) => e.configHash)).toEqual(['c2']);
    cache.close();
  });
  test('are listed and cleared by name', () => {
    const cache = Cache.open(dir, warn);
    cache.store(entry({ folder: '/b' }));
    cache.store(entry({ folder: '/a', name: 'other' }));
    expect(cache.list().map((e) => e.folder)).toEqual(['/a', '/b']);
    expect(cache.list({ name: 'a' }).map((e) => e.folder)).toEqual(['/b']);
    expect(cache.clear({ name: 'nobody' })).toBe(0);
    expect(cache.clear({ name: 'a' })).toBe(1);
    expect(cache.clear()).toBe(1);
    expect(cache.list()).toEqual([]);
    cache.close();
    expect(cache.list()).toEqual([]);
  });
  test('outlive the process, and nothing but the database stays in the folder', () => {
    let cache = Cache.open(dir, warn);
    cache.store(entry());
    cache.close();
    expect(fs.readdirSync(dir)).toEqual([cacheFileName]);
    cache = Cache.open(dir, warn);
    expect(cache.list()).toEqual([entry()]);
    cache.close();
  });
  test('that are not what they should be are left out', () => {
    const row = {
      folder: '/o',
      name: 'n',
      version: 'v',
      config_hash: 'c',
      compiler: '1',
      rows: 1,
      created_at: 't',
      used_at: 't',
      manifest: 'm',
      sources: '[]',
      files: '[]',
    };
    expect(entryOf(row)).not.toBeNull();
    for (const wrong of [
      { rows: 'x' },
      { sources: '{' },
      { files: '[1]' },
      { files: '[{"path":1}]' },
      { name: null },
      { sources: 'null' },
    ])
      expect(entryOf({ ...row, ...wrong })).toBeNull();
  });
});

describe('a database that is no good', () => {
  test('is set aside when it is corrupt', () => {
    fs.writeFileSync(
      path.join(dir, cacheFileName),
      'this is not a database, and long enough to be seen as such'.repeat(100),
    );
    const cache = Cache.open(dir, warn);
    cache.store(entry());
    expect(cache.list()).toHaveLength(1);
    cache.close();
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/is corrupt; it was renamed to cache\.db\.corrupt-\d+/);
    expect(fs.readdirSync(dir).filter((f) => f.includes('corrupt'))).toHaveLength(1);
  });
  test('is set aside when a page is overwritten', () => {
    let cache = Cache.open(dir, warn);
    for (let i = 0; i < 200; i++) cache.store(entry({ folder: `/out/${i}`, manifestText: 'm'.repeat(500) }));
    cache.close();
    const file = path.join(dir, cacheFileName);
    const bytes = fs.readFileSync(file);
    bytes.fill(0xff, 4096, bytes.length - 4096);
    fs.writeFileSync(file, bytes);
    cache = Cache.open(dir, warn);
    cache.list();
    cache.store(entry());
    expect(cache.list()).toEqual([entry()]);
    cache.close();
    expect(warnings.join()).toMatch(/is corrupt/);
  });
  describe.each([
    ['of another program', 'CREATE TABLE datasets (a); INSERT INTO datasets VALUES (1)'],
    ['of another program, with a version', 'CREATE TABLE t (a); PRAGMA user_version = 2; PRAGMA application_id = 7'],
    ['of another format', 'CREATE TABLE datasets (a); PRAGMA application_id = 0x64677075; PRAGMA user_version = 999'],
  ])('%s', (_, sql) => {
    const files = (): Record<string, string> =>
      Object.fromEntries(fs.readdirSync(dir).map((name) => [name, fs.readFileSync(path.join(dir, name), 'hex')]));
    beforeEach(() => {
      const open = openSqlite(path.join(dir, cacheFileName), 0);
      open.exec(sql);
      // Its owner has it open, with changes that are in no main file yet.
      open.exec('PRAGMA journal_mode = WAL; CREATE TABLE later (b)');
      return () => open.close();
    });

    test('is set aside by a compile, to the byte', () => {
      const before = files();
      const cache = Cache.open(dir, warn);
      cache.store(entry());
      expect(cache.list()).toHaveLength(1);
      cache.close();
      expect(warnings.join()).toMatch(
        /not a cache of this version of datagpu; it was renamed to cache\.db\.set-aside-\d+$/,
      );
      const after = files();
      const aside = Object.keys(after).find((name) => /set-aside-\d+$/.test(name))!;
      for (const [name, content] of Object.entries(before))
        if (!name.endsWith('-shm')) expect(after[name.replace(cacheFileName, aside)], name).toBe(content);
    });

    test('is left alone by who only looks', () => {
      const before = files();
      expect(Cache.openExisting(dir, warn)).toBeNull();
      expect(warnings.join()).toMatch(/is not a cache of this version of datagpu; it is left alone/);
      expect(files()).toEqual(before);
    });
  });

  test('is made where a killed process left an empty file', () => {
    fs.writeFileSync(path.join(dir, cacheFileName), '');
    const cache = Cache.open(dir, warn);
    cache.store(entry());
    expect(cache.list()).toHaveLength(1);
    cache.close();
    expect(warnings).toEqual([]);
  });

  test('is done without when its folder cannot be made', () => {
    fs.writeFileSync(path.join(dir, 'file'), '');
    const cache = Cache.open(path.join(dir, 'file', 'cache'), warn);
    cache.store(entry());
    expect(cache.list()).toEqual([]);
    expect(cache.candidates('c1', '1', [])).toEqual([]);
    expect(cache.clear()).toBe(0);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/can't be used .*going on without it/);
  });
  test('is not made by looking for one', () => {
    expect(Cache.openExisting(path.join(dir, 'none'), warn)).toBeNull();
    expect(fs.readdirSync(dir)).toEqual([]);
  });
});

test('two processes write at once', async () => {
  const script = `
    const { Cache } = await import(${JSON.stringify(new URL('../../dist/cache/cache.js', import.meta.url).href)});
    const cache = Cache.open(process.argv[1], (m) => console.log(m));
    const entry = ${JSON.stringify(entry())};
    for (let i = 0; i < 100; i++) cache.store({ ...entry, folder: '/' + process.argv[2] + '/' + i });
    cache.close();`;
  const run = (name: string): Promise<string> =>
    new Promise((resolve) => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', script, dir, name]);
      let text = '';
      child.stdout.on('data', (d) => (text += d));
      child.stderr.on('data', (d) => (text += d));
      child.on('close', (code) => resolve(`${code} ${text}`));
    });
  expect(await Promise.all([run('a'), run('b'), run('c')])).toEqual(['0 ', '0 ', '0 ']);
  const cache = Cache.open(dir, warn);
  expect(cache.list()).toHaveLength(300);
  cache.close();
});

describe('signatures', () => {
  const stamp = (mtimeNs: string, ctimeNs = mtimeNs): StatSignature => ({
    dev: '1',
    ino: '2',
    size: '3',
    mtimeNs,
    ctimeNs,
  });
  const at = 1_700_000_000_000;
  test.each([
    ['fine stamps, long ago', stamp(`${at - 200}123456`), true],
    ['fine stamps, just now', stamp(`${at - 50}123456`), false],
    ['coarse stamps, long ago', stamp(`${at - 3000}000000`), true],
    ['coarse stamps, a second ago', stamp(`${at - 1000}000000`), false],
    ['renamed just now', stamp(`${at - 9999}123456`, `${at - 1}123456`), false],
    ['from the future', stamp(`${at + 5000}123456`), false],
  ])('%s', (_, signature, isSettled) => {
    expect(signatureText(signature, at) !== null).toBe(isSettled);
    if (isSettled) expect(sameSignature(signatureText(signature, at), signature)).toBe(true);
  });
  test('any difference counts', () => {
    const known = ownSignatureText(stamp('5'));
    for (const key of ['dev', 'ino', 'size', 'mtimeNs', 'ctimeNs'] as const)
      expect(sameSignature(known, { ...stamp('5'), [key]: '7' })).toBe(false);
    expect(sameSignature(null, stamp('5'))).toBe(false);
  });
});

describe('a hit', () => {
  let calls = 0;
  const source = (): { path: string; bytes: number; signature: StatSignature } => {
    const file = path.join(dir, 'in.csv');
    return { path: file, bytes: fs.statSync(file).size, signature: statSignature(file) };
  };
  const ask = (cache: Cache, folder = path.join(dir, 'out')): Promise<CacheEntry | null> => {
    calls = 0;
    const counted = (file: string): Promise<string> => {
      calls++;
      return fingerprint(file);
    };
    return findHit(cache, {
      configHash: 'c1',
      compilerVersion: '1',
      sources: [source()],
      folder,
      fingerprint: counted,
    });
  };
  const compileInto = async (cache: Cache, folder: string, signature: string | null): Promise<void> => {
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, 'data.parquet'), 'PAR1');
    fs.writeFileSync(path.join(folder, 'manifest.yaml'), 'x');
    const data = path.join(folder, 'data.parquet');
    const { path: file, bytes } = source();
    cache.store(
      entry({
        folder,
        sources: [{ path: file, bytes, hash: await fingerprint(file), signature }],
        files: [
          {
            path: 'data.parquet',
            bytes: 4,
            hash: await sha256Of(data),
            signature: ownSignatureText(statSignature(data)),
          },
        ],
      }),
    );
  };
  let cache: Cache;
  beforeEach(() => {
    fs.writeFileSync(path.join(dir, 'in.csv'), 'a\n1\n');
    fs.utimesSync(path.join(dir, 'in.csv'), 1000, 1000);
    cache = Cache.open(path.join(dir, 'cache'), warn);
    return () => cache.close();
  });

  test('by stamps alone does not read the source', async () => {
    await compileInto(cache, path.join(dir, 'out'), ownSignatureText(source().signature));
    expect((await ask(cache))?.folder).toBe(path.join(dir, 'out'));
    expect(calls).toBe(0);
  });
  test('is written down as used, to the hour', async () => {
    const folder = path.join(dir, 'out');
    const usedAt = (): string => cache.list()[0]!.usedAt;
    await compileInto(cache, folder, ownSignatureText(source().signature));
    const longAgo = usedAt();
    await ask(cache);
    const now = usedAt();
    expect(Date.parse(now) - Date.parse(longAgo)).toBeGreaterThan(3600_000);
    await ask(cache);
    expect(usedAt()).toBe(now);
  });
  test('by content when the source was touched', async () => {
    await compileInto(cache, path.join(dir, 'out'), ownSignatureText(source().signature));
    fs.utimesSync(path.join(dir, 'in.csv'), 2000, 2000);
    expect(await ask(cache)).not.toBeNull();
    expect(calls).toBe(1);
  });
  test('by content when the stamps were too young, and by stamps from then on', async () => {
    await compileInto(cache, path.join(dir, 'out'), null);
    await new Promise((done) => setTimeout(done, 2100));
    expect(await ask(cache)).not.toBeNull();
    expect(calls).toBe(1);
    expect(await ask(cache)).not.toBeNull();
    expect(calls).toBe(0);
  });
  test('not when the source has other bytes of the same size and time', async () => {
    await compileInto(cache, path.join(dir, 'out'), null);
    fs.writeFileSync(path.join(dir, 'in.csv'), 'a\n2\n');
    fs.utimesSync(path.join(dir, 'in.csv'), 1000, 1000);
    expect(await ask(cache)).toBeNull();
  });
  test.each([
    ['the data is gone', (out: string) => fs.rmSync(path.join(out, 'data.parquet'))],
    ['the data is longer', (out: string) => fs.appendFileSync(path.join(out, 'data.parquet'), 'x')],
    ['the data was changed', (out: string) => fs.writeFileSync(path.join(out, 'data.parquet'), 'PAR2')],
    ['the manifest was edited', (out: string) => fs.appendFileSync(path.join(out, 'manifest.yaml'), '#')],
    ['the folder is gone', (out: string) => fs.rmSync(out, { recursive: true })],
  ])('not when %s', async (_, harm) => {
    await compileInto(cache, path.join(dir, 'out'), ownSignatureText(source().signature));
    harm(path.join(dir, 'out'));
    expect(await ask(cache)).toBeNull();
  });
  test('in the asked folder first', async () => {
    const signature = ownSignatureText(source().signature);
    for (const name of ['a', 'b', 'c']) await compileInto(cache, path.join(dir, name), signature);
    expect((await ask(cache, path.join(dir, 'b')))?.folder).toBe(path.join(dir, 'b'));
  });
  test('with a data file that was copied back', async () => {
    await compileInto(cache, path.join(dir, 'out'), ownSignatureText(source().signature));
    const data = path.join(dir, 'out', 'data.parquet');
    fs.rmSync(data);
    fs.writeFileSync(data, 'PAR1');
    expect(await ask(cache)).not.toBeNull();
  });
});
