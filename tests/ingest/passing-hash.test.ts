import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import zlib from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import xxhash from 'xxhash-wasm';
import { compile } from '../../dist/index.js';
import { inChunks } from './chunked.js';

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'datagpu-hash-'));
afterAll(() => fs.rmSync(dir, { recursive: true, force: true }));

const { h64Raw } = await xxhash();
/** What xxhash-wasm says of a file as a whole. */
const wanted = (file: string): string => `xxh64:${h64Raw(fs.readFileSync(file)).toString(16).padStart(16, '0')}`;

function file(name: string, content: string | Uint8Array): string {
  const at = path.join(dir, name);
  fs.writeFileSync(at, content);
  return at;
}

const rows = Array.from({ length: 400 }, (_, i) => ({ id: i, text: `row ${i} ${'ä'.repeat(i % 37)}` }));
const csv = `id,text\n${rows.map((r) => `${r.id},${r.text}`).join('\n')}`;
const texts: Record<string, string> = {
  'plain.csv': `${csv}\n`,
  'no-newline.csv': csv,
  'bom.csv': `\ufeff${csv}\r\n`,
  'preamble.csv': `a report\nof today\n\n${csv}\n\n\n`,
  'crlf.csv': csv.replaceAll('\n', '\r\n'),
  'cr.csv': csv.replaceAll('\n', '\r'),
  'lines.jsonl': `${rows.map((r) => JSON.stringify(r)).join('\n')}\n  \n`,
  'array.json': `  ${JSON.stringify(rows)}\n\n \n`,
  'object.json': `{"made": "today", "rows": ${JSON.stringify(rows)}, "more": [1, 2]}\n`,
  'concatenated.json': rows.map((r) => JSON.stringify(r, null, 1)).join('\n'),
};

describe('the hash of a source', () => {
  test.each(Object.entries(texts))('is that of its bytes: %s', async (name, text) => {
    const source = file(name, text);
    for (const chunkBytes of [1, 31, 500, 4096, 2 ** 20])
      expect([chunkBytes, (await inChunks(source, chunkBytes)).sourceHash]).toEqual([chunkBytes, wanted(source)]);
  });

  test.each([
    ['of another encoding', 'utf16.csv', Buffer.from(`\ufeff${csv}`, 'utf16le'), {}],
    ['compressed', 'packed.csv.gz', zlib.gzipSync(csv), {}],
    ['of which not all records are wanted', 'limited.csv', csv, { limit: 3 }],
    ['whose types are settled anew', 'late.csv', `${csv.replaceAll('ä', 'a').repeat(60)}\nlate,x\n`, {}],
  ])('%s is in the manifest too', async (_, name, content, options) => {
    const source = file(name, content);
    const { manifest } = await compile([source], { ...options, out: path.join(dir, `${name}-out`), cache: false });
    expect(manifest.sources[0]!.hash).toBe(wanted(source));
  });
});
