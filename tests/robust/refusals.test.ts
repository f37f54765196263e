import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { datagpu, temporaryFolder } from '../cli/run.js';
import { contentOf, writeWords } from './folder.js';

const { dir, remove } = temporaryFolder();
const disk = path.join(dir, 'disk');
const isRoot = process.getuid?.() === 0;
const bin = path.resolve(import.meta.dirname, '../../bin/datagpu.js');

/** A file system of 1 MB, where this user may make one. */
const hasDisk = ((): boolean => {
  if (!isRoot || process.platform !== 'linux') return false;
  fs.mkdirSync(disk);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=777', 'none', disk], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

afterAll(() => {
  if (hasDisk) execFileSync('umount', [disk]);
  remove();
});

beforeAll(() => {
  fs.writeFileSync(path.join(dir, 'small.csv'), 'a,b\n1,hello world\n2,hello you\n');
  writeWords(path.join(dir, 'large.csv'), 50_000);
});

const compile = (...args: string[]) => datagpu(['compile', ...args], { cwd: dir });
const oneLine = /^error: [^\n]+\n$/;

describe.skipIf(!hasDisk)('a disk that fills up', () => {
  test('is told, and the old data set stays', async () => {
    expect((await compile('small.csv', '-o', 'disk/out', '--no-cache')).code).toBe(0);
    const before = contentOf(disk);
    const { code, err } = await compile('large.csv', '-o', 'disk/out', '--no-cache', '--replace', '--quiet');
    expect({ code, isLine: oneLine.test(err) }).toEqual({ code: 4, isLine: true });
    expect(err).toMatch(/^error: \S*disk\/out: no space is left on the disk/);
    expect(contentOf(disk)).toEqual(before);
  });

  test('is told when it is the scratch disk, with nothing left there', async () => {
    execFileSync('gzip', ['-kf', 'large.csv'], { cwd: dir });
    const before = contentOf(disk);
    const { code, err } = await compile('large.csv.gz', '-o', 'fresh', '--scratch', 'disk', '--no-cache', '--quiet');
    expect({ code, isLine: oneLine.test(err) }).toEqual({ code: 4, isLine: true });
    expect(err).toMatch(/^error: \S*disk: no space left for scratch.*--scratch/);
    expect(contentOf(disk)).toEqual(before);
    expect(fs.existsSync(path.join(dir, 'fresh'))).toBe(false);
  });

  test('is told when rows that wait to be ranked do not fit', async () => {
    const { spilling } = await import('../../dist/flow/scratch.js');
    const { writeBlockFile } = await import('../../dist/engine/blockfile.js');
    const values = new Uint8Array(4 * 2 ** 20);
    const block = {
      rows: values.length / 8,
      columns: [{ type: { kind: 'int64' as const }, validity: null, offsets: null, values }],
    };
    const file = path.join(disk, 'spill');
    const failed = (): unknown => spilling(file, () => writeBlockFile(file, [block]));
    expect(failed).toThrow(
      expect.objectContaining({ file, message: expect.stringMatching('no space left for scratch') }),
    );
    fs.rmSync(file);
  });

  test.each([
    ['rows that are kept are compared', ['--no-rank']],
    ['rows are ranked', []],
    ['dropped rows are written', ['--rejects', '--top', '10']],
    ['near duplicates are looked for', ['--near-dup', '--threads', '2']],
  ])('is told when %s', async (_, flags) => {
    const before = contentOf(disk);
    const { code, err } = await compile('large.csv', '-o', 'disk/fresh', '--no-cache', '--quiet', ...flags);
    expect({ code, isLine: oneLine.test(err) }).toEqual({ code: 4, isLine: true });
    expect(err).toMatch(/^error: \S*disk\/fresh: no space is left on the disk/);
    expect(contentOf(disk)).toEqual(before);
  });

  test('that is full from the start is left as it was', async () => {
    const full = path.join(disk, 'full');
    const fd = fs.openSync(full, 'w');
    expect(() => {
      for (;;) fs.writeSync(fd, Buffer.alloc(4096));
    }).toThrow('ENOSPC');
    fs.closeSync(fd);
    const before = fs.readdirSync(disk, { recursive: true }).sort();
    const { code, err } = await compile('small.csv', '-o', 'disk/new', '--no-cache', '--quiet');
    expect({ code, isLine: oneLine.test(err) }).toEqual({ code: 4, isLine: true });
    expect(fs.readdirSync(disk, { recursive: true }).sort()).toEqual(before);
    fs.rmSync(full);
  });
});

/** Runs a compile as a user who owns nothing here. */
function asNobody(args: string[]): Promise<{ code: number | null; err: string }> {
  // Nobody may not write coverage either.
  const env = { ...process.env, NODE_V8_COVERAGE: '' };
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [bin, 'compile', ...args], { cwd: dir, env, uid: 65534, gid: 65534 });
    let err = '';
    child.stderr.on('data', (d) => {
      err += d;
    });
    child.on('close', (code) => resolve({ code, err }));
  });
}

