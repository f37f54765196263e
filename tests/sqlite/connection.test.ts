import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { isBuiltin } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { loadBetterSqlite } from '../../dist/sqlite/better.js';
import { loadBuiltinSqlite } from '../../dist/sqlite/builtin.js';
import type { OpenConnection } from '../../dist/sqlite/connection.js';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'datagpu-sqlite-'));
afterAll(() => fs.rmSync(root, { recursive: true, maxRetries: 5 }));
let file = '';
beforeEach(() => {
  file = path.join(fs.mkdtempSync(path.join(root, 'case-')), 'a.db');
});

/** What there is here: better-sqlite3 can be built for another Node.js, and not every Node.js has SQLite. */
const drivers = [
  ['better-sqlite3', loaded(loadBetterSqlite)],
  ['node:sqlite', loaded(loadBuiltinSqlite)],
].filter((driver): driver is [string, OpenConnection] => driver[1] !== null);

function loaded(load: () => OpenConnection): OpenConnection | null {
  try {
    return load();
  } catch {
    return null;
  }
}

test('there is a driver wherever Node.js has SQLite of its own', () => {
  expect(drivers.some(([name]) => name === 'node:sqlite')).toBe(isBuiltin('node:sqlite'));
  expect(drivers).not.toEqual([]);
});

describe.each(drivers)('%s', (_, open) => {
  test('runs statements', () => {
    const database = open(file, 0);
    database.exec('CREATE TABLE t (a TEXT, n INTEGER); PRAGMA user_version = 7');
    expect(database.run('INSERT INTO t VALUES (?, ?), (?, ?)', 'x', 1, "y'", 2)).toBe(2);
    expect(database.all('SELECT a, n FROM t WHERE n > ? ORDER BY n', 0).map((row) => ({ ...row }))).toEqual([
      { a: 'x', n: 1 },
      { a: "y'", n: 2 },
    ]);
    expect(database.all('PRAGMA user_version')[0]?.user_version).toBe(7);
    expect(database.run('DELETE FROM t WHERE n = 9')).toBe(0);
    database.close();
  });
  test('says which result code', () => {
    const database = open(file, 0);
    const failing = (sql: string): unknown => expect.objectContaining({ name: 'SqliteError', code: sql });
    expect(() => database.exec('CREATE NONSENSE')).toThrow(failing('SQLITE_ERROR'));
    expect(() => database.all('SELECT * FROM nothing')).toThrow(failing('SQLITE_ERROR'));
    database.close();
    for (const wrong of [path.join(file, '..', 'no', 'folder.db'), path.dirname(file)])
      expect(() => open(wrong, 0).exec('BEGIN EXCLUSIVE'), wrong).toThrow(failing('SQLITE_CANTOPEN'));
    fs.writeFileSync(file, 'no database '.repeat(1000));
    const other = open(file, 0);
    expect(() => other.all('PRAGMA user_version')).toThrow(failing('SQLITE_NOTADB'));
    other.close();
  });
  test('waits as long as it is told for a lock, which closing frees', () => {
    const [first, second] = [open(file, 0), open(file, 0)];
    first.exec('BEGIN EXCLUSIVE');
    const busy = expect.objectContaining({ name: 'SqliteError', code: 'SQLITE_BUSY' });
    expect(() => second.exec('BEGIN EXCLUSIVE')).toThrow(busy);
    const patient = open(file, 300);
    const began = performance.now();
    expect(() => patient.exec('BEGIN EXCLUSIVE')).toThrow(busy);
    expect(performance.now() - began).toBeGreaterThan(200);
    first.close();
    patient.exec('BEGIN EXCLUSIVE');
    patient.close();
    second.close();
  });
});

describe('a process without better-sqlite3', () => {
  const script = `
    import { openSqlite } from ${JSON.stringify(new URL('../../dist/sqlite/open.js', import.meta.url).href)};
    const database = openSqlite(process.argv[1], 0);
    database.exec('CREATE TABLE t (a)');
    process.emitWarning('another warning');
    console.log(database.run('INSERT INTO t VALUES (1)'));`;
  const run = (missing: string): { stdout: string; stderr: string } =>
    spawnSync(
      process.execPath,
      ['--require', path.join(import.meta.dirname, 'missing.cjs'), '--input-type=module', '-e', script, file],
      { encoding: 'utf8', env: { ...process.env, MISSING_MODULES: missing } },
    );

  test('uses that of Node.js, without a word of its being experimental', () => {
    const { stdout, stderr } = run('better-sqlite3');
    expect(stdout).toBe(isBuiltin('node:sqlite') ? '1\n' : '');
    expect(stderr).toContain(isBuiltin('node:sqlite') ? 'another warning' : 'NoSqliteError');
    expect(stderr).not.toContain('ExperimentalWarning');
  });
  test('and without that one says what to do', () => {
    const { stderr } = run('better-sqlite3,node:sqlite');
    expect(stderr).toMatch(
      /NoSqliteError: better-sqlite3 can't be loaded: run npm rebuild better-sqlite3 .* Node\.js 22\.13/,
    );
  });
});
