import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ArrowType } from '../../dist/engine/types.js';
import { kind } from '../../dist/kernels/cells.js';
import { isSettledText, joinKinds, kindsOfType, sameType, typeFromKinds } from '../../dist/load/lattice.js';

const { integer, bigInteger, float, boolean, date, datetime, localTime, text, nullToken, object, array } = kind;
const { jsonNumber, jsonBoolean, jsonString } = kind;
const list: ArrowType = { name: 'list', item: { name: 'utf8' } };

test.each([
  [0, 'null'],
  [kind.null, 'null'],
  [nullToken, 'text'],
  [nullToken | kind.null, 'text'],
  [integer | nullToken | kind.null, 'int64'],
  [integer | bigInteger, 'int64'],
  [bigInteger, 'int64'],
  [float, 'float64'],
  [integer | float, 'float64'],
  [bigInteger | float, 'text'],
  [boolean | nullToken, 'boolean'],
  [boolean | integer, 'text'],
  [date, 'date'],
  [datetime, 'datetime'],
  [localTime, 'arrow'],
  [date | localTime, 'arrow'],
  [date | datetime, 'text'],
  [localTime | datetime, 'text'],
  [localTime | integer, 'text'],
  [date | integer, 'text'],
  [text, 'text'],
  [integer | jsonNumber, 'int64'],
  [text | integer | jsonNumber, 'text'],
  [text | jsonString, 'text'],
  [text | jsonString | integer, 'text'],
  [boolean | jsonBoolean, 'boolean'],
  [text | jsonString | integer | jsonNumber, 'text'],
  [boolean | jsonBoolean | integer | jsonNumber, 'text'],
  [object, 'json'],
  [array | kind.null, 'json'],
  [object | text, 'text'],
])('kinds %i are %s', (kinds, expected) => {
  expect(typeFromKinds(kinds).kind).toBe(expected);
});

test('nested values keep their type only when they are alone', () => {
  expect(typeFromKinds(array | kind.null, list)).toEqual({ kind: 'json', arrow: list });
  for (const other of [object, integer | jsonNumber, nullToken])
    expect(typeFromKinds(array | other, list)).toEqual({ kind: 'json', arrow: null });
  for (const other of [text, text | jsonString])
    expect(typeFromKinds(array | other, list)).toEqual({ kind: 'text', nested: true });
});

const kinds = fc.integer({ min: 0, max: 2 ** 15 - 1 });

describe('joining', () => {
  test('never narrows: a type that holds both holds each', () => {
    const rank: Record<string, number> = {
      null: 0,
      boolean: 1,
      date: 1,
      int64: 1,
      datetime: 2,
      arrow: 2,
      float64: 2,
      text: 4,
    };
    // A string makes a text of nested values too.
    rank.json = 3;
    const rankOf = (kinds: number): number =>
      typeFromKinds(kinds).kind === 'text' && (kinds & (text | jsonString)) === 0
        ? 3
        : rank[typeFromKinds(kinds).kind]!;
    fc.assert(
      fc.property(kinds, kinds, (a, b) => {
        const joined = rankOf(joinKinds(a, b));
        // A column of null tokens is text until another value says that they are nulls.
        const own = (a & ~(nullToken | kind.null)) === 0 ? 0 : rankOf(a);
        expect(joined).toBeGreaterThanOrEqual(own);
      }),
    );
  });

  test('settled text stays text, but for values of JSON', () => {
    const csvKinds = fc.integer({ min: 0, max: 2 ** 9 - 1 });
    fc.assert(
      fc.property(csvKinds, csvKinds, (a, b) => {
        if (isSettledText(a)) expect(typeFromKinds(a | b).kind).toBe('text');
      }),
    );
    expect(isSettledText(nullToken)).toBe(false);
    expect(isSettledText(text)).toBe(true);
  });
});

test('same types', () => {
  const struct = (name: string): ArrowType => ({ name: 'struct', fields: [{ name, type: list }] });
  expect(sameType({ kind: 'nested', arrow: struct('a') }, { kind: 'nested', arrow: struct('a') })).toBe(true);
  expect(sameType({ kind: 'nested', arrow: struct('a') }, { kind: 'nested', arrow: struct('b') })).toBe(false);
  expect(sameType({ kind: 'json', arrow: null }, { kind: 'json', arrow: list })).toBe(false);
  expect(sameType({ kind: 'text' }, { kind: 'text' })).toBe(true);
  expect(sameType({ kind: 'text' }, { kind: 'date' })).toBe(false);
  expect(sameType({ kind: 'text' }, { kind: 'text', nested: true })).toBe(false);
});

test('kinds of the types of Parquet', () => {
  expect(kindsOfType({ kind: 'arrow', arrow: { name: 'int', bits: 16, signed: true } })).toBe(integer);
  expect(kindsOfType({ kind: 'arrow', arrow: { name: 'float', bits: 32 } })).toBe(float);
  expect(kindsOfType({ kind: 'nested', arrow: list })).toBe(null);
});
