import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { IngestKernel } from '../../dist/kernels/ingest.js';
import { sniffCsv } from '../../dist/load/csv/sniff.js';
import { fileOf, kernel, plain, readCsv, readOptions, sniff, textsOf } from './csv-read.js';

const known = JSON.parse(fs.readFileSync(new URL('./csv-known.json', import.meta.url), 'utf8')) as {
  text: string;
  delimiter: string;
  rows: string[][];
}[];

describe("as Python's csv reads it", () => {
  it.each(known)('$text', ({ text, delimiter, rows }) => {
    const columns = Math.max(...rows.map((row) => row.length));
    const due = rows.map((row) => [...row, ...new Array(columns - row.length).fill(null)]);
    const file = fileOf(text);
    const dialect = { ...plain, delimiter };
    for (const how of [
      {},
      { limits: { bytes: 1, records: 1 }, pieceBytes: 64 },
      { limits: { bytes: 70, records: 9 } },
    ]) {
      const read = readCsv(file, dialect, columns, how);
      expect(textsOf(read)).toEqual(due);
      expect(read.records).toBe(rows.length);
      expect(read.chunks.some((c) => c.exact)).toBe(false);
    }
  });
  it.each(known)('sniffed: $text', ({ text, rows }) => {
    const file = fileOf(text);
    const { dialect, columns, dataStart } = sniffCsv(file, { ...readOptions, header: true }, 'x.csv');
    expect(columns).toEqual(rows[0]);
    const read = readCsv(file, dialect, columns.length, { start: dataStart });
    expect(read.records).toBe(rows.length - 1);
  });
});

