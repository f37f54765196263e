import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compile, verify } from '../../dist/index.js';
import { openDataset } from '../../dist/info.js';
import type { Manifest } from '../../dist/manifest/manifest.js';
import { sealed } from '../../dist/manifest/write.js';
import { datagpu, temporaryFolder } from './run.js';

const { dir, remove } = temporaryFolder();
afterAll(remove);
const out = path.join(dir, 'out');
const sources = ['a.csv', 'b.csv', 'c.csv'];

beforeAll(async () => {
  for (const name of sources)
    fs.writeFileSync(
      path.join(dir, name),
      `id,text\n${Array.from({ length: 40 }, (_, i) => `${i % 30},${name} ${i % 30}\n`).join('')}`,
    );
  await compile(sources, { cwd: dir, out, cache: false, rejects: true, threads: 0 });
});

/** A copy whose manifest says something else, under a seal that fits. */
async function copy(name: string, change: (manifest: Manifest) => Partial<Manifest>): Promise<string> {
  const folder = path.join(dir, name);
  fs.cpSync(out, folder, { recursive: true });
  const { manifest } = await openDataset(out);
  fs.writeFileSync(path.join(folder, 'manifest.yaml'), sealed({ ...manifest, ...change(manifest) }).text);
  return folder;
}

/** Names and reasons of what is wrong. */
async function wrong(folder: string, options: { quick?: boolean; sources?: boolean }): Promise<string[]> {
  const { ok, files } = await verify(folder, options);
  const found = files.filter((v) => v.verdict !== 'ok').map((v) => `${v.path} ${v.verdict}: ${v.why}`);
  expect(ok).toBe(found.length === 0);
  return found;
}

const facts = (file: string): { bytes: number; hash: string } => {
  const bytes = fs.readFileSync(file);
  return { bytes: bytes.length, hash: `sha256:${createHash('sha256').update(bytes).digest('hex')}` };
};

describe('--quick', () => {
  test('a data set as it was written is good', async () => {
    expect(await wrong(out, { quick: true, sources: true })).toEqual([]);
    expect((await datagpu(['verify', 'out', '--quick'], { cwd: dir })).code).toBe(0);
  });

  test('reads no pages: another byte of one goes unseen, with the hash it does not', async () => {
    const folder = await copy('pages', () => ({}));
    const file = path.join(folder, 'data.parquet');
    const bytes = fs.readFileSync(file);
    bytes[8]! ^= 1;
    fs.writeFileSync(file, bytes);
    expect(await wrong(folder, { quick: true })).toEqual([]);
    expect(await wrong(folder, {})).toEqual(['data.parquet changed: it has other bytes']);
  });

  test.each(['data.parquet', '.datagpu/lineage.parquet', '.datagpu/rejects.parquet', '.datagpu/ranking.json'])(
    '%s of another size, or gone',
    async (name) => {
      const folder = await copy(`size-${path.basename(name)}`, () => ({}));
      const { size } = fs.statSync(path.join(folder, name));
      fs.appendFileSync(path.join(folder, name), 'x');
      const due = size.toLocaleString('en');
      expect(await wrong(folder, { quick: true })).toEqual([
        `${name} changed: it has ${(size + 1).toLocaleString('en')} bytes, not ${due}`,
      ]);
      fs.rmSync(path.join(folder, name));
      expect(await wrong(folder, { quick: true })).toEqual([`${name} missing: there is no such file`]);
    },
  );

  test('rows and columns as the footers have them', async () => {
    const other = path.join(dir, 'other');
    await compile(['a.csv'], { cwd: dir, out: other, cache: false, rank: false, types: 'id=text', threads: 0 });
    const put = async (
      name: string,
      at: string,
      change: (m: Manifest, file: { bytes: number; hash: string }) => Partial<Manifest>,
    ) => {
      const folder = await copy(name, (m) => change(m, facts(path.join(other, at))));
      fs.copyFileSync(path.join(other, at), path.join(folder, at));
      return folder;
    };
    const rows = await put('rows', 'data.parquet', (m, file) => ({ files: [{ ...m.files[0]!, ...file }] }));
    for (const quick of [true, false])
      expect(await wrong(rows, { quick })).toEqual(['data.parquet changed: it has 30 rows, not 90']);
    const columns = await put('columns', 'data.parquet', (m, file) => ({
      files: [{ ...m.files[0]!, ...file, rows: 30 }],
      rows: 30,
      ledger: { ...m.ledger, kept: 30, dropped: { 'exact duplicate': 90 } },
    }));
    for (const quick of [true, false])
      expect(await wrong(columns, { quick })).toEqual(['data.parquet changed: it has 2 columns, not 3']);
    const types = await put('types', 'data.parquet', (m, file) => ({
      files: [{ ...m.files[0]!, ...file, rows: 30 }],
      rows: 30,
      ledger: { ...m.ledger, kept: 30, dropped: { 'exact duplicate': 90 } },
      fields: m.fields.filter((f) => f.name !== 'quality_score'),
    }));
    for (const quick of [true, false])
      expect(await wrong(types, { quick })).toEqual(['data.parquet changed: column 1 is "id: utf8", not "id: int64"']);
    const lineage = await put('lineage', '.datagpu/lineage.parquet', (m, file) => ({
      beside: m.beside!.map((b) => (b.path.endsWith('lineage.parquet') ? { ...b, ...file } : b)),
    }));
    expect(await wrong(lineage, { quick: true })).toEqual([
      '.datagpu/lineage.parquet changed: it has 40 rows, not 120',
    ]);
  });

  test('no byte of a footer that is another ends it otherwise than with a verdict', async () => {
    const folder = await copy('footer', () => ({}));
    const file = path.join(folder, 'data.parquet');
    const good = fs.readFileSync(file);
    const length = good.readUInt32LE(good.length - 8);
    // Every byte, each of them with one of its bits.
    for (let i = 0; i < length + 8; i++) {
      const bad = Buffer.from(good);
      bad[good.length - 1 - i]! ^= 1 << ((i * 5) & 7);
      fs.writeFileSync(file, bad);
      const { files } = await verify(folder, { quick: true });
      expect(files.every((v) => v.kind !== 'beside' || v.verdict === 'ok')).toBe(true);
    }
  });
});

