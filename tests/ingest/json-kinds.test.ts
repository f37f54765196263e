// Values of several kinds and objects whose keys are data, in JSON sources and back.
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type CompileOptions, compile } from '../../dist/index.js';
import { readExactly } from '../../dist/load/json/exact.js';
import { plan } from '../../dist/plan.js';
import { why } from '../../dist/why.js';
import { inChunks } from './chunked.js';
import { type Compiled, compiled, readParquet, temporaryFolder } from './compiled.js';

const folder = temporaryFolder();
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const written = (lines: readonly (string | object)[], name = 'kinds.jsonl'): string => {
  const file = path.join(folder, name);
  fs.writeFileSync(file, lines.map((l) => `${typeof l === 'string' ? l : JSON.stringify(l)}\n`).join(''));
  return file;
};
const read = (lines: readonly (string | object)[], options: CompileOptions = {}): Promise<Compiled> =>
  compiled(written(lines), options);
const column = ({ rows }: Compiled, c = 0): unknown[] => rows.map((row) => row[c]);

describe('numbers that no column of numbers holds', () => {
  const cases: [string, string[], string][] = [
    [
      'beyond 64 bits',
      ['18446744073709551615', '5', 'null', '9223372036854775808'],
      'numbers beyond 64 bits or 17 digits',
    ],
    ['of too many digits', ['0.12345678901234567891', '1.5'], 'numbers beyond 64 bits or 17 digits'],
    ['that differ in kind', ['9007199254740993', '1.5'], 'integers beyond 2^53 beside fractions'],
  ];
  it.each(cases)('become text, which is said: %s', async (_, values, why) => {
    const lines = values.map((v, i) => `{"v":${v},"id":${i}}`);
    const result = await read(lines);
    expect(column(result)).toEqual(values.map((v) => (v === 'null' ? null : v)));
    const numbers = values.filter((v) => v !== 'null').length;
    expect(result.manifest.fields[0]!.places).toEqual([
      { path: 'v', as: 'text', why, rows: { number: numbers }, first: { kind: 'number', row: 1 } },
    ]);
    expect(result.manifest.warnings).toEqual([expect.stringContaining(`column v: ${why}`)]);
    const early = await plan([path.join(folder, 'kinds.jsonl')]);
    expect(early.warnings).toEqual([expect.stringContaining(`column v: ${why}`)]);
    expect((await read(lines, { types: { v: 'text' } })).manifest.warnings).toEqual([]);
  });
  it('in a later file or chunk are counted over all rows', async () => {
    const lines = Array.from({ length: 60_000 }, (_, i) => `{"v":${i === 59_999 ? '1e400' : i}}`);
    const { manifest } = await read(lines);
    expect(manifest.fields[0]!.places).toMatchObject([{ rows: { number: 60_000 } }]);
  });
});

describe('strings among other kinds', () => {
  it('stay as they are, and nothing but them is JSON text', async () => {
    const result = await read([{ text: 'line one\nline "two"' }, { text: 'x' }, { text: 42 }, '{"text": [1,  2]}']);
    expect(column(result)).toEqual(['line one\nline "two"', 'x', '42', '[1,  2]']);
    expect(result.manifest.fields[0]!.places).toEqual([
      {
        path: 'text',
        as: 'text',
        why: 'values of several kinds',
        rows: { string: 2, number: 1, array: 1 },
        first: { kind: 'number', row: 3 },
      },
    ]);
    expect(result.manifest.warnings.join()).toContain('column text: values of several kinds');
  });
  it('are settled at the leaf: contents in parts leave messages a list of structs', async () => {
    const parts = [{ type: 'text', text: 'part' }];
    const result = await read([
      { messages: [{ role: 'user', content: 'plain' }] },
      { messages: [{ role: 'user', content: parts }] },
      { messages: [{ role: 'user', content: null }, { role: 'user' }] },
    ]);
    expect(result.manifest.fields[0]!.type).toBe('list<struct<role: utf8, content: utf8>>');
    expect(column(result)).toEqual([
      [{ role: 'user', content: 'plain' }],
      [{ role: 'user', content: JSON.stringify(parts) }],
      [
        { role: 'user', content: null },
        { role: 'user', content: null },
      ],
    ]);
  });
  it('found late start the pass again, once', async () => {
    const chats = Array.from({ length: 30_000 }, (_, i) => ({ messages: [{ role: 'user', content: `text ${i}` }] }));
    const file = written([...chats, { messages: [{ role: 'user', content: [{ type: 'text', text: 'last' }] }] }]);
    const { manifest, rows } = await compiled(file);
    expect(manifest.stats.retyped).toBe(1);
    expect(rows.at(-1)).toEqual([[{ role: 'user', content: '[{"type":"text","text":"last"}]' }]]);
    expect(manifest.fields[0]!.places).toMatchObject([
      { path: 'messages[].content', rows: { string: 30_000, array: 1 }, first: { kind: 'array', row: 30_001 } },
    ]);
  });
});

