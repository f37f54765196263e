// What a person sees, in a pseudo-terminal made by script(1).
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const bin = path.join(import.meta.dirname, '../../bin/datagpu.js');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'pseudo-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

beforeAll(() => {
  const rows = Array.from(
    { length: 1_000_000 },
    (_, i) => `${i},the text of row number ${i} is long enough,${i % 97}\n`,
  );
  fs.writeFileSync(
    path.join(folder, 'a-source-with-a-long-name.csv'),
    `id,a_column_with_a_long_name,n\n${rows.join('')}`,
  );
});

/** Runs a command line in a terminal of so many columns; everything that it prints, as bytes. */
function inTerminal(args: readonly string[], columns: number, env: Record<string, string>): string {
  const command = ['stty', 'cols', columns, ';', process.execPath, bin, ...args].join(' ');
  // Spinners keep still where the name is set at all.
  const { CI: _, ...given } = process.env;
  const { stdout, status } = spawnSync('script', ['-qec', command, '/dev/null'], {
    cwd: folder,
    env: { ...given, NO_COLOR: '', TERM: 'xterm', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  expect(status).toBe(0);
  return stdout.toString();
}

const compile = ['compile', 'a-source-with-a-long-name.csv', '--no-cache', '--replace'];
const colour = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`);

describe('a compile that takes a second', () => {
  test('shows a bar in colour', () => {
    const seen = inTerminal(compile, 100, {});
    expect(seen).toMatch(colour);
    expect(seen).toMatch(/\u2501|\u2500/);
  });

  test('has no colour with NO_COLOR', () => {
    const seen = inTerminal(compile, 100, { NO_COLOR: '1' });
    expect(seen).not.toMatch(colour);
    expect(seen).toMatch(/\u2501|\u2500/);
  });

  test('redraws nothing, has no colour and is ASCII on a dumb terminal', () => {
    const seen = inTerminal(compile, 100, { TERM: 'dumb' });
    expect(seen).not.toContain(String.fromCharCode(27));
    expect([...seen].every((c) => c.charCodeAt(0) < 128)).toBe(true);
    expect(seen).toContain('1,000,000 read');
  });
});

test('tables fit a terminal of 60 columns, and estimates are told from counts', () => {
  inTerminal(compile, 80, {});
  const lines = inTerminal(['info', 'compiled'], 60, {}).split(/\r?\n/);
  const from = lines.findIndex((line) => line.startsWith('column'));
  const table = lines.slice(from).filter((line) => line !== '');
  expect(table).toHaveLength(5);
  for (const line of table) expect([...line].length).toBeLessThanOrEqual(60);
  expect(table[1]).toMatch(/ ~(9\d\dk|1(\.0\d)?M) /);
  expect(table[3]).toMatch(/ 97 /);
});
