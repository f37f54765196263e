import { describe, expect, it } from 'vitest';
import type { Config } from '../../dist/config/options.js';
import { fileOf, readCsv, sniff, textsOf } from './csv-read.js';

/** What a file is read as: names, rows, malformed records, cells changed, warnings. */
function read(text: string, options: Partial<Config['read']> = {}) {
  const { columns, dialect, dataStart, warnings } = sniff(text, options);
  const found = readCsv(fileOf(text), dialect, columns.length, { start: dataStart });
  const rejects = found.rejects.map((r) => r.row);
  return { columns, dialect, rows: textsOf(found), rejects, changed: found.changed, warnings };
}

const lines = (n: number, line: (i: number) => string): string => Array.from({ length: n }, (_, i) => line(i)).join('');

describe('delimiters at the end of each line', () => {
  const due = [
    ['1', 'Ann'],
    ['2', 'Bo'],
    ['3', 'Cy'],
  ];
  it.each([
    ['a comma', 'id,name\n1,Ann,\n2,Bo,\n3,Cy,\n', 3],
    ['a semicolon', 'id;name\n1;Ann;\n2;Bo;\n3;Cy;\n', 3],
    ['a tab', 'id\tname\r\n1\tAnn\t\r\n2\tBo\t\r\n3\tCy\t\r\n', 3],
    ['a quoted empty cell', 'id,name\n1,Ann,""\n2,Bo,""\n3,Cy,""\n', 3],
    ['two commas', 'id,name\n1,Ann,,\n2,Bo,,\n3,Cy,,\n', 6],
    ['quoted names', '"id","name"\n"1","Ann",\n"2","Bo",\n"3","Cy",\n', 3],
    ['a line without', 'id,name\n1,Ann,\n2,Bo\n3,Cy,\n', 2],
    ['a blank behind each', 'id,name\n1,Ann, \n2,Bo,\t\n3,Cy,  \n', 3],
    ['a quoted blank', 'id;name\r\n1;Ann;" "\r\n2;Bo;"" \r\n3;Cy; \r\n', 3],
    ['a blank in one line of them', 'id,name\n1,Ann, \n2,Bo\n3,Cy\n', 1],
    ['a blank at the end of the file', 'id,name\n1,Ann\n2,Bo\n3,Cy, ', 1],
  ])('%s', (_, text, trimmed) => {
    for (const header of [null, true]) {
      const { columns, rows, changed, warnings } = read(text, { header });
      expect([columns, rows, changed, warnings]).toEqual([['id', 'name'], due, { 'trimmed empty cells': trimmed }, []]);
    }
  });
  it('in ten thousand rows, of which one has a value there', () => {
    const { columns, rows, rejects } = read(
      `id,name\n${lines(10_000, (i) => `${i},Ann,${i === 7000 ? 'vip' : ''}\n`)}`,
    );
    expect([columns, rows.length, rejects]).toEqual([['id', 'name'], 9999, [7001]]);
    expect(read('id,name\n1,Ann,\n2,Bo,\n3,Cy,vip\n')).toMatchObject({ columns: ['id', 'name'], rejects: [3] });
  });
  it('are row names without a name where they are full, which is said to be a guess', () => {
    const { columns, warnings } = read('id,name\n1,Ann,5\n2,Bo,6\n3,Cy,7\n');
    expect(columns).toEqual(['', 'id', 'name']);
    expect(warnings).toEqual([expect.stringMatching(/names are shifted by one/)]);
  });
});