describe('objects whose keys are data', () => {
  const tools = ['query', 'limit', 'expr', 'city'].map((key) => ({
    type: 'function',
    function: { name: key, parameters: { type: 'object', properties: { [key]: { type: 'string' } } } },
  }));
  it('never get the keys of each other', async () => {
    const result = await read([{ tools }]);
    expect(result.manifest.fields[0]!.type).toBe(
      'list<struct<type: utf8, function: struct<name: utf8, parameters: json>>>',
    );
    const [back] = column(result) as { function: { parameters: string } }[][];
    expect(back!.map((t) => t.function.parameters)).toEqual(tools.map((t) => JSON.stringify(t.function.parameters)));
  });
  it('are JSON text as it was read, whichever parser reads it', async () => {
    const maps = ['{"k1" : 1.50,"z":"\\u00e9"}', '{ "k2":[1, 2], "k2": {} }', '{"k3":{"a" :null}}', '{}'];
    const lines = maps.map((map) => `{"m": ${map}, "l":[ {"arg": ${map} , "x" : 1}, null]}`);
    for (const file of [written(lines), written([`[${lines.join()}]`], 'kinds.json')]) {
      const { rows } = await compiled(file);
      expect(rows.map(([m]) => m)).toEqual(maps);
      expect(rows.map(([, l]) => l)).toEqual(maps.map((arg) => [{ arg, x: 1n }, null]));
    }
  });
  it('are decided by shares of all rows, wherever chunks end', async () => {
    const lines = Array.from({ length: 3000 }, (_, i) =>
      i < 2000 ? { m: { a: i, b: 1 } } : { m: { [`k${i % 50}`]: 1, c: [`x${i}`] } },
    );
    const file = written(lines);
    const whole = await compiled(file);
    expect(whole.manifest.fields[0]!.type).toBe('json');
    for (const bytes of [500, 20_000]) {
      const small = await inChunks(file, bytes);
      expect(small.hash).toBe(whole.manifest.hash);
    }
  });
});

describe('one bad row', () => {
  const chats = Array.from({ length: 4981 }, (_, i) => ({ messages: [{ role: 'user', content: `hello ${i}` }], n: i }));
  const bad = { messages: 'not a list', n: 1 };
  it('is malformed, with its reason, and the others stay lists', async () => {
    const file = written([...chats.slice(0, 77), bad, ...chats.slice(77)]);
    const { manifest, rows } = await compiled(file);
    expect(manifest.ledger).toMatchObject({ read: 4982, kept: 4981, dropped: { malformed: 1 } });
    expect(manifest.fields[0]).toMatchObject({
      type: 'list<struct<role: utf8, content: utf8>>',
      places: [
        { path: 'messages', as: 'nested', rows: { string: 1, array: 4981 }, first: { kind: 'string', row: 78 } },
      ],
    });
    expect(rows[77]).toEqual([[{ role: 'user', content: 'hello 77' }], 77n]);
    const small = await inChunks(file, 10_000);
    expect(small.hash).toBe(manifest.hash);
    const { fields, warnings } = await plan([file], { cache: false, cwd: folder });
    expect(fields[0]!.places).toHaveLength(1);
    expect(warnings.join()).toContain('messages: at least 99 of 100 rows');
  });
  it('found late is malformed too', async () => {
    const many = Array.from({ length: 30_000 }, (_, i) => ({ messages: [{ role: 'user', content: `text ${i}` }] }));
    const { manifest } = await read([...many, bad]);
    expect(manifest.ledger.dropped.malformed).toBe(1);
  });
  it('counts against --max-rejects, and --types decides otherwise', async () => {
    const file = written([...chats, bad]);
    await expect(compiled(file, { maxRejects: 0 })).rejects.toMatchObject({
      column: 'messages',
      message: expect.stringContaining('it is an array in nearly all records'),
    });
    const as = async (type: string): Promise<unknown[]> => {
      const { manifest, rows } = await compiled(file, { types: `messages=${type}` });
      return [manifest.fields[0]!.type, manifest.rows, rows.at(-1)![0], rows[0]![0]];
    };
    const text = JSON.stringify(chats[0]!.messages);
    expect(await as('text')).toEqual(['utf8', 4982, 'not a list', text]);
    expect(await as('json')).toEqual(['json', 4982, '"not a list"', text]);
    expect((await as('struct')).slice(0, 2)).toEqual(['list<struct<role: utf8, content: utf8>>', 4981]);
  });
});

