// Writes src/kernels/assembly/shared/word-tables.ts: what each code point is to a tokeniser, for Unicode 15.1.0.
// Only for a change of Unicode version: npm install @unicode/unicode-15.1.0 somewhere, then
//   node scripts/unicode-words.mjs <folder of that package>
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const root = path.dirname(import.meta.dirname);
const data = process.argv[2];
if (data === undefined) throw new Error('usage: node scripts/unicode-words.mjs <folder of @unicode/unicode-15.1.0>');
const version = JSON.parse(fs.readFileSync(path.join(data, 'package.json'), 'utf8'))
  .name.split('-')
  .at(-1);
const load = async (name) => (await import(pathToFileURL(path.join(data, name, 'code-points.mjs')).href)).default;

const flag = { word: 1, part: 2, alone: 4, cased: 8, ignorable: 16, special: 32 };
/** Scripts that are written without spaces between words. */
const unspaced = [
  'Han',
  'Hiragana',
  'Katakana',
  'Bopomofo',
  'Yi',
  'Tangut',
  'Nushu',
  'Khitan_Small_Script',
  'Thai',
  'Lao',
  'Khmer',
  'Myanmar',
  'Tai_Le',
  'New_Tai_Lue',
  'Tai_Tham',
  'Tai_Viet',
  'Ahom',
  'Javanese',
  'Balinese',
];

const flags = new Uint8Array(0x110000);
const add = async (name, bits) => {
  for (const c of await load(name)) flags[c] |= bits;
};
await add('General_Category/Letter', flag.word | flag.part);
await add('General_Category/Number', flag.word | flag.part);
await add('General_Category/Mark', flag.part);
flags[0x5f] |= flag.word;
await add('Binary_Property/Cased', flag.cased);
await add('Binary_Property/Case_Ignorable', flag.ignorable);
// A code point that several scripts share is alone when all of them are written without spaces (the kana length mark).
const scripts = new Map();
for (const script of fs.readdirSync(path.join(data, 'Script_Extensions'))) {
  if (!fs.existsSync(path.join(data, 'Script_Extensions', script, 'code-points.mjs'))) continue;
  for (const c of await load(`Script_Extensions/${script}`)) scripts.set(c, [...(scripts.get(c) ?? []), script]);
}
for (const [c, names] of scripts) {
  if (flags[c] & flag.part && names.every((name) => unspaced.includes(name))) flags[c] |= flag.alone;
}

const lower = new Int32Array(0x110000);
for (const [from, to] of await load('Simple_Case_Mapping/Lowercase')) lower[from] = to - from;
for (const [from, to] of await load('Special_Casing/Lowercase')) {
  if (to.length === 1) lower[from] = to[0] - from;
  else if (from === 0x130 && to[0] === 0x69 && to[1] === 0x307) flags[from] |= flag.special;
  else throw new Error(`U+${from.toString(16)} has a lower-case form of its own: teach words.ts about it`);
}
flags[0x3a3] |= flag.special; // the final sigma

for (let c = 0x5000; c < 0xd000; c++) {
  // tokenise.ts of the rank kernel takes these for granted.
  const taken = c < 0x9000 || c >= 0xb000;
  if (taken && (!(flags[c] & flag.word) || flags[c] & flag.special || lower[c] !== 0)) throw new Error('plainLeads');
}

// Records (delta << 8 | flags), blocks of 64 record numbers, and the block of each 64 code points.
const records = new Map();
const record = Uint8Array.from(flags, (f, c) => {
  const value = ((lower[c] << 8) | f) >>> 0;
  if (!records.has(value)) records.set(value, records.size);
  if (records.size > 256) throw new Error('more than 256 records');
  return records.get(value);
});
const limit = 0x32400; // above it nothing but tags and variation selectors, which words.ts knows
for (let c = limit; c < 0x110000; c++) {
  const tag = c === 0xe0001 || (c >= 0xe0020 && c <= 0xe007f);
  const expected = c >= 0xe0100 && c <= 0xe01ef ? flag.part | flag.ignorable : tag ? flag.ignorable : 0;
  if (flags[c] !== expected || lower[c] !== 0) throw new Error(`U+${c.toString(16)} is above the table's limit`);
}
const blocks = new Map();
const index = [];
const bytes = [];
for (let at = 0; at < limit; at += 64) {
  const block = record.subarray(at, at + 64);
  const key = block.join();
  if (!blocks.has(key)) {
    blocks.set(key, blocks.size);
    bytes.push(...block);
  }
  index.push(blocks.get(key));
}

const table = (name, type, values, what) => {
  const lines = [];
  let line = ' ';
  for (const v of values) {
    if (line.length + String(v).length > 116) {
      lines.push(line);
      line = ' ';
    }
    line += ` ${v},`;
  }
  lines.push(line);
  return `/** ${what} */\nexport const ${name}: usize = memory.data<${type}>([\n${lines.join('\n')}\n]);\n`;
};
fs.writeFileSync(
  path.join(root, 'src/kernels/assembly/shared/word-tables.ts'),
  `// Made by scripts/unicode-words.mjs from the Unicode Character Database ${version} (Unicode License v3). Do not edit.\n\n` +
    `/** Code points from here on are not in the tables. */\nexport const wordTableLimit: u32 = ${limit};\n\n` +
    table('wordIndex', blocks.size > 256 ? 'u16' : 'u8', index, 'The block of each 64 code points.') +
    `\n${table('wordBlocks', 'u8', bytes, 'Blocks of 64 record numbers.')}` +
    `\n${table('wordRecords', 'u32', records.keys(), 'Records: distance to the lower-case form << 8 (signed) | flags.')}`,
);
process.stdout.write(`${index.length} index entries, ${blocks.size} blocks, ${records.size} records\n`);
