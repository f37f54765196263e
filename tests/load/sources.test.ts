import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import zlib from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareCodePoints, holdsDataset } from '../../dist/load/folder.js';
import { formatOfName } from '../../dist/load/formats.js';
import { resolveSources, type SourceOptions } from '../../dist/load/sources.js';

let dir: string;
const write = (name: string, content: string | Uint8Array = 'a,b\n1,2\n'): void => {
  fs.mkdirSync(path.dirname(path.join(dir, name)), { recursive: true });
  fs.writeFileSync(path.join(dir, name), content);
};
const resolve = (paths: string[], options: Partial<SourceOptions> = {}) =>
  resolveSources(paths, { cwd: dir, format: null, ...options });
const names = (paths: string[], options: Partial<SourceOptions> = {}): string[] =>
  resolve(paths, options).sources.map((s) => s.path);
const refusal = (paths: string[], options: Partial<SourceOptions> = {}): string => {
  try {
    resolve(paths, options);
  } catch (error) {
    const e = error as { code: string; describe(): string };
    return `${e.code}: ${e.describe()}`;
  }
  return 'accepted';
};

beforeAll(() => {
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'sources-'));
  write('one.csv');
  write('tree/b.jsonl', '{"a":1}\n');
  write('tree/a/z.CSV');
  write('tree/a-b/y.tsv');
  write('tree/notes.txt');
  write('tree/.hidden.csv');
  write('tree/.git/x.csv');
  write('tree/out/manifest.yaml', 'dataset_name: x\nversion: v0.1.0\ncompiled_path: data.parquet\n');
  write('tree/out/data.csv');
  write('tree/other/manifest.yaml', 'kind: Deployment\n');
  write('tree/other/w.json', '[]');
  fs.symlinkSync(path.join(dir, 'one.csv'), path.join(dir, 'tree/leaves.csv'));
  fs.symlinkSync(path.join(dir, 'tree'), path.join(dir, 'tree/loop'));
  write('empty.csv', '');
  write('data[1].csv');
  write('none/readme.md');
  write('packed/ok.csv.gz', zlib.gzipSync('a\n1\n'));
  write('packed/lie.csv.gz', 'a\n1\n');
});
afterAll(() => fs.rmSync(dir, { recursive: true }));