describe('--strict and rules by shares of rows', () => {
  const pad = 'x'.repeat(40);
  /** One in 400 of what is looked at first is a string. */
  const begin = Array.from({ length: 40_000 }, (_, i) => ({ m: i % 400 === 7 ? `s${i}` : [pad, i] }));
  const strings = Array.from({ length: 20_000 }, (_, i) => ({ m: `t${i}` }));
  const strict = { strict: true, dedupe: false } as const;

  it('refuses what is malformed over all rows, and nothing else', async () => {
    await expect(read(begin, strict)).rejects.toMatchObject({ row: 8, column: 'm' });
    const { manifest, rows } = await read([...begin, ...strings], strict);
    expect(manifest.ledger).toMatchObject({ read: 60_000, kept: 60_000 });
    expect([rows[7], rows[8], rows[59_999]]).toEqual([['s7'], [JSON.stringify([pad, 8])], ['t19999']]);
  });
  it('refuses at once what is no JSON', async () => {
    await expect(read([...begin.slice(0, 100), '{"m":', ...strings], strict)).rejects.toMatchObject({
      row: 101,
      line: 101,
    });
  });
  it('takes what is declared', async () => {
    for (const types of ['m=text', 'm=json']) {
      const { manifest, rows } = await read(begin, { ...strict, types });
      expect(manifest.ledger).toMatchObject({ read: 40_000, kept: 40_000, dropped: { malformed: 0 } });
      expect(rows[7]).toEqual([types === 'm=text' ? 's7' : '"s7"']);
      expect(rows[8]).toEqual([JSON.stringify([pad, 8])]);
    }
  });
});

describe('elements of lists of several kinds', () => {
  it.each([
    [
      [['hi', { a: 1 }], [{ a: 2 }, 3, null], [{ a: 2 }]],
      'list<utf8>',
      [['hi', '{"a":1}'], ['{"a":2}', '3', null], ['{"a":2}']],
      'text',
      { string: 1, number: 1, object: 3 },
    ],
    [
      [[1, { a: 2 }, null], [{ a: 3 }]],
      'list<json>',
      [['1', '{"a":2}', null], ['{"a":3}']],
      'json',
      { number: 1, object: 2 },
    ],
    [[[[1], { a: 2 }], [[3]]], 'list<json>', [['[1]', '{"a":2}'], ['[3]']], 'json', { object: 1, array: 2 }],
    [[[true, 'x'], [false]], 'list<utf8>', [['true', 'x'], ['false']], 'text', { string: 1, boolean: 2 }],
  ])('%j are %s', async (values, type, expected, as, counts) => {
    const result = await read(values.map((m) => ({ m })));
    expect(result.manifest.fields[0]).toMatchObject({ type, places: [{ path: 'm[]', as, rows: counts }] });
    const stored = result.rows.map((row) => row[0] as (string | object | null)[]);
    const texts = stored.map((list) => list.map((v) => (v === null || typeof v === 'string' ? v : JSON.stringify(v))));
    expect(texts.map((list) => list.map(String))).toEqual(expected.map((list) => list.map(String)));
    expect(result.manifest.warnings.join()).toContain('column m[]: values of several kinds (rows: ');
    const early = await plan([path.join(folder, 'kinds.jsonl')], { cache: false });
    expect(early.warnings).toEqual(expect.arrayContaining(result.manifest.warnings));
  });
  it.each([
    ['m[]=json', 'list<json>'],
    ['m[]=text', 'list<utf8>'],
    ['m=json', 'json'],
    ['m=text', 'utf8'],
    ['m[].a=text', 'list<struct<a: utf8>>'],
    ['m[].a=json', 'list<struct<a: json>>'],
    ['m[]=struct', 'list<struct<a: int64>>'],
  ])('are %s where that is declared', async (types, type) => {
    const { manifest, rows } = await read([{ m: [{ a: 2 }] }, { m: [null, { a: 3 }] }], { types });
    expect(manifest.fields[0]!.type).toBe(type);
    expect(JSON.stringify(rows[0], (_, v) => (typeof v === 'bigint' ? Number(v) : v)).replaceAll('\\', '')).toContain(
      '"a"',
    );
  });
  it('are no structs where they are not', async () => {
    await expect(read([{ m: ['x', { a: 2 }] }], { types: 'm[]=struct' })).rejects.toThrow(
      '"m[]" can\'t be a struct: it has values of other kinds (a string first in row 1, an object first in row 1)',
    );
  });
});

