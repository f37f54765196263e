#!/usr/bin/env node
// Mutates files and compiles each mutation on the command line. (`--tables` compiles random tables instead: tables.mjs.)
//
//   npm run fuzz -- [--minutes 10] [--seed N] [--runs N] [--cases DIR] [--jobs 2] [--limit SECONDS] [--keep DIR] [--cli "..."]
//
// A run must end in time with exit 0, a balanced ledger and a data set that `verify` agrees with, or with one `error:` line, an
// exit code from 2 to 127 and nothing left behind. Run i of a call has seed N + i; `--seed S --runs 1` repeats run S. Files of
// runs that broke a rule are kept.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { mutate, randomFrom } from './mutate.mjs';

const here = import.meta.dirname;
const argument = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at > 0 ? process.argv[at + 1] : fallback;
};
const minutes = Number(argument('minutes', '10'));
const firstSeed = Number(argument('seed', String(Date.now() % 2 ** 31)));
const mostRuns = Number(argument('runs', 'Infinity'));
const limitMs = Number(argument('limit', '60')) * 1000;
const jobs = Number(argument('jobs', '2'));
const keep = argument('keep', path.join(os.tmpdir(), 'datagpu-fuzz'));
const cases = path.resolve(argument('cases', path.join(here, '../ingest/files')));
const cli = argument('cli', `${process.execPath} ${path.join(here, '../../bin/datagpu.js')}`).split(' ');

const formats = ['csv', 'tsv', 'jsonl', 'json', 'parquet'];
/** Files by extension, in an order that does not depend on the file system. */
const files = new Map(formats.map((format) => [format, []]));
for (const name of fs.readdirSync(cases, { recursive: true }).sort()) {
  const file = path.join(cases, name);
  const list = files.get(path.extname(name).slice(1).toLowerCase());
  if (list !== undefined && fs.statSync(file).isFile() && fs.statSync(file).size <= 2 ** 20) list.push(file);
}
const kinds = formats.filter((format) => files.get(format).length > 0);
if (kinds.length === 0) {
  console.error(`no file to mutate in ${cases}`);
  process.exit(2);
}

const flagSets = [
  ['--no-rank'],
  ['--no-rank', '--no-clean', '--no-dedupe'],
  ['--no-rank', '--max-rejects', '100%', '--rejects'],
  ['--no-rank', '--strict'],
  ['--no-rank', '--limit', '3'],
  ['--no-rank', '--no-header'],
  ['--no-rank', '--header', '--delimiter', ','],
  ['--no-rank', '--near-dup', '--source-column', 'from'],
  ['--rejects'],
  ['--rank-method', 'bm25', '--rank-target', 'the first text', '--top', '50%'],
];

/** The source of a run and its flags: a function of the seed and the files. */
function scenario(seed) {
  const random = randomFrom(Math.imul(seed, 0x9e3779b1));
  const format = random.pick(kinds);
  const list = files.get(format);
  const file = random.pick(list);
  let bytes = mutate(fs.readFileSync(file), random, fs.readFileSync(random.pick(list)));
  let extension = format;
  if (format !== 'parquet' && random.below(12) === 0) {
    bytes = gzipSync(bytes);
    if (random.below(2) === 0) bytes = mutate(bytes, random, bytes);
    extension += '.gz';
  }
  const flags = random.pick(flagSets);
  return { file, bytes, name: `mutated.${extension}`, flags, verify: random.below(8) === 0 };
}

function start(args, cwd) {
  return new Promise((resolve) => {
    const env = { ...process.env, NO_COLOR: '1' };
    const child = spawn(cli[0], [...cli.slice(1), ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    let late = false;
    child.stdout.on('data', (d) => {
      if (out.length < 2e7) out += d;
    });
    child.stderr.on('data', (d) => {
      if (err.length < 1e6) err += d;
    });
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, limitMs);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, out, err, late });
    });
  });
}

/** What is wrong with how a run ended; null if nothing is. */
function complaint({ code, signal, out, err, late }, folder) {
  if (late) return `no end within ${limitMs / 1000} s`;
  if (signal !== null) return `ended by ${signal}`;
  if (/\n\s+at .+:\d+:\d+/.test(err)) return `a stack trace: ${err.slice(0, 500)}`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what must not be there
  if (/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/.test(err)) return 'control characters on standard error';
  if (code === 0) return unbalanced(out);
  const lines = err.trimEnd().split('\n');
  if (code === 1 || code > 127) return `exit ${code}: ${lines.at(-1)}`;
  if (lines.length !== 1 || !lines[0].startsWith('error: ')) return `not one error line: ${err.slice(0, 500)}`;
  const left = fs.readdirSync(folder, { recursive: true }).filter((name) => !name.startsWith('mutated.'));
  return left.length === 0 ? null : `left behind: ${left.slice(0, 5).join(', ')}`;
}

function unbalanced(out) {
  let manifest;
  try {
    manifest = JSON.parse(out);
  } catch {
    return 'exit 0 without a manifest on standard output';
  }
  const { read, kept, dropped } = manifest.ledger;
  const sum = Object.values(dropped).reduce((a, b) => a + b, 0);
  const inFiles = manifest.files.reduce((n, f) => n + f.rows, 0);
  const sources = manifest.sources.reduce((n, s) => n + s.rows, 0);
  if (read === kept + sum && kept === manifest.rows && kept === inFiles && read === sources) return null;
  return `read ${read} (sources ${sources}), kept ${kept}, dropped ${sum}, rows ${manifest.rows}, in files ${inFiles}`;
}

const counts = { runs: 0, compiled: 0, refused: 0, verified: 0, failed: 0 };

async function oneRun(seed) {
  const { file, bytes, name, flags, verify } = scenario(seed);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'datagpu-fuzz-'));
  const source = path.join(folder, name);
  fs.writeFileSync(source, bytes);
  const args = ['compile', name, '-o', 'out', '--no-cache', '--json', '--quiet', ...flags];
  const outcome = await start(args, folder);
  let wrong = complaint(outcome, folder);
  if (wrong === null && outcome.code === 0 && verify) {
    const verified = await start(['verify', 'out'], folder);
    counts.verified++;
    if (verified.code !== 0) wrong = `verify: exit ${verified.code}: ${verified.err.slice(0, 500)}`;
  }
  counts.runs++;
  if (outcome.code === 0) counts.compiled++;
  else counts.refused++;
  if (wrong !== null) {
    counts.failed++;
    fs.mkdirSync(keep, { recursive: true });
    const kept = path.join(keep, `${seed}-${name}`);
    fs.copyFileSync(source, kept);
    console.log(`seed ${seed}: ${wrong}\n  from ${path.relative(cases, file)}, ${flags.join(' ')}, kept as ${kept}`);
  }
  fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

const ends = Date.now() + minutes * 60_000;
let next = firstSeed;
console.log(
  `seeds from ${firstSeed}, files of ${cases}: ${kinds.map((k) => `${files.get(k).length} ${k}`).join(', ')}`,
);
async function work() {
  while (Date.now() < ends && next - firstSeed < mostRuns) await oneRun(next++);
}
await Promise.all(Array.from({ length: jobs }, work));
const { runs, compiled, refused, verified, failed } = counts;
console.log(`${runs} runs: ${compiled} compiled (${verified} verified), ${refused} refused, ${failed} broke a rule`);
process.exit(failed === 0 ? 0 : 1);
