import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { compile, load } from '../../dist/index.js';
import { manifestText } from '../../dist/manifest/write.js';
import { scratchFolder } from '../write/files.js';

/** A data set whose files are one and the same again and again: as large as it is to be, and made in a moment. */
async function repeated(times: number): Promise<string> {
  const folder = scratchFolder();
  const source = path.join(folder, 'source.jsonl');
  const lines = Array.from({ length: 60_000 }, (_, i) =>
    JSON.stringify({ id: i, text: `row ${i} ${'of some words that repeat '.repeat(20)}`, parts: [i, i + 1] }),
  );
  fs.writeFileSync(source, `${lines.join('\n')}\n`);
  const out = path.join(folder, 'out');
  const { manifest } = await compile([source], { out, rank: false, dedupe: false, cache: false, threads: 0 });
  const [file] = manifest.files;
  const files = Array.from({ length: times }, (_, i) => {
    const name = `data-${String(i).padStart(5, '0')}-of-${String(times).padStart(5, '0')}.parquet`;
    fs.linkSync(path.join(out, file!.path), path.join(out, name));
    return { ...file!, path: name };
  });
  fs.rmSync(path.join(out, file!.path));
  const rows = manifest.rows * times;
  const text = manifestText({ ...manifest, rows, files, ledger: { ...manifest.ledger, read: rows, kept: rows } });
  fs.writeFileSync(path.join(out, 'manifest.yaml'), text);
  return out;
}

/** Reads a data set in a process of its own; gives the rows and the megabytes that it took at most. */
function peak(out: string, what: 'batches' | 'rows'): { rows: number; megabytes: number } {
  const child = path.join(import.meta.dirname, 'iterate-child.mjs');
  return JSON.parse(execFileSync(process.execPath, [child, out, what], { encoding: 'utf8' }));
}

test('iterating over a large data set takes no more memory than over a small one', async () => {
  const [small, large] = [await repeated(2), await repeated(30)];
  const decoded = (await load(large)).rows * 550;
  expect(decoded).toBeGreaterThan(900e6);
  for (const what of ['batches', 'rows'] as const) {
    const [few, many] = [peak(small, what), peak(large, what)];
    expect(many.rows).toBe(1_800_000);
    expect(many.megabytes).toBeLessThan(few.megabytes + 150);
  }
}, 120_000);
