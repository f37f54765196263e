import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compile } from '../../dist/index.js';
import { fingerprint } from '../../dist/load/fingerprint.js';
import type { Manifest } from '../../dist/manifest/manifest.js';
import { sealed } from '../../dist/manifest/write.js';
import { sampleManifest } from '../manifest/sample.js';
import { datagpu, temporaryFolder } from './run.js';

const { dir, remove } = temporaryFolder();
afterAll(remove);

/** A folder that looks like a finished data set. */
async function write(name: string, change: Partial<Manifest> = {}): Promise<Manifest> {
  const folder = path.join(dir, name);
  fs.mkdirSync(folder);
  fs.writeFileSync(path.join(folder, 'data.parquet'), 'PAR1');
  fs.writeFileSync(path.join(dir, `${name}.csv`), 'id\n1\n');
  const [source] = sampleManifest().sources;
  const manifest = sampleManifest({
    files: [
      { path: 'data.parquet', rows: 8, bytes: 4, hash: `sha256:${createHash('sha256').update('PAR1').digest('hex')}` },
    ],
    sources: [{ ...source!, path: `../${name}.csv`, bytes: 5, hash: await fingerprint(path.join(dir, `${name}.csv`)) }],
    ...change,
  });
  const whole = sealed(manifest);
  fs.writeFileSync(path.join(folder, 'manifest.yaml'), whole.text);
  return whole.manifest;
}

/** A finished data set: what is verified is read. */
async function compiled(name: string): Promise<void> {
  const source = path.join(dir, `${name}.csv`);
  fs.writeFileSync(source, 'id\n1\n');
  await compile([source], { out: path.join(dir, name), cache: false, threads: 0 });
}

let manifest: Manifest;
beforeAll(async () => {
  manifest = await write('a');
  await write('b', { hash: `sha256:${'b'.repeat(64)}`, config: { rank: false }, version: 'v0.2.0' });
});

describe('info', () => {
  test('for people', async () => {
    const { code, out } = await datagpu(['info', 'a'], { cwd: dir });
    expect(code).toBe(0);
    expect(out).toMatch(/^sample v0\.1\.0\n/);
    expect(out).toMatch('8 of 11 read');
    expect(out).toMatch('2 exact duplicates, 1 empty row');
    expect(out).toMatch(/id +numeric +int64/);
  });
  test('--json prints the manifest and nothing else', async () => {
    const { code, out, err } = await datagpu(['info', 'a/manifest.yaml', '--json'], { cwd: dir });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(out)).toEqual(manifest);
  });
  test('escapes what acts on a terminal', async () => {
    await write('evil', { dataset_name: 'x\u001b[2Jy\u202e', warnings: ['\u0007'] });
    const { out } = await datagpu(['info', 'evil'], { cwd: dir });
    expect(out).toMatch('x\\u001b[2Jy\\u202e');
    expect(out.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });
  test('says that there is none', async () => {
    fs.mkdirSync(path.join(dir, 'empty'));
    const { code, err } = await datagpu(['info', 'empty'], { cwd: dir });
    expect(code).toBe(3);
    expect(err).toBe(
      `error: ${path.join('empty', 'manifest.yaml')}: there is no such manifest. Name an output folder of datagpu, or the manifest in it.\n`,
    );
  });
});

describe('verify', () => {
  test('finds everything in place', async () => {
    await compiled('v0');
    const { code, out, err } = await datagpu(['verify', 'v0', '--sources'], { cwd: dir });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(
      /^ok {6}manifest manifest\.yaml\nok {6}data {5}data\.parquet\n(ok {6}beside {3}\.datagpu\/[a-z.]+\n)+ok {6}source {3}\.\.\/v0\.csv\n$/,
    );
  });
  test.each<[string, string, (folder: string) => void, RegExp]>([
    [
      'changed data',
      'v1',
      (f) => {
        const bytes = fs.readFileSync(path.join(f, 'data.parquet'));
        bytes[bytes.length - 1] = 0x32;
        fs.writeFileSync(path.join(f, 'data.parquet'), bytes);
      },
      /data\.parquet: data file is changed/,
    ],
    [
      'longer data',
      'v2',
      (f) => fs.appendFileSync(path.join(f, 'data.parquet'), 'x'),
      /data\.parquet: data file is changed/,
    ],
    ['missing data', 'v3', (f) => fs.rmSync(path.join(f, 'data.parquet')), /data\.parquet: data file is missing/],
    [
      'a manifest of an older datagpu',
      'v5',
      (f) => {
        const text = fs.readFileSync(path.join(f, 'manifest.yaml'), 'utf8');
        fs.writeFileSync(path.join(f, 'manifest.yaml'), text.replace(/manifest_hash: .*\n$/, ''));
      },
      /manifest\.yaml: manifest is changed: it has no "manifest_hash", as if an older datagpu had written it\. Compile again/,
    ],
    ['a changed source', 'v4', (f) => fs.writeFileSync(`${f}.csv`, 'id\n2\n'), /v4\.csv: source is changed/],
  ])('%s is exit code 5', async (_, name, harm, message) => {
    await compiled(name);
    harm(path.join(dir, name));
    const { code, out, err } = await datagpu(['verify', name, '--sources', '--json'], { cwd: dir });
    expect(code).toBe(5);
    expect(err).toMatch(message);
    expect(JSON.parse(out)).toMatchObject({ ok: false });
  });
});

describe('diff', () => {
  test('of a data set with itself', async () => {
    expect(await datagpu(['diff', 'a', 'a'], { cwd: dir })).toMatchObject({ code: 0, out: 'the same data\n' });
  });
  test('for people and as JSON', async () => {
    const { out } = await datagpu(['diff', 'a', 'b'], { cwd: dir });
    expect(out).toMatch(/version +v0\.1\.0 +v0\.2\.0/);
    expect(out).toMatch(/--rank +true +false/);
    const json = JSON.parse((await datagpu(['diff', 'a', 'b', '--json'], { cwd: dir })).out);
    expect(json.same).toBe(false);
    expect(json.config).toContainEqual({ what: '--rank', before: true, after: false });
  });
});
