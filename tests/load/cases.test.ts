import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { compile, DatagpuError, type Manifest } from '../../dist/index.js';

const cases = path.join(import.meta.dirname, 'cases');
const out = fs.mkdtempSync(path.join(os.tmpdir(), 'datagpu-cases-'));
afterAll(() => fs.rmSync(out, { recursive: true, force: true }));

const filesOf = (folder: string): string[] =>
  fs.readdirSync(path.join(cases, folder)).filter((file) => file !== 'README.md');

/** The manifest, or the refusal of the file; anything else that is thrown is a bug. */
async function compiled(file: string): Promise<Manifest | DatagpuError> {
  const target = path.join(out, path.basename(file));
  try {
    const { manifest } = await compile([path.join(cases, file)], {
      out: target,
      rank: false,
      cache: false,
      threads: 0,
    });
    const { read, kept, dropped } = manifest.ledger;
    expect(read).toBe(kept + Object.values(dropped).reduce((a, b) => a + b, 0));
    expect(manifest.rows).toBe(kept);
    return manifest;
  } catch (error) {
    if (!(error instanceof DatagpuError)) throw error;
    expect([error.code, fs.existsSync(target)]).toEqual(['input', false]);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
    expect(error.describe()).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
    return error;
  }
}

describe('odd CSV files', () => {
  it.each(filesOf('csv-odd'))('%s is read or refused', async (file) => {
    await compiled(path.join('csv-odd', file));
  });
});

describe('JSONTestSuite', () => {
  it.each(filesOf('json-suite'))('%s', async (file) => {
    const result = await compiled(path.join('json-suite', file));
    const isRefused = result instanceof DatagpuError;
    if (file.startsWith('n_')) expect(isRefused).toBe(true);
    // Most of what is JSON is no table; it may be refused as that, but not be called malformed.
    if (file.startsWith('y_') && isRefused)
      expect(result.message).not.toMatch(/malformed|unexpected|never closed|not end/i);
  });
});
