import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expected, kernel, numbers, readChunks, readJson, sniff } from './json-read.js';
import { jsonValue } from './json-value.js';

describe('lines', () => {
  it('are cut after the record with which a limit is reached', () => {
    const text = '{"a":1}\n\n{"a":2}\r\n{"a":3}\n';
    const read = (bytes: number, records: number): number[] => {
      const { chunks, rows } = readJson(text, 'jsonl', { bytes, records });
      return [chunks, rows.length];
    };
    expect(read(1, 100)).toEqual([4, 3]);
    expect(read(8, 100)).toEqual([3, 3]);
    expect(read(9, 100)).toEqual([3, 3]);
    expect(read(1000, 1)).toEqual([3, 3]);
    expect(read(1000, 2)).toEqual([2, 3]);
    expect(read(1000, 100)).toEqual([1, 3]);
  });
  it('may be longer than a chunk', () => {
    const long = 'x'.repeat(300_000);
    const { rows } = readJson(`{"a":"${long}"}\n{"a":"y"}\n`, 'jsonl', { bytes: 1000, records: 10 });
    expect(rows.map((r) => r.get('a'))).toEqual([long, 'y']);
  });
  it('of more than 256 MB are refused', () => {
    const text = Buffer.alloc(257 << 20, 'x');
    text.write('{"a":1}\n{"a":"');
    expect(() => readJson(text, 'jsonl')).toThrow('a record of more than 256 MB');
  });
});

describe('arrays', () => {
  const layouts = {
    array: (records: string[]) => `[${records.join(',')}]`,
    spaced: (records: string[]) => ` \n[\n ${records.join(' ,\r\n ')} \n]\n `,
    object: (records: string[]) => `{"n":[1,"]"],"data" : [${records.join(',\n')}],"more":{"x":[]}}`,
    concatenated: (records: string[]) => records.join(''),
    lines: (records: string[]) => records.join('\n'),
  };
  const record = fc.dictionary(fc.constantFrom('a', 'b', '"', '\\', ']', '}'), fc.jsonValue({ maxDepth: 2 }), {
    maxKeys: 3,
  });
  it.each(Object.entries(layouts))('%s: the same records at any chunk size', (_, write) => {
    fc.assert(
      fc.property(
        fc.array(record, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 5 }),
        fc.boolean(),
        (records, bytes, count, indent) => {
          const text = write(['{"a":0}', ...records.map((r) => JSON.stringify(r, null, indent ? 2 : 0))]);
          const { rows, rejects } = readJson(text, 'json', { bytes, records: count });
          expect(rejects).toEqual([]);
          expect(rows.map(numbers)).toEqual(
            [{ a: 0 }, ...records].map((r) => expected(jsonValue(JSON.stringify(r)) as object)),
          );
        },
      ),
      { numRuns: 150 },
    );
  });
  it('give an element that is no object as a reject', () => {
    const { rows, rejects, read } = readJson('[{"a":1},\nnull, [2,3],\n"x,y",{"a":2}, 5.5]', 'json', {
      bytes: 4,
      records: 9,
    });
    expect([rows.length, read]).toEqual([2, 6]);
    expect(rejects.map((r) => [r.row, r.line, r.raw, r.why])).toEqual([
      [2, 2, 'null', 'null, not an object'],
      [3, 2, '[2,3]', 'an array, not an object'],
      [4, 3, '"x,y"', 'a string, not an object'],
      [6, 3, '5.5', 'a number, not an object'],
    ]);
  });
});

