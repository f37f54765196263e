import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { withCard } from '../../dist/card/marked.js';
import { card, compile, info, verify } from '../../dist/index.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'card-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

test('a card names files, hashes and sources, and what is in names means nothing in Markdown', async () => {
  const source = path.join(folder, 'a.csv');
  fs.writeFileSync(source, 'id,text\n1,a b c\n1,a b c\n2,d e f\n');
  const out = path.join(folder, 'out');
  const { manifest } = await compile([source], { out, cache: false, threads: 0, name: '<b>|`x`' });
  const files = await card(out);
  expect(files.map((file) => path.basename(file))).toEqual(['README.md', 'croissant.json']);
  const readme = fs.readFileSync(files[0]!, 'utf8');
  expect(readme).not.toContain('<b>|');
  expect(readme).toContain('| exact duplicate | 1 |');
  const croissant = JSON.parse(fs.readFileSync(files[1]!, 'utf8'));
  expect(croissant.distribution[0].sha256).toBe(manifest.files[0]!.hash.slice(7));
  expect(croissant['prov:wasDerivedFrom'][0].identifier).toBe(manifest.sources[0]!.hash);
  await card(out);
  expect(fs.readFileSync(files[0]!, 'utf8')).toBe(readme);
  fs.writeFileSync(files[1]!, '{}');
  await expect(card(out)).rejects.toThrow('written by another program');
});

test('only what is between the markers changes', () => {
  const first = withCard(null, 'a: 1', 'body')!;
  const own = first.replace('---\n', '---\nlicense: mit\n').concat('mine\n');
  expect(withCard(own, 'a: 2', 'other')).toBe(own.replace('a: 1', 'a: 2').replace('body', 'other'));
  expect(withCard('mine', 'a: 1', 'body')).toBeNull();
  expect(withCard(`${first}${first}`, 'a: 1', 'body')).toBeNull();
});

test('--card writes what `card` writes, for a cache hit too, and refuses before anything is read', async () => {
  const source = path.join(folder, 'b.csv');
  fs.writeFileSync(source, 'id,text\n1,a b c\n2,d e f\n');
  const out = path.join(folder, 'with-card');
  const options = { out, cacheDir: path.join(folder, 'cache'), threads: 0, card: true };
  const { manifest } = await compile([source], options);
  const files = ['README.md', 'croissant.json'].map((name) => path.join(out, name));
  const written = files.map((file) => fs.readFileSync(file, 'utf8'));
  await card(out);
  expect(files.map((file) => fs.readFileSync(file, 'utf8'))).toEqual(written);
  // It is no part of what decides the data.
  const other = await compile([source], { ...options, out: path.join(folder, 'without'), card: false, cache: false });
  expect([other.manifest.config_hash, other.manifest.hash]).toEqual([manifest.config_hash, manifest.hash]);

  for (const file of files) fs.rmSync(file);
  expect((await compile([source], options)).outcome).toBe('cached');
  expect(files.map((file) => fs.readFileSync(file, 'utf8'))).toEqual(written);

  const mine = path.join(folder, 'mine');
  fs.mkdirSync(mine);
  fs.writeFileSync(path.join(mine, 'README.md'), 'my own words\n');
  const refused = compile([source], { ...options, out: mine });
  await expect(refused).rejects.toMatchObject({ code: 'output', file: path.join(mine, 'README.md') });
  expect(fs.readdirSync(mine)).toEqual(['README.md']);
  expect(fs.readFileSync(path.join(mine, 'README.md'), 'utf8')).toBe('my own words\n');
});

