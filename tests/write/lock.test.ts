import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { HeldError, lockBySystem } from '../../dist/write/system-lock.js';
import { datagpu } from '../cli/run.js';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'datagpu-lock-'));
afterAll(() => fs.rmSync(root, { recursive: true, maxRetries: 5 }));
let dir = '';
beforeEach(() => {
  dir = fs.mkdtempSync(path.join(root, 'case-'));
});

/** A process in which there is no SQLite. */
const withoutSqlite = {
  NODE_OPTIONS: `--require ${JSON.stringify(path.join(import.meta.dirname, '../sqlite/missing.cjs'))}`,
  MISSING_MODULES: 'better-sqlite3,node:sqlite',
};

describe("the system's lock", () => {
  test('is held until its file is closed', () => {
    const file = path.join(dir, 'lock');
    const fd = lockBySystem(file, 0);
    expect(() => lockBySystem(file, 0)).toThrow(HeldError);
    const began = performance.now();
    expect(() => lockBySystem(file, 200)).toThrow(HeldError);
    expect(performance.now() - began).toBeGreaterThan(190);
    fs.closeSync(fd);
    fs.closeSync(lockBySystem(file, 0));
  });
  test('is an error of the system where its file can not be made', () => {
    expect(() => lockBySystem(path.join(dir, 'none', 'lock'), 0)).toThrow(
      expect.objectContaining({ code: 'ENOENT', syscall: 'open' }),
    );
  });
});

describe('without SQLite', () => {
  const child = path.join(import.meta.dirname, 'commit-child.mjs');
  const env = { ...process.env, ...withoutSqlite };

  test('a folder is locked all the same, until its process is gone, killed even', async () => {
    const holder = spawn(process.execPath, [child, dir, 'one', 'hold'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void holder.kill('SIGKILL'));
    await new Promise((resolve) => holder.stdout.once('data', resolve));
    const second = (): { status: number | null; stderr: string } =>
      spawnSync(process.execPath, [child, dir, 'two'], { env, encoding: 'utf8' });
    const refused = second();
    expect(refused.stderr).toContain('another compile is writing into this folder');
    expect(refused.status).toBe(1);
    const gone = new Promise((resolve) => holder.once('exit', resolve));
    holder.kill('SIGKILL');
    await gone;
    expect(second().status).toBe(0);
    expect(fs.readFileSync(path.join(dir, 'manifest.yaml'), 'utf8')).toBe('two manifest');
  });

  test('a compile works, without a cache and with a warning', async () => {
    fs.writeFileSync(path.join(dir, 'a.csv'), 'a,b\n1,x\n2,y\n');
    for (let i = 0; i < 2; i++) {
      const { code, err } = await datagpu(['compile', 'a.csv', '-o', 'out'], { cwd: dir, env: withoutSqlite });
      expect(err).toMatch(
        /warning: the cache .*cache\.db can't be used \(better-sqlite3 can't be loaded: run npm rebuild/,
      );
      expect(err).not.toMatch(/error/);
      expect(code).toBe(0);
    }
    expect((await datagpu(['verify', 'out'], { cwd: dir, env: withoutSqlite })).code).toBe(0);
  });

  test.runIf(process.platform === 'linux')('and without flock(1) either, it says what to do', async () => {
    fs.writeFileSync(path.join(dir, 'a.csv'), 'a,b\n1,x\n');
    const { code, err } = await datagpu(['compile', 'a.csv', '--no-cache'], {
      cwd: dir,
      env: { ...withoutSqlite, PATH: dir },
    });
    expect(err).toMatch(
      /^error: .*compiled: the folder can't be locked, because better-sqlite3 can't be loaded: run npm/,
    );
    expect(code).toBe(4);
    expect(fs.readdirSync(dir)).toEqual(['a.csv']);
  });
});
