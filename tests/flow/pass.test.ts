import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Executor } from '../../dist/engine/executor.js';
import { build } from '../../dist/flow/build.js';
import { SourceIdentity } from '../../dist/flow/identity.js';
import { type PassHooks, runPass } from '../../dist/flow/pass.js';
import { openExecutor } from '../../dist/flow/resources.js';
import type { LaneTasks, Seen, Settled } from '../../dist/flow/tasks.js';
import { ChunkWalk } from '../../dist/flow/walk.js';
import type { CompileOptions } from '../../dist/index.js';
import { resolveSources } from '../../dist/load/sources.js';
import { resolveConfig } from '../../dist/options/resolve.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'datagpu-pass-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** Lanes whose tasks take a moment and make nothing. */
function lanes(count: number): Executor<LaneTasks> {
  const run = async (lane: number, task: string): Promise<unknown> => {
    await pause(task === 'ingest' ? count - lane : 1);
    return task === 'ingest' ? ({ records: 1, rows: 1, bytes: 1 } as Seen) : ({} as Settled);
  };
  return { lanes: count, run, reuse: () => {}, keep: async () => {}, close: async () => {} } as Executor<LaneTasks>;
}

/** A pass over twenty chunks, in which the judge does `at` when it comes to that chunk. */
async function passThat(count: number, at: number, act: () => null): Promise<{ ended: unknown; log: string[] }> {
  const log: string[] = [];
  const hooks: PassHooks = {
    compares: false,
    judge: async ({ id }) => (id === at ? act() : { keep: null, action: { do: 'drop' } }),
    allJudged: () => {},
    helpers: () => 0,
    take: async ({ id }) => {
      log.push(`take ${id}`);
      await pause(5);
      log.push(`taken ${id}`);
    },
  };
  const pieces = Array.from({ length: 20 }, (_, i) => ({ group: i, from: 0, to: 1, record: i + 1 }));
  const walk = new ChunkWalk([{ start: null, limits: null, pieces }], Number.POSITIVE_INFINITY);
  const ended = await runPass(
    lanes(count),
    walk,
    () => {},
    () => hooks,
  ).catch((error: unknown) => error);
  log.push('ended');
  await pause(50);
  return { ended, log };
}

describe('a pass that is stopped', () => {
  it.each([1, 2, 3, 5])('ends with %i lanes, when nothing is being taken any more', async (count) => {
    for (const at of [0, 1, 7, 19]) {
      const { ended, log } = await passThat(count, at, () => null);
      expect(ended).toBe(null);
      expect(log.at(-1)).toBe('ended');
      expect(log.filter((l) => l.startsWith('take ')).length).toBe(log.filter((l) => l.startsWith('taken')).length);
    }
  });

  it.each([1, 3])('takes nothing more after an error, with %i lanes', async (count) => {
    const failed = new Error('refused');
    const { ended, log } = await passThat(count, 7, () => {
      throw failed;
    });
    expect(ended).toBe(failed);
    expect(log.slice(log.indexOf('ended')).filter((l) => l.startsWith('take '))).toEqual([]);
  });
});

describe('a value that breaks a type late', () => {
  const file = path.join(folder, 'late.csv');
  const rows = 90_000;
  const lines = Array.from({ length: rows }, (_, i) => `${i},${i === 80_000 ? 'x' : i * 7},words of row ${i % 1000}\n`);
  fs.writeFileSync(file, `id,a,text\n${lines.join('')}`);

  /** With what is said of the column, which is counted chunk by chunk. */
  async function fingerprint(threads: number, options: CompileOptions): Promise<string> {
    const out = path.join(folder, 'out');
    fs.rmSync(out, { recursive: true, force: true });
    const config = resolveConfig({ cache: false, out, threads, ...options }, null, { cwd: folder, env: {} });
    const { sources } = resolveSources([file], { cwd: folder, format: null });
    const executor = openExecutor(threads, Number.MAX_SAFE_INTEGER);
    try {
      const identity = new SourceIdentity(sources);
      const sizes = { chunkBytes: 2 ** 17 };
      const { manifest } = await build(sources, [], identity, executor, config, {}, () => 0, sizes);
      expect(manifest.stats.retyped).toBe(1);
      expect(manifest.rows).toBe(rows);
      const hint = manifest.warnings.filter((warning) => warning.startsWith('column a:'));
      expect(hint).toEqual([expect.stringContaining('89,999 of 90,000 values are numbers')]);
      expect(hint[0]).toContain('row 80001 "x"');
      return `${manifest.hash} ${manifest.files[0]!.hash}`;
    } finally {
      await executor.close();
    }
  }

  it.each([{ rank: false, rejects: true }, {}])('gives one data set for any number of threads: %o', async (options) => {
    const hashes = [];
    for (const threads of [0, 1, 2, 3]) hashes.push(await fingerprint(threads, options));
    expect(new Set(hashes).size).toBe(1);
  });
});
