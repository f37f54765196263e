import fs from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isAllAssigned, isAssigned } from '../../dist/clean/assigned.js';
import { textRules } from '../../dist/clean/rules.js';
import { TextColumn } from '../../dist/clean/text.js';
import type { Config } from '../../dist/config/options.js';
import { createIngestKernel } from '../../dist/kernels/ingest.js';
import { allRules, jsonString, none, noRules, placeCells, valuesOf } from '../load/cells.js';

const kernel = createIngestKernel();

function clean(texts: readonly (string | null)[], rules: Config['clean'] = allRules) {
  kernel.reset();
  const cells = placeCells(kernel, [texts.map((t) => (t === null ? none : jsonString(t)))]);
  const column = new TextColumn(kernel, cells, { kind: 'text' }, textRules(rules));
  column.fill(0, texts.length);
  const changed: Record<string, number> = {};
  column.count(changed);
  return { texts: valuesOf(column.column(), texts.length), changed };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is removed
const controls = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g;
const space = '[\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff]';
const ends = new RegExp(`^${space}+|${space}+$`, 'g');
const only = (rule: 'controls' | 'nfc' | 'trim'): Config['clean'] => ({
  ...allRules,
  controls: false,
  nfc: false,
  trim: false,
  [rule]: true,
});
const composed = (text: string): string => (isAllAssigned(text) ? text.normalize('NFC') : text);

const spaced = (c: number): string => `a${String.fromCodePoint(c)}b `;

/** Everything that a rule could touch, and words around it. */
const hot = fc.oneof(
  fc.integer({ min: 0, max: 0xa0 }),
  fc.integer({ min: 0x300, max: 0x36f }),
  fc.constantFrom(
    0x1680,
    0x2000,
    0x200a,
    0x200b,
    0x2028,
    0x2029,
    0x202f,
    0x205f,
    0x2060,
    0x3000,
    0xfeff,
    0xc2,
    0xe9,
    0x1100,
    0x1161,
    0x11a8,
  ),
  fc.constantFrom(
    0xac00,
    0x958,
    0x93c,
    0x915,
    0x1d15e,
    0x378,
    0xffff,
    0x10ffff,
    0xe000,
    0x1e030,
    0x2126,
    0x344,
    0x345,
    0x334,
  ),
  fc.integer({ min: 0, max: 0x10ffff }).filter((c) => c < 0xd800 || c > 0xdfff),
  fc.constantFrom(...Array.from('word 中文', (c) => c.codePointAt(0)!)),
);
const text = fc.array(hot, { maxLength: 40 }).map((codes) => String.fromCodePoint(...codes));

describe('the rules', () => {
  test('each does what it says and counts its cells', () => {
    const each = (name: 'controls' | 'nfc' | 'trim', key: string, expected: (text: string) => string): void =>
      fc.assert(
        fc.property(fc.array(text, { maxLength: 8 }), (texts) => {
          const want = texts.map(expected);
          const touched = texts.filter((t, i) => t !== want[i]).length;
          expect(clean(texts, only(name))).toEqual({ texts: want, changed: touched > 0 ? { [key]: touched } : {} });
        }),
        { numRuns: 1000 },
      );
    each('controls', 'control characters removed', (t) => t.replace(controls, ''));
    each('nfc', 'normalised to NFC', composed);
    each('trim', 'trimmed', (t) => t.replace(ends, ''));
  });

  test('together: without controls, in NFC, trimmed; cleaning twice changes nothing', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 8 }), (texts) => {
        const once = clean(texts).texts as string[];
        expect(once).toEqual(texts.map((t) => composed(t.replace(controls, '')).replace(ends, '')));
        expect(clean(once)).toEqual({ texts: once, changed: {} });
      }),
      { numRuns: 1000 },
    );
  });

  test('--no-clean gives every text as it was read', () => {
    fc.assert(
      fc.property(fc.array(fc.option(text), { maxLength: 8 }), (texts) => {
        expect(clean(texts, noRules)).toEqual({ texts, changed: {} });
      }),
    );
  });

  test('what Python makes of texts, with its own tables', () => {
    const answers = JSON.parse(fs.readFileSync(new URL('./python-texts.json', import.meta.url), 'utf8')) as [
      string,
      string,
    ][];
    expect(clean(answers.map(([before]) => before)).texts).toEqual(answers.map(([, after]) => after));
  });

  test('every code point alone and after a letter', () => {
    const points = Array.from({ length: 0x110000 }, (_, c) => c).filter((c) => c < 0xd800 || c > 0xdfff);
    const size = 64;
    for (let at = 0; at < points.length; at += size * 4000) {
      const texts: string[] = [];
      // Code points that no version assigns leave a text as it is: they are by themselves.
      for (let i = at; i < Math.min(points.length, at + size * 4000); i += size) {
        const group = points.slice(i, i + size);
        texts.push(
          group.filter(isAssigned).map(spaced).join(''),
          group
            .filter((c) => !isAssigned(c))
            .map(spaced)
            .join(''),
        );
      }
      const { texts: got } = clean(texts, only('nfc'));
      expect(texts.findIndex((t, i) => got[i] !== composed(t))).toBe(-1);
    }
  });

  test('signs and letters of South Asia in any order', () => {
    const letters = [0x915, 0x928, 0x930, 0x933, 0x9c7, 0xb47, 0xb92, 0xbc6, 0xbc7, 0xc46, 0xcbf, 0xcc6, 0xcca, 0xd46];
    const signs = [
      0x93c, 0x94d, 0x9be, 0x9d7, 0xb3e, 0xb56, 0xb57, 0xbbe, 0xbd7, 0xc56, 0xcc2, 0xcd5, 0xcd6, 0xd3e, 0xd57,
    ];
    const more = [0xd47, 0xdd9, 0xddc, 0x1025, 0xdca, 0xdcf, 0xddf, 0x102e, 0x9bc, 0x951, 0x334, 0x61, 0x20, 0x4e00];
    const some = fc.array(fc.constantFrom(...letters, ...signs, ...more), { maxLength: 7 });
    fc.assert(
      fc.property(fc.array(some, { maxLength: 60 }), (lists) => {
        const texts = lists.map((codes) => String.fromCodePoint(...codes));
        expect(clean(texts, only('nfc')).texts).toEqual(texts.map(composed));
      }),
      { numRuns: 500 },
    );
  });

  test('texts of every length around the width of a vector', () => {
    const texts = Array.from({ length: 70 }, (_, n) => [
      'a'.repeat(n),
      `${'a'.repeat(n)}\u0001`,
      `${'a'.repeat(n)}é`,
      `${'a'.repeat(n)} `,
    ]).flat();
    expect(clean(texts).texts).toEqual(texts.map((t) => t.replace(controls, '').replace(ends, '')));
  });

  test('a text that NFC makes longer than the room there was', () => {
    const texts = ['x', '\u0958'.repeat(50_000), null, '', '\u0958', 'end'];
    expect(clean(texts).texts).toEqual(texts.map((t) => t?.normalize('NFC') ?? null));
  });
});
