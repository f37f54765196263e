import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import zlib from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lookAt } from '../../dist/flow/look.js';
import { Beginning } from '../../dist/load/beginning.js';
import { ExtentCounter } from '../../dist/load/extent.js';
import type { Source } from '../../dist/load/sources.js';
import { resolveConfig } from '../../dist/options/resolve.js';

let dir: string;
beforeEach(() => {
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'beginning-'));
});
afterEach(() => fs.rmSync(dir, { recursive: true }));

const infinite = Number.POSITIVE_INFINITY;
const scratch = (): { path: string } => ({ path: path.join(dir, 'scratch') });
const stdin: Source = { path: '-', absolute: '-', format: 'jsonl', compression: 'none', bytes: 0, seekable: false };
const line = (i: number): string => `{"id":${i},"text":"word ${(i * 7919) % 1000}"}\n`;
const lines = (n: number): string => Array.from({ length: n }, (_, i) => line(i)).join('');

function file(name: string, content: Uint8Array, format: Source['format'] = 'jsonl'): Source {
  const absolute = path.join(dir, name);
  fs.writeFileSync(absolute, content);
  const compression = name.endsWith('.gz') ? 'gzip' : name.endsWith('.zst') ? 'zstd' : 'none';
  return { path: name, absolute, format, compression, bytes: content.length, seekable: true };
}
const zstd = (text: string): Buffer => execFileSync('zstd', ['-c'], { input: text, maxBuffer: 2 ** 30 });
const scratchBytes = (): number =>
  fs.readdirSync(scratch().path).reduce((n, name) => n + fs.statSync(path.join(scratch().path, name)).size, 0);

/** Lines without end, in pieces of a size that does not divide them. */
function endless(pieceBytes: number, state: { given: number; isClosed: boolean }): Readable {
  async function* pieces(): AsyncGenerator<Buffer> {
    let rest = '';
    try {
      for (let i = 0; ; ) {
        while (rest.length < pieceBytes) rest += line(i++);
        state.given += pieceBytes;
        yield Buffer.from(rest.slice(0, pieceBytes));
        rest = rest.slice(pieceBytes);
      }
    } finally {
      state.isClosed = true;
    }
  }
  return Readable.from(pieces());
}

describe('an extent', () => {
  it.each([
    ['LF', 'a\nb\nc\nd\n', 2, 4],
    ['CRLF', 'a\r\nb\r\nc\r\n', 2, 6],
    ['a lone CR', 'a\rb\rc\r', 2, 4],
    ['LF with a CR in the text', 'a\rx\nb\rx\nc\n', 2, 8],
  ])('ends with a line, %s, whatever the pieces', (_, text, count, bytes) => {
    for (let size = 1; size <= text.length; size++) {
      const counter = new ExtentCounter({ lines: count, bytes: infinite });
      let taken = 0;
      for (let at = 0; at < text.length && !counter.isReached; at += size)
        taken += counter.take(Buffer.from(text.slice(at, at + size)));
      expect([taken, counter.wholeLines]).toEqual([bytes, bytes]);
    }
  });

  it.each(['utf16le', 'latin1'] as const)('divides no character of %s', (encoding) => {
    const counter = new ExtentCounter({ lines: 1, bytes: infinite });
    const text = Buffer.from('ab\ncd\n', encoding);
    counter.take(text);
    expect(text.subarray(0, counter.whole(counter.wholeLines)).toString(encoding).trimEnd()).toBe('ab');
  });
});

