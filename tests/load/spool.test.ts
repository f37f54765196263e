import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import zlib from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fingerprint, statSignature } from '../../dist/load/fingerprint.js';
import type { Source } from '../../dist/load/sources.js';
import { type SpoolOptions, spool, transcodeFile } from '../../dist/load/spool.js';

let dir: string;
let scratch: string;
beforeEach(() => {
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'spool-'));
  scratch = path.join(dir, 'scratch');
});
afterEach(() => fs.rmSync(dir, { recursive: true }));

/** `id,text` and 200,000 lines: several pieces of every reader. */
const table = `id,text\n${Array.from({ length: 200_000 }, (_, i) => `${i},word ${(i * 7919) % 1000}\n`).join('')}`;
/** A zstd frame without compression (RFC 8878: magic, single segment with a 1-byte size, one raw block). */
const rawFrame = (text: string): Buffer =>
  Buffer.concat([
    Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x20, text.length, 1 | ((text.length & 31) << 3), text.length >> 5, 0]),
    Buffer.from(text),
  ]);
const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);

function source(name: string, content: Uint8Array, extra: Partial<Source> = {}): Source {
  const absolute = path.join(dir, name);
  fs.writeFileSync(absolute, content);
  const compression = name.endsWith('.gz') ? 'gzip' : name.endsWith('.zst') ? 'zstd' : 'none';
  return { path: name, absolute, format: 'csv', compression, bytes: content.length, seekable: true, ...extra };
}
const textOf = async (s: Source, options?: SpoolOptions): Promise<string> => {
  const file = await spool(s, { path: scratch }, options);
  const text = fs.readFileSync(file.path, 'utf8');
  expect(file.bytes).toBe(Buffer.byteLength(text));
  return text;
};
const refusal = async (s: Source, options?: SpoolOptions): Promise<string> => {
  try {
    await spool(s, { path: scratch }, options);
  } catch (error) {
    expect(fs.existsSync(scratch) ? fs.readdirSync(scratch) : []).toEqual([]);
    const e = error as { code: string; describe(): string };
    return `${e.code}: ${e.describe()}`;
  }
  return 'accepted';
};

