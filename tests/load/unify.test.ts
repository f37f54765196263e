import { describe, expect, test } from 'vitest';
import type { Config } from '../../dist/config/options.js';
import type { ColumnType, Field } from '../../dist/engine/types.js';
import { DatagpuError } from '../../dist/errors.js';
import { kind } from '../../dist/kernels/cells.js';
import { resolveColumn, resolveColumns } from '../../dist/load/columns.js';
import { emptyShape, type Shape } from '../../dist/load/json/shape.js';
import { type SourceColumns, unify } from '../../dist/load/unify.js';
import { allRules, noRules, tokens } from './cells.js';

const read: Config['read'] = {
  format: null,
  delimiter: null,
  quote: null,
  encoding: null,
  header: null,
  comment: null,
  nulls: tokens,
  types: {},
  jsonNan: 'refuse',
  select: null,
  drop: [],
  limit: null,
  sourceColumn: null,
  maxRejects: null,
  strict: false,
};
const rank = { enabled: false } as Config['rank'];
const { integer, float, text } = kind;

const textSource = (name: string, columns: Record<string, number> | [string, number][]): SourceColumns => ({
  name,
  columns: (Array.isArray(columns) ? columns : Object.entries(columns)).map(([n, kinds]) => ({
    name: n,
    kinds,
    type: null,
    shape: null,
  })),
});
const parquet = (name: string, columns: Record<string, ColumnType>): SourceColumns => ({
  name,
  columns: Object.entries(columns).map(([n, type]) => ({ name: n, kinds: 0, type, shape: null })),
});
const unite = (sources: SourceColumns[], change: Partial<Config['read']> = {}, clean = allRules, ranked = false) =>
  unify(sources, { read: { ...read, ...change }, clean, rank: { ...rank, enabled: ranked } });
const names = (fields: readonly Field[]): string[] => fields.map((f) => `${f.sourceName}>${f.name}:${f.type.kind}`);

describe('names', () => {
  test('cleaned, numbered, and empty ones by position', () => {
    const { fields, maps } = unite(
      [
        textSource('a.csv', [
          ['Text Body', text],
          ['', text],
          ['text body', integer],
          ['Quality Score', float],
        ]),
      ],
      {},
      allRules,
      true,
    );
    expect(names(fields)).toEqual([
      'Text Body>text_body:text',
      '>column_2:text',
      'text body>text_body_2:int64',
      'Quality Score>quality_score_2:float64',
    ]);
    expect(maps).toEqual([[0, 1, 2, 3]]);
  });

  test('as read without cleaning, but for those that occur twice', () => {
    const { fields } = unite(
      [
        textSource('a.csv', [
          ['A b', text],
          ['', text],
          ['A b', text],
          ['quality_score', float],
        ]),
      ],
      {},
      noRules,
      true,
    );
    expect(fields.map((f) => f.name)).toEqual(['A b', '', 'A b_2', 'quality_score_2']);
  });

  test('__proto__ and constructor are ordinary names', () => {
    const { fields } = unite(
      [
        textSource('a.json', [
          ['__proto__', text],
          ['constructor', integer],
        ]),
      ],
      { types: Object.fromEntries([['__proto__', 'integer']]) },
    );
    expect(names(fields)).toEqual(['__proto__>__proto__:int64', 'constructor>constructor:int64']);
  });
});

