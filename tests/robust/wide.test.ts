import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { compile, info } from '../../dist/index.js';
import { asRead, readParquet } from '../ingest/compiled.js';

let dir: string;
beforeEach(() => {
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'datagpu-wide-'));
});
afterEach(() => fs.rmSync(dir, { recursive: true, force: true }));

const write = (name: string, text: string): string => {
  const file = path.join(dir, name);
  fs.writeFileSync(file, text);
  return file;
};
const options = () => ({ ...asRead, out: path.join(dir, 'out'), cwd: dir });

describe('texts without end', () => {
  test.each([true, false])('a column name of two million characters (cleaned: %s)', async (clean) => {
    const file = write('t.csv', `id,${'N'.repeat(2e6)}\n1,2\n3,4\n`);
    const { manifest } = await compile([file], { ...options(), clean });
    const { columns, rows } = await readParquet(path.join(dir, 'out/data.parquet'));
    expect(columns).toEqual(['id', (clean ? 'n' : 'N').repeat(1000)]);
    expect(rows).toHaveLength(2);
    expect(manifest.fields[1]!.source_name).toBe(`${'N'.repeat(1000)}… (2,000,000 characters)`);
    expect(manifest.warnings[0]).toContain('has 2,000,000 characters and is cut after 1000');
    expect((await info(path.join(dir, 'out'))).columns).toBe(2);
  });

  test('a word of three million characters is ranked', async () => {
    const word = 'w'.repeat(3e6);
    const file = write(
      't.jsonl',
      `${JSON.stringify({ text: `a ${word} b` })}\n${JSON.stringify({ text: `${word} c` })}\n`,
    );
    const { manifest } = await compile([file], { ...options(), rank: true });
    expect(manifest.rows).toBe(2);
    expect(JSON.stringify(manifest)).toContain('(3,000,000 characters)');
    expect(await info(path.join(dir, 'out'))).toEqual(manifest);
  });

  test('a target of that length is refused', async () => {
    const file = write('t.csv', 'text\nhello\n');
    await expect(compile([file], { ...options(), rank: true, rankTarget: 'x'.repeat(3e6) })).rejects.toMatchObject({
      code: 'usage',
    });
  });
});

describe('records without end', () => {
  test.each([
    ['a line of commas', `${','.repeat(1e7)}\n1,2\n`],
    ['five million cells', `${'a,'.repeat(5e6)}\n`],
    ['semicolons', `${'a;'.repeat(2e6)}\n${'b;'.repeat(2e6)}\n`],
  ])('%s: refused, and in little memory', async (_, text) => {
    const file = write('t.csv', text);
    await expect(compile([file], options())).rejects.toThrow('more than 100,000 columns');
    expect(fs.existsSync(path.join(dir, 'out/data.parquet'))).toBe(false);
  });

  test('keys without end', async () => {
    const keys = Object.fromEntries(Array.from({ length: 120_000 }, (_, i) => [`k${i}`, i]));
    const file = write('t.jsonl', `${JSON.stringify(keys)}\n`);
    await expect(compile([file], options())).rejects.toThrow('more than 100,000 different keys');
  });

  test('a record of commas among others is malformed or trimmed', async () => {
    const file = write('t.csv', `id,name\n1,a\n${','.repeat(1e7)}\n2,b\n`);
    const { manifest } = await compile([file], options());
    expect(manifest.ledger.read).toBe(3);
    expect(manifest.ledger.kept + manifest.ledger.dropped.malformed!).toBe(3);
  });

  test('a Parquet file of too many columns is refused', async () => {
    const columns = Array.from({ length: 110_000 }, (_, i) => ({ name: `c${i}`, data: [1], type: 'INT32' as const }));
    const file = path.join(dir, 't.parquet');
    fs.writeFileSync(file, Buffer.from(parquetWriteBuffer({ columnData: columns })));
    await expect(compile([file], { ...options(), memory: '1GB' })).rejects.toThrow('more than 100,000 columns');
  }, 60_000);

  test('more columns than --memory holds are refused before the work', async () => {
    const names = Array.from({ length: 40_000 }, (_, i) => `c${i}`).join(',');
    const file = write('t.csv', `${names}\n`);
    await expect(compile([file], { ...options(), memory: '768MiB' })).rejects.toThrow(
      '40,000 columns take about 1040MiB of memory, too much for --memory',
    );
  });
});
