import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
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
import { resolveConfig } from '../../dist/options/resolve.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'scratch-faults-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

const source = path.join(folder, 'rows.csv');
const words = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta', 'eta', 'theta'];
const text = (i: number): string => Array.from({ length: 12 }, (_, k) => words[(i * (k + 3) + (i >> k)) % 8]).join(' ');
fs.writeFileSync(source, `id,text\n${Array.from({ length: 3000 }, (_, i) => `${i},${text(i)} ${i % 900}\n`).join('')}`);

/** Texts that share half of their words with one of few. */
const sets = path.join(folder, 'sets.csv');
const shared = (i: number): string =>
  Array.from({ length: 60 }, (_, k) => (k % 20 < 13 ? `w${(i % 40) * 60 + k}` : `v${i}of${k}`)).join(' ');
fs.writeFileSync(sets, `id,text\n${Array.from({ length: 3000 }, (_, i) => `${i},${shared(i)}\n`).join('')}`);
/** Numbers that are written in two ways. */
const forms = path.join(folder, 'forms.csv');
const written = (i: number): string => `w${i % 700},${i % 90}.${i % 3 === 0 ? '50' : '5'}`;
fs.writeFileSync(forms, `id,v\n${Array.from({ length: 9000 }, (_, i) => `${written(i)}\n`).join('')}`);

/** What a read of scratch can be besides right. */
type Fault = 'a wrong byte' | 'the end of the file' | 'EIO';

/** Has the `wrong`th read of scratch go wrong; says how many reads there were. */
function faulty(wrong: number, fault: Fault = 'a wrong byte'): { reads: () => number } {
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
    if (!scratch.has(fd) || read === 0 || reads++ !== wrong) return read;
    if (fault === 'EIO') throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO', syscall: 'read' });
    if (fault === 'the end of the file') return 0;
    const bytes = new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
    bytes[at + (read >> 1)]! ^= 4;
    return read;
  }) as typeof fs.readSync);
  return { reads: () => reads };
}

async function compiled(
  file: string,
  options: CompileOptions,
  sizes: Pick<RunContext, 'heldBytes' | 'nearRows' | 'nearBytes' | 'formBytes' | 'chunkBytes'>,
): Promise<unknown> {
  const out = path.join(folder, 'out');
  fs.rmSync(out, { recursive: true, force: true });
  const config = resolveConfig({ cache: false, out, ...options }, null, { cwd: folder, env: {} });
  const { sources } = resolveSources([file], { cwd: folder, format: null });
  const executor = openExecutor(0, 0);
  const identity = new SourceIdentity(sources);
  return build(sources, [], identity, executor, config, {}, () => 0, sizes).then(
    ({ manifest }) => manifest.hash,
    (error: unknown) => error,
  );
}

const faults = ['a wrong byte', 'the end of the file', 'EIO'] as const;
const spills = [
  ['ranked rows', source, {}, { heldBytes: 0, chunkBytes: 40_000 }],
  ['rows that wait for near duplicates', source, { nearDup: true, rank: false }, { nearRows: 200, chunkBytes: 40_000 }],
  ['shingle sets', sets, { nearDup: true, nearDupThreshold: 0.5, rank: false }, { nearBytes: 0, chunkBytes: 40_000 }],
  ['forms of rows', forms, { rank: false }, { formBytes: 0, chunkBytes: 40_000 }],
] as const;
const cases = faults.flatMap((fault) => spills.map((spill) => [fault, ...spill] as const));

describe('scratch that gives back what was not written', () => {
  test.each(cases)('%s: ends a compile with %s, at whatever read', async (fault, what, file, options, sizes) => {
    const counted = faulty(-1);
    const right = await compiled(file, options, sizes);
    expect(right).toMatch(/^sha256:/);
    expect(right).toBe(await compiled(file, options, { chunkBytes: sizes.chunkBytes }));
    const reads = counted.reads();
    expect(reads).toBeGreaterThan(4);
    vi.restoreAllMocks();
    // Which sets are read depends a little on the secret of a compile.
    const last = Math.floor(reads * 0.8);
    for (let wrong = 0; wrong < last; wrong += Math.max(1, Math.floor(reads / 8))) {
      const injected = faulty(wrong, fault);
      const error = await compiled(file, options, sizes);
      vi.restoreAllMocks();
      expect(injected.reads()).toBeGreaterThan(wrong);
      expect([what, wrong, error]).toEqual([what, wrong, expect.any(DatagpuError)]);
      expect(error).toMatchObject({
        code: 'output',
        message:
          fault === 'EIO' ? "scratch can't be read (EIO)" : 'scratch gave back other bytes than were written to it',
      });
      expect(fs.existsSync(path.join(folder, 'out/manifest.yaml'))).toBe(false);
    }
  });

  const packed = `${source}.gz`;
  fs.writeFileSync(packed, gzipSync(fs.readFileSync(source)));
  // It is copied twice: unpacked, then in UTF-8.
  const wide = path.join(folder, 'wide.csv.gz');
  fs.writeFileSync(wide, gzipSync(Buffer.from(`\ufeff${fs.readFileSync(source, 'utf8')}`, 'utf16le')));
  const array = path.join(folder, 'rows.json.gz');
  fs.writeFileSync(array, gzipSync(JSON.stringify(Array.from({ length: 3000 }, (_, i) => ({ id: i, text: text(i) })))));

  test.each([packed, wide, array])('ends a compile of the copy of %s', async (file) => {
    const right = await compiled(file, {}, { chunkBytes: 40_000 });
    expect(right).toMatch(/^sha256:/);
    const { openSync, readSync } = fs;
    const copies = new Set<number>();
    for (const share of [0, 0.3, 0.5, 0.999]) {
      let at = -1;
      vi.spyOn(fs, 'openSync').mockImplementation(((name: string, ...rest: [string]) => {
        const fd = openSync(name, ...rest);
        copies.delete(fd);
        if (/spool-/.test(String(name))) {
          copies.add(fd);
          const bytes = fs.fstatSync(fd).size;
          // A letter within a text.
          if (at < 0) {
            const whole = Buffer.alloc(bytes);
            readSync(fd, whole, 0, bytes, 0);
            const letter = file === wide && share < 0.5 ? Buffer.from('eta', 'utf16le') : Buffer.from('eta');
            at = whole.indexOf(letter, Math.min(bytes * share, whole.lastIndexOf(letter)));
          }
        }
        return fd;
      }) as typeof fs.openSync);
      vi.spyOn(fs, 'readSync').mockImplementation(((fd: number, buffer: Uint8Array, ...rest: unknown[]) => {
        const read = readSync(fd, buffer, ...(rest as [number, number, number]));
        // Either form of the arguments.
        const [offset, position] =
          rest.length === 3 ? [rest[0], rest[2]] : [0, (rest[0] as { position?: number })?.position];
        const place = at - Number(position);
        if (copies.has(fd) && at >= 0 && place >= 0 && place < read)
          new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)[Number(offset) + place]! ^= 2;
        return read;
      }) as typeof fs.readSync);
      const error = await compiled(file, {}, { chunkBytes: 40_000 });
      vi.restoreAllMocks();
      expect(at).toBeGreaterThan(0);
      expect([share, error]).toEqual([share, expect.any(DatagpuError)]);
      expect(error).toMatchObject({ code: 'output', message: 'scratch gave back other bytes than were written to it' });
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