describe('several sources', () => {
  test('columns are matched by name, in the order of first appearance, and joined', () => {
    const { fields, maps, notes, kinds } = unite([
      textSource('a.csv', { 'Text Body': text, id: integer, only_a: integer }),
      textSource('b.csv', { id: float, text_body: text, more: text }),
    ]);
    expect(names(fields)).toEqual([
      'Text Body>text_body:text',
      'id>id:float64',
      'only_a>only_a:int64',
      'more>more:text',
    ]);
    expect(maps).toEqual([
      [0, 1, 2, -1],
      [1, 0, -1, 2],
    ]);
    expect(kinds).toEqual([text, integer | float, integer, text]);
    expect(notes).toEqual([
      'the sources have different columns, null where one is absent: only_a is not in b.csv; more is not in a.csv',
      'column id: int64 in a.csv, float64 in b.csv; float64 in the data set',
    ]);
  });

  test('what is different in many sources is said once', () => {
    const names = Array.from({ length: 30 }, (_, i) => `s${i}.csv`);
    const { notes } = unite(
      names.map((name, i) => textSource(name, { id: i < 10 ? integer : text, [`a${i}`]: text, [`b${i}`]: text })),
    );
    expect(notes).toHaveLength(2);
    expect(notes[0]).toBe(
      'the sources have different columns, null where one is absent: ' +
        'a0, b0 are not in s1.csv, s2.csv, s3.csv and 26 more; a1, b1 are not in s0.csv, s2.csv, s3.csv and 26 more; ' +
        'a2, b2 are not in s0.csv, s1.csv, s3.csv and 26 more; a3, b3 are not in s0.csv, s1.csv, s2.csv and 26 more; ' +
        'a4, b4 are not in s0.csv, s1.csv, s2.csv and 26 more; 50 more columns are not in all of them',
    );
    expect(notes[1]).toBe(
      'column id: int64 in s0.csv, s1.csv, s2.csv and 7 more, text in s10.csv, s11.csv, s12.csv and 17 more; text in the data set',
    );
  });

  test('long names are cut once columns are matched', () => {
    const long = 'n'.repeat(2000);
    const { fields, maps, notes } = unite([
      textSource('a.csv', { [`${long}a`]: text, [`${long}b`]: text }),
      textSource('b.csv', { [`${long}b`]: text, id: integer }),
    ]);
    expect(fields.map((f) => f.name)).toEqual([long.slice(0, 1000), `${long.slice(0, 1000)}_2`, 'id']);
    expect(maps).toEqual([
      [0, 1, -1],
      [-1, 0, 1],
    ]);
    expect(notes[0]!.length).toBeLessThan(500);
    expect(notes[1]).toBe(
      `the name of a column has 2,001 characters and is cut after 1000: "${long.slice(0, 60)}…", and 1 more names too`,
    );
    expect(resolveColumn(`${long}b`, fields)).toBe(1);
  });

  test('more columns than any table has are refused', () => {
    const many = (name: string, letter: string): SourceColumns =>
      textSource(
        name,
        Array.from({ length: 60_000 }, (_, i): [string, number] => [`${letter}${i}`, text]),
      );
    expect(unite([many('a.csv', 'a')]).fields).toHaveLength(60_000);
    expect(() => unite([many('a.csv', 'a'), many('b.csv', 'b')])).toThrow('more than 100,000 columns');
  });

  test('an exact name goes before a cleaned one', () => {
    const { maps } = unite([
      textSource('a.csv', { 'a b': text, a_b: integer }),
      textSource('b.csv', { a_b: integer }),
      textSource('c.csv', { 'A B': text }),
    ]);
    expect(maps).toEqual([
      [0, 1],
      [-1, 0],
      [0, -1],
    ]);
  });

  test('columns of one name keep their order', () => {
    const { maps } = unite([
      textSource('a.csv', [
        ['a', text],
        ['a', integer],
      ]),
      textSource('b.csv', [
        ['a', text],
        ['x', text],
        ['a', integer],
        ['a', float],
      ]),
    ]);
    expect(maps).toEqual([
      [0, 1, -1, -1],
      [0, 2, 1, 3],
    ]);
  });

  test('a source without columns says nothing about the others', () => {
    expect(unite([textSource('a.jsonl', {}), textSource('b.csv', { a: text })])).toMatchObject({
      maps: [[-1], [0]],
      notes: [],
    });
  });

  test('shapes are joined', () => {
    const nested = (name: string, shape: Shape): SourceColumns => ({
      name,
      columns: [{ name: 'x', kinds: shape.kinds, type: null, shape }],
    });
    const [list, struct] = [emptyShape(), emptyShape()];
    Object.assign(list, { kinds: kind.array, item: { ...emptyShape(), kinds: kind.text } });
    Object.assign(struct, { kinds: kind.object, fields: [['a', { ...emptyShape(), kinds: kind.text }]] });
    expect(unite([nested('a', list), nested('b', list)]).fields[0]!.type).toEqual({
      kind: 'json',
      arrow: { name: 'list', item: { name: 'utf8' } },
    });
    expect(unite([nested('a', list), nested('b', struct)]).fields[0]!.type).toEqual({ kind: 'json', arrow: null });
    expect(unite([nested('a', list), textSource('b', { x: text | kind.jsonString })]).fields[0]!.type).toEqual({
      kind: 'text',
      nested: true,
    });
  });
});