describe('--sources', () => {
  test('sources are looked at only when they are asked for', async () => {
    const { files } = await verify(out);
    expect(files.filter((v) => v.kind === 'source')).toEqual([]);
    expect((await verify(out, { sources: true })).files.filter((v) => v.kind === 'source')).toEqual(
      sources.map((name) => ({ kind: 'source', path: `../${name}`, verdict: 'ok', why: '' })),
    );
  });

  test.skipIf(process.platform === 'win32')('changed, missing and unreadable ones are named', async () => {
    const here = path.join(dir, 'sources');
    fs.mkdirSync(here);
    const names = ['same', 'bytes', 'size', 'empty', 'gone', 'folder', 'pipe', 'loop', 'below'].map((n) => `${n}.csv`);
    for (const name of names) fs.writeFileSync(path.join(here, name), `id,text\n1,${name}\n`);
    await compile(names, { cwd: here, cache: false, threads: 0 });
    const at = (name: string): string => path.join(here, `${name}.csv`);
    fs.writeFileSync(at('bytes'), 'id,text\n2,bytes.csv\n');
    fs.appendFileSync(at('size'), '2,x\n');
    fs.writeFileSync(at('empty'), '');
    for (const name of ['gone', 'folder', 'pipe', 'loop', 'below']) fs.rmSync(at(name));
    fs.mkdirSync(at('folder'));
    execFileSync('mkfifo', [at('pipe')]);
    fs.symlinkSync(at('loop'), at('loop'));
    fs.symlinkSync(path.join(here, 'same.csv/below'), at('below'));
    const { code, out: text, err } = await datagpu(['verify', 'compiled', '--sources', '--json'], { cwd: here });
    const { ok, files } = JSON.parse(text);
    const found = files
      .filter((v: { kind: string }) => v.kind === 'source')
      .map((v: { path: string; verdict: string; why: string }) => [v.path, v.verdict, v.why]);
    expect(found).toEqual([
      ['../same.csv', 'ok', ''],
      ['../bytes.csv', 'changed', 'it has other bytes'],
      ['../size.csv', 'changed', 'it has 23 bytes, not 19'],
      ['../empty.csv', 'changed', 'it has 0 bytes, not 20'],
      ['../gone.csv', 'missing', 'there is no such file'],
      ['../folder.csv', 'changed', 'it is a folder now'],
      ['../pipe.csv', 'skipped', "a pipe can't be read again"],
      ['../loop.csv', 'unreadable', "can't be read (ELOOP)"],
      ['../below.csv', 'missing', 'there is no such file'],
    ]);
    expect({ code, ok, err }).toEqual({
      code: 5,
      ok: false,
      err: 'error: ../bytes.csv: source is changed: it has other bytes (and 6 more). Compile again to bring data set and sources together.\n',
    });
    const lines = (await datagpu(['verify', 'compiled', '--sources', '--quick'], { cwd: here })).out.split('\n');
    expect(lines.slice(-10, -1).map((line) => line.split(' ')[0])).toEqual(found.map((v: string[]) => v[1]));
  });

  test.skipIf(process.platform === 'win32' || process.getuid?.() === 0)('one that may not be read', async () => {
    const here = path.join(dir, 'rights');
    fs.mkdirSync(here);
    fs.writeFileSync(path.join(here, 'a.csv'), 'id\n1\n');
    await compile(['a.csv'], { cwd: here, cache: false, threads: 0 });
    fs.chmodSync(path.join(here, 'a.csv'), 0);
    const { code, err } = await datagpu(['verify', 'compiled', '--sources'], { cwd: here });
    expect({ code, err }).toEqual({
      code: 5,
      err: 'error: ../a.csv: source is unreadable: permission denied. Make it readable and verify again.\n',
    });
  });

  test('compressed, cut and of standard input', async () => {
    const here = path.join(dir, 'forms');
    fs.mkdirSync(here);
    const { gzipSync } = await import('node:zlib');
    const text = `id,text\n${Array.from({ length: 5000 }, (_, i) => `${i},un café très agréable ${i}\n`).join('')}`;
    fs.writeFileSync(path.join(here, 'a.csv.gz'), gzipSync(text));
    fs.writeFileSync(path.join(here, 'b.csv'), text);
    fs.writeFileSync(path.join(here, 'c.csv'), Buffer.from(text, 'latin1'));
    fs.writeFileSync(path.join(here, 'd.csv'), Buffer.from(`\ufeff${text}`, 'utf16le'));
    for (const options of [[], ['--limit', '10']]) {
      const args = ['compile', 'a.csv.gz', 'b.csv', 'c.csv', 'd.csv', '--no-cache', '--no-rank', ...options];
      expect((await datagpu(args, { cwd: here })).code).toBe(0);
      expect(await wrong(path.join(here, 'compiled'), { sources: true })).toEqual([]);
    }
    const args = ['compile', '-', '--format', 'csv', '-o', 'input', '--no-cache', '--no-rank'];
    expect((await datagpu(args, { cwd: here, input: text })).code).toBe(0);
    const { code, out: lines } = await datagpu(['verify', 'input', '--sources'], { cwd: here });
    expect({ code, last: lines.trimEnd().split('\n').at(-1) }).toEqual({
      code: 0,
      last: "skipped source   -: standard input can't be read again",
    });
  });
});

