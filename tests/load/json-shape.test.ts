import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ArrowType } from '../../dist/engine/types.js';
import { kind } from '../../dist/kernels/cells.js';
import { parseJson } from '../../dist/load/json/parse.js';
import { type Settled, settleColumn, shapeToArrow } from '../../dist/load/json/places.js';
import { joinShapes, type Shape, shapeOfCells } from '../../dist/load/json/shape.js';
import { unfoldJson } from '../../dist/load/json/unfold.js';
import type { ArrowNode } from '../../dist/write/arrow.js';
import { kept, kernel } from './json-read.js';
import { jsonValue } from './json-value.js';

/** The shape of the values of a column, and their cells as canonical text; null for a value that is not nested. */
function look(values: string[], before = 0): { shape: Shape; texts: (string | null)[] } {
  const text = Buffer.from(values.map((v) => `{"v":${v}}\n`).join(''));
  kernel.reset();
  const ptr = kernel.alloc(text.length);
  kernel.u8(ptr, text.length + 1).set([...text, 0]);
  const start = { byte: 0, record: 1, line: 1 };
  const scanned = { start, ptr, bytes: text.length, records: values.length, next: null };
  const { cells, rejects } = parseJson(kernel, scanned, { layout: 'lines' }, ['v'], 'a.jsonl');
  if (rejects.length > 0) throw new Error(rejects.at(0)!.why);
  const shape = shapeOfCells(kernel, cells, 0, (row) => before + row + 1);
  const texts = values.map((_, r) => {
    const meta = kernel.u32(cells.metas + r * 4, 1)[0]!;
    if ((meta & 4) === 0) return null;
    return Buffer.from(kernel.u8(kernel.u32(cells.starts + r * 4, 1)[0]!, meta >>> 4)).toString();
  });
  return { shape, texts };
}

const typeOf = (...values: string[]): ArrowType => shapeToArrow(look(values).shape);
const jsonText = { name: 'utf8', holds: 'json' } as const;
const mixedText = { name: 'utf8', holds: 'mixed' } as const;

function unfold(texts: (string | null)[], arrow: ArrowType): ArrowNode {
  const parts = texts.map((t) => Buffer.from(t ?? ''));
  const offsets = new Int32Array(texts.length + 1);
  parts.forEach((p, i) => {
    offsets[i + 1] = offsets[i]! + p.length;
  });
  const validity = texts.includes(null) ? Uint8Array.from(texts, (t) => (t === null ? 0 : 1)) : null;
  const column = {
    type: { kind: 'json', arrow } as const,
    offsets,
    values: new Uint8Array(Buffer.concat(parts)),
    validity,
  };
  return unfoldJson(column, texts.length);
}

/** A value of a node, integers as BigInt. */
function valueAt(node: ArrowNode, row: number): unknown {
  if (row >= node.rows) throw new Error('row out of range');
  if (node.validity !== null && ((node.validity[row >> 3]! >> (row & 7)) & 1) === 0) return null;
  const { type } = node;
  const view =
    node.values === null ? null : new DataView(node.values.buffer, node.values.byteOffset, node.values.byteLength);
  switch (type.name) {
    case 'utf8':
      return Buffer.from(node.values!.subarray(node.offsets![row]!, node.offsets![row + 1]!)).toString();
    case 'bool':
      return ((node.values![row >> 3]! >> (row & 7)) & 1) === 1;
    case 'int':
      return view!.getBigInt64(row * 8, true);
    case 'float':
      return view!.getFloat64(row * 8, true);
    case 'list': {
      const items: unknown[] = [];
      for (let i = node.offsets![row]!; i < node.offsets![row + 1]!; i++) items.push(valueAt(node.children[0]!, i));
      return items;
    }
    case 'struct':
      return new Map(type.fields.map((f, i) => [f.name, valueAt(node.children[i]!, row)]));
    default:
      throw new Error(type.name);
  }
}

const utf8 = { name: 'utf8' } as const;
const int64 = { name: 'int', bits: 64, signed: true } as const;
const float64 = { name: 'float', bits: 64 } as const;

