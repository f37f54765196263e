import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expected, kept, numbers, readJson, type Token } from './json-read.js';
import { jsonValue } from './json-value.js';

const first = (text: string): Map<string, unknown> => readJson(text, 'jsonl').rows[0]!;

describe('cells of a record', () => {
  it('keeps numbers as they were written', () => {
    const row = first('{"a":1,"b":-0,"c":1.50,"d":12345678901234567890123,"e":1E+400,"f":0.1e-7}');
    expect([...row.values()].map((v) => (v as Token).text)).toEqual([
      '1',
      '-0',
      '1.50',
      '12345678901234567890123',
      '1E+400',
      '0.1e-7',
    ]);
  });
  it('tells absent, null, empty, true and false apart', () => {
    const { rows } = readJson('{"a":"","b":true,"c":null}\n{"b":false,"d":[]}\n{}\n', 'jsonl');
    expect(rows).toEqual([
      new Map<string, unknown>([
        ['a', ''],
        ['b', true],
      ]),
      new Map<string, unknown>([
        ['b', false],
        ['d', []],
      ]),
      new Map(),
    ]);
  });
  it('decodes escapes in values and keys', () => {
    const row = first('{"a\\u0062\\"":"\\b\\f\\n\\r\\t\\/\\\\\\"\\u0000\\u00e9\\u65e5\\ud83d\\ude00"}');
    expect([...row]).toEqual([['ab"', '\b\f\n\r\t/\\"\u0000é日😀']]);
  });
  it('finds the same key however it is written', () => {
    const { rows, columns } = readJson('{"ab":"1"}\n{"a\\u0062":"2"}\n{"\\u0061b" : "3"}\n', 'jsonl');
    expect(columns).toEqual(['ab']);
    expect(rows.map((r) => r.get('ab'))).toEqual(['1', '2', '3']);
  });
  it('takes keys with quotes for what they are', () => {
    const { rows, rejects } = readJson('{"a\\"b":"1"}\n{"a"b":"2"}\n', 'jsonl');
    expect(rows).toEqual([new Map([['a"b', '1']])]);
    expect(rejects).toHaveLength(1);
  });
  it('takes the last of equal keys and counts the others', () => {
    const { rows, changed } = readJson('{"a":"1","b":{"x":1,"y":2,"x":3,"x":[4]},"a":"2","a":"3"}\n', 'jsonl');
    expect(rows).toEqual([
      new Map<string, unknown>([
        ['a', '3'],
        ['b', { x: [4], y: 2 }],
      ]),
    ]);
    expect(changed).toEqual({ 'duplicate keys': 4 });
  });
  it('finds equal keys in large objects', () => {
    const members = Array.from({ length: 30_000 }, (_, i) => `"k${i % 29_000}":${i}`).join(',');
    const { rows, changed } = readJson(`{"a":{${members}}}\n`, 'jsonl');
    expect(rows[0]!.get('a')).toEqual(JSON.parse(`{${members}}`));
    expect(changed).toEqual({ 'duplicate keys': 1000 });
  });
  it('keeps a lone surrogate as its escape and counts the strings that have one', () => {
    const text = '{"a":"x\\uD83D","b":"\\ude00\\ud83dy","c":"\\ud83d\\ude00","d":["\\uDFFF"]}\n';
    const { rows, changed } = readJson(text, 'jsonl');
    expect([...rows[0]!.values()].slice(0, 3)).toEqual(['x\\ud83d', '\\ude00\\ud83dy', '😀']);
    expect(rows[0]!.get('d')).toEqual(['\udfff']);
    expect(changed).toEqual({ 'lone surrogates': 3 });
  });
  it('has no special keys', () => {
    const text = '{"__proto__":"1","constructor":"2","toString":"3","":"4","hasOwnProperty":{"__proto__":1}}\n';
    const { columns, rows } = readJson(text, 'jsonl');
    expect(columns).toEqual(['__proto__', 'constructor', 'toString', '', 'hasOwnProperty']);
    expect(rows[0]!.get('__proto__')).toBe('1');
  });
  it('follows keys that come and go', () => {
    const lines = Array.from({ length: 500 }, (_, i) => {
      const keys = ['a', 'b', 'c', 'd', 'e'].filter((_, k) => (i * 7 + k * 3) % 5 !== 0);
      if (i % 3 === 0) keys.reverse();
      return JSON.stringify(Object.fromEntries(keys.map((k) => [k, `${k}${i}`])));
    });
    const { rows } = readJson(lines.join('\n'), 'jsonl', { bytes: 1000, records: 1e6 });
    expect(rows).toEqual(lines.map((l) => expected(JSON.parse(l))));
  });
  it('takes thousands of keys', () => {
    const record = Object.fromEntries(Array.from({ length: 9000 }, (_, i) => [`k${i}\n`, `${i}`]));
    const { rows, columns } = readJson(`${JSON.stringify(record)}\n{}\n`, 'jsonl');
    expect(columns).toHaveLength(9000);
    expect(rows).toEqual([expected(record), new Map()]);
  });
  it('refuses keys without end', () => {
    const keys = Array.from({ length: 100_001 }, (_, i) => `"k${i}":1`).join(',');
    expect(() => readJson(`{${keys}}`, 'jsonl')).toThrow('100,000 different keys');
  });
});

