#!/usr/bin/env node
// Compiles random ordinary tables on the command line and compares every value of the data set with what was written.
//
//   npm run fuzz -- --tables [--minutes 10] [--seed N] [--runs N] [--jobs 2] [--limit SECONDS] [--keep DIR] [--cli "..."]
//
// Run i of a call has seed N + i; `--seed S --runs 1 --keep DIR` repeats run S and leaves its source and output in DIR. What is
// expected is computed from how the table was made, by the rules of the documents, and the output is read by hyparquet.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { wrongIn } from './tables/check.mjs';
import { scenarioOf } from './tables/scenario.mjs';
import { writeFiles, writeTable } from './tables/write.mjs';

const argument = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at > 0 ? process.argv[at + 1] : fallback;
};
const minutes = Number(argument('minutes', '10'));
const firstSeed = Number(argument('seed', String(Date.now() % 2 ** 31)));
const mostRuns = Number(argument('runs', 'Infinity'));
const limitMs = Number(argument('limit', '300')) * 1000;
const jobs = Number(argument('jobs', '2'));
const keep = argument('keep', null);
const bin = path.join(import.meta.dirname, '../../bin/datagpu.js');
const cli = argument('cli', `${process.execPath} ${bin}`).split(' ');

function start(args, cwd) {
  return new Promise((resolve) => {
    const env = { ...process.env, NO_COLOR: '1' };
    const child = spawn(cli[0], [...cli.slice(1), ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    child.stdout.on('data', (d) => {
      out += d;
    });
    child.stderr.on('data', (d) => {
      err += d;
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), limitMs);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, out, err });
    });
  });
}

const counts = { compiles: 0, rows: 0, verified: 0, failed: 0 };

const told = ({ seed, table, files, how, args }) => {
  const kinds = table.columns.map(({ kind, nulls }) => (nulls > 0 ? `${kind} ${nulls}%` : kind)).join(', ');
  const groups = how.format === 'parquet' ? `, row groups of ${how.rowGroupSize}` : '';
  return `seed ${seed}: ${table.rows} rows, ${table.repeats}% repeated, ${files} x ${how.format}${groups}; ${kinds}\n  ${args.join(' ')}`;
};

/** What is wrong with what a scenario gives; null if nothing is. */
async function outcome(scenario, folder) {
  const { table, files, how, args } = scenario;
  const source = files > 1 ? 'source' : `source.${how.format}`;
  const where = path.join(folder, source);
  let cuts = [0, table.rows];
  if (files > 1) cuts = writeFiles(where, table, files, how);
  else writeTable(where, table, 0, table.rows, how);
  const { code, signal, out, err } = await start(['compile', source, '-o', 'out', ...args], folder);
  counts.compiles++;
  counts.rows += table.rows;
  if (signal !== null) return `ended by ${signal}`;
  // An empty array says nothing of columns; an empty table of the other formats is one.
  if (code === 3 && table.rows === 0 && how.format === 'json' && /the array is empty/.test(err)) return null;
  if (code !== 0) return `exit ${code}: ${err.trim().slice(0, 500)}`;
  const wrong = await wrongIn(path.join(folder, 'out'), JSON.parse(out), scenario, cuts);
  if (wrong !== null || !scenario.verify) return wrong;
  const verified = await start(['verify', 'out'], folder);
  counts.verified++;
  return verified.code === 0 ? null : `verify: exit ${verified.code}: ${verified.err.trim().slice(0, 500)}`;
}

async function oneRun(seed) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'datagpu-tables-'));
  const scenario = scenarioOf(seed);
  let wrong;
  try {
    wrong = await outcome(scenario, folder);
  } catch (error) {
    wrong = error.stack;
  }
  if (wrong !== null) {
    counts.failed++;
    console.log(`${told(scenario)}\n  ${wrong}`);
  }
  if (keep !== null) fs.cpSync(folder, path.join(keep, String(seed)), { recursive: true });
  fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

const ends = Date.now() + minutes * 60_000;
let next = firstSeed;
console.log(`seeds from ${firstSeed}`);
async function work() {
  while (Date.now() < ends && next - firstSeed < mostRuns) await oneRun(next++);
}
await Promise.all(Array.from({ length: jobs }, work));
const { compiles, rows, verified, failed } = counts;
console.log(`${compiles} compiles of ${rows} rows: ${compiles - failed} right (${verified} verified), ${failed} wrong`);
process.exitCode = failed === 0 ? 0 : 1;
