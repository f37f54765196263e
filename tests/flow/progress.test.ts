import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { compile } from '../../dist/compile.js';
import type { ProgressEvent } from '../../dist/options/compile-options.js';
import { scratchFolder } from '../write/files.js';

test.each([true, false])('ends with the whole of it, when the data set is there (rank: %s)', async (rank) => {
  const cwd = scratchFolder();
  fs.writeFileSync(path.join(cwd, 'a.csv'), 'a,b\n1,x\n1,x\n2,some words\n');
  const events: (ProgressEvent & { there: boolean })[] = [];
  const there = (): boolean => fs.existsSync(path.join(cwd, 'compiled/manifest.yaml'));
  await compile(['a.csv'], {
    cwd,
    cache: false,
    rank,
    onProgress: (event) => events.push({ ...event, there: there() }),
  });
  expect(events.at(-1)).toEqual({ stage: 'commit', rows: 2, bytes: 25, totalBytes: 25, share: 1, there: true });
  expect(events.slice(0, -1).some((event) => event.there)).toBe(false);
});

test('what does not fit its declared type is refused with the column as a field', async () => {
  const cwd = scratchFolder();
  fs.writeFileSync(path.join(cwd, 'a.csv'), 'id,n\n1,1\n2,x\n');
  const refused = compile(['a.csv'], { cwd, cache: false, strict: true, types: { n: 'integer' } });
  await expect(refused).rejects.toMatchObject({
    code: 'input',
    file: 'a.csv',
    row: 2,
    column: 'n',
    message: 'it does not fit its declared type: "x"',
  });
});