describe('nested values', () => {
  it('become canonical text', () => {
    const text =
      '{"a" : { "b" : [ 1 , 1.50 , -0 , 1E5 , true , null ] , "\\u0063" : "\\u00e9\\/\\u000a\\u001F\\"" , "d" : { } , "e" : [ ] } }';
    expect(first(text).get('a')).toEqual({ b: [1, 1.5, -0, 1e5, true, null], c: 'é/\n\u001f"', d: {}, e: [] });
  });
  it('may be 512 deep, the record included', () => {
    const deep = (n: number): string => `{"a":${'['.repeat(n)}${']'.repeat(n)}}`;
    const { rows, rejects } = readJson(`{"a":1}\n${deep(511)}\n${deep(512)}\n${deep(100_000)}\n`, 'jsonl');
    expect(rows).toHaveLength(2);
    expect(rejects.map((r) => r.why)).toEqual([
      'values nested deeper than 512, at byte 517',
      'values nested deeper than 512, at byte 517',
    ]);
  });
});

describe('malformed lines', () => {
  const why = (line: string): string => {
    const { rejects, rows } = readJson(`{"a":1}\n${line}\n{"a":2}\n`, 'jsonl');
    expect(rows.map((r) => (r.get('a') as Token).text)).toEqual(['1', '2']);
    expect(rejects).toHaveLength(1);
    expect(rejects[0]).toMatchObject({ row: 2, line: 2, raw: line });
    return rejects[0]!.why;
  };
  it.each([
    [
      '{"a":NaN}',
      'not a JSON value, at byte 6: "NaN" (JSON has no such number; --json-nan null or --json-nan text reads it)',
    ],
    [
      '{"a":-Infinity}',
      'not a JSON value, at byte 6: "-Infinity" (JSON has no such number; --json-nan null or --json-nan text reads it)',
    ],
    ['{"a":True}', 'not a JSON value, at byte 6: "True" (a Python literal)'],
    ["{'a':1}", 'expected a key in double quotes, got "\'", at byte 2'],
    ['{"a":1,}', 'a comma with nothing after it, before "}", at byte 8'],
    ['{"a":[1,]}', 'a comma with nothing after it, before "]", at byte 9'],
    ['{"a":1', 'expected "," or the end of the object or array, got the end, at byte 7'],
    ['{"a":"x', "a string that isn't closed, at byte 8"],
    ['{"a":"x\ty"}', 'an unescaped control character U+0009 in a string, at byte 8'],
    ['{"a":"\\x41"}', 'an unknown escape in a string, at byte 7: "\\x41"}"'],
    ['{"a":01}', 'not a JSON number, at byte 6: "01"'],
    ['{"a":.5}', 'expected a value, got ".5", at byte 6'],
    ['{"a":1}{"a":2}', 'a second object on the line, at byte 8'],
    ['{"a":1},', 'text after the end of the value, at byte 8: ","'],
    ['{"a" 1}', 'expected ":" after a key, got "1", at byte 6'],
    ['{"a":"😀" 😀}', 'expected "," or the end of the object or array, got "😀", at byte 13'],
    ['[1,2]', 'an array, not an object'],
    ['"x"', 'a string, not an object'],
    ['12', 'a number, not an object'],
    ['null', 'null, not an object'],
    ['\u0000', 'expected a value, got "\\u0000", at byte 1'],
  ])('%s', (line, reason) => expect(why(line)).toBe(reason));
  it('a byte order mark may begin a line, as it does where files were joined', () => {
    const { rows, rejects } = readJson('{"a":"1"}\n\ufeff{"a":"2"}\n\ufeff\n\ufeff \n{"a":"\ufeff"}\n\ufeff', 'jsonl');
    expect(rows.map((r) => r.get('a'))).toEqual(['1', '2', '\ufeff']);
    expect(rejects).toEqual([]);
  });
  it('a byte that is not UTF-8 spoils its own line only', () => {
    const text = Buffer.concat([
      Buffer.from('{"a":"1"}\n{"a":"é'),
      Buffer.from([0xe9]),
      Buffer.from('"}\r\n{"a":"3"}'),
    ]);
    const { rows, rejects } = readJson(text, 'jsonl');
    expect(rows.map((r) => r.get('a'))).toEqual(['1', '3']);
    expect(rejects.map((r) => [r.row, r.line, r.why])).toEqual([[2, 2, 'a byte that is not UTF-8 (0xE9), at byte 9']]);
  });
  it('are numbered among records, at their physical line', () => {
    const { rejects, rows, read } = readJson('\n{"a":1}\n \t\r\nx\n\n\ny\n{"a":2}', 'jsonl', {
      bytes: 3,
      records: 1e6,
    });
    expect(rejects.map((r) => [r.row, r.line, r.raw])).toEqual([
      [2, 4, 'x'],
      [3, 7, 'y'],
    ]);
    expect([rows.length, read]).toEqual([2, 4]);
  });
  it('may be many', () => {
    const { rejects, rows } = readJson(`${'{"a":1}\n{"a":}\n'.repeat(5000)}`, 'jsonl');
    expect([rejects.length, rows.length]).toEqual([5000, 5000]);
    expect(rejects.map((r) => r.line)).toEqual(Array.from({ length: 5000 }, (_, i) => 2 * i + 2));
  });
});