describe('a manifest whose seal does not fit', () => {
  const edit = async (name: string, change: (text: string) => string): Promise<void> => {
    const file = path.join(await copy(name, () => ({})), 'manifest.yaml');
    fs.writeFileSync(file, change(fs.readFileSync(file, 'utf8')));
  };
  test.each<[string, string, (text: string) => string, string]>([
    [
      'another count',
      'edited',
      (text) => text.replace('processing_time: ', 'processing_time: 1'),
      'its text is not the one that was written',
    ],
    [
      'no seal',
      'unsealed',
      (text) => text.replace(/manifest_hash: .*\n$/, ''),
      'it has no "manifest_hash", as if an older datagpu had written it',
    ],
    ['a mark before it', 'marked', (text) => `\ufeff${text}`, 'its text is not the one that was written'],
    [
      'other ends of lines',
      'crlf',
      (text) => text.replaceAll('\n', '\r\n'),
      'its text is not the one that was written',
    ],
  ])('%s: info and diff warn, why refuses', async (_, name, change, why) => {
    await edit(name, change);
    const warning = `warning: ${path.join(name, 'manifest.yaml')}: ${why}. What is shown may be wrong; see datagpu verify.\n`;
    for (const args of [
      ['info', name],
      ['info', name, '--json'],
      ['info', name, '--types'],
      ['diff', 'out', name],
    ])
      expect(await datagpu(args, { cwd: dir })).toMatchObject({ code: 0, err: warning });
    for (const args of [[], ['--json']]) {
      const found = await datagpu(['why', name, '1', '--source', 'a.csv', ...args], { cwd: dir });
      expect({ code: found.code, out: found.out }).toEqual({ code: 3, out: '' });
      expect(found.err).toBe(
        `error: manifest.yaml: ${why}: answers made from it could be wrong. Compile the data set again, or put the manifest back; datagpu info shows it as it is.\n`,
      );
    }
    expect((await datagpu(['verify', name, '--quick'], { cwd: dir })).code).toBe(5);
  });
  test('one that fits is not talked about', async () => {
    for (const args of [
      ['info', 'out'],
      ['why', 'out', '1', '--source', 'a.csv'],
      ['diff', 'out', 'out'],
    ])
      expect(await datagpu(args, { cwd: dir })).toMatchObject({ code: 0, err: '' });
  });
});
