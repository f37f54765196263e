import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { compile } from '../../dist/compile.js';
import { load } from '../../dist/load/dataset.js';
import { pythonOf } from '../../dist/rowtypes/python.js';
import type { RowField } from '../../dist/rowtypes/shape.js';
import { typescriptOf } from '../../dist/rowtypes/typescript.js';
import { rowTypes } from '../../dist/rowtypes.js';
import { blockOf } from '../write/columns.js';
import { scratchFolder, write } from '../write/files.js';
import { samples } from '../write/samples.js';

const tsc = path.resolve('node_modules/typescript/bin/tsc');

/** What the compiler complains of in programs that have the interface before them. */
function complaints(interfaces: string, ...programs: string[]): string[][] {
  const folder = scratchFolder();
  const files = programs.map((program, i) => {
    const file = path.join(folder, `program${i}.ts`);
    fs.writeFileSync(file, `${interfaces}\n${program}\nexport {};\n`);
    return file;
  });
  const options = ['--ignoreConfig', '--strict', '--noEmit', '--target', 'es2022', '--types', '', '--pretty', 'false'];
  const { stdout } = spawnSync(process.execPath, [tsc, ...options, ...files], { encoding: 'utf8', cwd: folder });
  const found = programs.map((): string[] => []);
  for (const line of stdout.split('\n').filter((text) => text !== '' && !text.startsWith(' '))) {
    const [, number, what] = /^program(\d+)\.ts(.*)/.exec(line) ?? ['', '0', line];
    found[Number(number)]!.push(what!);
  }
  return found;
}

/** A value as TypeScript writes it. */
function written(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'number') return Object.is(value, Number.NaN) ? 'NaN' : String(value);
  if (value instanceof Date) return `new Date(${value.getTime()})`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (value instanceof Uint8Array) return `new Uint8Array([${value.join()}])`;
  if (Array.isArray(value)) return `[${value.map(written).join()}]`;
  return `{${Object.entries(value)
    .map(([key, v]) => `${JSON.stringify(key)}: ${written(v)}`)
    .join()}}`;
}

async function compiled(file: string, options: object = {}): Promise<string> {
  const out = scratchFolder();
  await compile([file], { out, clean: false, dedupe: false, rank: false, cache: false, threads: 0, ...options });
  return out;
}

