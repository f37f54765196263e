import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { datagpu, temporaryFolder } from './run.js';

const { dir, remove } = temporaryFolder();
afterAll(remove);
const bin = path.resolve(import.meta.dirname, '../../bin/datagpu.js');

beforeAll(() => {
  fs.writeFileSync(path.join(dir, 'a.csv'), 'ID,Some Text\n1, hello words \n2,more words\n2,more words\n3,\n');
});

/** Files under a folder, sorted, without the cache. */
function filesOf(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => !file.startsWith('.datagpu') && fs.statSync(path.join(folder, file)).isFile())
    .sort();
}

describe('compile', () => {
  test('writes data and manifest, and says so in a summary', async () => {
    const { code, out, err } = await datagpu(['compile', 'a.csv', '-o', 'o1', '--name', 'mine'], { cwd: dir });
    expect({ code, out }).toEqual({ code: 0, out: '' });
    expect(err).toMatch(/^mine v0\.1\.0\n {2}rows {5}4 read, 3 kept \(75\.0%\)\n {2}dropped {2}1 exact duplicate\n/);
    expect(err).toMatch(`manifest ${path.join('o1', 'manifest.yaml')}`);
    expect(fs.readdirSync(path.join(dir, 'o1')).sort()).toEqual(['.datagpu', 'data.parquet', 'manifest.yaml']);
  });
  test('a second time is a cache hit, with the same manifest', async () => {
    const before = fs.readFileSync(path.join(dir, 'o1', 'manifest.yaml'), 'utf8');
    const { code, err } = await datagpu(['compile', 'a.csv', '-o', 'o1', '--name', 'mine'], { cwd: dir });
    expect(code).toBe(0);
    expect(err).toMatch(/^mine v0\.1\.0 {2}cache hit: nothing changed since/);
    expect(fs.readFileSync(path.join(dir, 'o1', 'manifest.yaml'), 'utf8')).toBe(before);
    const again = await datagpu(['compile', 'a.csv', '-o', 'o1', '--name', 'mine', '--no-cache'], { cwd: dir });
    expect(again.err).toMatch(/^mine v0\.1\.0\n/);
  });
  test('--json prints the manifest and nothing else on standard output', async () => {
    const { code, out, err } = await datagpu(['compile', 'a.csv', '-o', 'o2', '--json', '--quiet', '--no-cache'], {
      cwd: dir,
    });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const manifest = JSON.parse(out);
    expect(manifest.ledger).toMatchObject({ read: 4, kept: 3, dropped: { 'exact duplicate': 1 } });
    expect((await datagpu(['info', 'o2', '--json'], { cwd: dir })).out).toBe(out);
  });
  test('standard input, with a format', async () => {
    const { code, err } = await datagpu(['compile', '-', '--format', 'csv', '-o', 'o3'], {
      cwd: dir,
      input: 'a,b\n1,2\n',
    });
    expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
  });
  test('options of datagpu.yaml, relative to it, which flags override', async () => {
    const folder = path.join(dir, 'configured');
    fs.mkdirSync(path.join(folder, 'sub'), { recursive: true });
    fs.writeFileSync(
      path.join(folder, 'datagpu.yaml'),
      'out: sub/out\nrank: false\ndedupe: false\nquiet: true\njson: true\n',
    );
    const first = await datagpu(['compile', '../a.csv', '--dedupe'], { cwd: folder });
    expect(first).toMatchObject({ code: 0, err: '' });
    const manifest = JSON.parse(first.out);
    expect(manifest.config).toMatchObject({ rank: false, dedupe: true });
    expect(fs.existsSync(path.join(folder, 'sub/out/data.parquet'))).toBe(true);
  });
  test('--dry-run writes nothing', async () => {
    const { code, out } = await datagpu(['compile', 'a.csv', '-o', 'o4', '--dry-run'], { cwd: dir });
    expect(code).toBe(0);
    expect(out).toMatch(/^a\.csv: 58 bytes, format "csv"/);
    expect(out).toMatch(/some_text +Some Text +utf8/);
    const json = await datagpu(['compile', 'a.csv', '-o', 'o4', '--dry-run', '--json'], { cwd: dir });
    expect(JSON.parse(json.out).fields.map((f: { name: string }) => f.name)).toEqual(['id', 'some_text']);
    expect(fs.existsSync(path.join(dir, 'o4'))).toBe(false);
  });
  test('--verbose says where the time went', async () => {
    const { code } = await datagpu(['compile', 'a.csv', '-o', 'o5', '--verbose', '--no-cache'], { cwd: dir });
    expect(code).toBe(0);
  });
});