describe('a syntax error refuses a document', () => {
  const refusal = (text: string | Uint8Array, bytes = 1 << 20): string => {
    try {
      readJson(text, 'json', { bytes, records: 1e6 });
    } catch (error) {
      return (error as { describe(): string }).describe();
    }
    return 'read';
  };
  it.each([
    [
      '[{"a":1},]',
      'a.json row 2 (line 1): a comma with nothing after it, before "]", at byte 10. Correct it there: of JSON that is broken in one place nothing is read.',
    ],
    [
      '[{"a":1}\n{"a":2}]',
      'a.json row 2 (line 2): expected "," or the end of the object or array, got "{", at byte 10. Correct it there: of JSON that is broken in one place nothing is read.',
    ],
    ['[{"a":1},\n{"a":2}', 'a.json (line 2): the file ends within the array. It was probably cut off.'],
    ['[{"a":1},\n{"a":', 'a.json row 2 (line 2): expected a value, got the end, at byte 16. It was probably cut off.'],
    ['[{"a":1}]\n\n]', 'a.json (line 3): text after the end of the array, which is not JSON'],
    ['[{"a":1}]\n[{"a":1}]', 'a.json (line 2): a second top-level value after the end of the array, which is not JSON'],
    [
      '[{"a":1}, {"a":\n\tx}]',
      'a.json row 2 (line 2): not a JSON value, at byte 18: "x". Correct it there: of JSON that is broken in one place nothing is read.',
    ],
    [
      '{"a":1}}',
      'a.json row 2 (line 1): expected a value, got "}", at byte 8. If it has a record a line, use --format jsonl.',
    ],
    [
      '{"a":1},{"a":2}',
      'a.json row 2 (line 1): expected a value, got ",", at byte 8. If it has a record a line, use --format jsonl.',
    ],
    [
      '{"a":1} 5',
      'a.json row 2 (line 1): a number where an object was expected. If it has a record a line, use --format jsonl.',
    ],
    [
      '{"n":\n+1,"data":[{"a":1}]}',
      'a.json (line 2): expected a value, got "+1", at byte 7. Correct it there: of JSON that is broken in one place nothing is read.',
    ],
    [
      '{"data":[{"a":1},\n\n{"a":2}],\n"n":tru}',
      'a.json (line 4): not a JSON value, at byte 34: "tru". Correct it there: of JSON that is broken in one place nothing is read.',
    ],
    [
      '{"data":[{"a":1},\n\n{"a":02}]}',
      'a.json row 2 (line 3): not a JSON number, at byte 25: "02". Correct it there: of JSON that is broken in one place nothing is read.',
    ],
    ['"x"', 'a.json row 1 (line 1): a string where an object was expected. A record is a JSON object.'],
    [
      '[1,2]',
      'a.json (line 1): the array holds no objects: its first element is a number, not an object. A record is a JSON object: make one of each element, such as {"text": ...}.',
    ],
    ['[]', 'a.json: the array is empty: there are no records'],
    ['[{}]', 'a.json: no record has a key'],
    ['', 'a.json: the file is empty'],
    ['\ufeff \n', 'a.json: the file holds nothing but white space'],
    [
      '{"a":[{"x":1}],"b":[{"x":1}]}',
      'a.json: the top-level object holds 2 arrays of objects: "a", "b". Put the one that holds the records into a file of its own.',
    ],
  ])('%s', (text, message) => expect(refusal(text)).toBe(message));
  it('wherever the chunks are cut', () => {
    const text = `[${'{"a":[1,"]"]},\n'.repeat(500)}{"a":[1,"]"}]`;
    const messages = [1, 7, 64, 100, 5000, 100_000].map((bytes) => refusal(text, bytes));
    expect(new Set(messages)).toEqual(
      new Set([
        'a.json row 501 (line 501): expected "," or the end of the object or array, got "}", at byte 7513. Correct it there: of JSON that is broken in one place nothing is read.',
      ]),
    );
  });
  it('and so does a byte that is not UTF-8', () => {
    const text = Buffer.from('[{"a":1},\n{"a":"xy"}]');
    text[16] = 0xc3;
    expect(refusal(text)).toBe(
      'a.json (line 2): a byte that is not UTF-8 (0xC3), at byte 17. Name its encoding with --encoding.',
    );
  });
});

describe('the first look', () => {
  it('finds the layout', () => {
    const look = (text: string): unknown => {
      const { dialect, dataStart, columns } = sniff(text, 'json');
      return [dialect, dataStart, columns.join()];
    };
    expect(look('\ufeff\n [ {"a":1}]')).toEqual([{ layout: 'array' }, { byte: 7, record: 1, line: 2 }, 'a']);
    expect(look('{"a":1,"b":{"c":[1]}}\n')).toEqual([
      { layout: 'concatenated' },
      { byte: 0, record: 1, line: 1 },
      'a,b',
    ]);
    expect(look('{"a":1}\n{"b":1}')).toEqual([{ layout: 'concatenated' }, { byte: 0, record: 1, line: 1 }, 'a,b']);
    expect(look('{"n":"[{",\n"d\\u0061ta":[{"b":1}]}')).toEqual([
      { layout: 'object', key: 'data' },
      { byte: 24, record: 1, line: 2 },
      'b',
    ]);
  });
  it('says what it leaves out', () => {
    expect(sniff('{"n":1,"data":[{"b":1}],"m":[]}', 'json').warnings).toEqual([
      'the records are the array "data" of the top-level object; left out: "n", "m"',
    ]);
    expect(sniff('{"n":1}{"n":1}', 'json').warnings[0]).toMatch(/each is read as a record/);
  });
  it('sees keys in the middle and at the end of a long file', () => {
    const line = `{"a":"${'x'.repeat(100)}"}\n`;
    const text = `${line.repeat(15_000)}{"b":1}\n${line.repeat(14_500)}{"c":1}\n`;
    const { columns } = sniff(text, 'jsonl');
    expect(columns).toEqual(['a', 'b', 'c']);
    expect(readJson(text, 'jsonl').rows).toHaveLength(29_502);
  });
  it('reports later keys', () => {
    const { newKeys } = readChunks(
      '{"a":1}\n{"b":{"x":1},"a":2}\n{"c":1,"b":2}',
      { layout: 'lines' },
      { byte: 0, record: 1, line: 1 },
      ['a'],
      { bytes: 9, records: 9 },
    );
    expect(newKeys).toEqual(['b', 'c']);
  });
  it('tells a document that is called .jsonl', () => {
    const refusal = (text: string): string => {
      try {
        sniff(text, 'jsonl');
      } catch (error) {
        return (error as { describe(): string }).describe();
      }
      return 'read';
    };
    expect(refusal('[\n{"a":1},\n{"a":2}\n]')).toMatch(/The file reads as JSON: use --format json\.$/);
    expect(refusal('{\n"a":1\n}')).toMatch(/The file reads as JSON: use --format json\.$/);
    expect(refusal('[1]\n[2]\n')).toBe(
      'a.json (line 1): no line is a JSON object: an array, not an object. A .jsonl file has one JSON object a line, such as {"text": ...}.',
    );
  });
});

