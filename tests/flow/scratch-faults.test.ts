import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { resolveConfig } from '../../dist/config/resolve.js';
import { hashBytes } from '../../dist/dedupe/digest.js';
import { SpilledDigests } from '../../dist/dedupe/spilled.js';
import { DigestTable } from '../../dist/dedupe/table.js';
import { DatagpuError } from '../../dist/errors.js';
import { build } from '../../dist/flow/build.js';
import type { RunContext } from '../../dist/flow/context.js';
import { SourceIdentity } from '../../dist/flow/identity.js';
import { openExecutor } from '../../dist/flow/resources.js';
import type { CompileOptions } from '../../dist/index.js';
import { createIngestKernel } from '../../dist/kernels/ingest.js';
import { resolveSources } from '../../dist/load/sources.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'scratch-faults-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

const source = path.join(folder, 'rows.csv');
const words = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta', 'eta', 'theta'];
const text = (i: number): string => Array.from({ length: 12 }, (_, k) => words[(i * (k + 3) + (i >> k)) % 8]).join(' ');
fs.writeFileSync(source, `id,text\n${Array.from({ length: 3000 }, (_, i) => `${i},${text(i)} ${i % 900}\n`).join('')}`);

/** Has one byte of the `wrong`th read of scratch be another one; says how many reads there were. */
function faulty(wrong: number): { reads: () => number } {
  const scratch = new Set<number>();
  const { openSync, readSync } = fs;
  let reads = 0;
  vi.spyOn(fs, 'openSync').mockImplementation(((file: string, ...rest: [string]) => {
    const fd = openSync(file, ...rest);
    if (/spill-/.test(String(file))) scratch.add(fd);
    else scratch.delete(fd);
    return fd;
  }) as typeof fs.openSync);
  vi.spyOn(fs, 'readSync').mockImplementation(((
    fd: number,
    buffer: Uint8Array,
    at: number,
    ...rest: [number, number]
  ) => {
    const read = readSync(fd, buffer, at, ...rest);
    if (scratch.has(fd) && read > 0 && reads++ === wrong) buffer[at + (read >> 1)]! ^= 4;
    return read;
  }) as typeof fs.readSync);
  return { reads: () => reads };
}

async function compiled(
  options: CompileOptions,
  sizes: Pick<RunContext, 'heldBytes' | 'nearRows' | 'chunkBytes'>,
): Promise<unknown> {
  const out = path.join(folder, 'out');
  fs.rmSync(out, { recursive: true, force: true });
  const config = resolveConfig({ cache: false, out, ...options }, null, { cwd: folder, env: {} });
  const { sources } = resolveSources([source], { cwd: folder, format: null });
  const executor = openExecutor(0, 0);
  const identity = new SourceIdentity(sources);
  return build(sources, [], identity, executor, config, {}, () => 0, sizes).then(
    ({ manifest }) => manifest.hash,
    (error: unknown) => error,
  );
}

describe('scratch that gives back a wrong byte', () => {
  test.each([
    ['ranked rows', {}, { heldBytes: 0, chunkBytes: 40_000 }],
    ['rows that wait for near duplicates', { nearDup: true, rank: false }, { nearRows: 200, chunkBytes: 40_000 }],
  ] as const)('ends a compile with %s, at whatever read', async (_, options, sizes) => {
    const counted = faulty(-1);
    const right = await compiled(options, sizes);
    expect(right).toMatch(/^sha256:/);
    const reads = counted.reads();
    expect(reads).toBeGreaterThan(4);
    vi.restoreAllMocks();
    const step = Math.max(1, Math.floor(reads / 12));
    for (let wrong = 0; wrong < reads; wrong += step) {
      faulty(wrong);
      const error = await compiled(options, sizes);
      vi.restoreAllMocks();
      expect(error).toBeInstanceOf(DatagpuError);
      expect(error).toMatchObject({
        code: 'output',
        message: expect.stringContaining('scratch gave back other bytes'),
      });
      expect(fs.existsSync(path.join(folder, 'out/manifest.yaml'))).toBe(false);
    }
  });

  test('ends the search for a digest', () => {
    const kernel = createIngestKernel();
    const digests = Buffer.concat(Array.from({ length: 5000 }, (_, i) => hashBytes(kernel, Buffer.from(`${i}`))));
    const table = new DigestTable();
    table.judge(digests, 5000, 0);
    faulty(0);
    const spilled = new SpilledDigests(table, path.join(folder, 'spill-digests'));
    const all = new Int32Array(digests.buffer, digests.byteOffset, digests.length / 4);
    expect(() => spilled.find(all.slice(), 4)).toThrow('scratch gave back other bytes');
    expect(spilled.find(all.slice(), 4)).toBe(1);
    spilled.close();
  });
});