describe('chats whose contents are strings in some rows and parts in others', () => {
  const text = 'The quick brown fox jumps over the lazy dog near the river bank today';
  const chat = (content: unknown): object => ({ messages: [{ role: 'user', content }] });
  const parts = (t: string): object[] => [
    { type: 'text', text: t },
    { type: 'image_url', image_url: { url: 'http://x.y/z' } },
  ];

  it('are near duplicates by their texts', async () => {
    const other = 'Something else entirely about databases and query planning in practice';
    const lines = [
      chat(text),
      chat(parts(`${text} again`)),
      chat(parts(other)),
      chat('type text type image url type text'),
    ];
    const { manifest, rows } = await read(lines, { nearDup: true, nearDupThreshold: 0.7 });
    expect(manifest.ledger.dropped).toMatchObject({ 'near duplicate': 1 });
    expect(rows.map(([m]) => (m as { content: string }[])[0]!.content)).toEqual([
      text,
      JSON.stringify(parts(other)),
      'type text type image url type text',
    ]);
  });
  it('are ranked by their texts', async () => {
    const lines = [chat('alpha beta'), chat(parts('alpha beta')), chat('gamma type'), chat(parts('gamma delta'))];
    const options = { rank: true, rankMethod: 'tfidf', minDf: 1, keepOrder: true, dedupe: false } as const;
    const { manifest, rows } = await read(lines, options);
    expect(rows[0]![1]).toBe(rows[1]![1]);
    const terms = JSON.stringify(manifest.ranking);
    expect(terms).toContain('alpha');
    expect(terms).not.toContain('image');
  });
});

describe('nested Parquet of values of several kinds', () => {
  const chat = (content: unknown, id: number): object => ({ m: [{ role: 'user', content }], id });
  const parts = [{ type: 'text', text: 'y' }];
  const make = async (name: string, lines: object[]): Promise<string> => {
    const out = path.join(folder, name);
    await compile([written(lines, `${name}.jsonl`)], { out, cache: false, rank: false, dedupe: false });
    return path.join(out, 'data.parquet');
  };

  it('is explained by why and kept by --rejects as it is', async () => {
    const source = await make('chats', [chat('x', 1), chat(parts, 2), chat(parts, 2)]);
    const out = path.join(folder, 'chats-again');
    await compile([source], { out, cache: false, rank: false, rejects: true });
    const rejects = await readParquet(path.join(out, '.datagpu/rejects.parquet'));
    const stored = [{ role: 'user', content: JSON.stringify(parts) }];
    expect(rejects.rows.map((row) => row.slice(1))).toEqual([[3n, 'exact duplicate', null, null, stored, 2n]]);
    const { because, duplicate_of: twin } = await why(out, 3);
    expect([because, twin!.row, JSON.stringify(twin!.output!.content.m)]).toEqual([
      'it equals row 2',
      2,
      JSON.stringify(stored),
    ]);
  });
  it('is not joined with JSON, which is said with the way out, and with its like', async () => {
    const source = await make('nested-first', [chat('x', 1), chat(parts, 2)]);
    const second = [chat('x', 1), chat('new', 9)];
    const options = { out: path.join(folder, 'joined'), cache: false, rank: false } as const;
    await expect(compile([source, written(second, 'second.jsonl')], options)).rejects.toMatchObject({
      column: 'm',
      message: expect.stringMatching(
        / in .*first.* and in .*second.jsonl, and a nested column of Parquet is not joined/,
      ),
      hint: expect.stringMatching(/compile .*second.jsonl first, and then the data sets of both/),
    });
    const { manifest } = await compile([source, await make('nested-second', second)], options);
    expect(manifest.ledger).toMatchObject({ read: 4, kept: 3, dropped: { 'exact duplicate': 1 } });
  });
});

