import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { snakeCase } from '../../dist/clean/names.js';
import { readConfigFile } from '../../dist/config/file.js';
import { detectEncoding } from '../../dist/load/encoding.js';
import { resolveConfig } from '../../dist/options/resolve.js';
import { temporaryFolder } from '../cli/run.js';

// What took minutes, or for ever, while time grew with the square of a length or faster: the limit of a test is enough to tell.

let folder: ReturnType<typeof temporaryFolder>;
const write = (name: string, text: string | Uint8Array): string => {
  const file = path.join(folder.dir, name);
  fs.writeFileSync(file, text);
  return file;
};
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

it('a config file of many blank lines', () => {
  const text = `${'\n'.repeat(100_000)}# a comment\r\n \r\nrank: false\n`;
  write('a.yaml', text);
  write('b.yaml', '\n'.repeat(500_000));
  write('c.yaml', '# a comment\rrank: false\n');
  expect([...readConfigFile('a.yaml', folder.dir).values]).toEqual([['rank', false]]);
  expect([...readConfigFile('b.yaml', folder.dir).values]).toEqual([]);
  expect([...readConfigFile('c.yaml', folder.dir).values]).toEqual([['rank', false]]);
});

it('a number of many digits that is none', () => {
  const nearDupThreshold = `${'1'.repeat(500_000)}x` as unknown as number;
  const resolve = (): unknown => resolveConfig({ nearDupThreshold }, null, { cwd: folder.dir, env: {} });
  expect(resolve).toThrow(/near-dup-threshold/);
});

it('a long cell before the first character of an unknown encoding', () => {
  const text = Buffer.from(`id,text\n1,${'a'.repeat(4_000_000)}\n2,x\xe9\xe9\xa4\n`, 'latin1');
  const file = write('a.csv', text);
  let said = '';
  try {
    said = detectEncoding({ path: file, bytes: text.length }, null, 'a.csv').encoding;
  } catch (error) {
    said = (error as Error).message;
  }
  expect(said).not.toBe('');
});

it('a column name of many characters that are left out', () => {
  expect(snakeCase(`a${'-'.repeat(4_000_000)}b`)).toBe('a_b');
  expect(snakeCase(`${'- '.repeat(1_000_000)}_${' -'.repeat(1_000_000)}B`)).toBe('_b');
  expect(snakeCase(`a<\u0338${'-'.repeat(10)}\u0338b`)).toBe(snakeCase('a≮-\u0338b'));
});
