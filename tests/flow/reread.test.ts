import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import zlib from 'node:zlib';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { afterAll, describe, expect, test } from 'vitest';
import { type CompileOptions, compile } from '../../dist/index.js';
import { why } from '../../dist/why.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'reread-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

const options: CompileOptions = { cache: false, rank: false, dedupe: false, maxRejects: '99%', threads: 1 };

/** What `--rejects` keeps of malformed records, which is made while compiling: by source and row. */
async function kept(files: string[], out: string, more: CompileOptions): Promise<Map<string, [string, string]>> {
  await compile(files, { ...options, ...more, out, rejects: true });
  const rows = await parquetReadObjects({
    file: await asyncBufferFromFile(path.join(out, '.datagpu/rejects.parquet')),
    compressors,
    columns: ['_source', '_row', '_reason', '_detail', '_raw'],
    utf8: false,
  });
  const malformed = rows.filter((row) => row._reason === 'malformed');
  return new Map(
    malformed.map((row) => [
      `${path.basename(row._source)}:${row._row}`,
      [row._detail, Buffer.from(row._raw).toString()],
    ]),
  );
}

/** Compiles without `--rejects` and asks for records that are malformed; all of them if there are few. */
async function expectTexts(name: string, files: string[], more: CompileOptions = {}): Promise<number> {
  const expected = await kept(files, path.join(folder, `${name}-kept`), more);
  const out = path.join(folder, `${name}-out`);
  const { manifest } = await compile(files, { ...options, ...more, out });
  expect(fs.existsSync(path.join(out, '.datagpu/rejects.parquet'))).toBe(false);
  const beyond = [...expected].filter(
    ([key]) => !manifest.malformed?.some((m) => `${path.basename(m.source)}:${m.row}` === key),
  );
  const step = Math.max(1, Math.floor(expected.size / 12));
  for (const [key, [detail, raw]] of [...expected].filter((_, i, all) => i % step === 0 || i === all.length - 1)) {
    const [source, row] = [key.slice(0, key.lastIndexOf(':')), Number(key.slice(key.lastIndexOf(':') + 1))];
    const { because, fate } = await why(out, row, source);
    expect(fate).toBe('malformed');
    expect([key, because]).toEqual([key, expect.stringContaining(detail)]);
    const start = JSON.stringify([...raw].slice(0, 40).join(''))
      .slice(1, -1)
      .replaceAll('\\"', '"');
    expect([key, because.replaceAll('\\"', '"')]).toEqual([key, expect.stringContaining(start)]);
  }
  return beyond.length;
}

const write = (name: string, content: string | Uint8Array): string => {
  const file = path.join(folder, name);
  fs.writeFileSync(file, content);
  return file;
};

/** A table in which each fifth line or so is malformed in one of several ways. */
function table(lines: number, end = '\n', wide = 'é ü'): string {
  const rows = Array.from({ length: lines }, (_, i) => {
    if (i % 5 !== 4) return `${i},name ${wide} ${i},${i / 4}`;
    if (i % 15 === 4) return `${i},too,many ${wide},cells ${i}`;
    if (i % 15 === 9) return `${i},"closed" text ${wide} ${i},1`;
    return `${i},"Jon, ${wide} ${i},10`;
  });
  return `id,name,score${end}${rows.join(end)}${end}${lines},"a, b",2${end}`;
}

/** Frames of zstd without compression (RFC 8878: magic, single segment with a 1-byte size, one raw block). */
function zstdOf(bytes: Buffer): Buffer {
  const frames: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 255) {
    const part = bytes.subarray(at, at + 255);
    const block = (part.length << 3) | 1;
    frames.push(Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x20, part.length, block & 255, block >> 8, 0]), part);
  }
  return Buffer.concat(frames);
}

