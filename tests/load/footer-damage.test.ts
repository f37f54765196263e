import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { compile, DatagpuError, load, verify, why } from '../../dist/index.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'footer-damage-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

// A bit of the footer that flips can make any length in it another one, that of Arrow's schema within it too.
test.each([0, 3])('whatever byte of a footer is another, its rows are read or it is refused (%i)', async (shift) => {
  const out = path.join(folder, `out${shift}`);
  fs.writeFileSync(path.join(folder, 'in.csv'), 'id,text\n1,hello there\n2,more words\n');
  await compile(['in.csv'], { cwd: folder, out, cache: false, rank: false, threads: 0 });
  const file = path.join(out, 'data.parquet');
  const good = fs.readFileSync(file);
  const footer = good.readUInt32LE(good.length - 8) + 8;
  const odd: string[] = [];
  let refused = 0;
  for (let i = 0; i < footer; i++) {
    const bad = Buffer.from(good);
    bad[good.length - 1 - i]! ^= 1 << ((i * 5 + shift) & 7);
    fs.writeFileSync(file, bad);
    const readers = [
      async () => {
        let rows = 0;
        for await (const _ of await load(out)) rows++;
        if (rows !== 2) odd.push(`${i}: ${rows} rows`);
      },
      () => why(out, 1),
      () => verify(out, { quick: true }),
    ];
    for (const read of readers)
      await read().catch((error: unknown) => {
        refused++;
        if (!(error instanceof DatagpuError)) odd.push(`${i}: ${String((error as Error).stack)}`);
      });
  }
  expect(odd).toEqual([]);
  expect(refused).toBeGreaterThan(500);
});
