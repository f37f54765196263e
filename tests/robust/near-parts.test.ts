import fs from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { build } from '../../dist/flow/build.js';
import { SourceIdentity } from '../../dist/flow/identity.js';
import { openExecutor } from '../../dist/flow/resources.js';
import { resolveSources } from '../../dist/load/sources.js';
import type { CompileOptions } from '../../dist/options/compile-options.js';
import { resolveConfig } from '../../dist/options/resolve.js';
import { temporaryFolder } from '../cli/run.js';
import { contentOf } from './folder.js';

const { dir, remove } = temporaryFolder();
afterAll(remove);

const records = 1500;

/** Texts of few words, many of them an earlier one's with some words changed. */
function* rowsOf(seed: number): Generator<{ id: number; text: string; kind: string }> {
  let state = seed;
  const random = (n: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
  const texts: string[][] = [];
  for (let id = 0; id < records; id++) {
    const text =
      id > 0 && random(3) > 0
        ? [...texts[random(id)]!]
        : Array.from({ length: 8 + random(40) }, () => `w${random(random(700) + 1)}`);
    for (let edits = random(4); edits > 0; edits--) text[random(text.length)] = `w${random(700)}`;
    texts.push(text);
    yield { id: random(12) === 0 ? 5 : id, text: text.join(' '), kind: ['a', 'b'][random(2)]! };
  }
}

/** Spaces that are cleaned away: the first look ends before the last row. */
const padding = ' '.repeat(800);

/** Malformed and empty records among the others, and if `late` is given a last row with it in `id`. */
function csvOf(seed: number, late: string | null): string {
  const lines = [...rowsOf(seed)].map(({ id, text, kind }, row) => {
    if (row % 400 === 399) return `${id},${text},${kind},one,too,many`;
    if (row % 300 === 299) return ',,';
    return `${id},${text}${late === null ? '' : padding},${kind}`;
  });
  return `id,text,kind\n${lines.join('\n')}\n${late === null ? '' : `${late},the last row,a\n`}`;
}

const jsonlOf = (seed: number): string => [...rowsOf(seed)].map((row) => `${JSON.stringify(row)}\n`).join('');

fs.writeFileSync(path.join(dir, 'one.csv'), csvOf(1, null));
fs.writeFileSync(path.join(dir, 'two.csv'), csvOf(2, null));
fs.writeFileSync(path.join(dir, 'late.csv'), csvOf(3, 'x7'));
fs.writeFileSync(path.join(dir, 'rows.jsonl.gz'), gzipSync(jsonlOf(4)));
fs.writeFileSync(path.join(dir, 'rows.jsonl'), jsonlOf(5));

/** Compiles into `dir`/`out`, with `nearRows` rows in an index of near duplicates. */
async function compiled(
  sources: string[],
  options: CompileOptions,
  { out, nearRows, threads }: { out: string; nearRows: number | null; threads: number },
): Promise<string[]> {
  const given = { ...options, out, nearDup: true, cache: false, scratch: path.join(dir, 'scratch') };
  const config = resolveConfig(given, null, { cwd: dir, env: {} });
  fs.mkdirSync(path.join(dir, 'scratch'), { recursive: true });
  const found = resolveSources(sources, { cwd: dir, format: null });
  const executor = openExecutor(threads, 2 ** 40);
  const sizes = { chunkBytes: 20_000, ...(nearRows === null ? {} : { nearRows }) };
  try {
    await build(
      found.sources,
      found.warnings,
      new SourceIdentity(found.sources),
      executor,
      config,
      given,
      () => 1,
      sizes,
    );
  } finally {
    await executor.close();
  }
  expect(fs.readdirSync(path.join(dir, 'scratch'))).toEqual([]);
  const manifest = path.join(dir, out, 'manifest.yaml');
  const text = fs.readFileSync(manifest, 'utf8');
  // Times, and nothing else.
  const timeless = text.replace(/^(created_at|manifest_hash|\s+(?:processing_time|seconds|busy_threads)): .*$/gm, '$1');
  const content = [...contentOf(path.join(dir, out)).filter((file) => !file.startsWith('manifest.yaml')), timeless];
  fs.rmSync(path.join(dir, out), { recursive: true });
  return content;
}

const works: [string, string[], CompileOptions][] = [
  ['CSV with malformed and empty records', ['one.csv', 'two.csv'], { rank: false, rejects: true }],
  ['CSV with a late value that makes a column text', ['one.csv', 'late.csv'], { rank: false, rejects: true }],
  [
    'gzip and JSONL, exact duplicates by one column',
    ['rows.jsonl.gz', 'rows.jsonl'],
    { rank: false, dedupeOn: ['id'] },
  ],
  ['gzip, exact duplicates kept', ['rows.jsonl.gz'], { rank: false, dedupe: false, nearDupThreshold: 0.6 }],
  ['ranked', ['one.csv', 'rows.jsonl.gz'], { rejects: true }],
  ['the top of a late change', ['late.csv', 'rows.jsonl'], { top: '30%', rejects: true, maxRejects: '5%' }],
  ['a score of 1 for all', ['two.csv'], { rankMethod: 'none', nearDupOn: ['text'], nearDupShingle: 1 }],
  ['the first records', ['one.csv', 'two.csv'], { limit: 1700, rank: false, ignore: ['id'] }],
];

describe('near duplicates judged in parts', () => {
  test.each(works)('%s: the same bytes as with one index', async (_, sources, options) => {
    const out = 'out';
    const whole = await compiled(sources, options, { out, nearRows: null, threads: 1 });
    expect(whole.at(-1)).toMatch(/near duplicate: [1-9]/);
    for (const [nearRows, threads] of [
      [200, 2],
      [30, 0],
    ] as const)
      expect(await compiled(sources, options, { out, nearRows, threads }), `${nearRows} rows`).toEqual(whole);
  });

  test('a value that shows late settles types anew once, in whichever pass it is met', async () => {
    const way = { out: 'late', threads: 2 };
    const options = { rank: false };
    const whole = await compiled(['late.csv'], options, { ...way, nearRows: null });
    expect(whole.at(-1)).toMatch(/retyped: 1\b/);
    expect(await compiled(['late.csv'], options, { ...way, nearRows: 50 })).toEqual(whole);
  });

  const spilledBytes = (): number =>
    fs
      .readdirSync(path.join(dir, 'scratch'), { recursive: true, encoding: 'utf8' })
      .filter((name) => path.basename(name).startsWith('spill-'))
      .reduce((bytes, name) => bytes + fs.statSync(path.join(dir, 'scratch', name)).size, 0);

  test.each(['wait', 'are judged'])('an interrupt while rows %s leaves nothing', async (when) => {
    const controller = new AbortController();
    const stages: string[] = [];
    const options: CompileOptions = {
      signal: controller.signal,
      onProgress: ({ stage }) => {
        stages.push(stage);
        if (stage === 'dedupe') controller.abort();
      },
    };
    let seen = 0;
    const timer = setInterval(() => {
      seen = Math.max(seen, spilledBytes());
      if (when === 'wait' && seen > 0) controller.abort();
    }, 1);
    const way = { out: 'none', nearRows: 20, threads: 1 };
    try {
      await expect(compiled(['one.csv', 'two.csv', 'rows.jsonl'], options, way)).rejects.toThrow(/abort|interrupt/i);
    } finally {
      clearInterval(timer);
    }
    expect(seen).toBeGreaterThan(0);
    expect(stages.at(-1)).toBe(when === 'wait' ? 'read' : 'dedupe');
    expect(fs.existsSync(path.join(dir, 'none', 'manifest.yaml'))).toBe(false);
    expect(fs.readdirSync(path.join(dir, 'scratch'))).toEqual([]);
  });

  test('progress never goes back, and ends where it does otherwise', async () => {
    const shares: number[] = [];
    const options: CompileOptions = { rank: false, onProgress: ({ share }) => shares.push(share) };
    await compiled(['one.csv', 'rows.jsonl.gz'], options, { out: 'out', nearRows: 20, threads: 1 });
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
  });
});
