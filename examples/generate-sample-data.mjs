// Makes messy sample data of any size; the same arguments give the same bytes.
//
//   node examples/generate-sample-data.mjs [--rows 100000] [--kind text|chat|numbers] [--format csv|jsonl]
//                                          [--duplicates 0.15] [--seed 1] [--out sample.csv]
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '100000' },
    kind: { type: 'string', default: 'text' },
    format: { type: 'string', default: '' },
    duplicates: { type: 'string', default: '0.15' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string', default: '' },
  },
});
const rows = Number(values.rows);
const duplicates = Number(values.duplicates);
const { kind } = values;
const format = values.format || path.extname(values.out).slice(1) || (kind === 'chat' ? 'jsonl' : 'csv');
const out = values.out || `sample.${format}`;
const makers = { text: textRow, chat: chatRow, numbers: numbersRow };
if (!Number.isSafeInteger(rows) || rows < 0) fail(`--rows must be a whole number, got "${values.rows}"`);
if (!(duplicates >= 0 && duplicates < 1)) fail(`--duplicates must be from 0 to below 1, got "${values.duplicates}"`);
if (makers[kind] === undefined) fail(`--kind must be text, chat or numbers, got "${kind}"`);
if (format !== 'csv' && format !== 'jsonl') fail(`--format must be csv or jsonl, got "${format}"`);
if (kind === 'chat' && format === 'csv') fail('chat data is nested: take --format jsonl');

// Xorshift32 (Marsaglia, 2003): small, and the same everywhere.
let state = Math.imul(Number(values.seed) || 1, 2654435761) | 1;
function random() {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) / 2 ** 32;
}
const pick = (list) => list[Math.floor(random() * list.length)];

const syllables = 'ka lo mi ter an pro ing ed re con sta ble tion er ous ly qu ex fu zo pa ra si de ment'.split(' ');
const words = Array.from({ length: 20_000 }, () =>
  Array.from({ length: 1 + Math.floor(random() * 3.5) }, () => pick(syllables)).join(''),
);
/** Some words are a lot more frequent than others, as in a language (Zipf's law). */
const sentence = (least, most) =>
  Array.from(
    { length: least + Math.floor(random() * (most - least)) },
    () => words[Math.floor(words.length ** random()) - 1] ?? words[0],
  ).join(' ');

function textRow(i) {
  const text = sentence(5, 35);
  return {
    ID: i,
    'Text Body': random() < 0.05 ? `  ${text} ` : random() < 0.03 ? `${text}, "quoted"` : text,
    Category: pick(['alpha', 'Beta ', ' gamma', '', 'N/A', 'delta']),
    Score: random() < 0.02 ? 'NA' : random().toFixed(4),
    'Created At': new Date(1.7e12 + Math.floor(random() * 3e10)).toISOString(),
  };
}

function chatRow(i) {
  const turns = 1 + Math.floor(random() * 3);
  const messages = Array.from({ length: turns }, () => [
    { role: 'user', content: `${sentence(4, 16)}?` },
    { role: 'assistant', content: sentence(8, 60) },
  ]).flat();
  const row = { id: i, messages };
  if (random() < 0.5) row.rating = pick([1, 2, 3, 4, 5, null]);
  return row;
}

function numbersRow(i) {
  const row = { id: i };
  for (let c = 0; c < 20; c++) row[`x${c}`] = random() < 0.01 ? '' : (random() * 1000 - 500).toFixed(c % 5);
  return row;
}

const cell = (value) => (/[",\r\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value));
const line = (row) => (format === 'csv' ? Object.values(row).map(cell).join(',') : JSON.stringify(row));

const file = fs.openSync(out, 'w');
let buffer = format === 'csv' ? `${Object.keys(makers[kind](0)).map(cell).join(',')}\n` : '';
const recent = [];
for (let i = 0; i < rows; i++) {
  const repeated = recent.length > 0 && random() < duplicates;
  const text = repeated ? pick(recent) : line(makers[kind](i));
  if (!repeated) recent[i % 10_000] ??= text;
  buffer += `${text}\n`;
  if (buffer.length > 1 << 20) {
    fs.writeSync(file, buffer);
    buffer = '';
  }
}
fs.writeSync(file, buffer);
fs.closeSync(file);
process.stdout.write(`${out}: ${rows} rows, ${fs.statSync(out).size} bytes\n`);

function fail(message) {
  process.stderr.write(`error: ${message}\n`);
  process.exit(2);
}
