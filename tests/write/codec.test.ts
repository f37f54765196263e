import { execFileSync } from 'node:child_process';
import path from 'node:path';
import zlib from 'node:zlib';
import fc from 'fast-check';
import { compressors } from 'hyparquet-compressors';
import { describe, expect, test } from 'vitest';
import { pack } from '../../dist/write/codec.js';
import { kernel } from './files.js';

/** Packs bytes from the memory of the kernel and unpacks them with a decoder that shares no code with it. */
function roundTrip(bytes: Uint8Array, compression: 'zstd' | 'snappy' | 'gzip'): { back: Uint8Array; packed: number } {
  const ptr = kernel.alloc(bytes.length);
  kernel.u8(ptr, bytes.length).set(bytes);
  const packed = pack(kernel, compression, ptr, bytes.length);
  kernel.reset();
  const decode = { zstd: compressors.ZSTD, snappy: compressors.SNAPPY, gzip: undefined }[compression];
  const back = decode === undefined ? zlib.gunzipSync(packed) : decode(packed, bytes.length);
  return { back: Uint8Array.from(back), packed: packed.length };
}

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

function noise(bytes: number): Uint8Array {
  const out = new Uint8Array(bytes);
  for (let i = 0, state = 1; i < bytes; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    out[i] = state >>> 24;
  }
  return out;
}

/** Runs a module in a process of its own. */
const run = (code: string, env: Record<string, string> = {}): string =>
  execFileSync(process.execPath, ['--input-type=module', '-e', code], {
    cwd: path.resolve(import.meta.dirname, '../..'),
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });

const encodeOne = (column: string, compression: string): string => `
  import { createIngestKernel } from './dist/kernels/ingest.js';
  import { encodeRowGroup } from './dist/write/rowgroup.js';
  const block = { rows: 1, columns: [${column}] };
  const fields = [{ name: 'a', sourceName: 'a', type: block.columns[0].type }];
  try { encodeRowGroup(block, fields, '${compression}', createIngestKernel()); }
  catch (error) { console.log(error.code + ': ' + error.describe()); }
  process.report.excludeNetwork = true;
  for (const name of process.report.getReport().sharedObjects) console.log(name);
`;
const text = "{ type: { kind: 'text' }, validity: null, offsets: Int32Array.of(0, 1), values: Uint8Array.of(97) }";
const list = `{ type: { kind: 'json', arrow: { name: 'list', item: { name: 'bool' } } }, validity: null,
  offsets: Int32Array.of(0, 6), values: new TextEncoder().encode('[true]') }`;

describe('pack', () => {
  test.each(['zstd', 'snappy', 'gzip'] as const)('%s keeps every byte', (compression) => {
    const lengths = [0, 1, 3, 4, 14, 15, 16, 17, 59, 60, 61, 62, 255, 256, 257, 65_535, 65_536, 65_537, 200_000];
    for (const length of lengths) {
      for (const bytes of [noise(length), new Uint8Array(length).fill(7), Uint8Array.from(noise(length), (b) => b & 3)])
        expect([length, same(roundTrip(bytes, compression).back, bytes)]).toEqual([length, true]);
    }
  });

  test('Snappy keeps pieces that come again at any distance and in any length', () => {
    const piece = fc.record({
      fresh: fc.uint8Array({ maxLength: 90 }),
      back: fc.integer({ min: 1, max: 70_000 }),
      length: fc.integer({ min: 0, max: 300 }),
    });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), fc.integer({ min: 0, max: 140_000 }), (pieces, before) => {
        const bytes = [...noise(before)];
        for (const { fresh, back, length } of pieces) {
          bytes.push(...fresh);
          if (back <= bytes.length) for (let i = 0; i < length; i++) bytes.push(bytes[bytes.length - back]!);
        }
        const all = Uint8Array.from(bytes);
        expect(same(roundTrip(all, 'snappy').back, all)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test('Snappy makes repeated bytes small, and others hardly larger', () => {
    expect(roundTrip(new Uint8Array(100_000), 'snappy').packed).toBeLessThan(5000);
    expect(roundTrip(noise(100_000), 'snappy').packed).toBeLessThan(100_100);
  });

  test('gives the same bytes again, whatever was packed before', () => {
    const bytes = Uint8Array.from(noise(300_000), (b) => b & 15);
    for (const compression of ['zstd', 'snappy', 'gzip'] as const) {
      const once = (): Uint8Array => {
        const ptr = kernel.alloc(bytes.length);
        kernel.u8(ptr, bytes.length).set(bytes);
        return Uint8Array.from(pack(kernel, compression, ptr, bytes.length));
      };
      const first = once();
      roundTrip(noise(1_000_000), compression);
      expect(same(once(), first)).toBe(true);
    }
  });

  test('says so where zstd is not there; the others need no library', () => {
    const env = { NAPI_RS_NATIVE_LIBRARY_PATH: '/not/there.node' };
    expect(run(encodeOne(text, 'zstd'), env)).toContain("output: zstd can't be loaded on");
    for (const compression of ['snappy', 'gzip'])
      expect(run(encodeOne(text, compression), env)).not.toContain('output:');
  });
});

test('polars is not loaded to write, nested columns neither', () => {
  const libraries = (column: string): string[] =>
    run(encodeOne(column, 'zstd'))
      .split('\n')
      .filter((name) => /polars|zstd\.[^/]*node$/.test(name))
      .map((name) => (name.includes('polars') ? 'polars' : 'zstd'));
  expect(libraries(text)).toEqual(['zstd']);
  expect(libraries(list)).toEqual(['zstd']);
});
