import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compile } from '../../dist/compile.js';
import type { Executor } from '../../dist/engine/executor.js';
import { lookAt } from '../../dist/flow/look.js';
import { ProgressMeter } from '../../dist/flow/progress.js';
import { openExecutor } from '../../dist/flow/resources.js';
import { run } from '../../dist/flow/run.js';
import { ScratchFolder } from '../../dist/flow/scratch.js';
import type { LaneTasks } from '../../dist/flow/tasks.js';
import { resolveSources } from '../../dist/load/sources.js';
import type { CompileOptions } from '../../dist/options/compile-options.js';
import { resolveConfig } from '../../dist/options/resolve.js';

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'datagpu-invariance-'));
/** Lanes by number of threads; they serve one run after the other. */
const lanes = [0, 1, 2, 3].map((threads): Executor<LaneTasks> => openExecutor(threads, 2 ** 33));
afterAll(async () => {
  for (const executor of lanes) await executor.close();
  fs.rmSync(dir, { recursive: true, force: true });
});

const records = 2500;

/** Rows with duplicates near and exact, nulls, numbers that change form, text that is not ASCII, and line breaks. */
function* rowsOf(seed: number): Generator<{ id: number; text: string; kind: string | null; score: string }> {
  let state = seed;
  const random = (n: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
  const words = Array.from({ length: 800 }, (_, i) => `w${(i * 7919) % 1000}${i % 9 === 0 ? 'é' : ''}`);
  const past: string[] = [];
  for (let id = 0; id < records; id++) {
    const fresh = Array.from({ length: 4 + random(30) }, () => words[random(random(800) + 1)]!).join(' ');
    const old = past[random(past.length)] ?? fresh;
    const text = random(10) < 7 ? fresh : random(2) === 0 ? old : `${old} ${words[random(800)]}`;
    past.push(text);
    const kind = [null, 'a', 'b', ' c ', 'N/A'][random(5)]!;
    const isSame = random(20) === 0;
    yield {
      id: isSame ? 7 : id,
      text: isSame ? past[0]! : text,
      kind: isSame ? 'a' : kind,
      score: `${random(100)}.50`,
    };
  }
}

const quoted = (text: string | null): string => (text === null ? '' : `"${text.replaceAll(' w1', '\nw1')}"`);

beforeAll(async () => {
  for (const format of ['csv', 'jsonl', 'parquet']) fs.mkdirSync(path.join(dir, format));
  for (const seed of [1, 2]) {
    const rows = [...rowsOf(seed)];
    const csv = rows.map((r) => `${r.id},${quoted(r.text)},${quoted(r.kind)},${r.score}`);
    fs.writeFileSync(path.join(dir, 'csv', `${seed}.csv`), `ID,Text,Kind,Score\n${csv.join('\n')}\n`);
    const lines = rows.map(
      (r) => `{"ID":${r.id},"Text":${JSON.stringify(r.text)},"Kind":["${r.kind}"],"S":${r.score}}`,
    );
    fs.writeFileSync(path.join(dir, 'jsonl', `${seed}.jsonl`), lines.join('\n'));
    const out = path.join(dir, `p${seed}`);
    await compile([path.join(dir, 'csv', `${seed}.csv`)], { out, cache: false, rank: false, dedupe: false });
    fs.copyFileSync(path.join(out, 'data.parquet'), path.join(dir, 'parquet', `${seed}.parquet`));
  }
}, 60_000);

/** How a run is carried out, which must not show in what it makes. */
interface Way {
  threads: number;
  /** Less than the rows have: some are spilled. */
  heldBytes?: number;
  /** Other rows are encoded between the reading of a chunk, its shingles and the verdict on it. */
  interrupts?: boolean;
}

let runs = 0;

const hashOf = (file: string): string => createHash('sha256').update(fs.readFileSync(file)).digest('hex');

/** Lanes that have other rows to encode before shingles and before each verdict. */
function interrupted(executor: Executor<LaneTasks>): Executor<LaneTasks> {
  const rows = 5000;
  const values = new Uint8Array(rows * 8).fill(0xa5);
  const columns = [{ type: { kind: 'int64' } as const, validity: null, offsets: null, values }];
  const fields = [{ name: 'n', sourceName: 'n', type: { kind: 'int64' } as const }];
  return {
    lanes: executor.lanes,
    run: async (lane, task, payload, onEvent) => {
      if (task === 'settle' || task === 'shingle')
        await executor.run(lane, 'encodeAs', { block: { rows, columns }, fields });
      return executor.run(lane, task, payload, onEvent);
    },
    reuse: (lane, buffer) => executor.reuse(lane, buffer),
    keep: (count) => executor.keep(count),
    close: () => executor.close(),
  };
}

/**
 * Compiles the sources of a format in small chunks; gives the hash of the data, and of the bytes of every file; with
 * `--rejects` that of the dropped rows comes last.
 */
async function outcome(format: string, options: CompileOptions, way: Way): Promise<string[]> {
  const { threads, heldBytes, interrupts = false } = way;
  const folder = path.join(dir, `run-${runs++}`);
  fs.mkdirSync(folder);
  const scratch = new ScratchFolder(() => folder);
  const config = resolveConfig(options, null, { cwd: dir, env: {} });
  const rejects = path.join(folder, 'rejects.parquet');
  try {
    const { sources } = resolveSources([format], { cwd: dir, format: null });
    const looks = await Promise.all(sources.map((source) => lookAt(source, config, scratch, {})));
    const result = await run(looks, config, {
      executor: interrupts ? interrupted(lanes[threads]!) : lanes[threads]!,
      places: () => ({
        data: folder,
        rejects: config.output.rejects ? rejects : null,
        sources: sources.map((source) => source.path),
      }),
      scratch,
      compilerVersion: '0.0.0',
      meter: new ProgressMeter(looks, false, undefined),
      signal: undefined,
      chunkBytes: 40_000,
      ...(heldBytes === undefined ? {} : { heldBytes }),
    });
    const spilled = fs.existsSync(scratch.path) && fs.readdirSync(scratch.path).length > 0;
    expect(spilled).toBe(heldBytes !== undefined && result.ranking !== null);
    const hashes = result.files.map((f) => hashOf(f.path));
    expect(result.files.map((f) => f.hash)).toEqual(hashes.map((h) => `sha256:${h}`));
    expect(result.judge.kept).toBeGreaterThan(400);
    return [result.hash, ...hashes, ...(config.output.rejects ? [hashOf(rejects)] : [])];
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

const works: [string, CompileOptions][] = [
  ['ranked', {}],
  ['not ranked', { rank: false }],
  ['with rejects', { rejects: true }],
  ['near-dup, not ranked, with rejects', { rejects: true, rank: false, nearDup: true }],
  ['near-dup', { nearDup: true, nearDupThreshold: 0.7 }],
  ['top', { top: '30%' }],
  ['not ranked, with rejects', { rank: false, rejects: true }],
  ['top, with rejects', { top: '30%', rejects: true }],
  ['top in source order', { top: 500, keepOrder: true, rankMethod: 'cosine', rankTarget: 'w1 w2 w3' }],
  ['in shards', { shardSize: 40_000, compression: 'snappy', rankMethod: 'bm25', rankTarget: 'w1 w5' }],
];

describe.each(['csv', 'jsonl', 'parquet'])('%s', (format) => {
  test.each(works)('%s: the same bytes whatever the threads and the memory', async (_, options) => {
    const first = await outcome(format, options, { threads: 1 });
    const ways: Way[] = [{ threads: 0 }, { threads: 2 }];
    if (options.rank === false) ways.push({ threads: 3 });
    else ways.push({ threads: 3, heldBytes: 0 }, { threads: 2, heldBytes: 150_000 });
    for (const way of ways) expect(await outcome(format, options, way), JSON.stringify(way)).toEqual(first);
  });

  test.each([{ rank: false }, { top: '30%' }])('%j: the same data when a lane encodes other rows', async (options) => {
    const alone = await outcome(format, options, { threads: 1 });
    expect(await outcome(format, options, { threads: 1, interrupts: true })).toEqual(alone);
    const withRejects = await outcome(format, { ...options, rejects: true }, { threads: 3 });
    expect(withRejects.slice(0, -1)).toEqual(alone);
  });
});