describe('the type of a column of nested values', () => {
  it('is a struct of all fields in order of first sight', () => {
    expect(typeOf('{"b":1,"a":"x"}', 'null', '{"c":true,"a":null,"b":2.5}')).toEqual({
      name: 'struct',
      fields: [
        { name: 'b', type: float64 },
        { name: 'a', type: utf8 },
        { name: 'c', type: { name: 'bool' } },
      ],
    });
  });
  it('is a list of what all items are', () => {
    expect(typeOf('[]', '[1,null]', '[2]')).toEqual({ name: 'list', item: int64 });
    expect(typeOf('[]')).toEqual({ name: 'list', item: utf8 });
    expect(typeOf('[null]')).toEqual({ name: 'list', item: utf8 });
    expect(typeOf('[{"role":"a"},{"role":"b","content":"c"}]')).toEqual({
      name: 'list',
      item: {
        name: 'struct',
        fields: [
          { name: 'role', type: utf8 },
          { name: 'content', type: utf8 },
        ],
      },
    });
  });
  it('keeps integers exact', () => {
    expect(typeOf('[9223372036854775807,-9223372036854775808]')).toEqual({ name: 'list', item: int64 });
    expect(typeOf('[1,0.5,-0]')).toEqual({ name: 'list', item: float64 });
    for (const value of ['[9007199254740993,0.5]', '[9223372036854775808]', '[1e400]'])
      expect(typeOf(value)).toEqual({ name: 'list', item: mixedText });
  });
  const wide = (keys: number): string =>
    JSON.stringify(Object.fromEntries(Array.from({ length: keys }, (_, i) => [`k${i}`, i])));
  const deep = (lists: number): string => '['.repeat(lists) + ']'.repeat(lists);
  const places = (values: string[]): Settled['places'] => settleColumn('v', 0, look(values).shape).places;
  const call = (city: string): string => `{"function":{"name":"f","arguments":${city}}}`;
  it.each<[string, string[], string | null]>([
    ['values of several kinds', ['{"a":{"b":[1,"x"]}}'], 'text v.a.b[]: values of several kinds'],
    ['a list and a number', ['[[1],2]'], 'json v[]: values of several kinds'],
    [
      'content in parts',
      ['[{"role":"u","content":"x"}]', '[{"role":"u","content":[]}]'],
      'text v[].content: values of several kinds',
    ],
    ['nothing but {}', ['{}'], 'json v: objects without keys'],
    ['nothing but {} in a field', ['{"a":{}}', '{"a":null}'], 'json v.a: objects without keys'],
    ['a number beyond 64 bits', ['{"a":18446744073709551615}'], 'text v.a: numbers beyond 64 bits or 17 digits'],
    [
      'a large integer and a fraction',
      ['[9007199254740993]', '[0.5]'],
      'text v[]: integers beyond 2^53 beside fractions',
    ],
    ['33 lists', [deep(33)], null],
    ['34 lists', [deep(34)], `json v${'[]'.repeat(32)}: values nested deeper than 32`],
    ['1000 keys', [wide(1000)], null],
    ['1001 keys', [wide(1001)], 'json v: keys are data: more than 1000 of them, or values nested deeper than 32'],
    ['an unpaired surrogate in a key', ['{"\\ud800":1}'], 'json v: a key with an unpaired surrogate'],
    ['a key that looks like one', ['{"\\\\ud800":1}'], null],
    [
      'keys that no two objects share',
      ['{"m":{"a":1}}', '{"m":{"b":1}}'],
      'json v.m: keys are data: none of 2 is in 9 of 10 objects, which have at most half of them on average',
    ],
    ['a key that most objects have', ['{"m":{"a":1}}', '{"m":{"a":1,"b":1,"c":1,"d":1}}'], null],
    ['keys of which most objects have most', ['{"m":{"a":1,"b":2}}', '{"m":{"b":1}}', '{"m":{"a":1}}'], null],
    ['a JSON Schema', ['{"p":{"type":"object","properties":{"a":{}}}}'], 'json v.p: keys are data: a JSON Schema'],
    [
      'the arguments of a call',
      [call('{"city":"Rome"}')],
      'json v.function.arguments: keys are data: the arguments of a call',
    ],
    ['messages of two forms', ['[{"role":"u","content":"x"}]', '[{"from":"u","value":"x"}]'], null],
  ])('says which places become text, and why: %s', (_, values, decided) => {
    expect(places(values).map(({ as, path, why }) => `${as} ${path}: ${why}`)).toEqual(
      decided === null ? [] : [decided],
    );
  });
  it('counts rows by kind and names the first of the rarest', () => {
    const { kinds, ...place } = { kinds: 0, ...places(['["a",1,"b",2]', '["c"]', '[]', '[3]', '["d"]'])[0]! };
    expect(place).toMatchObject({ rows: { string: 3, number: 2 }, first: { kind: 'number', row: 1 } });
  });
  const jsonKinds = kind.array | kind.text | kind.jsonString;
  const settleMany = (lists: number, strings: number): Settled => {
    const values = [...Array<string>(strings).fill('"x"'), ...Array<string>(lists).fill('[1]')];
    return settleColumn('v', jsonKinds, look(values).shape);
  };
  it('is a list where at least 99 of 100 rows have one: what is none is malformed', () => {
    expect(settleMany(99, 1)).toMatchObject({ only: 'array', type: { kind: 'json', arrow: { name: 'list' } } });
    expect(settleMany(98, 1)).toMatchObject({ only: null, type: { kind: 'text', nested: true } });
  });
  it('is what was declared', () => {
    const { shape } = look(['[{"a":{"x":1}}]', '[{"a":{"y":2}}]', '[{"b":1}]', '[{"b":"c"}]']);
    const settle = (...said: [string, 'json' | 'text' | 'struct'][]): Settled =>
      settleColumn('v', kind.array, shape, new Map(said));
    expect(settle(['', 'json']).type).toEqual({ kind: 'json', arrow: null });
    expect(settle(['', 'text']).type).toEqual({ kind: 'text', nested: true });
    expect(settle(['[]', 'struct'], ['[].a', 'struct'], ['[].b', 'json']).type).toEqual({
      kind: 'json',
      arrow: {
        name: 'list',
        item: {
          name: 'struct',
          fields: [
            {
              name: 'a',
              type: {
                name: 'struct',
                fields: [
                  { name: 'x', type: int64 },
                  { name: 'y', type: int64 },
                ],
              },
            },
            { name: 'b', type: jsonText },
          ],
        },
      },
    });
    expect(() => settle(['[].b', 'struct'])).toThrow("can't be a struct: it has values of other kinds");
    expect(settle(['[].c', 'text']).met.has('[].c')).toBe(false);
  });
  it('does not depend on where chunks are cut', () => {
    const value = fc
      .jsonValue({ maxDepth: 3, stringUnit: fc.constantFrom('a', 'b', '"') })
      .map((v) => JSON.stringify(v));
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 8 }), fc.nat(8), (values, cut) => {
        const whole = look(values).shape;
        const at = Math.min(cut, values.length);
        expect(joinShapes(look(values.slice(0, at)).shape, look(values.slice(at), at).shape)).toEqual(whole);
      }),
    );
    const wide = (from: number): string =>
      JSON.stringify(Object.fromEntries(Array.from({ length: 600 }, (_, i) => [`k${from + i}`, i])));
    expect(shapeToArrow(joinShapes(look([wide(0)]).shape, look([wide(500)]).shape))).toEqual(jsonText);
    expect(shapeToArrow(joinShapes(look([wide(0)]).shape, look([wide(300)]).shape))).not.toEqual(jsonText);
  });
});