describe('resolveSources', () => {
  it('walks folders in code-point order and passes over what is not data', () => {
    const { sources, warnings } = resolve(['tree']);
    expect(sources.map((s) => s.path)).toEqual(['tree/a-b/y.tsv', 'tree/a/z.CSV', 'tree/b.jsonl', 'tree/other/w.json']);
    expect(sources.map((s) => s.format)).toEqual(['tsv', 'csv', 'jsonl', 'json']);
    expect(warnings).toEqual([
      expect.stringMatching(/^tree: 2 link/),
      'tree: skipped 2 files: notes.txt, other/manifest.yaml',
    ]);
  });

  it('names the first five files of a folder that it skips', () => {
    for (let i = 0; i < 1203; i++) write(`many/x${String(i).padStart(4, '0')}.pdf`);
    write('many/a.csv');
    expect(resolve(['many']).warnings).toEqual([
      'many: skipped 1,203 files: x0000.pdf, x0001.pdf, x0002.pdf, x0003.pdf, x0004.pdf and 1,198 more',
    ]);
    expect(resolve(['tree'], { format: 'csv' }).warnings[1]).toMatch(/^tree: skipped 5 files: a-b\/y.tsv, b.jsonl, /);
    expect(refusal([])).toBe('usage: no source is named. Give at least one file, folder or glob.');
  });

  it('keeps argument order and reads the same file once', () => {
    fs.linkSync(path.join(dir, 'one.csv'), path.join(dir, 'hard.csv'));
    const { sources, warnings } = resolve(['tree/b.jsonl', 'one.csv', './tree/../one.csv', 'hard.csv']);
    expect(sources.map((s) => s.path)).toEqual(['tree/b.jsonl', 'one.csv']);
    expect(warnings).toEqual([
      './tree/../one.csv is the same file as one.csv: read once',
      'hard.csv is the same file as one.csv: read once',
    ]);
  });

  it('expands globs, unless a file has that very name', () => {
    expect(names(['tree/*/*.{csv,CSV,tsv}'])).toEqual(['tree/a-b/y.tsv', 'tree/a/z.CSV']);
    expect(names(['tree/**/*.json'])).toEqual(['tree/other/w.json']);
    expect(names(['data[1].csv'])).toEqual(['data[1].csv']);
    expect(names(['one*'])).toEqual(['one.csv']);
    expect(names(['tree/*.txt'], { format: 'csv' })).toEqual(['tree/notes.txt']);
    expect(refusal(['tree/*.md'])).toMatch(/^input: tree\/\*\.md: no file matches/);
    expect(refusal(['tree/*.txt'])).toMatch(/known extension/);
  });

  it('takes only files of the given format from a folder', () => {
    expect(names(['tree'], { format: 'json' })).toEqual(['tree/other/w.json']);
  });

  it('tells compression by name and content', () => {
    expect(resolve(['packed/ok.csv.gz']).sources[0]).toMatchObject({
      format: 'csv',
      compression: 'gzip',
      seekable: true,
    });
    expect(refusal(['packed/lie.csv.gz'])).toMatch(/not gzip data/);
    fs.copyFileSync(path.join(dir, 'packed/ok.csv.gz'), path.join(dir, 'blob'));
    expect(resolve(['blob'], { format: 'csv' }).sources[0]!.compression).toBe('gzip');
  });

  it('takes standard input with a format', () => {
    expect(resolve(['-', '-'], { format: 'jsonl' })).toMatchObject({
      sources: [{ path: '-', format: 'jsonl', seekable: false }],
      warnings: ['standard input is named twice: read once'],
    });
    expect(refusal(['-'])).toMatch(/^usage: .*--format/);
  });

  it('refuses what is missing, empty, unknown or of another kind', () => {
    expect(refusal(['gone.csv'])).toBe('input: gone.csv: no such file or folder. Did you mean "one.csv"?');
    expect(refusal(['one.csv/x.csv'])).toMatch(/no such file/);
    expect(refusal(['empty.csv'])).toMatch(/the file is empty/);
    expect(refusal(['none'])).toMatch(/^input: none: no data file in this folder. Known are \.csv/);
    expect(refusal(['tree/out'])).toMatch(/holds a compiled data set/);
    expect(refusal(['tree/notes.txt'])).toMatch(/unknown extension \.txt. Known are/);
    expect(refusal(['none/readme'])).toMatch(/no such file/);
    write('noext');
    expect(refusal(['noext'])).toMatch(/no extension/);
    expect(refusal([''])).toMatch(/^usage/);
  });

  it('refuses content that is plainly something else', () => {
    const parquet = Buffer.from('PAR1....PAR1');
    const cases: [string, string | Uint8Array, RegExp][] = [
      ['p.csv', parquet, /content is Parquet, not CSV/],
      ['z.csv', Buffer.from('PK\x03\x04....'), /a ZIP archive/],
      ['g.jsonl', zlib.gzipSync('x'), /gzip data, not JSONL. Add \.gz/],
      ['j.csv', '\ufeff{"a": 1, "b": 2}\n{"a": 2}\n', /content is JSON/],
      ['x.csv', Buffer.from('d0cf11e0a1b11ae1', 'hex'), /Microsoft Office/],
    ];
    for (const [name, content, expected] of cases) {
      write(name, content);
      expect(refusal([name]), name).toMatch(expected);
    }
    write('par.csv', 'PAR1,b\n1,2\n');
    expect(names(['par.csv'])).toEqual(['par.csv']);
    write('brace.csv', '{a},b\n1,2\n');
    expect(names(['brace.csv'])).toEqual(['brace.csv']);
  });

  it('passes over empty files of a folder, with a warning', () => {
    write('some/a.csv', '');
    write('some/b.csv');
    expect(resolve(['some'])).toMatchObject({
      sources: [{ path: 'some/b.csv' }],
      warnings: ['some/a.csv is empty: passed over'],
    });
  });
});

describe('names', () => {
  it('reads extensions in any case, compression outside', () => {
    expect(formatOfName('x.tar.JSONL.GZ')).toEqual({ format: 'jsonl', compression: 'gzip', extension: '.JSONL.GZ' });
    expect(formatOfName('x.gz')).toEqual({ format: null, compression: 'gzip', extension: '.gz' });
    expect(formatOfName('.csv')).toMatchObject({ format: null, extension: '' });
    expect(formatOfName('a.csv.gzz').format).toBeNull();
  });

  it('sorts by code point, not by UTF-16 unit', () => {
    expect(['\u{1f600}', '\uff5e', 'b', 'a/x', 'a-b/x'].sort(compareCodePoints)).toEqual([
      'a-b/x',
      'a/x',
      'b',
      '\uff5e',
      '\u{1f600}',
    ]);
  });

  it('takes no text for a list of paths', () => {
    expect(refusal('one.csv' as never)).toBe('usage: sources must be a list of paths, got string');
  });

  it('knows its own manifest', () => {
    expect(holdsDataset(path.join(dir, 'tree/out'))).toBe(true);
    expect(holdsDataset(path.join(dir, 'tree/other'))).toBe(false);
    expect(holdsDataset(dir)).toBe(false);
  });
});