describe('the beginning of a source', () => {
  it('is longer each time, the same for all pieces, and lets go of the stream', async () => {
    const found = [];
    for (const pieceBytes of [7, 1000, 65536]) {
      const state = { given: 0, isClosed: false };
      const beginning = new Beginning(stdin, scratch(), { stdin: endless(pieceBytes, state) });
      const texts = [];
      for (const count of [3, 40]) {
        const { path: copy, bytes, whole, stream } = await beginning.upTo({ lines: count, bytes: infinite });
        texts.push({ text: fs.readFileSync(copy, 'utf8'), bytes, whole, stream });
      }
      expect(state.isClosed).toBe(false);
      await beginning.close();
      expect(state.isClosed).toBe(true);
      found.push(texts);
    }
    expect(found[0]!.map(({ text, whole }) => [text, whole])).toEqual([
      [lines(3), false],
      [lines(40), false],
    ]);
    expect(found[1]).toEqual(found[0]);
    expect(found[2]).toEqual(found[0]);
  });

  it('of a stream that ends before is all of it', async () => {
    const beginning = new Beginning(stdin, scratch(), { stdin: Readable.from([Buffer.from(lines(5))]) });
    expect(await beginning.upTo({ lines: 9, bytes: infinite })).toMatchObject({ bytes: lines(5).length, whole: true });
    await beginning.close();
  });

  it.each([
    ['gzip', zlib.gzipSync],
    ['zstd', zstd],
  ] as const)('of packed text, in a stream and in a file: %s', async (name, pack) => {
    const packed = pack(lines(400_000));
    const state = { given: 0 };
    async function* pieces(): AsyncGenerator<Buffer> {
      for (let at = 0; at < packed.length; at += 10_000) {
        state.given = at;
        yield packed.subarray(at, at + 10_000);
      }
    }
    const sources = [stdin, file(name === 'gzip' ? 'a.jsonl.gz' : 'a.jsonl.zst', packed)];
    for (const source of sources) {
      const beginning = new Beginning(source, scratch(), { stdin: Readable.from(pieces()) });
      for (const count of [10, 90_000]) {
        const { path: copy, whole } = await beginning.upTo({ lines: count, bytes: infinite });
        expect(whole).toBe(false);
        expect(fs.readFileSync(copy, 'utf8') === lines(count)).toBe(true);
      }
      await beginning.close();
    }
    expect(state.given).toBeLessThan(packed.length * 0.7);
  });
});

describe('a look for --limit', () => {
  const look = (source: Source, limit: number, stream?: Readable): ReturnType<typeof lookAt> =>
    lookAt(
      source,
      resolveConfig({ limit, format: source.format }, null, { cwd: dir, env: {} }),
      scratch(),
      stream === undefined ? {} : { stdin: stream },
    );

  it('copies little of a packed file, and is what it would be of the plain one', async () => {
    const text = lines(300_000);
    const plain = await look(file('a.jsonl', Buffer.from(text)), 10);
    for (const source of [file('a.jsonl.gz', zlib.gzipSync(text)), file('b.jsonl.zst', zstd(text))]) {
      const found = await look(source, 10);
      expect(found.columns.columns).toEqual(plain.columns.columns);
      expect(found.start).toEqual(plain.start);
    }
    expect(scratchBytes()).toBeLessThan(20_000);
  });

  it('goes on where lines are fewer records than they seem', async () => {
    const row = (i: number): string => `${i},"${'two\n'.repeat(50)}"\n`;
    const text = `id,text\n${Array.from({ length: 5000 }, (_, i) => row(i)).join('')}`;
    const { file: copy } = await look(file('a.csv.gz', zlib.gzipSync(text), 'csv'), 20);
    expect(copy.whole).toBe(false);
    const head = fs.readFileSync(copy.path, 'utf8');
    expect(head.startsWith(`id,text\n${Array.from({ length: 20 }, (_, i) => row(i)).join('')}20,`)).toBe(true);
    expect(head.length).toBeLessThan(text.length / 10);
  });

  it('rewrites no more than that of another encoding', async () => {
    const text = `\ufeffid;text\n${Array.from({ length: 200_000 }, (_, i) => `${i};wörter\n`).join('')}`;
    const { file: copy } = await look(file('a.csv', Buffer.from(text, 'utf16le'), 'csv'), 5);
    expect(copy.bytes).toBeLessThan(2000);
    expect(fs.readFileSync(copy.path, 'utf8').split('\n').slice(0, 3)).toEqual(['id;text', '0;wörter', '1;wörter']);
  });

  it('ends in an endless array', async () => {
    const state = { given: 0, isClosed: false };
    async function* array(): AsyncGenerator<Buffer> {
      yield Buffer.from('[{"id":0}');
      try {
        for (;;) {
          state.given += 60_000;
          yield Buffer.from(',\n{"id":1}'.repeat(6000));
        }
      } finally {
        state.isClosed = true;
      }
    }
    const { dialect } = await look({ ...stdin, format: 'json' }, 10, Readable.from(array()));
    expect(dialect).toMatchObject({ layout: 'array' });
    expect(state).toMatchObject({ isClosed: true });
    expect(state.given).toBeLessThan(5 * 2 ** 20);
  });
});