describe('UTF-8', () => {
  const run = kernel.exports;
  const check = (bytes: Uint8Array): [boolean, number] => {
    kernel.reset();
    const at = kernel.alloc(bytes.length);
    kernel
      .u8(at, bytes.length + 16)
      .fill(0x80)
      .set(bytes);
    return [run.utf8Valid(at, at + bytes.length) !== 0, (run.utf8Invalid(at, at + bytes.length) >>> 0) - at];
  };
  const decodes = (bytes: Uint8Array): boolean => {
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes);
      return true;
    } catch {
      return false;
    }
  };
  it('is what TextDecoder says it is', () => {
    const byte = fc.oneof(
      fc.nat(127),
      fc.integer({ min: 128, max: 255 }),
      fc.constantFrom(0xc0, 0xc2, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf),
    );
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 4 }),
      fc.array(byte, { maxLength: 4 }).map((b) => Uint8Array.from(b)),
      fc.string({ unit: 'binary', maxLength: 40 }).map((s) => new Uint8Array(Buffer.from(s))),
    );
    let bad = 0;
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), fc.nat(70), (pieces, shift) => {
        const bytes = new Uint8Array(Buffer.concat([Buffer.alloc(shift, 'a'), ...pieces]));
        const good = decodes(bytes);
        if (!good) bad++;
        const [valid, invalid] = check(bytes);
        expect(valid).toBe(good);
        expect(invalid === bytes.length).toBe(good);
        expect(decodes(bytes.subarray(0, invalid))).toBe(true);
      }),
      { numRuns: 2000 },
    );
    expect(bad).toBeGreaterThan(200);
  });
  it('every code point, and no surrogate', () => {
    const all = new Uint8Array(0x110000 * 4);
    let used = 0;
    for (let c = 0; c < 0x110000; c++) {
      if (c >= 0xd800 && c < 0xe000) continue;
      used += new TextEncoder().encodeInto(String.fromCodePoint(c), all.subarray(used)).written;
    }
    expect(check(all.subarray(0, used))).toEqual([true, used]);
    expect(check(Uint8Array.of(0xed, 0xa0, 0x80))).toEqual([false, 0]);
    expect(check(Uint8Array.of(0x61, 0xf4, 0x90, 0x80, 0x80))).toEqual([false, 1]);
  });
  it('ASCII is what has no byte above 0x7f, wherever that byte is', () => {
    kernel.reset();
    const at = kernel.alloc(9000);
    const bytes = kernel.u8(at, 9016).fill(0x80);
    for (const length of [0, 1, 15, 16, 17, 31, 32, 33, 100, 4095, 4096, 4097, 4127, 4128, 8192, 8999]) {
      bytes.fill(0x7f, 0, length).fill(0x80, length);
      expect([length, run.isAscii(at, at + length) !== 0]).toEqual([length, true]);
      for (const place of [0, 1, 16, 31, 32, 4095, 4096, 8191, length - 17, length - 1]) {
        if (place < 0 || place >= length) continue;
        bytes[place] = 0xc3;
        expect([length, place, run.isAscii(at, at + length) !== 0]).toEqual([length, place, false]);
        bytes[place] = 0x7f;
      }
    }
  });
});
