import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { compile, DatagpuError } from '../../../dist/index.js';

const cases = path.join(import.meta.dirname, 'cases');
const out = fs.mkdtempSync(path.join(os.tmpdir(), 'datagpu-parquet-'));
afterAll(() => fs.rmSync(out, { recursive: true, force: true }));

const known = fs
  .readFileSync(path.join(cases, 'expected.csv'), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => line.split(',') as [file: string, expected: string, rows: string]);

/** Rows read, or null when the file is refused; anything else is a bug. */
async function rowsOf(file: string): Promise<number | null> {
  try {
    const { manifest } = await compile([path.join(cases, file)], {
      out: path.join(out, file),
      clean: false,
      dedupe: false,
      rank: false,
      cache: false,
      threads: 0,
    });
    expect(manifest.rows).toBe(manifest.ledger.read);
    return manifest.ledger.read;
  } catch (error) {
    if (!(error instanceof DatagpuError)) throw error;
    expect([error.code, fs.existsSync(path.join(out, file))]).toEqual(['input', false]);
    return null;
  }
}

describe('Parquet files of other writers', () => {
  it.each(known)('%s: %s %s', async (file, expected, rows) => {
    const read = await rowsOf(file);
    if (expected === 'rows') expect(read).toBe(Number(rows));
    else if (expected === 'refuse') expect(read).toBeNull();
    else if (read !== null && rows !== '') expect(read).toBe(Number(rows));
  });
});