describe('unfolding', () => {
  it('gives the values that the text has', () => {
    const values = [
      '{"a":[1,null,-3],"b":"x"}',
      'null',
      '{"b":null}',
      '{"b":"é\\n\\u0001\\ud83d\\ude00\\ud800!","a":[]}',
      '{"a":null}',
    ];
    const { shape, texts } = look(values);
    const node = unfold(texts, shapeToArrow(shape)!);
    expect(node.nulls).toBe(1);
    expect(values.map((_, i) => valueAt(node, i))).toEqual([
      new Map<string, unknown>([
        ['a', [1n, null, -3n]],
        ['b', 'x'],
      ]),
      null,
      new Map([
        ['a', null],
        ['b', null],
      ]),
      new Map<string, unknown>([
        ['a', []],
        ['b', 'é\n\u0001😀\\ud800!'],
      ]),
      new Map([
        ['a', null],
        ['b', null],
      ]),
    ]);
  });
  it('reads numbers exactly', () => {
    const floats = [
      '0.1',
      '1e22',
      '1e23',
      '123456789012345680',
      '0.30000000000000004',
      '5e-324',
      '1.7976931348623157e308',
      '-0',
      '-0.0',
      '2.5E-3',
      '9007199254740991',
      '12',
    ];
    const integers = [
      '0',
      '-1',
      '9007199254740993',
      '-9007199254740993',
      '4294967296',
      '-4294967297',
      '9223372036854775807',
      '-9223372036854775808',
    ];
    const read = (tokens: string[]): unknown => {
      const { shape, texts } = look([`[${tokens}]`]);
      return valueAt(unfold(texts, shapeToArrow(shape)!), 0);
    };
    expect(read(['0.5', ...floats.filter((f) => f !== '123456789012345680')])).toEqual([
      0.5,
      ...floats.filter((f) => f !== '123456789012345680').map(Number),
    ]);
    expect(read(integers)).toEqual(integers.map(BigInt));
  });
  it('is lossless for any type', () => {
    const name = fc.string({ unit: 'grapheme', maxLength: 4 });
    const { type } = fc.letrec<{ type: ArrowType }>((tie) => ({
      type: fc.oneof(
        { maxDepth: 3, withCrossShrink: true },
        fc.constantFrom<ArrowType>(utf8, { name: 'bool' }, int64, float64),
        tie('type').map((item): ArrowType => ({ name: 'list', item })),
        fc
          .dictionary(name, tie('type'), { minKeys: 1, maxKeys: 4 })
          .map(
            (f): ArrowType => ({ name: 'struct', fields: Object.entries(f).map(([n, t]) => ({ name: n, type: t })) }),
          ),
      ),
    }));
    const arbitraryOf = (t: ArrowType): fc.Arbitrary<unknown> => {
      const some = (() => {
        switch (t.name) {
          case 'utf8':
            return fc.string({ unit: 'binary', maxLength: 90 });
          case 'bool':
            return fc.boolean();
          case 'int':
            return fc.integer();
          case 'float':
            // Whole numbers beyond 2^53 are written as integers, which are read exactly and so differ from the double.
            return fc.double({ noNaN: true, min: -(2 ** 53), max: 2 ** 53 });
          case 'list':
            return fc.array(arbitraryOf(t.item), { maxLength: 4 });
          case 'struct':
            return fc.record(Object.fromEntries(t.fields.map((f) => [f.name, arbitraryOf(f.type)])), {
              requiredKeys: [],
            });
          default:
            throw new Error(t.name);
        }
      })();
      return fc.oneof(
        { weight: 6, arbitrary: some as fc.Arbitrary<unknown> },
        { weight: 1, arbitrary: fc.constant(null) },
      );
    };
    /** What reading a value back must give. */
    const due = (v: unknown, t: ArrowType): unknown => {
      if (v === null || v === undefined) return null;
      if (t.name === 'list') return (v as unknown[]).map((i) => due(i, t.item));
      if (t.name === 'struct')
        return new Map(
          t.fields.map((f) => [
            f.name,
            due(Object.hasOwn(v as object, f.name) ? (v as Record<string, unknown>)[f.name] : null, f.type),
          ]),
        );
      if (t.name === 'int') return BigInt(v as number);
      return typeof v === 'string' ? kept(v) : v;
    };
    const columns = fc
      .oneof(
        type.map((item): ArrowType => ({ name: 'list', item })),
        type,
      )
      .chain((t) => fc.tuple(fc.constant(t), fc.array(arbitraryOf(t), { maxLength: 5 })));
    let seen = 0;
    fc.assert(
      fc.property(columns, ([t, values]) => {
        fc.pre(t.name === 'list' || t.name === 'struct');
        const { shape, texts } = look(values.map((v) => JSON.stringify(v)));
        const arrow = values.length === 0 ? null : shapeToArrow(shape);
        // Objects without keys, whole floats beyond 2^53 beside fractions: text by rule.
        if (arrow === null || JSON.stringify(arrow).includes('holds') || texts.every((x) => x === null)) return;
        seen++;
        const node = unfold(texts, arrow);
        const back = values.map((_, i) => valueAt(node, i));
        // The values define the type: read them by it, not by the one they were made with.
        expect(back).toEqual(values.map((v) => due(jsonValue(JSON.stringify(v)), arrow)));
      }),
      { numRuns: 500 },
    );
    expect(seen).toBeGreaterThan(150);
  });
  it('grows its memory', () => {
    const texts = Array.from(
      { length: 3000 },
      (_, i) => `[{"a":"${'x'.repeat(i % 200)}","b":${i},"c":${i % 2 === 0},"d":[${i}.5]}]`,
    );
    const { shape } = look(texts.slice(0, 2));
    const node = unfold(texts, shapeToArrow(shape)!);
    for (const i of [0, 1, 255, 256, 257, 2999])
      expect(valueAt(node, i)).toEqual([
        new Map<string, unknown>([
          ['a', 'x'.repeat(i % 200)],
          ['b', BigInt(i)],
          ['c', i % 2 === 0],
          ['d', [i + 0.5]],
        ]),
      ]);
  });
});