describe('types for a row', () => {
  test.each(Object.keys(samples))('of a column of %s are those of the rows', async (name) => {
    const { block, fields } = blockOf(3, [samples[name]!.column]);
    const [file] = await write([block], fields);
    const out = await compiled(file!.path);
    const rows = [];
    for await (const row of await load(out)) rows.push(row);
    expect(rows.length).toBe(3);
    const { typescript } = await rowTypes(out);
    const [key] = Object.keys(rows[0]!);
    const [right, wrong] = complaints(
      typescript,
      `export const rows: Row[] = [${rows.map(written).join()}];`,
      `export const row: Row = { ${JSON.stringify(key)}: Symbol() };`,
    );
    expect(right).toEqual([]);
    // It says what they are not as well.
    expect(wrong!.length).toBe(1);
  });

  test('nullable is what has nulls; lists are arrays, structs objects, decimals their digits', async () => {
    const file = path.join(scratchFolder(), 'chats.jsonl');
    const chat = (content: string | null): unknown => ({ id: 1, note: content, messages: [{ role: 'user', content }] });
    fs.writeFileSync(file, `${JSON.stringify(chat('hi'))}\n${JSON.stringify(chat(null))}\n`);
    const out = await compiled(file);
    const { typescript, python: typedDict } = await rowTypes(out);
    expect(typescript).toContain('  id: number;\n  note: string | null;\n');
    expect(typedDict).toContain('    id: int\n    note: str | None\n    messages: list[RowMessages | None]');
    const rows = [];
    for await (const row of await load(out)) rows.push(row);
    expect(rows).toEqual([
      { id: 1, note: 'hi', messages: [{ role: 'user', content: 'hi' }] },
      { id: 1, note: null, messages: [{ role: 'user', content: null }] },
    ]);
    const { block, fields } = blockOf(3, [samples['narrow decimal']!.column, samples['wide decimal']!.column]);
    const [decimals] = await write([block], fields);
    const digits = [];
    for await (const row of await load(await compiled(decimals!.path))) digits.push(Object.values(row));
    expect(digits).toEqual([
      ['1.25', '100000000000000000.000'],
      [null, null],
      ['-3.00', '-0.001'],
    ]);
  });

  test('rows are what JSON can be made of: integers are numbers where all of a column can be', async () => {
    const folder = scratchFolder();
    fs.writeFileSync(
      path.join(folder, 'in.jsonl'),
      [
        '{"id":1,"most":9007199254740991,"beyond":9007199254740993,"inner":{"n":1},"day":"2024-02-29","at":"2024-02-29T12:30:00.5Z"}',
        '{"id":2,"most":-9007199254740991,"beyond":5,"inner":{"n":9007199254740993},"day":"1969-12-31","at":null}',
      ].join('\n'),
    );
    const types = { day: 'date', at: 'datetime' } as const;
    const out = await compiled(path.join(folder, 'in.jsonl'), { types });
    const { typescript, python: typedDict } = await rowTypes(out);
    expect(typescript).toMatch(
      / id: number;\n {2}most: number;\n {2}beyond: bigint;\n {2}inner: \{\n.*\n {4}n: number \| bigint/,
    );
    expect(typescript).toMatch(/ day: Date;\n.*\n {2}at: Date \| null;/);
    expect(typedDict).toContain('    beyond: int\n');
    interface Row {
      id: number;
      most: number;
      beyond: bigint;
    }
    const rows: Row[] = [];
    for await (const row of await load<Row>(out)) rows.push(row);
    expect(rows).toEqual([
      {
        id: 1,
        most: 9007199254740991,
        beyond: 9007199254740993n,
        inner: { n: 1 },
        day: new Date('2024-02-29'),
        at: new Date('2024-02-29T12:30:00.500Z'),
      },
      {
        id: 2,
        most: -9007199254740991,
        beyond: 5n,
        inner: { n: 9007199254740993n },
        day: new Date('1969-12-31'),
        at: null,
      },
    ]);
    expect(JSON.stringify({ ...rows[0]!, beyond: 0 })).toBe(
      '{"id":1,"most":9007199254740991,"beyond":0,"inner":{"n":1},"day":"2024-02-29T00:00:00.000Z","at":"2024-02-29T12:30:00.500Z"}',
    );
  });

  test('hold whatever the names are', () => {
    const names = [
      'id',
      'odd name',
      'class',
      '__secret',
      '1st',
      '',
      '*/',
      '"""',
      "'",
      '\\',
      '\n',
      '\u2028',
      '漢',
      '😀',
      'Row',
      '__proto__',
    ];
    const inner: RowField = {
      name: 'a b',
      type: { kind: 'struct', fields: [{ name: 'x', type: { kind: 'text' }, nullable: true }] },
      nullable: true,
    };
    const fields: RowField[] = [
      ...names.map((name): RowField => ({ name, type: { kind: 'integer' }, nullable: false })),
      { name: 'deep', type: { kind: 'list', item: { ...inner, name: 'item' } }, nullable: true },
      inner,
      { ...inner, name: 'a-b' },
      { name: 'none', type: { kind: 'struct', fields: [] }, nullable: false },
    ];
    for (const some of [fields, fields.filter(({ name }) => /^[a-z]+$/.test(name) && name !== 'class')]) {
      const title = 'it */ ends """ here \\ v0.1.0';
      const keys = some.map(
        ({ name }) =>
          `${JSON.stringify(name)}: ${name === 'none' ? '{}' : name === 'deep' ? '[{ x: null }, null]' : /b$/.test(name) ? '{ x: "1" }' : '1'}`,
      );
      // An object literal's __proto__ is none of its keys.
      const row = keys.filter((key) => !key.startsWith('"__proto__"')).join();
      const type = 'Omit<Row, "__proto__">';
      expect(complaints(typescriptOf(some, title), `export const row: ${type} = { ${row} };`)).toEqual([[]]);
    }
  });

  test('of no columns', async () => {
    expect(complaints(typescriptOf([], 'none'), 'export const row: Row = {};')).toEqual([[]]);
    expect(pythonOf([], 'none')).toMatch(/\nclass Row\(TypedDict\):\n {4}"""A row of none\."""$/);
  });
});
