import { describe, expect, it } from 'vitest';
import { sniff } from './csv-read.js';

const lines = (n: number, line: (i: number) => string): string => Array.from({ length: n }, (_, i) => line(i)).join('');

describe('the delimiter', () => {
  it.each([
    ['comma', 'id,name\n1,a\n2,b\n', ',', 2],
    ['semicolon with decimal commas', 'id;price;note\n1;1,50;a, b\n2;2,75;c\n', ';', 3],
    ['tab', 'id\tname\n1\ta, b; c\n', '\t', 2],
    ['pipe', 'id|name|x\n1|a,b|2\n', '|', 3],
    ['comma, where cells hold lists with as many semicolons', `id,list\n${lines(20, (i) => `${i},"a;b;c"\n`)}`, ',', 2],
    ['comma, though a third of the records is ragged', 'a,b,c\n1,2,3\n1,2\n1,2,3\n4,5,6\n1,2,3,4\n', ',', 3],
    ['comma, where all rows are ragged', 'column_a,column_b,column_c\n1,27,,"long"\n,"short"\n0,uh oh,17\n', ',', 3],
    ['none: sentences with commas', 'text\nWell, yes\nNo\nOne, two, and three\n', '\t', 1],
    ['none: one column', 'name\nanna\nbert\n', ',', 1],
    ['none: one column of quoted sentences', 'text\n"Well, yes"\n"a, b, and c"\nd\n', ',', 1],
  ])('%s', (_, text, delimiter, columns) => {
    const found = sniff(text);
    expect([found.dialect.delimiter, found.columns.length]).toEqual([delimiter, columns]);
  });
  it('is a tab rather than a comma in a .tsv file', () => {
    const text = 'a, b\tc\n1, 2\t3\n';
    expect(sniff(text, { format: 'tsv' }).columns).toEqual(['a, b', 'c']);
  });
  it('is the one that the first line names, as Excel writes it', () => {
    for (const [text, delimiter] of [
      ['\ufeffsep=;\r\na;b\r\n1;2\r\n', ';'],
      ['"sep=|"\na|b,c\n1|2,3\n', '|'],
    ] as const) {
      const { dialect, columns, dataStart, warnings } = sniff(text);
      expect([dialect.delimiter, dialect.skip, columns.length, dataStart.line]).toEqual([delimiter, 1, 2, 3]);
      expect(text.slice(dataStart.byte - (text.startsWith('\ufeff') ? 2 : 0))).toMatch(/^1/);
      expect(warnings).toEqual([]);
    }
    expect(sniff('sep=;\na,b\n1,2\n', { delimiter: ',' }).columns).toEqual(['a', 'b']);
    expect(sniff('sep=\n1\n').columns).toEqual(['sep=']);
  });
  it('shows in later parts of a large file', () => {
    // The first half of the file has as many commas as semicolons.
    const text = `a;b;c,d,e\n${lines(30_000, (i) => `${i};x;y,z,w\n`)}${lines(30_000, (i) => `${i};xx;yy\n`)}`;
    expect(sniff(text).dialect.delimiter).toBe(';');
  });
});

describe('quotes and escapes', () => {
  it('finds backslash escapes', () => {
    const { dialect } = sniff('a;b\n1;"the \\"x; y\\" thing"\n2;"\\"q\\""\n');
    expect(dialect).toMatchObject({ delimiter: ';', quote: '"', escape: '\\' });
    expect(sniff('a,b\n1,"C:\\\\dir\\"\n').dialect.escape).toBe('"');
  });
  it('finds single quotes only where they make the records fit', () => {
    expect(sniff("a\tb\n1\t'x\ty'\n2\tz\n3\t'z\tw'\n").dialect.quote).toBe("'");
    expect(sniff("a,b\n1,'tis so\n2,it's\n").dialect.quote).toBe('"');
    expect(sniff("a,b\n1,'x'\n2,'y'\n").dialect.quote).toBe('"');
  });
  it('takes what is given', () => {
    const text = 'a;b\n1;2\n';
    const { dialect, columns } = sniff(text, { delimiter: ',', quote: '', comment: '%', header: false });
    expect(dialect).toMatchObject({ delimiter: ',', quote: '', comment: '%', header: false });
    expect(columns).toEqual(['column_1']);
  });
});

describe('line ends', () => {
  it.each([
    ['a,b\n1,2\n', '\n'],
    ['a,b\r\n1,2\r\n', '\r\n'],
    ['a,b\r1,2\r', '\r'],
    ['a,b\n1,"x\ry"\n3,4\n', '\n'],
    ['a,b\r1,2\r3,4\n5,6\r', '\r'],
    ['a,b\n1,x\ry\n3,4\n', '\n'],
  ])('%j', (text, newline) => {
    expect(sniff(text).dialect.newline).toBe(newline);
  });
});

describe('commas within cells', () => {
  it.each([
    ['amounts with decimal commas', 'Ann;2,50 €\nBo;4,50 €\nCy;1.206,25 €\n', ['Ann', '2,50 €']],
    ['amounts with the currency in front', 'Ann;EUR 2,50\nBo;EUR 4,50\nCy;EUR 6,25\n', ['Ann', 'EUR 2,50']],
    ['shares', 'Ann;2,5%\nBo;4,5 %\nCy;6,25%\n', ['Ann', '2,5%']],
  ])('separate nothing in %s', (_, text, names) => {
    const { dialect, columns } = sniff(text, { header: true });
    expect([dialect.delimiter, columns]).toEqual([';', names]);
  });
});