describe('one column whose cells hold a delimiter', () => {
  it.each([
    ['names', 'name\nDoe, Jane\nRoe, Rick\nPoe, Ann\n'],
    ['names without a blank', 'name\nDoe,Jane\nRoe,Rick\nPoe,Ann\n'],
    ['semicolons', 'name\nDoe; Jane\nRoe; Rick\nPoe; Ann\n'],
    ['bars', 'name\nDoe|Jane\nRoe|Rick\nPoe|Ann\n'],
    ['a quoted header', '"name"\nDoe, Jane\nRoe, Rick\nPoe, Ann\n'],
    ['decimal commas', 'price\n1,5\n2,75\n10,25\n'],
    ['milliseconds', 'time\n2024-01-01 10:00:00,123\n2024-01-01 10:00:01,456\n2024-01-01 10:00:02,789\n'],
    ['99 of 100 rows', `name\n${lines(100, (i) => (i === 50 ? 'Cher\n' : `Doe, Jane ${i}\n`))}`],
    ['three parts of prose', 'place\nBonn, Rhein, old\nUlm, Donau, new\nTrier, Mosel, old\n'],
    ['coordinates', 'rgb\n1,2,3\n4,5,6\n7,8,9\n'],
  ])('%s', (_, text) => {
    const due = text.trimEnd().split('\n');
    for (const header of [null, true]) {
      const { columns, rows, warnings } = read(text, { header });
      expect([columns, rows.flat()]).toEqual([[due[0]!.replaceAll('"', '')], due.slice(1)]);
      expect(warnings).toEqual([expect.stringMatching(/read as one column.* 1 title line above it/)]);
    }
  });
  it.each([
    ['names above numbers', 'Report of May\nid,score\n1,2\n3,4\n', ['id', 'score']],
    ['a blank line above', 'Report of May\n\nname,city\nanna,bonn\nbert,ulm\n', ['name', 'city']],
    ['three columns and no blanks', 'Report\nname,city,x\nanna,bonn,y\nbert,ulm,z\n', ['name', 'city', 'x']],
  ])('is a title where the table below proves itself: %s', (_, text, due) => {
    const { columns, rows, warnings } = read(text);
    expect([columns, rows.length]).toEqual([due, 2]);
    expect(warnings).toEqual([expect.stringMatching(/before the table/)]);
  });
  it('is a title where the delimiter is given', () => {
    expect(read('name\nDoe, Jane\nRoe, Rick\n', { delimiter: ',' }).columns).toEqual(['Doe', ' Jane']);
  });
});

describe('quotes behind blanks', () => {
  it.each([
    [
      'commas',
      'id, name, note\n1, "Roe, Ann", "x"\n2, "Poe, Bo", "y"\n',
      ['id', ' name', ' note'],
      [
        ['1', 'Roe, Ann', 'x'],
        ['2', 'Poe, Bo', 'y'],
      ],
    ],
    [
      'semicolons',
      'id; name; note\n1; "Roe; Ann"; "x"\n2; "Poe; Bo"; "y"\n',
      ['id', ' name', ' note'],
      [
        ['1', 'Roe; Ann', 'x'],
        ['2', 'Poe; Bo', 'y'],
      ],
    ],
    [
      'quoted names',
      '"id", "name"\n1, "Ann"\n2, "Bo"\n',
      ['id', 'name'],
      [
        ['1', 'Ann'],
        ['2', 'Bo'],
      ],
    ],
    [
      'no header',
      '2015, 345, "a, b"\n2016, 346, "c, d"\n',
      ['column_1', 'column_2', 'column_3'],
      [
        ['2015', ' 345', 'a, b'],
        ['2016', ' 346', 'c, d'],
      ],
    ],
    [
      'line ends',
      'a, b\n1, "x\n, y"\n2,  "z"\n',
      ['a', ' b'],
      [
        ['1', 'x\n, y'],
        ['2', 'z'],
      ],
    ],
  ])('are undone: %s', (_, text, columns, rows) => {
    expect(read(text)).toMatchObject({ columns, rows, rejects: [] });
  });
  it('are undone where few records have them, and kept where they are text', () => {
    const text = `id, name\n${lines(2000, (i) => (i === 900 ? '900, "Roe, Ann"\n' : `${i}, Bo\n`))}`;
    expect(read(text).rows[900]).toEqual(['900', 'Roe, Ann']);
    expect(read('id,name\n1, "big" Bo\n2,Cy\n').rows[0]).toEqual(['1', ' "big" Bo']);
  });
});

describe('semicolons between cells with commas', () => {
  it.each([
    ['decimal commas', '1,5;2,5\n3,5;4,5\n5,0;6,25\n', ';', 2],
    [
      'dates in words, short rows',
      'April 15, 2023;4028;25.00;Ray;pending\nApril 16, 2023;4029;26.00;May;done\nApril 17, 2023;4030;27.00;Kay\nApril 18, 2023;4031;28.00;Joy\n',
      ';',
      5,
    ],
    ['tabs', '1,5\t2,5\n3,5\t4,5\n', '\t', 2],
    ['but not lists in a table of commas', 'a;b,c\nx;y,z\nv;w,u\n', ',', 2],
  ])('%s', (_, text, delimiter, columns) => {
    const found = sniff(text, { header: false });
    expect([found.dialect.delimiter, found.columns.length]).toEqual([delimiter, columns]);
  });
});