describe.skipIf(!isRoot)('permissions', () => {
  test('a file that may not be read', async () => {
    fs.chmodSync(dir, 0o755);
    fs.writeFileSync(path.join(dir, 'secret.csv'), 'a\n1\n', { mode: 0o600 });
    const { code, err } = await asNobody(['secret.csv', '-o', 'x', '--no-cache']);
    expect({ code, err }).toEqual({ code: 3, err: 'error: secret.csv: permission denied\n' });
  });
  test('a folder that may not be written', async () => {
    const { code, err } = await asNobody(['small.csv', '-o', 'x', '--no-cache']);
    expect({ code, isLine: oneLine.test(err) }).toEqual({ code: 4, isLine: true });
    expect(err).toMatch('no permission to write');
  });
});

test('what is missing, empty or in the way', async () => {
  fs.mkdirSync(path.join(dir, 'nothing'));
  fs.writeFileSync(path.join(dir, 'plain'), 'a file');
  const cases: [string[], number, RegExp][] = [
    [['gone.csv', '-o', 'x'], 3, /gone\.csv: no such file/],
    [['nothing', '-o', 'x'], 3, /nothing: no data file/],
    [['small.csv', '-o', 'plain'], 4, /plain.*(file|way)/],
    [['small.csv', '-o', 'plain/below'], 4, /plain/],
    [['small.csv', '-o', 'x', '--scratch', 'plain'], 4, /plain: the scratch folder/],
  ];
  for (const [args, code, what] of cases) {
    const ended = await compile(...args, '--no-cache');
    expect({ args, code: ended.code, isLine: oneLine.test(ended.err) }).toEqual({ args, code, isLine: true });
    expect(ended.err).toMatch(what);
    expect(fs.existsSync(path.join(dir, 'x'))).toBe(false);
  }
  expect(fs.readFileSync(path.join(dir, 'plain'), 'utf8')).toBe('a file');
});

describe('two compiles at once', () => {
  test('into one folder: one at least succeeds, the other says why not', async () => {
    const both = await Promise.all([1, 2].map(() => compile('large.csv', '-o', 'shared', '--no-cache', '--quiet')));
    const codes = both.map((ended) => ended.code).sort();
    expect([
      [0, 0],
      [0, 4],
    ]).toContainEqual(codes);
    for (const { code, err } of both)
      if (code === 4) expect(err).toMatch('another compile is writing into this folder');
    expect((await datagpu(['info', 'shared'], { cwd: dir })).code).toBe(0);
    expect(fs.readdirSync(path.join(dir, 'shared', '.datagpu')).some((f) => f.startsWith('staging'))).toBe(false);
  });
  test('with one cache: both are remembered', async () => {
    const run = (o: string) => compile('small.csv', '-o', o, '--cache-dir', 'cache', '--json');
    const both = await Promise.all([run('c1'), run('c2'), run('c3')]);
    expect(both.map(({ code }) => code)).toEqual([0, 0, 0]);
    const listed = await datagpu(['cache-list', '--cache-dir', 'cache', '--json'], { cwd: dir });
    const all = JSON.parse(listed.out || '[]');
    expect(all).toHaveLength(3);
  });
});

describe('sources and outputs that change', () => {
  test.each(['grows', 'is cut off', 'vanishes'])('a source that %s while it is read is refused', async (how) => {
    const file = path.join(dir, 'moving.csv');
    fs.copyFileSync(path.join(dir, 'large.csv'), file);
    const { compile: run } = await import('../../dist/compile.js');
    let done = false;
    const onProgress = (): void => {
      if (done) return;
      done = true;
      if (how === 'grows') fs.appendFileSync(file, '1,more,2\n');
      else if (how === 'vanishes') fs.rmSync(file);
      else fs.truncateSync(file, 1000);
    };
    const failure = run(['moving.csv'], { cwd: dir, out: 'moved', cache: false, onProgress });
    await expect(failure).rejects.toMatchObject({ code: 'input', file: 'moving.csv' });
    expect(done).toBe(true);
    expect(fs.existsSync(path.join(dir, 'moved'))).toBe(false);
  });

  test('a data set that was tampered with is no cache hit', async () => {
    const again = async (): Promise<string> => (await compile('small.csv', '-o', 'kept', '--cache-dir', 'c')).err;
    await again();
    expect(await again()).toMatch('cache hit');
    const data = path.join(dir, 'kept', 'data.parquet');
    const good = fs.readFileSync(data);
    const tamper: (() => void)[] = [
      () => fs.appendFileSync(data, 'x'),
      () => fs.rmSync(data),
      () => fs.writeFileSync(data, Buffer.from(good).fill(0, 10, 20)),
      () => fs.appendFileSync(path.join(dir, 'kept', 'manifest.yaml'), '# mine\n'),
    ];
    for (const change of tamper) {
      change();
      expect(await again()).not.toMatch('cache hit');
      expect(fs.readFileSync(data).equals(good)).toBe(true);
      expect(await again()).toMatch('cache hit');
    }
  });
});
