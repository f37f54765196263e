import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { Cache } from '../../dist/cache/cache.js';
import { compile } from '../../dist/compile.js';
import { scratchFolder } from '../write/files.js';

function source(): { cwd: string; file: string } {
  const cwd = scratchFolder();
  const file = path.join(cwd, 'a.csv');
  fs.writeFileSync(file, 'a,b\n1,x\n2,y\n');
  fs.utimesSync(file, 1000, 1000);
  return { cwd, file };
}

test('a source that was changed in place is refused, with its time put back too', async () => {
  const { cwd, file } = source();
  const change = (): void => {
    fs.writeFileSync(file, 'a,b\n1,x\n2,z\n');
    fs.utimesSync(file, 1000, 1000);
  };
  const running = compile(['a.csv'], { cwd, cache: false, threads: 0, onProgress: change });
  await expect(running).rejects.toMatchObject({ code: 'input', message: 'the file changed while it was read' });
  expect(fs.existsSync(path.join(cwd, 'compiled'))).toBe(false);
});

test('the cache knows a source by SHA-256, the manifest by XXH64', async () => {
  const { cwd, file } = source();
  const { manifest } = await compile(['a.csv'], { cwd, threads: 0 });
  expect(manifest.sources[0]!.hash).toMatch(/^xxh64:[0-9a-f]{16}$/);
  const cache = Cache.open(path.join(cwd, '.datagpu/cache'), () => undefined);
  const [known] = cache.list()[0]!.sources;
  cache.close();
  expect(known!.hash).toBe(`sha256:${createHash('sha256').update(fs.readFileSync(file)).digest('hex')}`);
  fs.utimesSync(file, 2000, 2000);
  expect((await compile(['a.csv'], { cwd, threads: 0 })).outcome).toBe('cached');
  fs.writeFileSync(file, 'a,b\n1,x\n2,z\n');
  fs.utimesSync(file, 2000, 2000);
  expect((await compile(['a.csv'], { cwd, threads: 0 })).outcome).toBe('compiled');
});

test('a large source is told apart by its stamps alone', async () => {
  const { cwd, file } = source();
  fs.writeFileSync(file, `a,b\n${'1,x\n'.repeat(9 * 2 ** 20)}`);
  fs.utimesSync(file, 1000, 1000);
  await new Promise((settled) => setTimeout(settled, 2100));
  const options = { cwd, rank: false } as const;
  await compile(['a.csv'], options);
  expect((await compile(['a.csv'], options)).outcome).toBe('cached');
  fs.utimesSync(file, 2000, 2000);
  expect((await compile(['a.csv'], options)).outcome).toBe('compiled');
}, 60_000);
