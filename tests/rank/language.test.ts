import { expect, test } from 'vitest';
import { languageCodes, loadLanguage } from '../../dist/rank/language.js';
import { rank } from './rank.js';

test('words of a language are stemmed, its stop words left out', () => {
  const rows = ['Les Chansons continuent', 'la chanson continue', 'Chansons: continue!', 'chansons du soir', 'SOIR'];
  const { ranking } = rank([rows], { language: 'fr', minDf: 1 });
  const stem = loadLanguage('fr');
  expect(stem('les')).toBeNull();
  const chanson = stem('chansons')!;
  expect(ranking!.vocabulary.map((t) => [t.term, t.count])).toContainEqual([chanson, 4]);
  expect(ranking!.vocabulary.map((t) => [t.term, t.count])).toContainEqual([`${chanson} ${stem('continue')}`, 2]);
});

test('en stems, no language does not', () => {
  const rows = ['running runs', 'run running'];
  expect(rank([rows], { language: 'en' }).ranking!.vocabulary.map((t) => t.term)).toEqual(['run', 'run run']);
  expect(rank([rows]).ranking!.vocabulary.map((t) => t.term)).toEqual(['running']);
});

test('targets are stemmed too, and workers agree', () => {
  const rows = ['cats and dogs', 'a dog barked', 'nothing here', 'dogs'];
  const one = rank([rows], { language: 'en', minDf: 1 }, { targets: ['dog'] });
  expect(one.scores![1]).toBeGreaterThan(0);
  expect(one.scores![2]).toBe(0);
  const many = rank([rows], { language: 'en', minDf: 1, keepBytes: 0 }, { targets: ['dog'], workers: 3, chunkRows: 1 });
  expect(many.scores).toEqual(one.scores);
});

test('every language loads and stems', () => {
  const odd = [
    'running',
    'häuser',
    'книгами',
    'メーター',
    '__',
    '42',
    'ß',
    'constructor',
    '__proto__',
    'x'.repeat(100),
  ];
  for (const code of languageCodes) for (const word of odd) expect(loadLanguage(code)(word) ?? '').toBeTypeOf('string');
});

test('another code is refused', () => {
  expect(() => loadLanguage('xx')).toThrow('unknown rank language "xx"');
  expect(() => loadLanguage('constructor')).toThrow('unknown rank language');
});
