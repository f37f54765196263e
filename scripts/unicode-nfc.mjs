// Writes src/kernels/assembly/ingest/nfc-tables.ts (what each code point is to the normalisation check) and
// src/clean/assigned.ts (which code points are assigned), for Unicode 15.1.0.
// Only for a change of Unicode version: npm install @unicode/unicode-15.1.0 somewhere, then
//   node scripts/unicode-nfc.mjs <folder of that package>
//
// Which code points are assigned comes from the package. How they compose and in which order marks stand is asked of this
// runtime's own normaliser: by Unicode's stability policy (https://www.unicode.org/policies/stability_policy.html) the
// answers for code points assigned in 15.1.0 are the same in every later version.
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const root = path.dirname(import.meta.dirname);
const data = process.argv[2];
if (data === undefined) throw new Error('usage: node scripts/unicode-nfc.mjs <folder of @unicode/unicode-15.1.0>');
if (Number.parseFloat(process.versions.unicode) < 15.1) throw new Error('needs a runtime with Unicode 15.1 or later');
const load = async (name) => (await import(pathToFileURL(path.join(data, name, 'code-points.mjs')).href)).default;

const limit = 0x110000;
const unassigned = 255;
const composes = 254;
const surrogates = new Set(await load('General_Category/Surrogate'));

/** 0: stays as it is anywhere; 1 to 253: a mark, by rank of its combining class; 254: may change or combine; 255: unassigned. */
const table = new Uint8Array(limit);
for (const c of await load('General_Category/Unassigned')) table[c] = unassigned;

const text = String.fromCodePoint;
const marks = [];
for (let c = 0; c < limit; c++) {
  if (table[c] === unassigned || surrogates.has(c)) continue;
  const composed = text(c).normalize('NFC');
  if (composed !== text(c)) table[c] = composes;
  const parts = [...text(c).normalize('NFD')].map((p) => p.codePointAt(0));
  if (parts.length > 1 && composed === text(c)) table[parts.at(-1)] = composes;
  // A mark changes places with one of the lowest class before it or of the highest class behind it.
  if (swaps(c, 0x334) || swaps(0x345, c)) marks.push(c);
}
/** Whether the second code point belongs before the first. */
function swaps(first, second) {
  const pair = text(first) + text(second);
  return pair.normalize('NFD') !== text(first).normalize('NFD') + text(second).normalize('NFD');
}
const single = marks.filter((c) => [...text(c).normalize('NFD')].length === 1);
const classes = [];
for (const c of single) {
  const found = classes.find((k) => !swaps(k[0], c) && !swaps(c, k[0]));
  if (found === undefined) classes.push([c]);
  else found.push(c);
}
classes.sort((a, b) => (swaps(a[0], b[0]) ? 1 : -1));
classes.forEach((members, rank) => {
  for (const c of members) if (table[c] === 0) table[c] = rank + 1;
});

const block = 128;
const blocks = new Map();
const cells = [];
const index = [];
for (let c = 0; c < limit; c += block) {
  const piece = table.subarray(c, c + block);
  const key = piece.join();
  if (!blocks.has(key)) {
    blocks.set(key, blocks.size);
    cells.push(...piece);
  }
  index.push(blocks.get(key));
}
const half = 32;
const groups = new Map();
const middle = [];
const top = [];
for (let i = 0; i < index.length; i += half) {
  const piece = index.slice(i, i + half);
  const key = piece.join();
  if (!groups.has(key)) {
    groups.set(key, groups.size);
    middle.push(...piece);
  }
  top.push(groups.get(key));
}

const wrap = (numbers) => {
  const lines = [];
  let line = ' ';
  for (const n of numbers) {
    if (line.length + String(n).length + 2 > 120) {
      lines.push(line);
      line = ' ';
    }
    line += ` ${n},`;
  }
  return [...lines, line].join('\n');
};
fs.writeFileSync(
  path.join(root, 'src/kernels/assembly/ingest/nfc-tables.ts'),
  `// Made by scripts/unicode-nfc.mjs from the Unicode Character Database 15.1.0 (Unicode License v3). Do not edit.

/** The group of each ${block * half} code points. */
export const nfcTop: usize = memory.data<u8>([
${wrap(top)}
]);

/** The block of each ${block} code points of a group. */
export const nfcMiddle: usize = memory.data<u8>([
${wrap(middle)}
]);

/** 0: stays as it is anywhere; 1 to 253: a mark, by rank of its combining class; 254: may change or combine; 255: unassigned. */
export const nfcCells: usize = memory.data<u8>([
${wrap(cells)}
]);
`,
);

const runs = [];
for (let c = 0, from = 0; c <= limit; c++) {
  if (c < limit && (table[c] === unassigned) === (table[from] === unassigned)) continue;
  runs.push((c - from).toString(36));
  from = c;
}
const lines = [];
for (let i = 0, line = ''; i < runs.length; i++) {
  line += `${runs[i]}${i + 1 < runs.length ? ' ' : ''}`;
  if (line.length > 100 || i + 1 === runs.length) {
    lines.push(`  '${line}'${i + 1 < runs.length ? ' +' : ';'}`);
    line = '';
  }
}
fs.mkdirSync(path.join(root, 'src/clean'), { recursive: true });
fs.writeFileSync(
  path.join(root, 'src/clean/assigned-runs.ts'),
  `// Made by scripts/unicode-nfc.mjs from the Unicode Character Database 15.1.0 (Unicode License v3). Do not edit.

/** Lengths, in base 36, of alternating runs of assigned and unassigned code points from U+0000 on. */
export const assignedRuns: string =
${lines.join('\n')}
`,
);
console.log(
  `${marks.length} marks in ${classes.length} classes; ${top.length + middle.length + cells.length} bytes of tables`,
);
