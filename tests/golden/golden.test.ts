// What compiles gave when golden.json was made: the logical hash, and the bytes of every file but the manifest. A change of the
// bytes must be wanted: GOLDEN=write npx vitest run tests/golden writes the file anew, and the commit says which ones moved and why.
// A change of `hash` is a change of rows, columns or types.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compile, verify } from '../../dist/index.js';
import { compiles } from './compiles.js';
import { writeInputs } from './inputs.js';

interface Golden {
  hash: string;
  rows: number;
  ledger: unknown;
  files: Record<string, string>;
}

const known = path.join(import.meta.dirname, 'golden.json');
const isWriting = process.env.GOLDEN === 'write';
const golden: Record<string, Golden> = isWriting ? {} : JSON.parse(fs.readFileSync(known, 'utf8'));
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'golden-'));

beforeAll(async () => {
  writeInputs(folder);
  await compile(['chats.jsonl'], { cwd: folder, out: 'made', cache: false, rank: false, dedupe: false });
  fs.renameSync(path.join(folder, 'made/data.parquet'), path.join(folder, 'chats.parquet'));
});

afterAll(() => {
  fs.rmSync(folder, { recursive: true });
  if (isWriting) fs.writeFileSync(known, `${JSON.stringify(golden, null, 1)}\n`);
});

/** Hashes of the files of a data set, without those that say when and where it was made. */
function filesOf(out: string): Record<string, string> {
  const names = fs.readdirSync(out, { recursive: true, encoding: 'utf8' }).sort();
  const files = names.filter((name) => /\.parquet$|ranking\.json$/.test(name));
  return Object.fromEntries(
    files.map((name) => {
      const hash = createHash('sha256').update(fs.readFileSync(path.join(out, name)));
      return [name, hash.digest('hex').slice(0, 32)];
    }),
  );
}

describe('golden compiles', () => {
  it.each(Object.keys(compiles))('%s', async (name) => {
    const [sources, options] = compiles[name]!;
    const out = path.join(folder, 'out');
    fs.rmSync(out, { recursive: true, force: true });
    const { manifest } = await compile([sources].flat(), { ...options, cwd: folder, out, cache: false });
    const { hash, rows, ledger } = manifest;
    expect((await verify(out)).files.filter(({ verdict }) => verdict !== 'ok')).toEqual([]);
    const made = { hash, rows, ledger: JSON.parse(JSON.stringify(ledger)), files: filesOf(out) };
    if (isWriting) golden[name] = made;
    else expect(made).toEqual(golden[name]);
  });

  it('are as many as golden.json has', () => {
    expect(Object.keys(golden)).toEqual(Object.keys(compiles));
  });
});
