import fs from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { compiled, temporaryFolder } from './compiled.js';

const folder = temporaryFolder();
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

async function warnings(cells: string[], threads = 0): Promise<string[]> {
  const file = path.join(folder, 'source.csv');
  fs.writeFileSync(file, `id,price\n${cells.map((c, i) => `${i},${c}\n`).join('')}`);
  const { manifest } = await compiled(file, { threads });
  expect(manifest.fields[1]!.type).toBe('utf8');
  return manifest.warnings.filter((w) => w.startsWith('column price'));
}

const prices = (n: number): string[] => Array.from({ length: n }, (_, i) => `${i}.5`);

describe('a column that would be numeric but for a few values', () => {
  it('is named with their number and the first of them, over all rows', async () => {
    for (const at of [76, 9_999, 0]) {
      const cells = prices(10_000).map((c, i) => (i === at ? '-' : c));
      const expected = `column price: 9,999 of 10,000 values are numbers, so it is kept as text; the first that is not: row ${at + 1} "-". Pass --nulls or --types if it is to be numeric`;
      expect(await warnings(cells)).toEqual([expected]);
    }
  });

  it('says so of quoted blanks', async () => {
    expect(await warnings(['1', '""', '2'])).toEqual([
      expect.stringContaining("the others are quoted blanks: kept as text. Pass --nulls ''"),
    ]);
  });

  it('says so of many values that are all one mark, over all chunks', async () => {
    for (const mark of ['?', '\\N', '.', 'Missing']) {
      const cells = prices(300_000).map((c, i) => (i % 5 < 2 ? mark : c));
      for (const threads of [0, 2])
        expect(await warnings(cells, threads)).toEqual([
          `column price: 180,000 of 300,000 values are numbers, so it is kept as text; the others are all "${mark}", the first of them: row 1. Pass --nulls or --types if it is to be numeric`,
        ]);
    }
    expect(await warnings(prices(300_000).map((c, i) => (i % 5 < 2 ? (i < 200_000 ? '?' : '-') : c)))).toEqual([]);
    expect(await warnings(['1', '2', '3', 'x'.repeat(50), 'x'.repeat(50)])).toEqual([]);
    expect(await warnings(['1', '?', '?'])).toEqual([]);
  });

  it('is not one of texts, codes, or nulls', async () => {
    expect(await warnings(['1', 'a', 'b', 'c'])).toEqual([]);
    expect(await warnings([...prices(100), '007'])).toEqual([]);
    expect(await warnings(['x', 'NA', ''])).toEqual([]);
  });
});
