import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { makeFolder } from '../../dist/write/make-folder.js';
import { datagpu } from '../cli/run.js';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'datagpu-folder-'));
afterAll(() => fs.rmSync(root, { recursive: true, maxRetries: 5 }));
const at = (...parts: string[]): string => path.join(root, ...parts);

test('makes what is missing, and says which was the first', () => {
  expect(makeFolder(at('a', 'b', 'c'))).toBe(at('a'));
  expect(makeFolder(at('a', 'b', 'd', 'e'))).toBe(at('a', 'b', 'd'));
  expect(makeFolder(at('a', 'b'))).toBeUndefined();
  expect(fs.statSync(at('a', 'b', 'd', 'e')).isDirectory()).toBe(true);
});

test('a file in the way', () => {
  fs.writeFileSync(at('file'), '');
  expect(() => makeFolder(at('file'))).toThrow(expect.objectContaining({ code: 'EEXIST' }));
  // Node.js 20 refuses to look below a file, Node.js 24 finds nothing there.
  expect(() => makeFolder(at('file', 'below'))).toThrow(/ENOTDIR|EEXIST/);
  expect(fs.readFileSync(at('file'), 'utf8')).toBe('');
});

test.runIf(fs.existsSync('/proc/self'))('where none can be made, it ends', async () => {
  expect(() => makeFolder('/proc/nothing/below')).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  fs.writeFileSync(at('a.csv'), 'a\n1\n');
  const { code, err } = await datagpu(['compile', 'a.csv', '-o', '/proc/nothing'], { cwd: root });
  expect(err).toMatch(/^error: \/proc\/nothing: /);
  expect(code).toBe(4);
});
