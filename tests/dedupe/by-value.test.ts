import fs from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ValueTwins } from '../../dist/dedupe/by-value.js';
import { type CompileOptions, compile } from '../../dist/index.js';
import { why } from '../../dist/why.js';
import { temporaryFolder } from '../ingest/compiled.js';

const folder = temporaryFolder();
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

interface Found {
  exact: number;
  by_value?: { rows: number; first: { row: number; kept_row: number }[] };
}

async function found(cells: string[], options: CompileOptions = {}, name = (_: number) => 'x') {
  const file = path.join(folder, 'source.csv');
  fs.writeFileSync(file, `a,v\n${cells.map((c, i) => `${name(i)},${c}\n`).join('')}`);
  const out = path.join(folder, 'out');
  fs.rmSync(out, { recursive: true, force: true });
  const { manifest } = await compile([file], { out, cache: false, rank: false, threads: 0, ...options });
  return { out, manifest, dedupe: manifest.dedupe as unknown as Found };
}

describe('duplicates by value', () => {
  it.each([
    [['1.1', '1.10', '1.1', '2.5'], [[2, 1]], 2],
    [['1.10', '1.1', '1.10', '2.5'], [[2, 1]], 2],
    [
      ['100000', '1E5', '0.5', '1e5'],
      [
        [2, 1],
        [4, 1],
      ],
      2,
    ],
    [['2024-01-02T08:00:00Z', '2024-01-02T09:00:00+01:00', '2024-01-02T08:00:00Z'], [[2, 1]], 2],
    [['true', 'TRUE', 'false', 'true'], [[2, 1]], 2],
    [['1.1', '2.5', '1.1'], [], 1],
    [['1.10', '2.5', '1.10'], [], 1],
    [['x', 'y', 'x'], [], 1],
  ] as [string[], number[][], number][])('of %j are %j', async (cells, pairs, exact) => {
    const { manifest, dedupe, out } = await found(cells);
    expect(dedupe.exact).toBe(exact);
    expect(dedupe.by_value?.first.map((twin) => [twin.row, twin.kept_row]) ?? []).toEqual(pairs);
    expect(dedupe.by_value?.rows ?? 0).toBe(pairs.length);
    const warnings = manifest.warnings.filter((w) => w.includes('written in another way'));
    expect(warnings).toHaveLength(Math.min(1, pairs.length));
    if (pairs.length === 0) return;
    expect(warnings[0]).toContain('--types v=text');
    expect((await why(out, pairs[0]![0]!)).because).toMatch(/^it equals row 1 by value, but is written in another way/);
    const { dedupe: apart } = await found(cells, { types: { v: 'text' } });
    expect(apart.exact).toBe(exact - pairs.length);
  });

  it('of other columns than the compared ones do not count', async () => {
    const { dedupe } = await found(['1.1', '1.10'], { dedupeOn: ['a'] });
    expect([dedupe.exact, dedupe.by_value]).toEqual([1, undefined]);
  });

  it('are the same beside near duplicates, with malformed records, over threads', async () => {
    const cells = Array.from({ length: 200_000 }, (_, i) =>
      i === 5 ? '1,2,3' : i % 3 === 0 ? `${i % 1000}.50` : `${i % 1000}.5`,
    );
    const all = [];
    for (const options of [{}, { threads: 3 }, { nearDup: true, nearDupOn: ['a'] }] as CompileOptions[])
      all.push((await found(cells, options, (i) => `w${i % 1000}`)).dedupe.by_value);
    expect(all[0]!.rows).toBeGreaterThan(50_000);
    for (const one of all) expect(one).toEqual(all[0]);
  });
});

it('forms that do not fit the memory are found in a file', () => {
  const records = 2 ** 21;
  let files = 0;
  const twins = new ValueTwins({ file: () => path.join(folder, `forms-${files++}`), spilling: (_, run) => run() });
  const kept = new Uint32Array(records);
  const keep = new Uint8Array(records);
  for (let chunk = 0; chunk < 6; chunk++) {
    const forms = new Uint32Array(records);
    forms[7] = chunk + 1;
    // Row 7 of each chunk repeats that of the chunk before, row 9 that of the first chunk.
    kept[7] = Math.max(0, chunk - 1) * records + 7;
    kept[9] = 9;
    const isExact = (row: number): boolean => chunk > 0 && (row === 7 || row === 9);
    twins.add(chunk * records, records, chunk * records, forms, records, { keep, isExact, kept, count: 2 });
  }
  twins.close();
  expect(files).toBe(1);
  expect(twins.count).toBe(5);
  expect(twins.named.map(({ kept: k }) => k)).toEqual([0, 1, 2, 3, 4].map((c) => c * records + 7));
});
