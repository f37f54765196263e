import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { withCard } from '../../dist/card/marked.js';
import { card, compile } from '../../dist/index.js';

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
