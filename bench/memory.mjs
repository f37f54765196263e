// npm run bench:memory [-- INPUT ...] [--memory 768MiB,1GB,1.5GB]
// Peak resident memory of whole compiles against --memory, for inputs that are many times larger or of an odd shape. Prints limit, peak and ratio; ends
// with 1 if a ratio is above 1.15. Inputs of about a gigabyte are made in bench/data/memory and removed afterwards unless --keep is given.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { createGzip } from 'node:zlib';
import { dataDir, generator, table, vocabulary, writeLines } from './lib/data.mjs';
import { once } from './lib/measure.mjs';

const args = process.argv.slice(2);
const at = args.indexOf('--memory');
const limits = at < 0 ? ['768MiB', '1GB', '1.5GB'] : args[at + 1].split(',');
const chosen = args.filter((a, i) => !a.startsWith('--') && (at < 0 || i !== at + 1));
const root = path.join(import.meta.dirname, '..');
const folder = path.join(dataDir, 'memory');
const python = path.join(import.meta.dirname, '.venv/bin/python');
const mostRatio = 1.15;

const made = (name, header, lines) => {
  const file = path.join(folder, name);
  if (!fs.existsSync(file)) writeLines(file, header, lines());
  return file;
};
const repeat = (count, line) =>
  function* () {
    for (let i = 0; i < count; i++) yield line(i);
  };
const words = (count) => {
  const word = vocabulary(generator(7), 50_000);
  return Array.from({ length: count }, word).join(' ');
};

/** Five million ordinary rows as one row group, texts without a dictionary: what a foreign writer may do. */
function oneGroup(csv) {
  const file = path.join(folder, 'one-group.parquet');
  if (fs.existsSync(file)) return file;
  if (!fs.existsSync(python)) return null;
  const script =
    'import sys, pyarrow.csv as c, pyarrow.parquet as p; t = c.read_csv(sys.argv[1]); ' +
    'p.write_table(t, sys.argv[2], row_group_size=t.num_rows, use_dictionary=False, compression="snappy")';
  execFileSync(python, ['-c', script, csv, file]);
  return file;
}

async function gzip(file) {
  const target = `${file}.gz`;
  const { pipeline } = await import('node:stream/promises');
  if (!fs.existsSync(target))
    await pipeline(fs.createReadStream(file), createGzip({ level: 1 }), fs.createWriteStream(target));
  return target;
}

const number = generator(99);
const digit = () => Math.floor(number() * 10);
const inputs = {
  'five million rows, CSV': () => table(5_000_000),
  'the same, one Parquet row group': () => oneGroup(table(5_000_000)),
  '25 million different integers': () => made('ids.csv', 'id', repeat(25_000_000, String)),
  '2,000 columns': () =>
    made(
      'wide.csv',
      Array.from({ length: 2000 }, (_, c) => `c${c}`).join(','),
      repeat(30_000, () => Array.from({ length: 2000 }, () => Math.floor(number() * 1e6)).join(',')),
    ),
  '50 columns of one digit': () =>
    made(
      'digits.csv',
      Array.from({ length: 50 }, (_, c) => `c${c}`).join(','),
      repeat(3_000_000, () => Array.from({ length: 50 }, digit).join(',')),
    ),
  'texts of 100 KB': () => {
    const pieces = Array.from({ length: 200 }, () => words(1400));
    const piece = () => pieces[Math.floor(number() * 200)];
    return made(
      'long.csv',
      'id,text',
      repeat(8000, (i) => `${i},${Array.from({ length: 8 }, piece).join(' ')}`),
    );
  },
  'texts of 10 MB': () => {
    const pieces = Array.from({ length: 200 }, () => words(14_000));
    const piece = () => pieces[Math.floor(number() * 200)];
    return made(
      'cells.jsonl',
      '',
      repeat(60, (i) => JSON.stringify({ id: i, text: Array.from({ length: 80 }, piece).join(' ') })),
    );
  },
  'the same text a million times, gzip': () =>
    gzip(
      made(
        'same.jsonl',
        '',
        repeat(1_000_000, (i) => JSON.stringify({ id: i, text: 'aaaa bbbb '.repeat(80) })),
      ),
    ),
};
const modes = [['--no-rank'], [], ['--near-dup', '--no-rank'], ['--top', '10%', '--rejects']];

const bytesOf = (limit) => {
  const [, size, unit] = /^([\d.]+)(MiB|GB)$/.exec(limit);
  return Number(size) * (unit === 'GB' ? 1e9 : 2 ** 20);
};

fs.mkdirSync(folder, { recursive: true });
let over = 0;
console.log('| input | flags | --memory | peak | ratio | seconds |\n|---|---|---|---|---|---|');
for (const [name, make] of Object.entries(inputs)) {
  if (chosen.length > 0 && !chosen.some((c) => name.includes(c))) continue;
  const input = await make();
  if (input === null) continue;
  for (const flags of modes) {
    for (const limit of limits) {
      const out = path.join(folder, 'out');
      const compile = [path.join(root, 'bin/datagpu.js'), 'compile', input, '-o', out, '--no-cache', '--quiet'];
      try {
        const { seconds, peakBytes } = await once([process.execPath, ...compile, '--memory', limit, ...flags], {
          before: () => fs.rmSync(out, { recursive: true, force: true }),
        });
        const ratio = peakBytes / bytesOf(limit);
        if (ratio > mostRatio) over++;
        const peak = `${Math.round(peakBytes / 1e6)} MB`;
        console.log(
          `| ${name} | ${flags.join(' ')} | ${limit} | ${peak} | ${ratio.toFixed(2)} | ${seconds.toFixed(1)} |`,
        );
      } catch (error) {
        console.log(`| ${name} | ${flags.join(' ')} | ${limit} | ${error.message.split('\n')[0].slice(-120)} |`);
      }
    }
  }
}
if (!args.includes('--keep')) fs.rmSync(folder, { recursive: true });
console.log(`\n${over} above ${mostRatio}`);
if (over > 0) process.exitCode = 1;
