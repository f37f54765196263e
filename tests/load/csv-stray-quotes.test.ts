import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { compile, type Manifest, plan } from '../../dist/index.js';
import { scratchFolder } from '../write/files.js';
import { fileOf, plain, readCsv, textsOf } from './csv-read.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stray-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

async function compiled(text: string, name = 'x.csv'): Promise<Manifest> {
  const file = path.join(folder, name);
  fs.writeFileSync(file, text);
  const out = `${file}.out`;
  const { manifest } = await compile([file], { out, rank: false, cache: false, threads: 0, maxRejects: '100%' });
  return manifest;
}

const rows = (n: number, row: (i: number) => string): string[] => Array.from({ length: n }, (_, i) => row(i + 1));

/** Reads records in chunks of all sizes, by the kernels and the exact parser: the same each time. */
function everyWay(text: string, columns: number, dialect = plain): ReturnType<typeof readCsv> {
  const file = fileOf(text);
  const whole = readCsv(file, dialect, columns);
  const brief = (read: typeof whole): unknown => [
    read.rows,
    read.rejects.map((r) => [r.row, r.line, r.why, `${r.raw}`]),
    read.changed,
  ];
  for (const bytes of text.length > 1000 ? [500, 4000] : [1, 20, 64, 70, 200])
    for (const exact of [false, true])
      expect(brief(readCsv(file, dialect, columns, { limits: { bytes, records: 50 }, pieceBytes: 64, exact }))).toEqual(
        brief(whole),
      );
  expect(brief(readCsv(file, dialect, columns, { exact: true }))).toEqual(brief(whole));
  return whole;
}

describe('a quote that was opened by mistake', () => {
  it.each([
    ['a later quoted cell', ['2,"Ana,Roe",30', '1,"Jon, Roe,25', '3,"Bo",35', '4,"Jo","45"'], 2, 4],
    ['the first cell of a line', ['1,a,b', '2,"c,d', '"3",e,f', '4,g,h'], 2, 4],
    [
      'a quoted cell far on',
      rows(900, (i) => (i === 10 ? '10,"Jon, Roe,10' : i === 500 ? '500,"Ann, Lee",50' : `${i},Bo,${i}`)),
      10,
      900,
    ],
    ['a cell that begins with the delimiter', ['1,"a,b', '2,c,d', '3,",e",f', '4,g,h'], 1, 4],
    ['a doubled quote, then a quoted cell', ['1,"a,b', '2,"",d', '3,"e",f', '4,g,h'], 1, 4],
    ['the quote of the next stray one', ['1,"a,b', '2,"c,d', '3,"e",f', '4,g,h'], 1, 4],
  ])('takes no record with it when %s closes it', (_, lines, malformed, records) => {
    for (const [delimiter, newline] of [
      [',', '\n'],
      ['\t', '\n'],
      [';', '\r\n'],
      [',', '\r'],
    ] as const) {
      const text = `${lines.join(newline)}${newline}`.replaceAll(',', delimiter);
      const read = everyWay(text, 3, { ...plain, delimiter, newline });
      expect(read.records).toBe(records);
      expect(read.rejects[0]).toMatchObject({ row: malformed, line: malformed });
      expect(read.rejects[0]!.why).toBe('it opens a cell with " that is not closed where a cell ends');
      expect(Buffer.from(read.rejects[0]!.raw).toString()).toBe(lines[malformed - 1]!.replaceAll(',', delimiter));
    }
  });
  it('leaves what is right as it is', () => {
    const text = '1,"a\nb, c, d\n2,x,y",e\n2,"one\n""two""\n",f\n3,"x\r\ny",g\n';
    expect(textsOf(everyWay(text, 3))).toEqual([
      ['1', 'a\nb, c, d\n2,x,y', 'e'],
      ['2', 'one\n"two"\n', 'f'],
      ['3', 'x\r\ny', 'g'],
    ]);
    // A malformed record whose further lines are no records stays one.
    expect(everyWay('1,"a\nb\nc",d,e\n2,f,g\n', 3).rejects.map((r) => r.row)).toEqual([1]);
  });
  it('is one malformed record of a file, and every other line is in the data', async () => {
    const lines = rows(1000, (i) => (i === 10 ? '10,"Jon, Roe,10' : i === 500 ? '500,"Ann, Lee",50' : `${i},Bo,${i}`));
    const { ledger } = await compiled(`id,name,age\n${lines.join('\n')}\n`);
    expect([ledger.read, ledger.kept, ledger.dropped.malformed]).toEqual([1000, 999, 1]);
    const small = await compiled('id,name,age\n2,"Ana,Roe",30\n1,"Jon, Roe,25\n3,"Bo",35\n4,"Jo","45"\n');
    expect([small.ledger.read, small.ledger.kept]).toEqual([4, 3]);
    const tabs = await compiled(`id,name,age\n${lines.join('\n')}\n`.replaceAll(',', '\t'), 'x.tsv');
    expect([tabs.ledger.read, tabs.ledger.kept]).toEqual([1000, 999]);
  });
  it('is looked for in bounded time', () => {
    const text = rows(60_000, (i) => `a",b"c${i},"d`).join('\n');
    const began = performance.now();
    expect(() => readCsv(fileOf(text), plain, 2)).not.toThrow(/bug/);
    expect(performance.now() - began).toBeLessThan(10_000);
  });
});

describe('a quoted cell whose lines look like records', () => {
  it('is warned of, with its record and how many lines it has', async () => {
    const lines = rows(300, (i) => (i === 20 ? '20,"Jon,20' : i === 120 ? '120,Ann",50' : `${i},Bo${i % 7},${i % 90}`));
    const { ledger, warnings } = await compiled(`id,name,age\n${lines.join('\n')}\n`);
    expect([ledger.read, ledger.kept]).toEqual([200, 200]);
    expect(warnings).toEqual([
      expect.stringContaining('x.csv: record 20 has a quoted cell of 101 lines that look like records of their own'),
    ]);
  });
  it.each([
    ['a cell of lines', `id,name,age\n1,"Jon,1\n${rows(40, (i) => `${i},Bo,${i}`).join('\n')}\n50,Ann",50\n51,Cy,3\n`],
    ['a comment', 'id,name,age\n1,a,2\n# no record\n2,b,3\n3,c,4\n'],
  ])('is told by the dry run as by the compile: %s', async (_, text) => {
    const cwd = scratchFolder();
    fs.writeFileSync(path.join(cwd, 'x.csv'), text);
    const options = { cwd, cache: false, rank: false, threads: 0 };
    const { warnings } = await plan(['x.csv'], options);
    expect(warnings.length).toBe(1);
    expect((await compile(['x.csv'], options)).manifest.warnings).toEqual(warnings);
  });
  it('is one cell all the same, be it a whole CSV document', async () => {
    const document = rows(50, (i) => `${i},b,c`).join('\n');
    const { ledger, rows: kept, warnings } = await compiled(`id,doc,n\n1,"${document}",5\n2,x,6\n`);
    expect([ledger.read, kept]).toEqual([2, 2]);
    expect(warnings).toEqual([expect.stringContaining('record 1 has a quoted cell of 50 lines')]);
  });
  it('is not warned of where its lines are prose', async () => {
    const prose = rows(50, (i) => `Well, line ${i} of it${i % 3 === 0 ? ', and more' : ''}`).join('\n');
    expect((await compiled(`id,doc,n\n1,"${prose}",5\n2,"${prose}",6\n`)).warnings).toEqual([]);
    expect((await compiled(`id,doc\n1,"${prose}"\n2,"${prose}"\n`)).warnings).toEqual([]);
  });
});
