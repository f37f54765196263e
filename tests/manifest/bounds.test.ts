import { expect, test } from 'vitest';
import type { Field } from '../../dist/engine/types.js';
import {
  requireReadable,
  requireShortManifest,
  shortened,
  shortenedTexts,
  shortenedType,
} from '../../dist/manifest/bounds.js';

test('long texts are shortened, and say how long they are', () => {
  expect(shortened('x'.repeat(1000))).toBe('x'.repeat(1000));
  expect(shortened('x'.repeat(3_000_000))).toBe(`${'x'.repeat(1000)}… (3,000,000 characters)`);
  expect(shortened(`${'x'.repeat(999)}😀y`)).toBe(`${'x'.repeat(999)}… (1,002 characters)`);
  const long = 'w'.repeat(2000);
  expect(shortenedTexts({ terms: [{ term: long, weight: 2 }], none: null, ok: true })).toEqual({
    terms: [{ term: `${'w'.repeat(1000)}… (2,000 characters)`, weight: 2 }],
    none: null,
    ok: true,
  });
});

test('long types differ where they did', () => {
  const type = `struct<${'a: int64, '.repeat(10_000)}b: `;
  expect(shortenedType('int64')).toBe('int64');
  expect(shortenedType(`${type}int64>`)).not.toBe(shortenedType(`${type}float64>`).replace('float64', 'int64'));
  expect(shortenedType(`${type}int64>`).length).toBeLessThan(66_000);
});

test('a manifest that could not be read is refused before and after the work', () => {
  const fields = (count: number, letters: number): Field[] =>
    Array.from({ length: count }, (_, i) => {
      const name = `${'n'.repeat(letters)}${i}`;
      return { name, sourceName: name, type: { kind: 'text' } };
    });
  expect(() => requireShortManifest(fields(100_000, 10), ['a.csv'])).not.toThrow();
  expect(() => requireShortManifest(fields(30_000, 900), ['a.csv'])).toThrow(
    'columns and 1 sources make a manifest of about 84 MiB',
  );
  expect(() => requireReadable('x'.repeat(2 ** 26))).not.toThrow();
  expect(() => requireReadable('x'.repeat(2 ** 26 + 1))).toThrow('64 MiB are the most');
});