describe('the header', () => {
  it.each([
    ['names above numbers', 'id,score\n1,2\n', true],
    ['names above texts', 'name,city\nanna,bonn\n', true],
    ['numbers above numbers', '1,a\n2,b\n', false],
    ['a date above dates', 'x,2024-01-01\ny,2024-02-01\n', false],
    ['years above numbers', 'country,2001,2002\nfr,1,2\nde,3,4\n', true],
    ['a name above numbers outweighs', 'id,2\n1,3\n4,5\n', true],
    ['one record of names', 'a,b\n', true],
    ['one record with a number', '1,a\n', false],
    ['empty names', ',,\n1,x,y\n', true],
    ['numbers above texts', '1,2\na,b\nc,d\n', true],
    ['decimal commas above others', '1,5;2,5\n3,5;4,5\n5,0;6,25\n', false],
    ['thousands above thousands', 'Ann,"2,500"\nBo,"14,500"\nCy,"6,250.75"\n', false],
    ['an amount above amounts', 'blue; 6\'5"; $5.00\nred; 2\'8"; $2.50\nlime; 8\'11"; $10.50\n', false],
    ['a share above shares', 'Ann,5%\nBo,7.5%\nCy,10 %\n', false],
    ['a named day above others', '01-Jan-2020,Ann\n2 Feb 2020,Bo\n"March 3, 2020",Cy\n', false],
    ['an e-mail address above others', 'ann@x.org,Ann\nbo@x.org,Bo\n', false],
    ['a link above links', 'https://x.org/1\nhttps://x.org/2\n', false],
    ['an address of a machine above others', '10.0.0.1,GET\n10.0.0.12,PUT\n', false],
    ['a UUID above others', '8c139779-6750-4aca-8280-6d447c97c2bb,a\n9c139779-6750-4aca-8280-6d447c97c2bb,b\n', false],
    ['a number above numbers and marks of nulls', 'Ann,4,x\nBo,NA,y\nCy,?,z\nDi,6,w\n', false],
    ['a number above numbers and one other', `Ann,4\n${'Bo,5\n'.repeat(20)}Cy,n.a.\n`, false],
    ['names above amounts', 'who,price\nAnn,$2.50\nBo,$4.50\n', true],
    ['percentiles above numbers', '5%,50%,95%\n1.5,2.5,3.5\n1,2,3\n', true],
    ['percentiles alone', '5%,50%,95%\n', true],
    ['links above numbers', 'http://x.org/a,http://x.org/b\n1,2\n3,4\n', true],
    ['a name that could be a null', 'Na,K\n1,2\n3,4\n', true],
  ])('%s', (_, text, header) => {
    expect(sniff(text).dialect.header).toBe(header);
  });
  it('may have empty and equal names, quotes and line ends in them', () => {
    expect(sniff('a,a,,"x\ny"\n1,2,3,4\n').columns).toEqual(['a', 'a', '', 'x\ny']);
    expect(sniff('\ufeffid,"na""me"\n1,2\n').columns).toEqual(['id', 'na"me']);
    expect(sniff('"a"b,c\n1,2\n').columns).toEqual(['ab', 'c']);
  });
  it('gives numbered names when there is none, and says so', () => {
    const { columns, dataStart, warnings } = sniff('1,2\n3,4\n');
    expect(columns).toEqual(['column_1', 'column_2']);
    expect(dataStart).toEqual({ byte: 0, record: 1, line: 1 });
    expect(warnings).toEqual([expect.stringMatching(/looks like data/)]);
  });
  it('may lack the name of the row names', () => {
    const { columns, warnings } = sniff('mpg,cyl\nMazda,21,6\nFord,18,8\nFiat,30,4\n');
    expect(columns).toEqual(['', 'mpg', 'cyl']);
    expect(warnings).toHaveLength(1);
  });
  it('is behind the byte order mark, blank lines and line ends in cells', () => {
    expect(sniff('\ufeff\n"a\nb",c\r\n1,2\n').dataStart).toEqual({ byte: 13, record: 1, line: 4 });
    expect(sniff('a,b\r\n1,2\r\n').dataStart).toEqual({ byte: 5, record: 1, line: 2 });
    expect(sniff('a,b\r1,2\r').dataStart).toEqual({ byte: 4, record: 1, line: 2 });
  });
  it('may be longer than the sample', () => {
    const names = Array.from({ length: 40_000 }, (_, i) => `column ${i}`);
    expect(sniff(`${names.join(',')}\n${names.map((_, i) => i).join(',')}\n`).columns).toEqual(names);
  });
});

describe('what is not the table', () => {
  it('skips lines before it', () => {
    const found = sniff('Report of May\n\nmade by hand\nid,name,x\n1,a,2\n2,b,3\n');
    expect(found.columns).toEqual(['id', 'name', 'x']);
    expect(found.dialect.skip).toBe(3);
    expect(found.dataStart).toEqual({ byte: 38, record: 1, line: 5 });
    expect(found.warnings).toEqual(['x.csv: 3 lines before the table are not part of it and skipped']);
  });
  it('finds comments where they make the records fit', () => {
    const found = sniff('# made by x, y\nid,name,x\n# one\n1,a,2\n2,b,3\n');
    expect(found.dialect.comment).toBe('#');
    expect(found.columns).toEqual(['id', 'name', 'x']);
    expect(found.warnings).toHaveLength(1);
    expect(sniff('tag,n\n#love,1\n#hate,2\n').dialect.comment).toBe('');
    expect(sniff('#id,n\n1,1\n2,2\n').columns).toEqual(['#id', 'n']);
    expect(sniff('tag\n#love\n#hate\n').dialect.comment).toBe('');
  });
});

it('says which other dialects would fit', () => {
  const { alternatives } = sniff('a;b,c\n1;2,3\n4;5,6\n', { delimiter: null });
  expect(alternatives).toEqual(['--delimiter ";" gives 2 columns in 100 % of the records looked at']);
});
