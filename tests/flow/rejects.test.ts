import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { afterAll, describe, expect, test } from 'vitest';
import { metaColumns, rejectedPieces } from '../../dist/flow/dropped.js';

import { type CompileOptions, compile } from '../../dist/index.js';
import { fate } from '../../dist/ledger/fates.js';
import { RejectLog } from '../../dist/load/reject-log.js';
import { fateNames, fateOf } from '../../dist/stages/pipeline.js';
import { why } from '../../dist/why.js';
import { blockOf, cellsOf, floatColumn, nullColumn, textColumn } from '../dedupe/blocks.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rejects-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

describe('dropped rows as blocks', () => {
  /** A dropped row: of a malformed one its bytes are known, of others their values. */
  const malformed = fc.record({ why: fc.string(), raw: fc.uint8Array({ maxLength: 20 }) });
  const columns = fc.record({
    reason: fc.constantFrom(fateOf('empty row'), fate.exact, fate.near, fate.belowTop),
    text: fc.option(fc.string({ unit: 'grapheme', maxLength: 12 })),
    number: fc.option(fc.double({ noNaN: true })),
  });
  type Row = { why: string; raw: Uint8Array } | { reason: number; text: string | null; number: number | null };

  const types = [{ kind: 'text' }, { kind: 'float64' }, { kind: 'null' }] as const;

  function textsOf(rows: readonly Row[]) {
    const log = new RejectLog();
    rows.forEach((row, index) => {
      if ('why' in row) log.push({ index, line: 0, why: row.why, raw: row.raw });
    });
    const { whys, raws } = log.texts();
    return { malformed: { rows: log.indexes, texts: raws }, details: { rows: log.indexes, texts: whys } };
  }

  /** The rows of all pieces, and how many each has. */
  function readBack(rows: readonly Row[], source: string, first: number): { cells: unknown[][]; sizes: number[] } {
    const there = rows.flatMap((row) => ('why' in row ? [] : [row]));
    const block = blockOf(
      textColumn(there.map((r) => r.text)),
      floatColumn(there.map((r) => r.number)),
      nullColumn(there.length),
    );
    const pieces = rejectedPieces(
      {
        source,
        records: Uint32Array.from(rows, (_, i) => first + i * 3),
        fates: Uint8Array.from(rows, (row) => ('why' in row ? fate.malformed : row.reason)),
        ...textsOf(rows),
        block: there.length === 0 ? null : { ...block, rows: there.length },
      },
      types,
    );
    const cells: unknown[][] = [];
    const sizes: number[] = [];
    for (const piece of pieces) {
      sizes.push(piece.rows);
      expect(piece.columns.map((c) => c.type)).toEqual([...metaColumns.map((c) => c.type), ...types]);
      const texts = [0, 2, 3, 4, 5, 6].map((c) => cellsOf(piece.columns[c]!, piece.rows));
      const records = new BigInt64Array(piece.columns[1]!.values.slice().buffer);
      expect(piece.columns.at(-1)!.validity).toEqual(new Uint8Array(piece.rows));
      for (let i = 0; i < piece.rows; i++) cells.push([records[i], ...texts.map((column) => column[i])]);
    }
    return { cells, sizes };
  }

  const expectedOf = (rows: readonly Row[], source: string, first: number): unknown[][] =>
    rows.map((row, i) => {
      const record = BigInt(first + i * 3);
      if ('why' in row)
        return [record, source, 'malformed', row.why, Buffer.from(row.raw).toString('utf8'), null, null];
      return [record, source, fateNames[row.reason], null, null, row.text, row.number];
    });

  test('have each row once, in order, with nulls for what a malformed one has not', () => {
    const rows = fc.array(fc.oneof({ weight: 3, arbitrary: columns }, malformed), { maxLength: 60 });
    fc.assert(
      fc.property(rows, fc.string({ minLength: 1 }), fc.nat({ max: 4_000_000_000 }), (some, source, first) => {
        expect(readBack(some, source, first).cells).toEqual(expectedOf(some, source, first));
      }),
    );
  });

  test('are cut into pieces where there are many rows', () => {
    const rows = Array.from({ length: 140_000 }, (_, i): Row => {
      if (i % 50_000 < 3) return { why: `w${i}`, raw: Buffer.from(`raw ${i}`) };
      return { reason: i % 1000 < 900 ? fate.exact : fate.near, text: i % 5 === 0 ? null : `t${i}`, number: i };
    });
    const { cells, sizes } = readBack(rows, 'a.csv', 1);
    expect(sizes).toEqual([70_000, 70_000]);
    const expected = expectedOf(rows, 'a.csv', 1);
    expect(cells.length).toBe(expected.length);
    expect(cells.every((row, i) => row.every((cell, c) => cell === expected[i]![c]))).toBe(true);
  });

  test('are cut where they are large, down to a row', () => {
    const rows = Array.from({ length: 5 }, (): Row => ({ reason: fate.exact, text: 'x'.repeat(2 ** 24), number: 1 }));
    expect(readBack(rows, 'a.csv', 1).sizes).toEqual([1, 2, 2]);
    const huge: Row[] = [{ reason: fate.exact, text: 'x'.repeat(2 ** 26), number: 1 }];
    expect(readBack(huge, 'a.csv', 1).sizes).toEqual([1]);
  });
});

