import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { compile } from '../../dist/compile.js';
import type { CompileOptions } from '../../dist/options/compile-options.js';
import { plan } from '../../dist/plan.js';
import { contents } from './datasets.js';
import { scratchFolder } from './files.js';

const bare: CompileOptions = { cache: false, threads: 0 };
const csv = (text: string): string => `id,text\n1,${text}\n2,other words\n`;

/** A folder with a.csv and b.csv; data sets go into "compiled". */
function folder(): { cwd: string; out: string } {
  const cwd = scratchFolder();
  fs.writeFileSync(path.join(cwd, 'a.csv'), csv('of a'));
  fs.writeFileSync(path.join(cwd, 'b.csv'), csv('of b'));
  return { cwd, out: path.join(cwd, 'compiled') };
}

/** Expects a usage error, of which a dry run warns, and that nothing in the folder has changed. */
async function refused(cwd: string, source: string, message: RegExp, options: CompileOptions = {}): Promise<void> {
  const before = contents(cwd);
  const error = expect.objectContaining({
    code: 'usage',
    message: expect.stringMatching(message),
    hint: expect.any(String),
  });
  await expect(compile([source], { ...bare, cwd, ...options })).rejects.toEqual(error);
  const planned = await plan([source], { ...bare, cwd, ...options });
  expect(planned.warnings.join()).toMatch(message);
  expect(contents(cwd)).toEqual(before);
}

describe.skipIf(process.platform === 'win32')('a compile does not replace its own source', () => {
  test.each([
    ['named', () => 'compiled/data.parquet'],
    ['by another spelling', () => 'compiled/../compiled/./data.parquet'],
    [
      'by a symbolic link',
      (cwd: string) => {
        fs.symlinkSync('compiled/data.parquet', path.join(cwd, 'link.parquet'));
        return 'link.parquet';
      },
    ],
    [
      'by a hard link',
      (cwd: string) => {
        fs.linkSync(path.join(cwd, 'compiled/data.parquet'), path.join(cwd, 'hard.parquet'));
        return 'hard.parquet';
      },
    ],
    [
      'by a link to the folder',
      (cwd: string) => {
        fs.symlinkSync('compiled', path.join(cwd, 'other'));
        return 'other/data.parquet';
      },
    ],
  ])('%s', async (_, name) => {
    const { cwd } = folder();
    await compile(['a.csv'], { ...bare, cwd });
    const source = name(cwd);
    await refused(cwd, source, /replace its own source, which is data\.parquet/, { limit: 1 });
    await refused(cwd, source, /its own source/, { replace: true });
  });

  test('that lies in the output folder without a manifest', async () => {
    const { cwd } = folder();
    await compile(['a.csv'], { ...bare, cwd });
    fs.renameSync(path.join(cwd, 'compiled/data.parquet'), path.join(cwd, 'data.parquet'));
    await refused(cwd, 'data.parquet', /its own source/, { out: '.' });
  });

  test('that is its rejects', async () => {
    const { cwd } = folder();
    fs.writeFileSync(path.join(cwd, 'a.csv'), csv('x') + csv('x').slice(8));
    await compile(['a.csv'], { ...bare, cwd, rejects: true });
    await refused(cwd, 'compiled/.datagpu/rejects.parquet', /its own source/);
  });
});

describe('a file that is of no data set in the folder is not replaced', () => {
  test.each(['data.parquet', 'data-00000-of-00002.parquet', 'manifest.yaml'])('%s', async (name) => {
    const { cwd, out } = folder();
    fs.mkdirSync(out);
    fs.writeFileSync(path.join(out, name), 'mine');
    const what = name === 'manifest.yaml' ? /not a manifest of datagpu/ : /not of a data set in this folder/;
    await refused(cwd, 'a.csv', what);
    await refused(cwd, 'a.csv', what, { replace: true });
  });

  test.each(['data.parquet', 'manifest.yaml'])('a folder named %s', async (name) => {
    const { cwd, out } = folder();
    fs.mkdirSync(path.join(out, name), { recursive: true });
    await refused(cwd, 'a.csv', /in this folder|not a file/);
  });

  test('nor a stray shard beside a data set', async () => {
    const { cwd, out } = folder();
    await compile(['a.csv'], { ...bare, cwd });
    fs.writeFileSync(path.join(out, 'data-00001-of-00002.parquet'), 'mine');
    await refused(cwd, 'a.csv', /not of a data set in this folder/);
  });

  test('but other files are left alone', async () => {
    const { cwd, out } = folder();
    fs.mkdirSync(out);
    fs.writeFileSync(path.join(out, 'notes.parquet'), 'mine');
    await compile(['a.csv'], { ...bare, cwd });
    expect(fs.readFileSync(path.join(out, 'notes.parquet'), 'utf8')).toBe('mine');
  });

  test('also when it comes while the compile runs', async () => {
    const { cwd, out } = folder();
    await compile(['a.csv'], { ...bare, cwd });
    const before = contents(out);
    const data = path.join(out, 'data-00000-of-00001.parquet');
    const running = compile(['a.csv'], { ...bare, cwd, onProgress: () => fs.writeFileSync(data, 'mine') });
    await expect(running).rejects.toMatchObject({ code: 'output', message: /another process has written/ });
    expect(contents(out)).toEqual({ ...before, 'data-00000-of-00001.parquet': 'mine' });
  });
});

describe('another data set', () => {
  test('is replaced only when that was asked for', async () => {
    const { cwd, out } = folder();
    await compile(['a.csv'], { ...bare, cwd });
    await refused(cwd, 'b.csv', /holds another data set, a v0\.1\.0 of \.\.\/a\.csv/);
    const { manifest } = await compile(['b.csv'], { ...bare, cwd, replace: true });
    expect(manifest.parent).toMatchObject({ dataset_name: 'a', version: 'v0.1.0' });
    expect(fs.existsSync(path.join(out, 'data.parquet'))).toBe(true);
  });

  test('is the same one under its name, or from one of its sources', async () => {
    const { cwd } = folder();
    await compile(['a.csv'], { ...bare, cwd });
    await compile(['b.csv'], { ...bare, cwd, name: 'a' });
    await compile(['a.csv', 'b.csv'], { ...bare, cwd, name: 'both' });
    expect((await compile(['a.csv'], { ...bare, cwd })).manifest.parent).toMatchObject({ dataset_name: 'both' });
  });

  test('whose manifest is damaged is replaced, with all its files', async () => {
    const { cwd, out } = folder();
    await compile(['a.csv'], { ...bare, cwd, shardSize: 1 });
    fs.appendFileSync(path.join(out, 'manifest.yaml'), '\ndataset_name: twice\n');
    const { manifest } = await compile(['a.csv'], { ...bare, cwd });
    expect(manifest.warnings.join()).toMatch(/can't be read, so the version starts anew/);
    expect(fs.readdirSync(out).filter((name) => name.startsWith('data'))).toEqual(['data.parquet']);
  });
});