describe('Parquet', () => {
  const small: ColumnType = { kind: 'arrow', arrow: { name: 'int', bits: 32, signed: true } };
  const list: ColumnType = { kind: 'nested', arrow: { name: 'list', item: { name: 'utf8' } } };

  test('its types are kept where they are alone, or all the same', () => {
    expect(
      unite([parquet('a', { x: small, y: list }), parquet('b', { x: small, y: list })]).fields.map((f) => f.type),
    ).toEqual([small, list]);
  });

  test('and joined where they are not', () => {
    const types = unite([
      parquet('a', { x: small, y: small }),
      parquet('b', { x: { kind: 'float64' }, y: { kind: 'int64' } }),
      textSource('c', { y: text }),
    ]);
    expect(types.fields.map((f) => f.type.kind)).toEqual(['float64', 'text']);
    expect(unite([parquet('a', { x: { kind: 'null' } }), textSource('b', { x: integer })]).fields[0]!.type).toEqual({
      kind: 'int64',
    });
  });

  test('nested ones can not be declared as something else', () => {
    expect(() => unite([parquet('a.parquet', { x: list })], { types: { x: 'text' } })).toThrow(
      expect.objectContaining({
        code: 'usage',
        message: `--types: column "x" is list<utf8> in a.parquet, which can't be read as text`,
      }),
    );
  });

  test('nested ones only meet their like', () => {
    expect(() => unite([parquet('a.parquet', { x: list }), textSource('b.csv', { x: text })])).toThrow(
      'is list<utf8> in a.parquet and text in b.csv',
    );
    expect(unite([parquet('a.parquet', { x: list }), textSource('b.csv', { y: text })]).fields).toHaveLength(2);
    expect(unite([parquet('a.parquet', { x: list }), textSource('b.csv', { x: kind.null })]).fields[0]!.type).toEqual(
      list,
    );
  });
});

describe('options', () => {
  const source = textSource('a.csv', { 'First Name': text, age: integer, Note: text });

  test('--select orders, --drop leaves out, --types overrides', () => {
    const { fields, maps, declared } = unite([source], {
      select: ['age', 'First Name', 'age'],
      types: { first_name: 'text', age: 'float' },
    });
    expect(names(fields)).toEqual(['age>age:float64', 'First Name>first_name:text']);
    expect(maps).toEqual([[1, 0]]);
    expect(declared).toEqual(['float', 'text']);
    expect(names(unite([source], { drop: ['note'] }).fields)).toEqual(['First Name>first_name:text', 'age>age:int64']);
    expect(() => unite([source], { drop: ['First Name', 'age', 'Note'] })).toThrow('no column is left');
  });

  test('--source-column comes last, or where --select has it', () => {
    const last = unite([source], { sourceColumn: 'age' });
    expect(last.fields.map((f) => f.name)).toEqual(['first_name', 'age_2', 'note', 'age']);
    expect(last.maps).toEqual([[0, 1, 2, -2]]);
    const chosen = unite([source], { sourceColumn: 'From', select: ['note', 'From', 'age'] });
    expect(chosen.fields.map((f) => f.name)).toEqual(['note', 'From', 'age']);
    expect(chosen.maps).toEqual([[2, -2, 1]]);
  });

  test('an unknown column is a usage error with a suggestion', () => {
    for (const change of [{ select: ['agee'] }, { drop: ['agee'] }, { types: { agee: 'text' as const } }]) {
      const run = (): unknown => unite([source], change);
      expect(run).toThrow(DatagpuError);
      expect(run).toThrow(/--(select|drop|types): there is no column "agee"/);
    }
  });
});

describe('resolving a column', () => {
  const field = (sourceName: string, name: string): Field => ({ sourceName, name, type: { kind: 'text' } });
  const fields = [field('a b', 'a_b'), field('a_b', 'a_b_2'), field('x', 'x'), field('x', 'x_2')];

  test('by the exact name of the source, then by the cleaned one', () => {
    expect(['a b', 'a_b', 'a_b_2', 'x', 'x_2', 'A B'].map((n) => resolveColumn(n, fields))).toEqual([0, 1, 1, 2, 3, 0]);
    expect(resolveColumns(['x', 'a b', 'x'], fields)).toEqual([2, 0]);
  });

  test('or not at all', () => {
    const hint = (name: string, list = fields): string | undefined => {
      try {
        resolveColumn(name, list);
      } catch (error) {
        expect(error).toMatchObject({ code: 'usage' });
        return (error as DatagpuError).hint;
      }
      return undefined;
    };
    expect(hint('a_b_3')).toContain('Did you mean "a_b_2"?');
    expect(hint('zzzzzzzz')).toBe('The columns are a_b, a_b_2, x, x_2');
    expect(hint('a', [])).toBe('The sources have no columns');
  });
});