describe('against JSON.parse', () => {
  const object = fc.dictionary(
    fc.string({ unit: 'grapheme', maxLength: 6 }),
    fc.jsonValue({ depthSize: 'medium', stringUnit: 'grapheme' }),
    { maxKeys: 6 },
  );
  /** The same value with white space and escapes as other writers make them. */
  const spaced = (value: unknown, style: number): string => {
    const text = style % 2 === 0 ? JSON.stringify(value) : JSON.stringify(value, null, ' ').replace(/\n/g, '');
    return style < 2
      ? text
      : text.replace(/[\u0080-\uffff/]/g, (c) =>
          c === '/' ? '\\/' : `\\u${c.charCodeAt(0).toString(16).padStart(4, '0').toUpperCase()}`,
        );
  };
  it('reads the same values at any chunk size', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(object, fc.nat(3)), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 400 }),
        (records, bytes) => {
          fc.pre(records.some(([r]) => Object.keys(r).length > 0));
          const text = records.map(([r, style]) => spaced(r, style)).join('\n');
          const { rows } = readJson(text, 'jsonl', { bytes, records: 1e6 });
          expect(rows.map(numbers)).toEqual(records.map(([r]) => expected(jsonValue(JSON.stringify(r)) as object)));
        },
      ),
      { numRuns: 300 },
    );
  });
  it('accepts what it accepts, and nothing else', () => {
    const bits = [
      '{',
      '}',
      '[',
      ']',
      ':',
      ',',
      '"',
      '\\',
      'a',
      'u',
      'n',
      '0',
      '1',
      '-',
      '+',
      '.',
      'e',
      'E',
      ' ',
      '\t',
      'true',
      'null',
      'false',
      '\\u00e9',
      '\\ud83d',
      '"a":',
      '😀',
      '\u0001',
      '\u007f',
    ];
    const edits = fc.array(fc.tuple(fc.nat(), fc.nat(2), fc.constantFrom(...bits)), { maxLength: 3 });
    let accepted = 0;
    fc.assert(
      fc.property(object, edits, fc.nat(3), (record, changes, style) => {
        let text = spaced(record, style);
        for (const [at, remove, insert] of changes) {
          const p = at % (text.length + 1);
          text = text.slice(0, p) + insert + text.slice(p + remove);
        }
        // A half of a pair that is not escaped has no UTF-8.
        fc.pre(kept(text) === text && text.trim() !== '');
        let value: unknown;
        try {
          value = JSON.parse(text);
        } catch {
          value = undefined;
        }
        const good = typeof value === 'object' && value !== null && !Array.isArray(value);
        const { rows, rejects } = readJson(`{"first":1}\n${text}\n{"last":2}`, 'jsonl');
        expect(rejects.length).toBe(good ? 0 : 1);
        if (good) {
          accepted++;
          expect(numbers(rows[1]!)).toEqual(expected(value as Record<string, unknown>));
        }
      }),
      { numRuns: 1500 },
    );
    expect(accepted).toBeGreaterThan(150);
  });
});
