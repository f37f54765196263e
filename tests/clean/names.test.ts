import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isAllAssigned, isAssigned } from '../../dist/clean/assigned.js';
import { snakeCase, uniqueNames } from '../../dist/clean/names.js';

test.each([
  ['Text Body', 'text_body'],
  ['text_body', 'text_body'],
  ['userID', 'userid'],
  ['  Padded\tName \n', 'padded_name'],
  ['Price ($)', 'price'],
  ['a - _b', 'a_b'],
  ['_id', '_id'],
  ['__proto__', '__proto__'],
  ['a__b', 'a__b'],
  ['2020', '2020'],
  ['first.last', 'first_last'],
  ['Größe in m²', 'größe_in_m²'],
  ['Название', 'название'],
  ['中文 列', '中文_列'],
  ['عمود', 'عمود'],
  ['e\u0301te\u0301', 'été'],
  ['\ufeffid', 'id'],
  ['a\u202eb\u200dc', 'abc'],
  ['a\u0000b\u0085c', 'abc'],
  ['\ud800x', 'x'],
  ['😀', ''],
  ['%', ''],
  ['', ''],
])('%j becomes %j', (before, after) => {
  expect(snakeCase(before)).toBe(after);
});

test('a clean name stays as it is, whatever it was made of', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => {
      const once = snakeCase(name);
      expect(snakeCase(once)).toBe(once);
    }),
    { numRuns: 2000 },
  );
});

test('characters that a later Unicode version assigns are kept as they are', () => {
  expect(isAssigned(0x1c8a)).toBe(false);
  expect(isAllAssigned('a\u1c89')).toBe(false);
  expect(snakeCase('A \u1c89\u2427É')).toBe('a_\u1c89\u2427É');
});

describe('unique names', () => {
  test('collisions are numbered, names that occur once are kept', () => {
    expect(uniqueNames(['a', 'b', 'a', 'a'])).toEqual(['a', 'b', 'a_2', 'a_3']);
    expect(uniqueNames(['a', 'a', 'a_2'])).toEqual(['a', 'a_3', 'a_2']);
    expect(uniqueNames(['a_2', 'a_2', 'a'])).toEqual(['a_2', 'a_2_2', 'a']);
    expect(uniqueNames(['', ''])).toEqual(['', '_2']);
  });

  test('reserved ones are left out', () => {
    expect(uniqueNames(['x', 'quality_score'], ['quality_score'])).toEqual(['x', 'quality_score_2']);
    expect(uniqueNames(['quality_score', 'quality_score_2'], ['quality_score'])).toEqual([
      'quality_score_3',
      'quality_score_2',
    ]);
  });

  test('always unique', () => {
    const name = fc.constantFrom('a', 'a_2', 'a_3', 'a_2_2', 'b', '');
    fc.assert(
      fc.property(fc.array(name), fc.array(name), (names, reserved) => {
        const unique = uniqueNames(names, reserved);
        expect(new Set([...unique, ...reserved]).size).toBe(names.length + new Set(reserved).size);
      }),
    );
  });
});

test.each([
  ['dashes', '-'],
  ['spaces', ' '],
  ['spaces and underscores', ' _'],
  ['control characters', '\u0001'],
  ['marks of alternating classes', '\u0301\u0323'],
])('a name of two million characters takes no more than its length: %s', (_, unit) => {
  const began = performance.now();
  const name = snakeCase(`a${unit.repeat(2e6 / unit.length)}b`);
  expect(name).toMatch(/^[aạ]/u);
  expect(name.endsWith('b')).toBe(true);
  // 28 s for a tenth of it once.
  expect(performance.now() - began).toBeLessThan(20_000);
});