describe('records', () => {
  const of = (text: string | Uint8Array, columns: number, dialect = plain) => readCsv(fileOf(text), dialect, columns);

  it('are padded when short, trimmed when only empty cells are too many, and rejected otherwise', () => {
    const read = of('a,b\n1\n1,2,,""\n1,2,3\n"x"y,2\n', 2);
    expect(textsOf(read)).toEqual([
      ['a', 'b'],
      ['1', null],
      ['1', '2'],
    ]);
    expect(read.changed).toEqual({ padded: 1, 'trimmed empty cells': 2 });
    expect(read.rejects.map(({ row, line, why, raw }) => [row, line, why, Buffer.from(raw).toString()])).toEqual([
      [4, 4, 'it has 3 cells, but there are 2 columns', '1,2,3'],
      [5, 5, 'there is text after a closing "', '"x"y,2'],
    ]);
  });
  it('are trimmed of cells that hold blanks only, by either parser', () => {
    for (const exact of [false, true]) {
      const read = readCsv(fileOf('1,2, \n1,2,"\t ", ,\n1,2,\u00a0\n1,2, x\n'), plain, 2, { exact });
      expect(textsOf(read)).toEqual([
        ['1', '2'],
        ['1', '2'],
      ]);
      expect(read.changed).toEqual({ 'trimmed empty cells': 4 });
      expect(read.rejects.map(({ row }) => row)).toEqual([3, 4]);
    }
  });
  it('that are whole behind a quote opened by mistake may end with blank cells', () => {
    const read = of('1,"Jon, Roe\n2,"Ann", \n3,"Bo",\n', 2);
    expect(textsOf(read)).toEqual([
      ['2', 'Ann'],
      ['3', 'Bo'],
    ]);
    expect(read.rejects.map(({ row }) => row)).toEqual([1]);
  });
  it('are not blank lines, but are a quoted empty cell or a space', () => {
    expect(of('\n\r\n""\n\n \r\n\n', 1).rows).toEqual([[{ text: '', quoted: true }], [{ text: ' ', quoted: false }]]);
  });
  it('tell quoted from unquoted cells', () => {
    expect(of('"1",1,""," ",\n', 5).rows[0]!.map((c) => c!.quoted)).toEqual([true, false, true, true, false]);
  });
  it('end at CR, LF and CRLF where a file ends lines with CR', () => {
    const text = '1,2\r3,"4\r5"\r\n\r6,7\n8,9';
    const cr = { ...plain, newline: '\r' as const };
    for (let bytes = 1; bytes < 30; bytes++) {
      const read = readCsv(fileOf(text), cr, 2, { limits: { bytes, records: 9 } });
      expect(textsOf(read)).toEqual([
        ['1', '2'],
        ['3', '4\r5'],
        ['6', '7'],
        ['8', '9'],
      ]);
      const lines = new Map(read.chunks.map((c) => [c.start.record, c.start.line]));
      if (lines.has(2)) expect(lines.get(2)).toBe(2);
      if (lines.has(4)) expect(lines.get(4)).toBe(6);
    }
  });
  it('keep a lone CR elsewhere', () => {
    expect(textsOf(of('a\rb,\r\n', 2))).toEqual([['a\rb', '']]);
  });
  it('are not comments', () => {
    const hash = { ...plain, comment: '#' };
    expect(textsOf(of('# a "comment\n1,2\n#, with "quotes", too\n\n"#3",4\n 5,#6\n#', 2, hash))).toEqual([
      ['1', '2'],
      ['#3', '4'],
      [' 5', '#6'],
    ]);
  });
  it('undo backslash escapes of quotes and backslashes only', () => {
    const backslash = { ...plain, escape: '\\' as const };
    expect(textsOf(of('"a \\"b\\" ""c""","C:\\dir\\\\","\\n"\n\\,\\",x\n', 3, backslash))).toEqual([
      ['a "b" "c"', 'C:\\dir\\', '\\n'],
      ['\\', '\\"', 'x'],
    ]);
  });
  it('have no quotes where there are none', () => {
    expect(textsOf(of('"a,b"\n"\n', 2, { ...plain, quote: '' }))).toEqual([
      ['"a', 'b"'],
      ['"', null],
    ]);
  });
  it('are rejected for bytes that are not UTF-8, and take no neighbour with them', () => {
    const bytes = Buffer.concat([
      Buffer.from('é,1\n'),
      Buffer.from([0x61, 0xe9, 0x2c, 0x32, 10]),
      Buffer.from('日,3\n'),
      Buffer.from([0x2c, 0xe2, 0x82]),
    ]);
    const read = of(bytes, 2);
    expect(textsOf(read)).toEqual([
      ['é', '1'],
      ['日', '3'],
    ]);
    expect(read.rejects.map((r) => [r.row, r.line, r.why])).toEqual([
      [2, 2, 'byte 2 of it, 0xE9, is not UTF-8'],
      [4, 4, 'byte 2 of it, 0xE2, is not UTF-8'],
    ]);
  });
  it('may have a cell of 10 MB, 10,000 columns, and NUL bytes', () => {
    const long = 'x"'.repeat(5 * 1024 * 1024);
    expect(textsOf(of(`1,"${long.replaceAll('"', '""')}"\n2,b\n`, 2))).toEqual([
      ['1', long],
      ['2', 'b'],
    ]);
    const wide = Array.from({ length: 10_000 }, (_, i) => `c${i}`);
    expect(sniff(`${wide.join(',')}\n${wide.join(',')}\n`).columns).toEqual(wide);
    expect(textsOf(of(`${wide.join(',')}\n`, 10_000))).toEqual([wide]);
    expect(textsOf(of('a\0b,\0\n', 2))).toEqual([['a\0b', '\0']]);
  });
});

