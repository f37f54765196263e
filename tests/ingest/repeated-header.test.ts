// Files put behind each other: the header stands among the records once more.
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type CompileOptions, compile } from '../../dist/index.js';
import { plan } from '../../dist/plan.js';
import { temporaryFolder } from './compiled.js';

const folder = temporaryFolder();
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

async function told(text: string, options: CompileOptions = {}) {
  const file = path.join(folder, 'source.csv');
  fs.writeFileSync(file, text);
  const out = path.join(folder, 'out');
  const { manifest } = await compile([file], { out, cache: false, rank: false, threads: 0, dedupe: false, ...options });
  const early = await plan([file], options);
  const said = (warnings: readonly string[]): string[] =>
    warnings.flatMap((w) => /: (record \d+ repeats the header[^.]*)\./.exec(w)?.[1] ?? []);
  return { kept: manifest.rows, said: said(manifest.warnings), early: said(early.warnings) };
}

describe('a record that repeats the header', () => {
  it('is named and kept, whatever is quoted or malformed', async () => {
    const text = 'city,name\nx,a\n1,2,3\ncity,name\nz,c\n"city","name"\ncity,Name\n';
    const said = ['record 3 repeats the header (2 records do)'];
    expect(await told(text)).toEqual({ kept: 5, said, early: said });
    expect((await told('id;"a\nb"\n1;x\nid;"a\nb"\n')).said).toEqual(['record 2 repeats the header']);
  });
  it('is counted over all chunks and threads', async () => {
    const rows = Array.from({ length: 900_000 }, (_, i) => `w${i},some words that take room in record ${i}\n`).join('');
    for (const threads of [0, 2])
      expect((await told(`key,text\n${rows}key,text\n${rows}key,text\n`, { threads })).said).toEqual([
        'record 900001 repeats the header (2 records do)',
      ]);
  });
  it('is none without a header, with one column, or with no names', async () => {
    expect((await told('1,2\n1,2\n')).said).toEqual([]);
    expect((await told('a,b\nx,y\na,b\n', { header: false })).said).toEqual([]);
    expect((await told('word\nx\nword\n')).said).toEqual([]);
    expect((await told(',\nx,y\n"",""\n', { header: true })).said).toEqual([]);
  });
});