describe('spool', () => {
  it('reads a plain file in place', async () => {
    const file = await spool(source('a.csv', Buffer.from(table)), { path: scratch });
    expect(file).toEqual({
      path: path.join(dir, 'a.csv'),
      bytes: table.length,
      owned: false,
      stream: null,
      whole: true,
      written: null,
    });
    expect(fs.existsSync(scratch)).toBe(false);
  });

  it('expands gzip: one member, several, zero padding after them', async () => {
    const half = table.length >> 1;
    const members = [zlib.gzipSync(table.slice(0, half)), zlib.gzipSync(table.slice(half))];
    expect(await textOf(source('a.csv.gz', zlib.gzipSync(table)))).toBe(table);
    expect(await textOf(source('b.csv.gz', Buffer.concat(members)))).toBe(table);
    expect(await textOf(source('c.csv.gz', Buffer.concat([...members, Buffer.alloc(200_000)])))).toBe(table);
  });

  it('refuses damaged gzip data, and a member that zero padding would hide', async () => {
    const packed = zlib.gzipSync(table);
    const flipped = Buffer.from(packed);
    flipped[packed.length - 6]! ^= 1;
    expect(await refusal(source('a.csv.gz', packed.subarray(0, packed.length - 9)))).toMatch(/ends in the middle/);
    expect(await refusal(source('b.csv.gz', flipped))).toMatch(/^input: b\.csv\.gz: the gzip data is damaged/);
    expect(await refusal(source('c.csv.gz', Buffer.concat([packed, Buffer.from('garbage')])))).toMatch(/damaged/);
    const hidden = Buffer.concat([packed, Buffer.alloc(9), packed]);
    expect(await refusal(source('d.csv.gz', hidden))).toMatch(/something else follows/);
    expect(await refusal(source('e.csv.gz', Buffer.concat([packed, Buffer.alloc(300_000), packed])))).toMatch(
      /follows/,
    );
  });

  it('expands zstd: several frames, skippable ones, many without content', async () => {
    const frames = Buffer.concat([
      skippable,
      rawFrame('id,text\n'),
      skippable,
      rawFrame('1,a\n'),
      rawFrame(''),
      rawFrame('2,b\n'),
    ]);
    expect(await textOf(source('a.csv.zst', frames))).toBe('id,text\n1,a\n2,b\n');
    const many = Buffer.concat([...Array.from({ length: 30_000 }, () => skippable), rawFrame('id\n1\n')]);
    expect(await textOf(source('b.csv.zst', many))).toBe('id\n1\n');
  });

  it('refuses damaged zstd data', async () => {
    const frame = rawFrame('id,text\n1,a\n');
    expect(await refusal(source('a.csv.zst', frame.subarray(0, frame.length - 2)))).toMatch(/ends in the middle/);
    expect(await refusal(source('b.csv.zst', Buffer.concat([frame, Buffer.from('garbage')])))).toMatch(
      /zstd data is damaged/,
    );
    expect(await refusal(source('c.csv.zst', skippable))).toMatch(/nothing in it/);
  });

  it('keeps standard input, compressed or not, and fingerprints its bytes', async () => {
    const stdin: Source = { path: '-', absolute: '-', format: 'csv', compression: 'none', bytes: 0, seekable: false };
    const file = await spool(
      stdin,
      { path: scratch },
      { stdin: Readable.from([Buffer.from('id\n'), Buffer.from('1\n')]) },
    );
    expect(fs.readFileSync(file.path, 'utf8')).toBe('id\n1\n');
    expect(file.stream).toEqual({ bytes: 5, hash: await fingerprint(file.path) });
    fs.rmSync(file.path);
    const packed = zlib.gzipSync(table);
    const inflated = await spool(stdin, { path: scratch }, { stdin: Readable.from([packed]) });
    expect(inflated.bytes).toBe(table.length);
    expect(inflated.stream!.bytes).toBe(packed.length);
    expect(fs.readdirSync(scratch)).toHaveLength(1);
    fs.rmSync(inflated.path);
    expect(await refusal(stdin, { stdin: Readable.from([]) })).toMatch(
      /^input: standard input: there is nothing in it/,
    );
    expect(await refusal({ ...stdin, format: 'parquet' }, { stdin: Readable.from([packed]) })).toMatch(
      /gzip around Parquet/,
    );
  });

  it('reads a pipe', async () => {
    const fifo = path.join(dir, 'fifo');
    execFileSync('mkfifo', [fifo]);
    const pipe: Source = {
      path: 'fifo',
      absolute: fifo,
      format: 'csv',
      compression: 'none',
      bytes: 0,
      seekable: false,
    };
    const writing = fs.promises.writeFile(fifo, table);
    expect(await textOf(pipe)).toBe(table);
    await writing;
  });

  it('refuses expanded content that is something else', async () => {
    expect(await refusal(source('a.csv.gz', zlib.gzipSync('PAR1....PAR1')))).toMatch(/content is Parquet/);
    expect(await refusal(source('b.csv.gz', zlib.gzipSync('')))).toMatch(/nothing in it/);
  });

  it('stops when it is told to, and leaves nothing', async () => {
    const abort = new AbortController();
    abort.abort(new Error('stop'));
    await expect(
      spool(source('a.csv.gz', zlib.gzipSync(table)), { path: scratch }, { signal: abort.signal }),
    ).rejects.toThrow('stop');
    expect(fs.readdirSync(scratch)).toEqual([]);
  });

  it('names scratch when it cannot be written', async () => {
    fs.writeFileSync(scratch, 'a file');
    await expect(spool(source('a.csv.gz', zlib.gzipSync(table)), { path: scratch })).rejects.toMatchObject({
      code: 'output',
      file: scratch,
    });
  });

  it('transcodes, and removes the copy that it replaces', async () => {
    const upper = {
      write: (b: Uint8Array) => Buffer.from(Buffer.from(b).toString().toUpperCase()),
      end: () => Buffer.from('!'),
    };
    const first = await spool(source('a.csv.gz', zlib.gzipSync(table)), { path: scratch });
    const second = await transcodeFile(first, upper, 'a.csv.gz', { path: scratch });
    expect(fs.readFileSync(second.path, 'utf8')).toBe(`${table.toUpperCase()}!`);
    expect(fs.readdirSync(scratch)).toEqual([path.basename(second.path)]);
    const plain = source('p.csv', Buffer.from('x'));
    await transcodeFile(await spool(plain, { path: scratch }), upper, 'p.csv', { path: scratch });
    expect(fs.existsSync(plain.absolute)).toBe(true);
  });
});

describe('fingerprint', () => {
  it('is XXH64 with seed 0', async () => {
    // Known answers of the reference implementation (github.com/Cyan4973/xxHash): the empty input and "abc".
    const of = async (text: string): Promise<string> => {
      fs.writeFileSync(path.join(dir, 'f'), text);
      return fingerprint(path.join(dir, 'f'));
    };
    expect(await of('')).toBe('xxh64:ef46db3751d8e999');
    expect(await of('abc')).toBe('xxh64:44bc2cf5ad770999');
    const long = await of(table.repeat(9));
    expect(long).toMatch(/^xxh64:[0-9a-f]{16}$/);
    expect(await of(`${table.repeat(9).slice(0, -1)}x`)).not.toBe(long);
  });

  it('names a file that is gone', async () => {
    await expect(fingerprint(path.join(dir, 'gone'), 'gone')).rejects.toMatchObject({ code: 'input', file: 'gone' });
    expect(() => statSignature(path.join(dir, 'gone'), 'gone')).toThrow('no such file');
  });

  it('signs size, times and identity as decimal strings', () => {
    fs.writeFileSync(path.join(dir, 'f'), 'abc');
    const s = statSignature(path.join(dir, 'f'));
    expect(s.size).toBe('3');
    for (const value of Object.values(s)) expect(value).toMatch(/^\d+$/);
    expect(BigInt(s.mtimeNs) > 10n ** 18n).toBe(true);
  });
});
