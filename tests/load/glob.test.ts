import { describe, expect, it } from 'vitest';
import { parseGlob } from '../../dist/load/glob.js';

const fits = (pattern: string, path: string): boolean => parseGlob(pattern)!.matches(path);

describe('what a pattern stands for', () => {
  it.each([
    ['*.csv', ['a.csv', 'é😀.csv'], ['a/b.csv', 'a.csv2', 'acsv']],
    ['?.csv', ['a.csv', '😀.csv'], ['ab.csv', '.csv', '/.csv']],
    ['**/*.csv', ['a.csv', 'x/a.csv', 'x/y/a.csv'], ['x/a.tsv']],
    ['x/**', [], []],
    ['a**.csv', ['ab.csv', 'a.csv'], ['a/b.csv']],
    ['[a-c!].csv', ['a.csv', '!.csv'], ['d.csv', '-.csv']],
    ['[!a-c].csv', ['d.csv'], ['a.csv', '/.csv']],
    ['[]a].csv', ['].csv', 'a.csv'], ['b.csv']],
    ['*.{csv,tsv}', ['a.csv', 'a.tsv'], ['a.json', 'a.{csv,tsv}']],
    ['{a,b{1,2},}*.csv', ['a.csv', 'b1.csv', 'x.csv'], ['a.tsv']],
    ['part-{08..11}.csv', ['part-08.csv', 'part-10.csv'], ['part-8.csv', 'part-12.csv']],
    ['{1..3}{a,b}', ['1a', '3b'], ['4a', '1..3a']],
    ['+(a|bc).csv', ['a.csv', 'bcabc.csv'], ['.csv', 'b.csv']],
    ['*(a|b)?(c)@(d|e)', ['d', 'abce'], ['abc', 'ccd']],
    ['a\\*?', ['a*b'], ['aab', 'a\\*b']],
    // What is not closed, or has no comma, stands for itself.
    ['*{a}[b', ['{a}[b', 'x{a}[b'], ['ab']],
    ['data (1)*', ['data (1).csv'], ['data 1.csv']],
  ])('%s', (pattern, these, others) => {
    for (const path of these) expect([path, fits(pattern, path)]).toEqual([path, true]);
    for (const path of others) expect([path, fits(pattern, path)]).toEqual([path, false]);
  });

  it('is looked for below what has no special character', () => {
    expect(parseGlob('a/b.csv')).toBeNull();
    expect(parseGlob('a\\*/b.csv')).toBeNull();
    expect(parseGlob('a\\*/b/*.csv')!.base).toBe('a*/b');
    expect(parseGlob('/*.csv')!.base).toBe('/');
    expect(parseGlob('x/**')!.base).toBe('x');
    expect(fits('x/**', 'a/b.csv')).toBe(true);
    expect(fits('x/**/b.csv', 'b.csv')).toBe(true);
  });

  it('is refused where it is not known', () => {
    expect(() => parseGlob('!(a).csv')).toThrow('!(...)');
    expect(() => parseGlob('{1..5000}.csv')).toThrow('1,000 numbers');
    expect(() => parseGlob(`${'{a,'.repeat(60)}b${'}'.repeat(60)}`)).toThrow('50 levels');
  });
});

describe('time grows with the lengths of pattern and name', () => {
  const name = 'a'.repeat(4000);
  it.each([
    `${'*a'.repeat(500)}b`,
    `${'+('.repeat(40)}a${')'.repeat(40)}b`,
    `${'*(a|'.repeat(40)}a${')'.repeat(40)}b`,
    `${'{a,aa,'.repeat(40)}a${'}'.repeat(40)}*b`,
    `${'{'.repeat(45)}*b`,
    `${'{'.repeat(40)}a${'}'.repeat(40)}*b`,
    `*${'['.repeat(100_000)}`,
    `*${'*'.repeat(100_000)}b`,
    `${'{a}'.repeat(10_000)}*b`,
  ])('pattern %#', (pattern) => {
    // Any that is followed back and forth takes longer than the universe has been there.
    expect(fits(pattern, name)).toBe(false);
  });
});