describe('--types of places', () => {
  const lines = [{ a: [{ b: { x: 1 } }] }, { a: [{ b: { y: 'z' } }] }];
  it('decides', async () => {
    const type = async (types: string): Promise<string> => (await read(lines, { types })).manifest.fields[0]!.type;
    expect(await type('a=struct')).toBe('list<struct<b: json>>');
    expect(await type('a[].b=struct')).toBe('list<struct<b: struct<x: int64, y: utf8>>>');
    expect(await type('a[].b.x=text,a[].b.y=json')).toBe('list<struct<b: struct<x: utf8, y: json>>>');
    expect(await type('a[]=json')).toBe('list<json>');
  });
  it.each([
    ['a[].c=text', 'no record has "a[].c"'],
    ['a[].b=integer', '"a[].b" is a place within a column'],
    ['c[].b=text', 'there is no column "c[].b"'],
    ['a[].b.x=struct', '"a[].b.x" can\'t be a struct'],
  ])('%s is refused', async (types, why) => {
    await expect(read(lines, { types })).rejects.toThrow(why);
  });
});

it('our own JSON text stays JSON text, and the same data set comes of any number of threads', async () => {
  const lines = Array.from({ length: 500 }, (_, i) => ({
    m: { [`k${i}`]: i },
    c: [{ role: 'user', content: i % 3 === 0 ? [{ type: 'text', text: `words of part ${i}` }] : `words of text ${i}` }],
  }));
  const file = written(lines);
  const out = path.join(folder, 'first');
  const first = await compile([file], { out, cache: false, threads: 0 });
  const threads = await compile([file], { out: path.join(folder, 'threads'), cache: false, threads: 2 });
  expect(threads.manifest.files[0]!.hash).toBe(first.manifest.files[0]!.hash);
  // Ranking reads what the parts say, not their syntax.
  const ranking = fs.readFileSync(path.join(out, '.datagpu', 'ranking.json'), 'utf8');
  expect(ranking).toContain('"words"');
  expect(ranking).not.toContain('"type"');
  const again = await compiled(path.join(out, 'data.parquet'));
  expect(again.manifest.fields.slice(0, 2).map((f) => f.type)).toEqual([
    'json',
    'list<struct<role: utf8, content: utf8>>',
  ]);
});

describe('NaN and Infinity, as Python writes them', () => {
  const lines = [
    '{"x": 1.5, "l": [NaN, 1], "s": "NaN"}',
    '{"x": NaN, "l": [-Infinity], "s": "x"}',
    '{"x": -Infinity, "l": [], "s": "Infinity"}',
  ];
  it('are no JSON, and the reason names the option', async () => {
    await expect(read(lines, { maxRejects: 0 })).rejects.toThrow('--json-nan null');
  });
  it('are null or text, as is said', async () => {
    const file = path.join(folder, 'nan.json');
    fs.writeFileSync(file, `[${lines.join()}]`);
    for (const source of [written(lines), file]) {
      const nulls = await compiled(source, { jsonNan: 'null' });
      expect(nulls.rows).toEqual([
        [1.5, [null, 1n], 'NaN'],
        [null, [null], 'x'],
        [null, [], 'Infinity'],
      ]);
      expect(nulls.manifest.ledger.changed).toMatchObject({ 'NaN and Infinity': 4 });
      const texts = await compiled(source, { jsonNan: 'text' });
      expect(texts.rows.map((row) => row.slice(0, 2))).toEqual([
        ['1.5', ['NaN', '1']],
        ['NaN', ['-Infinity']],
        ['-Infinity', []],
      ]);
    }
  });
  it('are read alike by the exact parser', () => {
    const texts = (nan?: 'null' | 'text'): unknown =>
      lines.map((line) => {
        const { cells, nans, error } = readExactly(Buffer.from(line), 0, new Map(), nan);
        return error !== null ? error.why.slice(0, 14) : [nans, ...[...cells!.values()].map((c) => c.text)];
      });
    expect(texts()).toEqual(Array(3).fill('it is not JSON'));
    expect(texts('null')).toEqual([
      [1, '1.5', '[null,1]', 'NaN'],
      [2, '', '[null]', 'x'],
      [1, '', '[]', 'Infinity'],
    ]);
    expect(texts('text')).toEqual([
      [1, '1.5', '["NaN",1]', 'NaN'],
      [2, 'NaN', '["-Infinity"]', 'x'],
      [1, '-Infinity', '[]', 'Infinity'],
    ]);
  });
});

it('more malformed records than there may be end the reading', async () => {
  const file = path.join(folder, 'broken.jsonl');
  fs.writeFileSync(file, `{"a":1}\n${'x\n'.repeat(2_500_000)}`);
  await expect(compiled(file)).rejects.toMatchObject({
    hint: expect.stringContaining('999999 of the first 1000000 records are malformed, at most 25000 of all may be'),
  });
});
