import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import zlib from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { compile, DatagpuError } from '../../dist/index.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'datagpu-unreadable-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));
afterEach(() => vi.restoreAllMocks());

const csv = 'id,name\n1,a\n2,"b\n"\n';
const jsonl = '{"id":1,"name":"a"}\n{"id":2,"name":"b"}\n';
/** A frame of zstd: magic, one segment of so many bytes, one last block with them as they are. */
const zstd = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x20, csv.length, (csv.length << 3) | 1, 0, 0, ...Buffer.from(csv)]);
const sources: Record<string, Uint8Array> = {
  'a.csv': Buffer.from(csv),
  'utf16.csv': Buffer.from(`\ufeff${csv}`, 'utf16le'),
  'cr.csv': Buffer.from('id,name\r1,a\r2,b\r'),
  'a.csv.gz': zlib.gzipSync(csv),
  'a.csv.zst': zstd,
  'a.jsonl': Buffer.from(jsonl),
  'a.json': Buffer.from(`[${jsonl.trim().replace('\n', ',')}]`),
  'object.json': Buffer.from(`{"more":1,"rows":[${jsonl.trim().replace('\n', ',')}]}`),
  'a.parquet': Buffer.from(
    parquetWriteBuffer({
      columnData: [
        { name: 'id', data: [1, 2, 3], type: 'INT32' },
        { name: 'list', data: [[1], [], [2, 3]], type: 'JSON' },
      ],
    }),
  ),
};

type Call = 'openSync' | 'readSync' | 'statSync';

/** Makes the n-th call that reads this file, or a copy of it in scratch, fail; returns how many there were. */
function failAt(source: string, call: Call, n: number, code: string): () => number {
  const isSource = (file: unknown): boolean =>
    typeof file === 'string' && (file === path.join(folder, source) || path.basename(file).startsWith('spool-'));
  const fds = new Set<number>();
  let calls = 0;
  const count = (): void => {
    if (++calls === n) throw Object.assign(new Error(`${code}: ${call}`), { code, syscall: call });
  };
  const { openSync, readSync, statSync, closeSync } = fs;
  vi.spyOn(fs, 'closeSync').mockImplementation((fd) => {
    fds.delete(fd);
    closeSync(fd);
  });
  vi.spyOn(fs, 'openSync').mockImplementation((file, ...rest) => {
    if (!isSource(file)) return openSync(file, ...rest);
    if (call === 'openSync') count();
    const fd = openSync(file, ...rest);
    fds.add(fd);
    return fd;
  });
  vi.spyOn(fs, 'readSync').mockImplementation(((fd: number, ...rest: [Buffer, number, number, number]) => {
    if (call === 'readSync' && fds.has(fd)) count();
    return readSync(fd, ...rest);
  }) as typeof fs.readSync);
  vi.spyOn(fs, 'statSync').mockImplementation(((file: string, ...rest: []) => {
    if (call === 'statSync' && isSource(file)) count();
    return statSync(file, ...rest);
  }) as typeof fs.statSync);
  return () => calls;
}

describe('what the system refuses while a source is read is no bug', () => {
  fs.mkdirSync(path.join(folder, 'in'));
  const out = path.join(folder, 'out');
  const run = (source: string): Promise<unknown> =>
    compile([source], { cwd: folder, out: 'out', cache: false, threads: 0, rank: false });
  const places = Object.keys(sources).flatMap((name): [string, Call, string][] => [
    [name, 'openSync', 'ESTALE'],
    [name, 'readSync', name === 'a.csv' ? 'EISDIR' : 'EIO'],
    [name, 'statSync', 'EIO'],
  ]);
  it.each(places)('%s: %s fails with %s', async (name, call, code) => {
    let failed = 0;
    for (let n = 1; ; n++) {
      // Each time another one: the hash of the last one may still be under way.
      const source = `in/${n}-${name}`;
      fs.writeFileSync(path.join(folder, source), sources[name]!);
      const calls = failAt(source, call, n, code);
      const error = await run(source).then(
        () => null,
        (e: unknown) => e,
      );
      vi.restoreAllMocks();
      if (calls() < n) {
        expect(error).toBeNull();
        break;
      }
      failed++;
      if (!(error instanceof DatagpuError)) throw error;
      expect([error.code, error.file, fs.existsSync(out)]).toEqual(['input', source, false]);
      expect(error.describe()).toMatch(code === 'EISDIR' ? 'it is a folder now' : `can't be read (${code})`);
    }
    expect(failed).toBeGreaterThan(0);
    fs.rmSync(out, { recursive: true });
  });
});

it('only one file of the loaders opens and reads', () => {
  const load = path.resolve(import.meta.dirname, '../../src/load');
  const files = fs.readdirSync(load, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.ts'));
  const raw = files.filter((f) =>
    /fs\.(openSync|readSync|fstatSync|readFileSync)/.test(fs.readFileSync(path.join(load, f), 'utf8')),
  );
  // A folder's manifest.yaml is only looked at, and what goes wrong is no manifest; fingerprints read on from where they are.
  expect(raw.sort()).toEqual(['fingerprint.ts', 'folder.ts', 'source-file.ts']);
});
