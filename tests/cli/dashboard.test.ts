import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { datagpu, temporaryFolder } from './run.js';

const { dir, remove } = temporaryFolder();
afterAll(remove);
const bin = path.resolve(import.meta.dirname, '../../bin/datagpu.js');

function start(args: string[]): {
  child: ChildProcess;
  address: Promise<string>;
  ended: Promise<string | number | null>;
} {
  const child = spawn(process.execPath, [bin, 'dashboard', ...args], {
    cwd: dir,
    env: { ...process.env, NO_COLOR: '1' },
  });
  const address = new Promise<string>((done) => child.stdout!.once('data', (text) => done(String(text).trim())));
  const ended = new Promise<string | number | null>((done) =>
    child.once('close', (code, signal) => done(signal ?? code)),
  );
  return { child, address, ended };
}

test('serves the data sets named and those of the cache, until Ctrl-C; nothing is left', async () => {
  fs.writeFileSync(path.join(dir, 'a.csv'), 'x,y\n1,a\n2,b\n');
  const named = await datagpu(['compile', 'a.csv', '-o', 'one', '--no-cache'], { cwd: dir });
  expect(named.code).toBe(0);
  const cached = await datagpu(['compile', 'a.csv', '-o', 'two', '--cache-dir', 'cache'], { cwd: dir });
  expect(cached.code).toBe(0);
  const { child, address, ended } = start(['one', '--no-open', '--cache-dir', 'cache']);
  const [base, token] = (await address).split('/#token=');
  const sets = await (await fetch(`${base}/api/sets`, { headers: { authorization: `Bearer ${token}` } })).json();
  expect(sets.map((set: { folder: string }) => path.basename(set.folder))).toEqual(['one', 'two']);
  child.kill('SIGINT');
  expect(await ended).toBe('SIGINT');
  await expect(fetch(base!)).rejects.toThrow();
});

test('a port that is taken, a port that is none, and no data set are usage errors', async () => {
  const { child, address, ended } = start(['one', '--no-open', '--cache-dir', 'none']);
  const port = new URL(await address).port;
  const taken = await datagpu(['dashboard', 'one', '--no-open', '--port', port], { cwd: dir });
  expect(taken.code).toBe(2);
  expect(taken.err).toMatch(/^error: port \d+ can not be used: EADDRINUSE\. Name another one with --port/);
  child.kill('SIGINT');
  await ended;
  expect((await datagpu(['dashboard', 'one', '--port', '99999'], { cwd: dir })).code).toBe(2);
  const none = await datagpu(['dashboard', '--no-open', '--cache-dir', 'none'], { cwd: dir });
  expect(none).toMatchObject({ code: 2, err: expect.stringMatching(/^error: there is no data set to show\./) });
});