describe('chunks', () => {
  const text = Array.from({ length: 1000 }, (_, i) => `${i},"line\n${i}"\n`).join('');
  it('end after the record in which a limit is reached', () => {
    const file = fileOf(text);
    const whole = readCsv(file, plain, 2);
    for (const limits of [
      { bytes: 1, records: 1000 },
      { bytes: 100, records: 1000 },
      { bytes: 1e6, records: 7 },
    ]) {
      const read = readCsv(file, plain, 2, { limits, pieceBytes: 128 });
      expect(read.rows).toEqual(whole.rows);
      read.chunks.forEach(({ start, records }, i) => {
        const next = read.chunks[i + 1]?.start;
        expect(start.line).toBe((start.record - 1) * 2 + 1);
        if (next === undefined) return;
        expect(next.record).toBe(start.record + records);
        expect(next.byte - start.byte >= limits.bytes || records === limits.records).toBe(true);
        // One record less would have been within both limits.
        const last = `${next.record - 2},"line\n${next.record - 2}"\n`.length;
        expect(next.byte - start.byte - last < limits.bytes).toBe(true);
      });
    }
  });
  it('go through the exact parser with the same result', () => {
    const odd = 'a,"b\n""c""",\r\n\n\n1\n1,2,3,4\nü,"",5\n';
    const bytes = Buffer.concat([Buffer.from(odd), Buffer.from([0xff, 10]), Buffer.from('x,y,z')]);
    const fast = readCsv(fileOf(bytes), plain, 3);
    const exact = readCsv(fileOf(bytes), plain, 3, { exact: true });
    expect(exact.chunks[0]!.exact).toBe(true);
    expect(exact.rows).toEqual(fast.rows);
    expect(exact.changed).toEqual(fast.changed);
    expect(exact.rejects.map((r) => ({ ...r, raw: Buffer.from(r.raw).toString('latin1') }))).toEqual(
      fast.rejects.map((r) => ({ ...r, raw: Buffer.from(r.raw).toString('latin1') })),
    );
  });
});

it('a chunk in which the counts differ goes through the exact parser', () => {
  const exports = { ...kernel.exports };
  const parse = exports.csvParse;
  exports.csvParse = (job) => {
    const answer = parse(job);
    const rowsAt = 17;
    kernel.u32(job, 27)[rowsAt]! -= 1;
    return answer;
  };
  const parser = Object.create(kernel, { exports: { value: exports } }) as IngestKernel;
  const file = fileOf('a,"b\n""c""",\r\n\n\n1\n1,2,3\n');
  const read = readCsv(file, plain, 3, { parser });
  expect(read.chunks.map((c) => c.exact)).toEqual([true]);
  expect(read.rows).toEqual(readCsv(file, plain, 3).rows);
});

describe('a file is refused', () => {
  it('for a quote that is never closed, with the line where it opened', () => {
    const file = fileOf('a,b\n1,"x\ny"\n2,3\n4,"never\n5,6\n');
    expect(() => readCsv(file, plain, 2)).toThrow(
      expect.objectContaining({ code: 'input', line: 5, message: 'the quote opened in line 5 is never closed' }),
    );
    expect(() => readCsv(file, plain, 2, { limits: { bytes: 4, records: 1 } })).toThrow(
      expect.objectContaining({ code: 'input', line: 5 }),
    );
    expect(() => sniff('"hello\n\n world\n')).toThrow(expect.objectContaining({ code: 'input', line: 1 }));
    // It is not read in a dialect in which the quote would be text of the only column.
    for (const text of ['a,b\n1,"x\n2,y\n3,z\n', 'a;b\n1;x\n2;"y', 'a\tb\tc\n1\t2\t"3\n'])
      expect(sniff(text).columns.length).toBeGreaterThan(1);
  });
  it('when it becomes shorter while it is read', () => {
    const file = fileOf('a,b\n');
    expect(() => readCsv({ ...file, bytes: 100 }, plain, 2)).toThrow(/became shorter/);
  });
  it('without a record', () => {
    for (const text of ['', '\n\n\r\n', '\ufeff', '\ufeff\n'])
      expect(() => sniff(text)).toThrow(
        expect.objectContaining({ code: 'input', message: 'there is no record in it' }),
      );
  });
  it('for a header that is not UTF-8', () => {
    expect(() => sniff(Buffer.from([0x61, 0xe9, 0x2c, 0x62, 10, 49, 44, 50, 10]))).toThrow(/header is not UTF-8/);
  });
});
