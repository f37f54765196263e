import { describe, expect, test } from 'vitest';
import * as values from '../../dist/config/values.js';

describe('sizes', () => {
  test.each([
    ['1.5GB', 1_500_000_000],
    ['512MiB', 512 * 2 ** 20],
    ['512M', 512 * 2 ** 20],
    ['2 k', 2048],
    ['100kb', 100_000],
    ['1b', 1],
    [4096, 4096],
    ['1t', 2 ** 40],
  ])('%s is %d bytes', (text, bytes) => expect(values.size(1)(text)).toBe(bytes));

  test.each(['', '1.5', '-1', '1e3', '5 apples', 'GB', true, [], null, '9999999999999T'])('%s is refused', (value) =>
    expect(() => values.size(1)(value)).toThrow(values.BadValue),
  );
  test('the least is named', () =>
    expect(() => values.size(2 ** 28)('1MB')).toThrow('must be at least 256MiB, got "1MB"'));
});

describe('amounts', () => {
  test.each([
    ['10', { rows: 10 }],
    [10, { rows: 10 }],
    ['10%', { percent: 10 }],
    ['0.5%', { percent: 0.5 }],
    ['100%', { percent: 100 }],
  ])('%s', (value, amount) => expect(values.amount(1)(value)).toEqual(amount));
  test.each(['0', '0%', '101%', '-5', '5x', '', '1.5', Number.NaN])('%s is no --top', (value) =>
    expect(() => values.amount(1)(value)).toThrow(values.BadValue),
  );
  test('no malformed record at all may be asked for', () => {
    expect(values.amount(0)('0')).toEqual({ rows: 0 });
    expect(values.amount(0)('0%')).toEqual({ percent: 0 });
  });
});

describe('lists', () => {
  test.each([
    ['a,b', ['a', 'b']],
    [' a , b ', ['a', 'b']],
    ['"a,b",c', ['a,b', 'c']],
    ['"say ""hi""",x', ['say "hi"', 'x']],
    ['a,a', ['a']],
    [
      ['a,b', 'c'],
      ['a,b', 'c'],
    ],
    [
      [1, 'x'],
      ['1', 'x'],
    ],
  ])('%j', (value, names) => expect(values.list(value)).toEqual(names));
  test.each(['', ' ', 'a,,b', ',', '"a', '"a"b', [], [''], [['a']], { a: 1 }, true])('%j is refused', (value) =>
    expect(() => values.list(value)).toThrow(values.BadValue),
  );
  test('tokens are in lower case, and may be none', () => {
    expect(values.tokens('NA,-')).toEqual(['na', '-']);
    expect(values.tokens('')).toEqual(['']);
    expect(values.tokens(',NA')).toEqual(['', 'na']);
    expect(values.tokens([])).toEqual([]);
  });
});

describe('types', () => {
  test.each([
    ['a=integer,b=text', { a: 'integer', b: 'text' }],
    ['x=y=date', { 'x=y': 'date' }],
    ['"a,b=float"', { 'a,b': 'float' }],
    [{ a: 'boolean' }, { a: 'boolean' }],
  ])('%j', (value, declared) => expect(values.types(value)).toEqual(declared));
  test('a column of the name __proto__ is a column', () =>
    expect(Object.keys(values.types('__proto__=text'))).toEqual(['__proto__']));
  test.each(['a', '=text', 'a=', 'a=integer,a=text', { a: 1 }])('%j is refused', (value) =>
    expect(() => values.types(value)).toThrow(values.BadValue),
  );
  test('a mistyped type gets a suggestion', () => {
    const wrong = (): unknown => values.types('a=interger');
    expect(wrong).toThrow(/for column "a" must be text, integer, .* got "interger"/);
    try {
      wrong();
    } catch (error) {
      expect((error as values.BadValue).hint).toBe('Did you mean "integer"?');
    }
  });
});

describe('characters, shares, ranges, encodings', () => {
  test.each([
    ['tab', '\t'],
    ['\\t', '\t'],
    ['\t', '\t'],
    [';', ';'],
    ['pipe', '|'],
    ['\\x01', '\u0001'],
    ['\\X7E', '~'],
    ['\\u001f', '\u001f'],
    ['\u0001', '\u0001'],
  ])('delimiter %j', (value, char) => expect(values.character(false)(value)).toBe(char));
  test.each(['', 'ab', '\\x0a', '\\x00', '\\x1', '\\u00e9', '\n', '\r', '§', '😀', 5, 'none'])(
    'delimiter %j is refused',
    (value) => expect(() => values.character(false)(value)).toThrow(values.BadValue),
  );
  test('no quote', () => expect(values.character(true)('none')).toBe(''));
  test.each(['0.8', '.5', 1, '1.', '1'])('share %s', (value) => expect(values.share(value)).toBe(Number(value)));
  test.each(['0', 0, 1.01, -1, '2', 'a', '', Number.NaN, '1e-', '1e1'])('share %s is refused', (value) =>
    expect(() => values.share(value)).toThrow('must be in (0, 1]'),
  );
  test.each([
    ['1,2', [1, 2]],
    ['1-3', [1, 3]],
    [2, [2, 2]],
    ['2', [2, 2]],
    [
      [1, 1],
      [1, 1],
    ],
  ])('range %j', (value, range) => expect(values.range(value)).toEqual(range));
  test.each(['2,1', '0,1', '1,2,3', '', 'a,b', null])('range %j is refused', (value) =>
    expect(() => values.range(value)).toThrow(values.BadValue),
  );
  test.each([
    ['UTF8', 'utf-8'],
    ['cp1252', 'windows-1252'],
    ['ISO-8859-1', 'latin1'],
    ['sjis', 'shift_jis'],
    ['GB2312', 'gbk'],
    ['koi8-r', 'koi8-r'],
    ['utf-32LE', 'utf-32le'],
  ])('encoding %s', (value, label) => expect(values.encoding(value)).toBe(label));
  test('an unknown encoding', () =>
    expect(() => values.encoding('ebcdic')).toThrow(/must be an encoding such as utf-8, .*, got "ebcdic"/));
});

test('control characters of a value are shown escaped', () =>
  expect(() => values.choice('a', 'b')('\u001b[2J')).toThrow('must be a or b, got "\\u001b[2J"'));