describe('the text of a malformed record that nothing but the source has', () => {
  test('is that of CSV', async () => {
    expect(await expectTexts('csv', [write('a.csv', table(1500))])).toBeGreaterThan(100);
    await expectTexts('crlf', [write('crlf.csv', `\ufeff${table(900, '\r\n')}`)]);
    await expectTexts('preamble', [write('preamble.csv', `# made by hand\n# twice\n\n${table(900)}`)]);
    await expectTexts('semi', [write('semi.csv', table(900).replaceAll(',', ';'))]);
    await expectTexts('typed', [write('typed.csv', `id,n\n${'1,2\n3,x\n'.repeat(300)}`)], { types: { n: 'integer' } });
  });

  test('is that of sources that are copied to be read', async () => {
    const text = table(1500);
    expect(await expectTexts('gz', [write('a.csv.gz', zlib.gzipSync(text))])).toBeGreaterThan(100);
    await expectTexts('zst', [write('z.csv.zst', zstdOf(Buffer.from(text)))]);
    await expectTexts('utf16', [write('wide.csv', Buffer.from(`\ufeff${text}`, 'utf16le'))]);
    await expectTexts('latin', [write('latin.csv', Buffer.from(text, 'latin1'))], { encoding: 'windows-1252' });
    await expectTexts('guessed', [write('guessed.csv', Buffer.from(table(900, '\n', 'été à Noël déjà'), 'latin1'))]);
  });

  test('is that of JSON', async () => {
    const lines = Array.from({ length: 1500 }, (_, i) =>
      i % 4 === 3 ? (i % 8 === 3 ? `{"id":${i},"t":"é` : `{"id":${i} "t":1}`) : `{"id":${i},"t":"x ${i}"}`,
    );
    expect(await expectTexts('jsonl', [write('a.jsonl', lines.join('\n'))])).toBeGreaterThan(100);
    const late = Array.from({ length: 3000 }, (_, i) =>
      i < 1000 ? `{"id":${i}}` : `{"id":${i},"late":${i % 2 ? i : `"word ${i}"`}}`,
    );
    const types = { late: 'integer' } as const;
    expect(await expectTexts('late', [write('late.jsonl', late.join('\n'))], { types })).toBeGreaterThan(100);
    await expectTexts('array', [write('array.json', `[${late.join(',\n')}]`)], { types });
    const lists = Array.from({ length: 20_000 }, (_, i) => `{"m":${i % 120 === 7 ? `"no list ${i}"` : `[${i}]`}}`);
    expect(await expectTexts('lists', [write('lists.jsonl', lists.join('\n'))])).toBeGreaterThan(50);
  });

  test('is that of the source meant, and of a part of it', async () => {
    const files = [write('one.csv', table(700)), write('two.csv', table(800, '\n', 'second'))];
    expect(await expectTexts('several', files)).toBeGreaterThan(100);
    await expectTexts('limited', files, { limit: 1300 });
    await expectTexts('limitedgz', [write('l.csv.gz', zlib.gzipSync(table(3000)))], { limit: 1300 });
  });

  test('is not taken from a source that is another one now', async () => {
    const file = write('changed.csv', table(900));
    const out = path.join(folder, 'changed-out');
    await compile([file], { ...options, out });
    expect((await why(out, 895)).because).toContain('"closed" text é ü 894');
    fs.writeFileSync(file, table(900).replace('text é ü 894', 'TEXT é ü 894'));
    expect((await why(out, 895)).because).toMatch(/source has changed: it has other bytes\)?\. Compile with --rejects/);
    expect((await why(out, 5)).because).toMatch(/^line 6: it has 4 cells.*its text is not shown.*changed/);
    fs.rmSync(file);
    expect((await why(out, 895)).because).toContain('there is no such file');
  });

  test('takes no memory for what is before the record, and little for a long one', async () => {
    const long = `9,too,many,${'y'.repeat(60_000_000)}`;
    const rows = Array.from({ length: 200 }, (_, i) => `${i},too,many,${'x'.repeat(1000)}`);
    const file = write('long.csv', `id,a,b\n${rows.join('\n')}\n${'1,2,3\n'.repeat(2_000_000)}${long}\n`);
    const out = path.join(folder, 'long-out');
    await compile([file], { ...options, out });
    const peak = execFileSync(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `import { why } from ${JSON.stringify(path.resolve('dist/why.js'))};
        const { because } = await why(${JSON.stringify(out)}, 2000201);
        console.log(because.includes('9,too,many,yyy'), process.resourceUsage().maxRSS);`,
      ],
      { encoding: 'utf8' },
    ).split(' ');
    expect(peak[0]).toBe('true');
    expect(Number(peak[1])).toBeLessThan(500_000);
  }, 60_000);
});