describe('a refusal is one line and leaves nothing behind', () => {
  const make: Record<string, (folder: string) => void> = {
    'empty.csv': (f) => fs.writeFileSync(f, ''),
    'unknown.xyz': (f) => fs.writeFileSync(f, 'x'),
    'not.parquet': (f) => fs.writeFileSync(f, 'a,b\n1,2\n'),
    folder: (f) => fs.mkdirSync(f),
    'broken.json': (f) => fs.writeFileSync(f, '[{"a": 1}, {'),
    'unterminated.csv': (f) => fs.writeFileSync(f, 'a,b\n1,"2\n3,4\n'),
  };
  test.each<[string[], number, RegExp]>([
    [['missing.csv'], 3, /missing\.csv/],
    [['empty.csv'], 3, /empty/],
    [['unknown.xyz'], 3, /unknown\.xyz/],
    [['not.parquet'], 3, /not\.parquet/],
    [['folder'], 3, /folder/],
    [['broken.json'], 3, /broken\.json/],
    [['unterminated.csv'], 3, /unterminated\.csv/],
    [['-'], 2, /--format/],
    [['a.csv', '--select', 'idd'], 2, /Did you mean "(id|ID)"\?/],
    [['a.csv', '--rank-method', 'bm25'], 2, /--rank-target/],
  ])('%j', async (args, status, message) => {
    const folder = fs.mkdtempSync(path.join(dir, 'refusal-'));
    for (const name of args) make[name]?.(path.join(folder, name));
    fs.copyFileSync(path.join(dir, 'a.csv'), path.join(folder, 'a.csv'));
    const before = filesOf(folder);
    const { code, out, err } = await datagpu(['compile', ...args, '-o', 'out', '--quiet'], { cwd: folder });
    expect({ code, out, err }).toEqual({ code: status, out: '', err: expect.stringMatching(/^error: [^\n]*\n$/) });
    expect(err).toMatch(message);
    expect(filesOf(folder)).toEqual(before);
    expect(fs.existsSync(path.join(folder, 'out'))).toBe(false);
  });
  test.skipIf(process.platform === 'win32')('an output folder that cannot be made', async () => {
    const { code, err } = await datagpu(['compile', 'a.csv', '-o', 'a.csv/out'], { cwd: dir });
    expect({ code, err }).toEqual({ code: 4, err: expect.stringMatching(/^error: [^\n]*\n$/) });
  });
});

describe.skipIf(process.platform === 'win32')('signals', () => {
  const big = path.join(dir, 'big.csv');
  beforeAll(() => {
    const line = (i: number): string => `${i},${'some words to rank and to compare '.repeat(8)}${i * 7919}\n`;
    let text = 'id,text\n';
    for (let i = 0; i < 150_000; i++) text += line(i);
    fs.writeFileSync(big, text);
  });
  test.each([
    ['SIGINT', 300],
    ['SIGTERM', 600],
    ['SIGINT', 1200],
  ] as const)('%s after %d ms ends within a second, as by the signal', async (signal, ms) => {
    const folder = fs.mkdtempSync(path.join(dir, 'signal-'));
    const child = spawn(process.execPath, [bin, 'compile', big, '-o', 'out', '--no-cache'], { cwd: folder });
    let err = '';
    child.stderr.on('data', (d) => {
      err += d;
    });
    const ended = new Promise<{ code: number | null; by: NodeJS.Signals | null }>((resolve) =>
      child.on('close', (code, by) => resolve({ code, by })),
    );
    await new Promise((done) => setTimeout(done, ms));
    const sent = performance.now();
    child.kill(signal);
    const { code, by } = await ended;
    const took = performance.now() - sent;
    if (code === 0) return; // It was faster than the signal.
    expect({ by, err }).toEqual({ by: signal, err: expect.stringMatching(/^(error: interrupted; [^\n]*\n)?$/) });
    expect(took).toBeLessThan(1500);
    // No data is there; what a compile that had no time to tidy up left behind is removed by the next one.
    expect(filesOf(folder).filter((file) => !file.startsWith(path.join('out', '.datagpu')))).toEqual([]);
    const next = await datagpu(['compile', path.join(dir, 'a.csv'), '-o', 'out', '--quiet', '--no-cache'], {
      cwd: folder,
    });
    expect(next).toMatchObject({ code: 0, err: '' });
    expect(filesOf(folder).filter((file) => /staging|scratch|journal/.test(file))).toEqual([]);
  });
});
