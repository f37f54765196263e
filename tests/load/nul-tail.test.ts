import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { compile } from '../../dist/index.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'nul-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const read = (name: string, text: string) => {
  const file = path.join(folder, name);
  fs.writeFileSync(file, text);
  return compile([file], { out: `${file}.out`, rank: false, cache: false, threads: 0 });
};

describe('a text that ends in NULs', () => {
  const csv = 'a,b\n1,2\n3,4\n';
  it.each([
    ['x.csv', csv, 16],
    ['x.csv', csv, 4096],
    ['x.csv', 'a,b\n1,2\n3,', 3_000_000],
    ['x.tsv', csv.replaceAll(',', '\t'), 100],
    ['x.jsonl', '{"a":1}\n{"a":2}\n', 500],
  ])('%s is refused with what to do: %j and %d', async (name, text, nuls) => {
    await expect(read(name, text + '\0'.repeat(nuls))).rejects.toMatchObject({
      code: 'input',
      message: `its last ${nuls} bytes are NUL, as a loss of power leaves them`,
      hint: `Restore it, or cut it to its first ${text.length} bytes`,
    });
  });
  it('is read where they are few', async () => {
    expect((await read('few.csv', `${csv}5,6\0\0\n`)).manifest.ledger.read).toBe(3);
  });
});

it('cells are separated by U+0001 where that is given', async () => {
  for (const delimiter of ['\\x01', '\u0001', '\\u0001']) {
    const file = path.join(folder, 'hive.csv');
    fs.writeFileSync(file, 'id\u0001name\n1\u0001Ann, x\n');
    const out = `${file}.out`;
    const { manifest } = await compile([file], { out, rank: false, cache: false, threads: 0, delimiter });
    expect(Object.keys(manifest.schema)).toEqual(['id', 'name']);
  }
});

it('a control character that is the given delimiter makes no text binary', async () => {
  const file = path.join(folder, 'sparse.csv');
  // Three of four bytes are delimiters.
  const rows = Array.from({ length: 50 }, (_, i) => `${i % 10}\u0001\u0001\u0001\u0001\u0001${i}\n`);
  fs.writeFileSync(file, `a\u0001b\u0001c\u0001d\u0001e\u0001f\n${rows.join('')}`);
  const options = { out: `${file}.out`, rank: false, cache: false, threads: 0, dedupe: false };
  const { manifest } = await compile([file], { ...options, delimiter: '\\x01' });
  expect([manifest.rows, manifest.columns]).toEqual([50, 6]);
  await expect(compile([file], options)).rejects.toMatchObject({
    code: 'input',
    message: 'the content is binary, not text',
    hint: "If its cells are separated by the character 1, pass --delimiter '\\x01'",
  });
  await expect(compile([file], { ...options, delimiter: '\\x02' })).rejects.toMatchObject({ code: 'input' });
});
