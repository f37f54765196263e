import { describe, expect, it } from 'vitest';
import { snakeCase } from '../../dist/clean/names.js';
import { escapeControls, quoteValue } from '../../dist/errors.js';
import { toNfc } from '../../dist/kernels/nfc.js';
import { dialectCodes } from '../../dist/load/csv/dialect.js';
import { newRecord, readRecord } from '../../dist/load/csv/record.js';

/** What has made time grow with the square of a length, or could: repeated to a long text. */
const units = [
  '-',
  '-_',
  ' ',
  '\t',
  '"',
  "'",
  '"a",',
  '\\',
  '\\"',
  '\\ud800',
  '1',
  '0',
  '1.',
  '1e',
  '2020-',
  ',',
  ';',
  '|',
  ', ',
  '\u0301',
  '\u0301\u0323',
  'a\u0301',
  `a${'\u0301'.repeat(23)}`,
  '\u1100\u1161',
  '\u1d165',
  '[',
  '{',
  '[]',
  '{"a":',
  '\u202e',
  '😀',
  '👩\u200d',
  '\r',
  '\r\n',
  '\n',
  '\0',
  '\u00a0',
  'a',
  'ab c',
  'A',
  '_',
  '#',
  ':',
  '/',
  '漢',
  'ก',
  '`',
  'true',
  'null',
  '\ufeff',
  'é',
];
const texts = (characters: number): string[] => units.map((unit) => unit.repeat(Math.floor(characters / unit.length)));

const codes = dialectCodes({
  delimiter: ',',
  quote: '"',
  escape: '\\',
  comment: '',
  newline: '\n',
  blanks: true,
  header: true,
  skip: 0,
  encoding: 'utf-8',
});

function recordsOf(text: string): number {
  const bytes = Buffer.from(text);
  const record = newRecord();
  let records = 0;
  for (let at = 0; readRecord(bytes, at, bytes.length, codes, record, 2); at = record.next) records++;
  return records;
}

/** Processor time of this process in ms; the smaller of two, since others disturb it. */
function cost(work: () => void): number {
  return Math.min(
    ...[0, 1].map(() => {
      const before = process.cpuUsage();
      work();
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1000;
    }),
  );
}

describe('four times the length takes four times as long: 16 times where time grows with the square', () => {
  it.each<[string, (text: string) => unknown]>([
    ['the NFC of a text', toNfc],
    ['a column name', snakeCase],
    ['a text for the terminal', escapeControls],
    ['a value in a message', (text) => quoteValue(text)],
    ['records of CSV with text behind a quoted cell', (text) => recordsOf(`"${text}"${text}\n"${text}",${text}\n`)],
  ])(
    '%s',
    (_, work) => {
      const [small, large] = [texts(100_000), texts(400_000)];
      for (const [i, unit] of units.entries()) {
        const [less, more] = [cost(() => work(small[i]!)), cost(() => work(large[i]!))];
        expect([unit, less, more, more < 8 * less + 250]).toEqual([unit, less, more, true]);
      }
    },
    300_000,
  );
});
