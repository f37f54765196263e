import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { type CompileOptions, compile } from '../../dist/index.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'comments-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const compiled = async (text: string, options: CompileOptions = {}) => {
  const file = path.join(folder, 'x.csv');
  fs.writeFileSync(file, text);
  const out = `${file}.out`;
  return (await compile([file], { out, rank: false, cache: false, threads: 0, ...options })).manifest;
};

const text = `# one\n# two\nid,name,x\n${'1,a,2\n# three\n# four, five\n3,b,4\n'.repeat(3)}`;

it('lines that are comments are counted in warnings', async () => {
  const { ledger, warnings } = await compiled(text, { dedupe: false });
  expect(ledger.read).toBe(6);
  expect(warnings.map((w) => w.slice(w.indexOf('x.csv')))).toEqual([
    'x.csv: 2 lines before the table that begin with # are comments',
    'x.csv: 6 lines between the records are comments and skipped. Pass --comment none if they are not',
  ]);
  // Who names the character is not told.
  expect((await compiled(text, { dedupe: false, comment: '#' })).warnings).toEqual([]);
});

it('records that begin with # behind a block of comments are in the data', async () => {
  const { ledger } = await compiled('# one\n# two\nid,name\n1,a\n#51,b\n52,c\n');
  expect([ledger.read, ledger.kept]).toEqual([3, 3]);
});