describe('a first line that names the delimiter', () => {
  it.each([...'~^:!#*/ |\t;,@%&'])('%j', (delimiter) => {
    const cells = [
      ['id', 'name'],
      ['1', 'Ann.x'],
      ['2', 'Bo'],
    ];
    const text = ['sep=', ...cells.map((row) => row[0]!)].map((first, i) =>
      i === 0 ? `${first}${delimiter}` : `${first}${delimiter}${cells[i - 1]![1]}`,
    );
    const { columns, rows, warnings } = read(`${text.join('\r\n')}\r\n`);
    expect([columns, rows, warnings]).toEqual([cells[0], cells.slice(1), []]);
  });
});

describe('numbered columns', () => {
  it.each([
    [',0,1\n0,a,1.5\n1,b,2.5\n', ['', '0', '1'], 2],
    [',0\n0,1\n1,2\n', ['', '0'], 2],
    ['"","1","2"\n"1",5,6\n"2",7,8\n', ['', '1', '2'], 2],
    [',0,1,2\nx,1,2,3\ny,4,5,6\n', ['', '0', '1', '2'], 2],
    // A record whose first cell is missing.
    [',5,6\n1,7,8\n2,9,10\n', ['column_1', 'column_2', 'column_3'], 3],
    [',0,1\n,2,3\n4,5,6\n', ['column_1', 'column_2', 'column_3'], 3],
  ])('%j', (text, columns, rows) => {
    const found = read(text);
    expect([found.columns, found.rows.length]).toEqual([columns, rows]);
  });
});

describe('comments', () => {
  it.each([
    [
      'VCF',
      '##fileformat=VCFv4.2\n##INFO=<ID=NS,Number=1>\n#CHROM\tPOS\tREF\n20\t14370\tG\n20\t17330\tT\n',
      ['#CHROM', 'POS', 'REF'],
      2,
    ],
    ['names of texts', '## made by x\n#id,name\na,Ann\nb,Bo\n', ['#id', 'name'], 2],
    ['numpy', '# x,y\n1,2\n3,4\n', ['# x', 'y'], 2],
    ['a comment as wide as the table', '# made by x, y, z\nid,name,n\n1,a,2\n2,b,3\n', ['id', 'name', 'n'], 2],
    ['a record that begins with one', `# one\n# two\nid,name\n1,a\n#51,b\n52,c\n`, ['id', 'name'], 3],
    ['comments between records', '# one\nid,name,x\n1,a,2\n# two\n2,b,3\n', ['id', 'name', 'x'], 2],
  ])('%s', (_, text, columns, rows) => {
    const found = read(text);
    expect([found.columns, found.rows.length]).toEqual([columns, rows]);
  });
  it('are counted', () => {
    expect(read('# one\n# two\nid,name\n1,a\n2,b\n').warnings).toEqual([
      'x.csv: 2 lines before the table that begin with # are comments',
    ]);
  });
});

describe('a reading without a guess', () => {
  it('wins: single quotes hold the delimiter, rather than a first column without a name', () => {
    const { columns, rows, warnings } = read("id,t\n1,'a, b'\n2,'c, d'\n3,'e, f'\n");
    expect([columns, rows, warnings]).toEqual([
      ['id', 't'],
      [
        ['1', 'a, b'],
        ['2', 'c, d'],
        ['3', 'e, f'],
      ],
      [],
    ]);
  });
  it('is named where a title line is guessed, and can be had', () => {
    const text = 'notes\na;b;c\nx;y;z\n';
    expect(read(text).warnings).toEqual([expect.stringMatching(/1 line before the table .* one column .*--delimiter/)]);
    const asked = read(text, { delimiter: '\x01' });
    expect([asked.columns, asked.rows]).toEqual([['notes'], [['a;b;c'], ['x;y;z']]]);
  });
});