describe('rejects.parquet', () => {
  /** The rows that were dropped, as the file has them. */
  async function rejectsOf(sources: readonly string[], options: CompileOptions) {
    const out = fs.mkdtempSync(path.join(folder, 'out-'));
    await compile([...sources], { out, cache: false, cwd: folder, rejects: true, maxRejects: '100%', ...options });
    const file = await asyncBufferFromFile(path.join(out, '.datagpu', 'rejects.parquet'));
    return parquetReadObjects({ file, compressors });
  }

  // The output is beside the sources.
  const dropped = (source: string, row: number, reason: string, rest: Record<string, unknown>) => ({
    _source: `../${source}`,
    _row: BigInt(row),
    _reason: reason,
    _detail: null,
    _raw: null,
    ...rest,
  });

  test.each([0, 2])('has what was dropped, from several sources, with %d threads', async (threads) => {
    fs.writeFileSync(path.join(folder, 'a.csv'), 'n,text\n1,red\n2,blue blue\n,\n1,red\n3,"re"d\n4,green\n');
    fs.writeFileSync(path.join(folder, 'b.csv'), 'n,text\n4,green\n5,blue\n6,blue blue blue\n');
    const rows = await rejectsOf(['a.csv', 'b.csv'], { top: 2, rankMethod: 'bm25', rankTarget: 'blue', threads });
    expect(rows).toEqual([
      dropped('a.csv', 3, 'empty row', { n: null, text: '' }),
      dropped('a.csv', 4, 'exact duplicate', { n: 1n, text: 'red' }),
      {
        ...dropped('a.csv', 5, 'malformed', { n: null, text: null }),
        _detail: expect.stringContaining('closing'),
        _raw: expect.anything(),
      },
      dropped('b.csv', 1, 'exact duplicate', { n: 4n, text: 'green' }),
      dropped('a.csv', 1, 'below top', { n: 1n, text: 'red' }),
      dropped('a.csv', 6, 'below top', { n: 4n, text: 'green' }),
      dropped('b.csv', 2, 'below top', { n: 5n, text: 'blue' }),
    ]);
  });

  describe('names sources and rows as lineage does', () => {
    const place = fs.mkdtempSync(path.join(folder, 'named-'));
    const data = ['deep/down/a.csv', 'deep/down/b.jsonl', 'deep/a.csv', 'a.csv', '../a.csv', 'odd name, \u00e9.csv'];
    const cwd = path.join(place, 'deep');
    for (const [s, name] of data.entries()) {
      const file = path.join(place, 'x', name);
      fs.mkdirSync(path.dirname(file), { recursive: true });
      const rows = Array.from({ length: 50 }, (_, i) => [i % 20, `${s % 3} of ${i % 20}`] as const);
      const lines = name.endsWith('l')
        ? rows.map(([n, text]) => JSON.stringify({ n, text })).concat(`{"n":${s}`)
        : ['n,text', ...rows.map((row) => row.join(',')), `5${s},"re"d`, ','];
      fs.writeFileSync(file, `${lines.join('\n')}\n`);
    }
    fs.mkdirSync(cwd);

    const joined = async (sources: string[], out: string, options: CompileOptions = {}): Promise<void> => {
      const { manifest } = await compile(sources, {
        cwd,
        out,
        cache: false,
        rejects: true,
        maxRejects: '100%',
        replace: true,
        threads: 0,
        ...options,
      });
      const [rejected, lineage] = await Promise.all(
        ['rejects', 'lineage'].map(async (name) => {
          const file = await asyncBufferFromFile(path.resolve(cwd, out, '.datagpu', `${name}.parquet`));
          return parquetReadObjects({ file, compressors });
        }),
      );
      const key = (source: unknown, row: unknown, reason: unknown): string => `${source} ${row} ${reason}`;
      const dropped = lineage!.filter((r) => r.fate !== 'kept').map((r) => key(r.source, r.row, r.fate));
      expect(dropped.length).toBe(manifest.ledger.read - manifest.ledger.kept);
      expect(rejected!.map((r) => key(r._source, r._row, r._reason)).toSorted()).toEqual(dropped.toSorted());
      const names = manifest.sources.map((source) => source.path);
      expect(rejected!.every((r) => names.includes(r._source))).toBe(true);
      // What why tells of a malformed record is of that source, whatever others are called.
      for (const r of rejected!.filter((r) => r._reason === 'malformed'))
        expect((await why(path.resolve(cwd, out), Number(r._row), r._source)).because).toContain(
          Buffer.from(r._raw).toString().trimEnd(),
        );
    };

    test.each<[string, string[], string, CompileOptions]>([
      ['relative paths', ['../x/a.csv', '../x/deep/a.csv'], 'out', {}],
      ['their own folder', ['../x/deep/down/a.csv'], '../x/deep/down/out', {}],
      ['a glob', ['../x/**/*.csv'], '../out', {}],
      ['a folder, and a file above it', ['../x', '../a.csv'], './here/out', {}],
      ['absolute paths', [path.join(place, 'x/a.csv'), path.join(place, 'a.csv')], path.join(place, 'absolute'), {}],
      ['roundabout paths', ['./../deep/../x/./a.csv', '..//x//deep/a.csv'], './../deep/./out', {}],
      ['rows below the top', ['../x'], 'out', { top: '30%' }],
      ['threads, splits and near duplicates', ['../x'], 'out', { threads: 2, nearDup: true, split: 'a=0.5,b=0.5' }],
    ])('%s', (_, sources, out, options) => joined(sources, out, options));
  });

  test('has every row below the top', async () => {
    const lines = Array.from({ length: 60_000 }, (_, i) => `${i},${'blue '.repeat((i * 7919) % 13)}end`);
    fs.writeFileSync(path.join(folder, 'many.csv'), `n,text\n${lines.join('\n')}\n`);
    const rows = await rejectsOf(['many.csv'], { top: '25%', rankMethod: 'bm25', rankTarget: 'blue', threads: 2 });
    expect(rows.length).toBe(45_000);
    expect(rows.every((row) => row._row === BigInt(row.n) + 1n && row._reason === 'below top')).toBe(true);
    expect(new Set(rows.map((row) => row.n)).size).toBe(45_000);
    expect(rows.every((row) => row.text === lines[Number(row.n)]!.split(',')[1])).toBe(true);
  });

  describe('of records that do not fit a declared type', () => {
    /** Record number and raw bytes of each row, as UTF-8. */
    async function rawsOf(name: string, content: string, options: CompileOptions = {}) {
      fs.writeFileSync(path.join(folder, name), content);
      const rows = await rejectsOf([name], { types: { n: 'integer' }, rank: false, dedupe: false, ...options });
      return rows.map(({ _row, _raw }) => [Number(_row), Buffer.from(_raw).toString()]);
    }

    test.each([
      ['lf.csv', '\n'],
      ['crlf.csv', '\r\n'],
    ])('has the whole record: %s', async (name, end) => {
      const records = [
        '1,plain',
        'x,"a ""quoted"" cell"',
        '2,"te"xt',
        `"y","two${end}lines, and a comma"`,
        '3,"open"',
        'z',
        'w,last',
      ];
      const lines = ['n,text', records[0], '', records[1], '', '', ...records.slice(2)];
      expect(await rawsOf(name, lines.join(end))).toEqual([2, 3, 4, 6, 7].map((row) => [row, records[row - 1]]));
    });

    test('has the whole record: lines of JSON', async () => {
      const records = [
        '{"n":"\\u0078", "text": "a b", "other":[1,{"n":2}]}  ',
        '{"n":1}',
        '{"n":2,"text":}',
        '{"text":"c","n":7.5}',
        '{"n":{"deep":"\\n"}}',
      ];
      const content = `\ufeff${records[0]}\r\n \r\n\n${records[1]}\n${records[2]}\n\t${records[3]}\r\n${records[4]}`;
      expect(await rawsOf('a.jsonl', content)).toEqual([1, 3, 4, 5].map((row) => [row, records[row - 1]]));
    });

    test.each([
      ['array.json', '[', ' ,\n', ' ]\n'],
      ['object.json', '{"count": 5, "items": [ ', ',', ']}'],
      ['concatenated.json', '', '\n\n', '\n'],
    ])('has the whole record: %s', async (name, before, between, after) => {
      const records = [
        '{\n  "n": "x ] } \\" , {",\n  "text": "a"\n}',
        '{"n":1, "text": "b"}',
        '{"n":[1, {"b": []}], "text": "c\\\\"}',
        '{"n":2, "text": "d"}',
        '{"n":true, "text": "é"}',
      ];
      const raws = await rawsOf(name, before + records.join(between) + after);
      expect(raws).toEqual([1, 3, 5].map((row) => [row, records[row - 1]]));
    });

    test('has the first 64 KB of a long record', async () => {
      const record = `x,${'long '.repeat(20_000)}`;
      expect(await rawsOf('long.csv', `n,text\n1,a\n${record}\n`)).toEqual([[2, record.slice(0, 65536)]]);
    });

    test.each([0, 2])('has them from every chunk, with %d threads', async (threads) => {
      const records = Array.from({ length: 30_000 }, (_, i) => {
        const n = i % 7 === 0 ? `no ${i}` : i;
        return JSON.stringify({ n, text: 'word '.repeat(i % 500) });
      });
      const expected = records.flatMap((record, i) => (i % 7 === 0 ? [[i + 1, record]] : []));
      const raws = await rawsOf('many.jsonl', `${records.join('\n')}\n`, { threads });
      expect(raws.length).toBe(expected.length);
      expect(raws.every(([row, raw], i) => row === expected[i]![0] && raw === expected[i]![1])).toBe(true);
    });
  });

  test('is a file without rows when nothing was dropped', async () => {
    fs.writeFileSync(path.join(folder, 'all.csv'), 'n,text\n1,red\n2,blue\n');
    expect(await rejectsOf(['all.csv'], { rank: false })).toEqual([]);
  });
});
