// Compiles a source into a folder with a card, and ends at a rename: killed-at-rename.mjs <n> <source> <out> [<options as JSON>].
import fs from 'node:fs';
import { compile } from '../../dist/index.js';

const [n, source, out, more] = process.argv.slice(2);
const rename = fs.renameSync;
let renames = 0;
fs.renameSync = (from, to) => {
  if (++renames === Number(n)) process.kill(process.pid, 'SIGKILL');
  rename(from, to);
};
await compile([source], { out, cache: false, threads: 0, card: true, ...JSON.parse(more ?? '{}') });
