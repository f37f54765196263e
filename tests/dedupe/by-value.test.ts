import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
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
    [
      ['1.5', 'NA', 'n/a', '', 'NA'],
      [
        [3, 2],
        [4, 2],
      ],
      3,
    ],
    [['1', 'NA', 'NA'], [], 1],
    [['0', '-0', '1.5'], [[2, 1]], 1],
    [['1.0', '1', '2.5'], [[2, 1]], 1],
    [['2024-01-02', '2024-01-02T00:00:00', '2024-01-03T01:00'], [[2, 1]], 1],
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
    const [row, kept] = pairs[0]!.map((n) => [n, cells[n - 1]!] as const);
    expect(warnings[0]).toContain(
      `row ${row![0]} of ../source.csv (v "${row![1]}"), which repeats row ${kept![0]} (v "${kept![1]}");`,
    );
    for (const [row, kept] of pairs)
      expect((await why(out, row!)).because).toBe(
        `it equals row ${kept} by value, but is written in another way: it has v "${cells[row! - 1]}", and that row v ` +
          `"${cells[kept! - 1]}"; to keep such rows, use --types v=text`,
      );
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

describe('texts of duplicates by value', () => {
  it('are told beyond the first hundred, for true copies too, and for rows of several columns', async () => {
    const cells = Array.from({ length: 600 }, (_, i) =>
      i < 200 ? `${i}.5` : i < 400 ? `${i - 200}.50` : `${i - 400}.5`,
    );
    const { out, dedupe } = await found(cells);
    expect([dedupe.exact, dedupe.by_value?.rows, dedupe.by_value?.first.length]).toEqual([400, 200, 100]);
    expect((await why(out, 390)).because).toContain('it has v "189.50", and that row v "189.5"');
    expect((await why(out, 590)).because).toBe('it equals row 190');
    fs.appendFileSync(path.join(folder, 'source.csv'), 'x,1\n');
    expect((await why(out, 390)).because).toBe(
      'it equals row 190 by value, and may be written in another way (as 1.10 and 1.1)',
    );
    expect((await why(out, 201)).because).toBe(
      'it equals row 1 by value, but is written in another way (as 1.10 and 1.1)',
    );
  });

  it.each([
    ['a.jsonl', '{"t":"x","n":1.10,"b":true}\n{"t":"x","n":1.1,"b":true}\n', 'n "1.1"', 'n "1.10"'],
    ['b.csv.gz', zlib.gzipSync('t,n,b\nx,1.10,true\n x,1.1,TRUE\n'), 'n "1.1", b "TRUE"', 'n "1.10", b "true"'],
    ['c.csv', Buffer.from('\ufeffThe n;b\n1.10;true\n1.1;true\n', 'utf16le'), 'the_n "1.1"', 'the_n "1.10"'],
    ['e.csv', 'n,n\n1.10,2.0\n1.1,2.00\n', 'n "1.1", n_2 "2.00"', 'n "1.10", n_2 "2.0"'],
    ['d.json', '[{"n":1E5,"b":{"c":1}},{"n":100000.0,"b":{"c":1}}]', 'n "100000.0"', 'n "1E5"'],
  ])('are those of %s', async (name, content, mine, kept) => {
    const file = path.join(folder, name);
    fs.writeFileSync(file, content);
    const out = path.join(folder, `${name}-out`);
    const { manifest } = await compile([file], { out, cache: false, rank: false });
    const [warning] = manifest.warnings.filter((w) => w.includes('written in another way'));
    expect(warning).toContain(`(${mine}), which repeats row 1 (${kept})`);
    expect((await why(out, 2)).because).toContain(`it has ${mine}, and that row ${kept}; to keep`);
  });

  it('are those of two sources', async () => {
    const files = ['one.csv', 'two.jsonl'].map((name) => path.join(folder, name));
    fs.writeFileSync(files[0]!, 'n\n2.5\n1.10\n');
    fs.writeFileSync(files[1]!, '{"n":3.5}\n{"n":1.1}\n');
    const out = path.join(folder, 'two-out');
    const { manifest } = await compile(files, { out, cache: false, rank: false });
    const [warning] = manifest.warnings.filter((w) => w.includes('written in another way'));
    expect(warning).toContain('row 2 of ../two.jsonl (n "1.1"), which repeats row 2 of ../one.csv (n "1.10");');
    expect((await why(out, 2, 'two.jsonl')).because).toContain('it has n "1.1", and that row n "1.10"');
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
