import fs from 'node:fs';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { type CompileOptions, compile, DatagpuError } from '../../dist/index.js';
import { asRead, temporaryFolder } from './compiled.js';

const folder = temporaryFolder();
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const bytes = (...all: (string | number[])[]): Buffer => Buffer.concat(all.map((part) => Buffer.from(part as string)));

/** What is refused, and the whole line that says so: file, record, line, what, and what to do. */
const refused: [name: string, content: string | Buffer, options: CompileOptions, line: string][] = [
  [
    'a.csv',
    'a,b\n1,"x\n2,y\n',
    {},
    ' (line 2): the quote opened in line 2 is never closed. Close it, or pass --quote none if " is text in this file.',
  ],
  [
    'a.csv',
    'a,b\n1,"x"y\n',
    {},
    ' row 1 (line 2): there is text after a closing ". All 1 records are malformed. Double each " within a quoted cell, or pass --quote none if " is text in this file.',
  ],
  [
    'a.csv',
    'a,b\n1,2,3\n4,5\n',
    { maxRejects: '0' },
    ' row 1 (line 2): it has 3 cells, but there are 2 columns. 1 of 2 records are malformed, at most 0 may be (--max-rejects). Quote cells that hold the delimiter, or name another one with --delimiter.',
  ],
  [
    'a.csv',
    'a,b\n1,2\n3,4,5\n6,7\n',
    { strict: true },
    ' row 2 (line 3): it has 3 cells, but there are 2 columns. No record may be malformed under --strict. Quote cells that hold the delimiter, or name another one with --delimiter.',
  ],
  [
    'a.csv',
    'a,b\nx,2\n',
    { types: { a: 'integer' } },
    ' row 1, column "a": it does not fit its declared type: "x". All 1 records are malformed. Declare another type with --types.',
  ],
  [
    'a.csv',
    bytes('a,b\n1,', [0xe9], '\n'),
    { encoding: 'utf-8' },
    ' row 1 (line 2): byte 3 of it, 0xE9, is not UTF-8. All 1 records are malformed. Name its encoding with --encoding if it has another one.',
  ],
  ['a.csv', Buffer.alloc(1000), {}, ': the content is binary, not text. Pass --encoding if it is text after all.'],
  [
    'a.json',
    '[{"a":1},]',
    {},
    ' row 2 (line 1): a comma with nothing after it, before "]", at byte 10. Correct it there: of JSON that is broken in one place nothing is read.',
  ],
  [
    'a.json',
    '[{"a":1},\n{"b":NaN}]',
    {},
    ' row 2 (line 2): not a JSON value, at byte 16: "NaN" (JSON has no such number; --json-nan null or --json-nan text reads it). Correct it there: of JSON that is broken in one place nothing is read.',
  ],
  ['a.json', '[{"a":1},{"b', {}, " row 2 (line 1): a string that isn't closed, at byte 13. It was probably cut off."],
  ['a.json', '[{"a":1}', {}, ' (line 1): the file ends within the array. It was probably cut off.'],
  [
    'a.json',
    '[1,2]',
    {},
    ' (line 1): the array holds no objects: its first element is a number, not an object. A record is a JSON object: make one of each element, such as {"text": ...}.',
  ],
  [
    'a.json',
    bytes('[{"a":"', [0xff], '"}]'),
    { encoding: 'utf-8' },
    ' (line 1): a byte that is not UTF-8 (0xFF), at byte 8. Name its encoding with --encoding.',
  ],
  [
    'a.jsonl',
    '[1,2]\n[3,4]\n',
    {},
    ' (line 1): no line is a JSON object: an array, not an object. A .jsonl file has one JSON object a line, such as {"text": ...}.',
  ],
  [
    'a.jsonl',
    '{\n"a":1\n}\n',
    {},
    ' (line 1): no line is a JSON object: expected a key in double quotes, got the end, at byte 2. The file reads as JSON: use --format json.',
  ],
  [
    'a.jsonl',
    '{"a":1}\n{"a":\u001b[31m}\n',
    { strict: true },
    ' row 2 (line 2): expected a value, got "\\u001b", at byte 6. No record may be malformed under --strict.',
  ],
];

it.each(refused)('%s: %j with %j', async (name, content, options, line) => {
  fs.writeFileSync(path.join(folder, name), content);
  const before = fs.readdirSync(folder);
  const error = await compile([name], { ...asRead, ...options, cwd: folder, out: 'out' }).catch((e: unknown) => e);
  if (!(error instanceof DatagpuError)) throw error;
  expect([error.code, error.describe()]).toEqual(['input', `${name}${line}`]);
  expect(fs.readdirSync(folder)).toEqual(before);
});