describe('a card and the commit', () => {
  const source = path.join(folder, 'c.csv');
  const filesOf = (out: string): Record<string, string> =>
    Object.fromEntries(
      fs
        .readdirSync(out, { recursive: true, encoding: 'utf8' })
        .filter((name) => fs.statSync(path.join(out, name)).isFile() && !/lock/.test(name))
        .map((name) => [name, fs.readFileSync(path.join(out, name), 'latin1')]),
    );
  const compiled = (out: string, rows: number, more: object = {}) => {
    fs.writeFileSync(source, `id,text\n${Array.from({ length: rows }, (_, i) => `${i},a b ${i}\n`).join('')}`);
    return compile([source], { out, cache: false, threads: 0, ...more });
  };
  const killed = path.join(import.meta.dirname, '../write/killed-at-rename.mjs');

  test('come together: killed at any rename, the old data set with its card or the new one with its own', async () => {
    const before = path.join(folder, 'before');
    await compiled(before, 3, { card: true });
    const readme = path.join(before, 'README.md');
    fs.appendFileSync(readme, 'my own words\n');
    const old = filesOf(before);
    const after = path.join(folder, 'after');
    fs.cpSync(before, after, { recursive: true });
    await compiled(after, 5, { card: true });
    const kinds = new Set<string>();
    for (let n = 1; ; n++) {
      const out = path.join(folder, 'killed');
      fs.rmSync(out, { recursive: true, force: true });
      fs.cpSync(before, out, { recursive: true });
      const run = spawnSync(process.execPath, [killed, String(n), source, out], { encoding: 'utf8' });
      if (run.signal === null) {
        expect(run.status, run.stderr).toBe(0);
        break;
      }
      const { ok, files } = await verify(out);
      expect(ok, JSON.stringify(files)).toBe(true);
      expect(files.filter((file) => file.kind === 'card')).toHaveLength(2);
      expect(fs.readFileSync(path.join(out, 'README.md'), 'utf8')).toMatch(/my own words\n$/);
      const { rows } = await info(out);
      if (rows === 3) expect(filesOf(out)).toEqual(old);
      kinds.add(`${rows}`);
    }
    expect([...kinds].sort()).toEqual(['3', '5']);
  }, 120_000);

  test('fail together: nothing of the new data set is there, and the card of the old one is', async () => {
    const out = path.join(folder, 'failing');
    await compiled(out, 3, { card: true });
    const old = filesOf(out);
    const original = fs.renameSync;
    const failing = vi.spyOn(fs, 'renameSync').mockImplementation((from, to) => {
      if (String(to).endsWith('croissant.json') && !String(to).includes('staging'))
        throw Object.assign(new Error('EIO'), { code: 'EIO', syscall: 'rename' });
      original(from, to);
    });
    try {
      await expect(compiled(out, 5, { card: true })).rejects.toMatchObject({ code: 'output' });
      await expect(card(out)).rejects.toMatchObject({ code: 'output' });
    } finally {
      failing.mockRestore();
    }
    expect(filesOf(out)).toEqual(old);
    await card(out);
    expect(filesOf(out)).toEqual(old);
  });

  test('stay together when the next compile does not ask for a card', async () => {
    const out = path.join(folder, 'again');
    await compiled(out, 3, { card: true });
    await compiled(out, 5);
    expect(fs.readFileSync(path.join(out, 'README.md'), 'utf8')).toContain('5 rows and');
    expect((await verify(out)).ok).toBe(true);
    const bare = path.join(folder, 'bare');
    await compiled(bare, 3);
    fs.writeFileSync(path.join(bare, 'README.md'), 'mine\n');
    await compiled(bare, 5);
    expect(fs.readFileSync(path.join(bare, 'README.md'), 'utf8')).toBe('mine\n');
    expect(fs.existsSync(path.join(bare, 'croissant.json'))).toBe(false);
  });
});

describe('verify looks at the card', () => {
  const verdicts = async (out: string): Promise<string[]> =>
    (await verify(out)).files.filter((file) => file.kind === 'card').map(({ path, verdict }) => `${path} ${verdict}`);

  test.each([
    ['README.md', '2 rows', '3 rows'],
    ['README.md', 'num_examples: 2', 'num_examples: 3'],
    ['README.md', '| exact duplicate | 1 |', '| exact duplicate | 0 |'],
    ['croissant.json', '"contentSize": "', '"contentSize": "1'],
    ['croissant.json', '"sha256": "', '"sha256": "0'],
    ['croissant.json', '2 rows kept', '3 rows kept'],
  ])('%s with another figure: %s', async (name, was, is) => {
    const source = path.join(folder, 'v.csv');
    fs.writeFileSync(source, 'id,text\n1,a b c\n1,a b c\n2,d e f\n');
    const out = path.join(folder, 'verified');
    await compile([source], { out, cache: false, threads: 0, card: true });
    expect(await verdicts(out)).toEqual(['README.md ok', 'croissant.json ok']);
    const file = path.join(out, name);
    const text = fs.readFileSync(file, 'utf8');
    expect(text).toContain(was);
    fs.writeFileSync(file, text.replace(was, is));
    expect(await verdicts(out)).toEqual(
      ['README.md', 'croissant.json'].map((each) => `${each} ${each === name ? 'changed' : 'ok'}`),
    );
    expect((await verify(out)).ok).toBe(false);
    expect((await verify(out, { quick: true })).ok).toBe(true);
    await card(out);
    expect((await verify(out)).ok).toBe(true);
  });

  test('what people wrote around it, and other line ends, change nothing', async () => {
    const out = path.join(folder, 'around');
    await compile([path.join(folder, 'a.csv')], { out, cache: false, threads: 0, card: true });
    const [readme, croissant] = ['README.md', 'croissant.json'].map((name) => path.join(out, name)) as [string, string];
    const text = fs.readFileSync(readme, 'utf8').replace('---\n', '---\nlicense: mit\n').concat('3 rows\n');
    fs.writeFileSync(readme, text.replaceAll('\n', '\r\n'));
    fs.writeFileSync(croissant, JSON.stringify(JSON.parse(fs.readFileSync(croissant, 'utf8'))));
    expect(await verdicts(out)).toEqual(['README.md ok', 'croissant.json ok']);
    fs.rmSync(croissant);
    fs.writeFileSync(readme, 'mine');
    expect(await verdicts(out)).toEqual([]);
  });

  test('of another version of datagpu only its hashes', async () => {
    const out = path.join(folder, 'version');
    await compile([path.join(folder, 'a.csv')], { out, cache: false, threads: 0, card: true });
    const readme = path.join(out, 'README.md');
    const text = fs.readFileSync(readme, 'utf8').replace(/written by datagpu \S+/, 'written by datagpu 0.0.0');
    fs.writeFileSync(readme, text.replace('## What was done', '## Done'));
    expect(await verdicts(out)).toEqual(['README.md ok', 'croissant.json ok']);
    fs.writeFileSync(readme, text.replace(/sha256:\w/g, 'sha256:x'));
    expect(await verdicts(out)).toEqual(['README.md changed', 'croissant.json ok']);
  });
});
