import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Executor } from '../../dist/engine/executor.js';
import { lookAt } from '../../dist/flow/look.js';
import { ProgressMeter } from '../../dist/flow/progress.js';
import { openExecutor } from '../../dist/flow/resources.js';
import { run } from '../../dist/flow/run.js';
import { ScratchFolder } from '../../dist/flow/scratch.js';
import type { LaneTasks } from '../../dist/flow/tasks.js';
import { compile, load } from '../../dist/index.js';
import { fate } from '../../dist/ledger/fates.js';
import { resolveSources } from '../../dist/load/sources.js';
import { resolveConfig } from '../../dist/options/resolve.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'near-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

/** Of each row the row that is kept for it, and for a near duplicate the similarity with that. */
type Fates = { kept: number; similarity: number | null }[];

/** Compares every text with every kept one. */
function oracle(texts: string[], threshold: number, size: number): Fates {
  const numbers = new Map<string, number>();
  const kept: { row: number; text: string; set: Uint32Array }[] = [];
  return texts.map((text, row) => {
    const twin = kept.find((k) => k.text === text);
    if (twin !== undefined) return { kept: twin.row, similarity: null };
    const words = text.split(' ');
    const width = Math.min(size, words.length);
    const shingles = new Set<number>();
    for (let i = 0; i + width <= words.length; i++) {
      const shingle = words.slice(i, i + width).join(' ');
      if (!numbers.has(shingle)) numbers.set(shingle, numbers.size);
      shingles.add(numbers.get(shingle)!);
    }
    const set = Uint32Array.from(shingles).sort();
    let best = { kept: row, similarity: null as number | null };
    for (const other of kept) {
      const shared = common(set, other.set);
      const similarity = shared / (set.length + other.set.length - shared);
      if (similarity >= threshold && similarity > (best.similarity ?? -1)) best = { kept: other.row, similarity };
    }
    if (best.similarity === null) kept.push({ row, text, set });
    return best;
  });
}

function common(a: Uint32Array, b: Uint32Array): number {
  let shared = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const x = a[i]!;
    const y = b[j]!;
    if (x === y) shared++;
    if (x <= y) i++;
    if (y <= x) j++;
  }
  return shared;
}

function writeLines(name: string, texts: readonly string[]): string {
  const file = path.join(folder, name);
  fs.writeFileSync(file, texts.map((text) => `${JSON.stringify({ text })}\n`).join(''));
  return file;
}

describe('near duplicates of a compile', () => {
  const executors: Executor<LaneTasks>[] = [];
  beforeAll(() => {
    for (const threads of [0, 1, 2]) executors.push(openExecutor(threads, 2 ** 40));
  });
  afterAll(() => Promise.all(executors.map((executor) => executor.close())));

  /** What becomes of texts that are read in chunks of so many bytes. */
  async function judged(
    source: string,
    chunkBytes: number,
    executor: Executor<LaneTasks>,
    options: { nearDupThreshold: number; nearDupShingle: number },
  ): Promise<Fates> {
    const staging = fs.mkdtempSync(path.join(folder, 'staging-'));
    const config = resolveConfig({ ...options, nearDup: true, rank: false }, null, { cwd: folder, env: {} });
    const scratch = new ScratchFolder(() => staging);
    const looks = [];
    for (const found of resolveSources([source], { cwd: folder, format: 'jsonl' }).sources)
      looks.push(await lookAt(found, config, scratch, {}));
    const meter = new ProgressMeter(looks, false, undefined);
    const places = () => ({ data: staging, rejects: null, sources: [] });
    const context = { executor, places, compilerVersion: '0', meter, scratch, signal: undefined };
    const { fates } = (await run(looks, config, { ...context, chunkBytes })).judge;
    const { ordinals, similarity } = fates.near();
    const similarities = new Map(Array.from(ordinals, (row, i) => [row, similarity[i]!]));
    return Array.from({ length: fates.records }, (_, row) => ({
      kept: fates.fateOf(row) === fate.kept ? row : fates.refOf(row),
      similarity: similarities.get(row) ?? null,
    }));
  }

  test('are those of comparing all pairs, in chunks of any size and on any number of threads', async () => {
    const word = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    const texts = fc.array(
      fc.array(word, { minLength: 1, maxLength: 20 }).map((words) => words.join(' ')),
      { minLength: 1, maxLength: 60 },
    );
    const settings = fc.record({
      nearDupThreshold: fc.constantFrom(0.5, 0.6, 2 / 3, 0.8, 1),
      nearDupShingle: fc.integer({ min: 1, max: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(texts, settings, fc.integer({ min: 1, max: 1500 }), async (rows, options, chunkBytes) => {
        const source = writeLines('small.jsonl', rows);
        const expected = oracle(rows, options.nearDupThreshold, options.nearDupShingle);
        for (const executor of executors) expect(await judged(source, chunkBytes, executor, options)).toEqual(expected);
      }),
      { numRuns: 20 },
    );
  });

  test('are the same through compile(), with 0, 1 and 2 threads', async () => {
    let x = 11;
    const next = (n: number): number => {
      x = (Math.imul(x, 1103515245) + 12345) & 0x7fffffff;
      return (x >>> 8) % n;
    };
    const words = (n: number): string[] => Array.from({ length: n }, () => `word${next(3000)}`);
    const header = words(500);
    const texts: string[][] = [];
    for (let row = 0; row < 300; row++) {
      const edited = row > 5 && next(3) === 0 ? [...texts[next(row)]!] : [...header, ...words(1000 + next(1400))];
      for (let edits = next(200); edits > 0; edits--) edited[next(edited.length)] = `word${next(3000)}`;
      texts.push(edited);
    }
    const rows = texts.map((text) => text.join(' '));
    const source = writeLines('large.jsonl', rows);
    // Sources of up to 4 MB are read on the calling thread.
    expect(fs.statSync(source).size).toBeGreaterThan(2 ** 22);
    const expected = oracle(rows, 0.8, 3);
    const kept = rows.filter((_, row) => expected[row]!.kept === row);
    expect(kept.length).toBeLessThan(rows.length - 20);
    const lineages: Buffer[] = [];
    for (const threads of [0, 1, 2]) {
      const out = path.join(folder, `out${threads}`);
      await compile([source], { out, threads, nearDup: true, rank: false, cache: false });
      const found: unknown[] = [];
      for await (const row of await load(out)) found.push(row.text);
      expect(found).toEqual(kept);
      lineages.push(fs.readFileSync(path.join(out, '.datagpu/lineage.parquet')));
    }
    // The similarities too.
    expect(lineages[1]!.equals(lineages[0]!)).toBe(true);
    expect(lineages[2]!.equals(lineages[0]!)).toBe(true);
  });
});
