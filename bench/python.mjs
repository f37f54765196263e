// npm run bench:python [-- ROW ...] [--runs N] [--smoke]
// Measures how fast compiled data sets are loaded in Python, against `datasets` and the Python DataGPU on the same Parquet:
// every measurement a process of its own, ours and the peer's in turn, medians. Needs the environment that `npm run
// test:python` makes (or DATAGPU_BENCH_PYTHON), and bench/setup-peers.sh for the Python DataGPU (or DATAGPU_BENCH_PEER).
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { testEnvironment } from '../scripts/python-environment.mjs';
import { dataDir, table } from './lib/data.mjs';
import { median } from './lib/measure.mjs';

const root = path.dirname(import.meta.dirname);
const args = process.argv.slice(2);
const smoke = args.includes('--smoke');
const runsAt = args.indexOf('--runs');
const runs = runsAt >= 0 ? Number(args[runsAt + 1]) : smoke ? 1 : 3;
const chosen = args.filter((a, i) => !a.startsWith('--') && (runsAt < 0 || i !== runsAt + 1));

const ours = process.env.DATAGPU_BENCH_PYTHON ?? testEnvironment().python;
const peer = process.env.DATAGPU_BENCH_PEER ?? path.join(import.meta.dirname, '.venv-datagpu/bin/python');
const script = path.join(import.meta.dirname, 'lib/python_loading.py');
const rows = smoke ? 20_000 : 1_000_000;
const decodedBytes = smoke ? 2e8 : 5e9;

const measure = (python, what, ...more) => {
  const env = {
    ...process.env,
    HF_HUB_OFFLINE: '1',
    HF_DATASETS_CACHE: path.join(dataDir, 'hf-cache'),
    DATAGPU_DECODED_CACHE: path.join(dataDir, 'decoded-cache'),
  };
  if (python === ours) env.PYTHONPATH = path.join(root, 'python/src');
  else delete env.PYTHONPATH;
  // Where Python may not keep bytecode, every process would compile every module again: that is not what is measured.
  delete env.PYTHONDONTWRITEBYTECODE;
  const out = execFileSync(python, [script, what, ...more], {
    encoding: 'utf8',
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return JSON.parse(out.trim().split('\n').at(-1));
};
const several = (python, what, ...more) => Array.from({ length: runs }, () => measure(python, what, ...more));

/** Ours and the peer's in turn; how many times as fast ours is, and the same of CPU time, which other programs disturb less. */
function versus(mine, theirs) {
  const pairs = Array.from({ length: runs }, () => [mine(), theirs()]);
  const both = (what) => [0, 1].map((side) => median(pairs.map((pair) => pair[side][what])));
  const [a, b] = both('seconds');
  const [cpu, peerCpu] = both('cpuSeconds');
  const text = `${a.toFixed(2)} s, peer ${b.toFixed(2)} s: ${(b / a).toFixed(2)} times as fast; CPU ${cpu.toFixed(2)} s and ${peerCpu.toFixed(2)} s: ${(peerCpu / cpu).toFixed(2)}`;
  return { value: b / a, text };
}

console.log(`${os.cpus().length} x ${os.cpus()[0]?.model ?? 'unknown'}, Node ${process.version}; medians of ${runs}\n`);
const csv = table(rows);
const set = path.join(dataDir, 'out', `python-${rows}`);
const large = path.join(dataDir, 'out', 'python-large');
fs.mkdirSync(path.dirname(set), { recursive: true });
const cli = path.join(root, 'bin/datagpu.js');
if (!fs.existsSync(path.join(set, 'manifest.yaml')))
  execFileSync(process.execPath, [cli, 'compile', csv, '-o', set, '--no-rank', '--no-dedupe', '--no-cache', '--quiet']);

const megabytes = (bytes) => `${Math.round(bytes / 1e6)} MB`;
const memory = (what) => {
  const { bytes } = measure(ours, 'multiply', set, large, String(decodedBytes));
  const { seconds, rows: seen, peakBytes } = measure(ours, what, large);
  fs.rmSync(large, { recursive: true, force: true });
  const text = `peak ${megabytes(peakBytes)}; ${seen.toLocaleString('en')} rows, ${(bytes / 1e9).toFixed(1)} GB decoded, in ${seconds.toFixed(0)} s`;
  return { value: peakBytes / 1e6, text };
};
const batches = (order) =>
  versus(
    () => measure(ours, 'batches-ours', set, order),
    () => measure(ours, 'batches-datasets', set, order),
  );
const randomRows = (state) =>
  versus(
    () => measure(ours, 'random', set, state),
    () => measure(peer, 'random', set, state),
  );
/** Name, what, goal (at least with `more`, else less than), and how it is measured. */
const all = [
  [
    'batches',
    `${rows} rows through the DataLoader, 32 a batch, in order, against datasets with set_format("torch")`,
    { more: 1.5 },
    () => batches('ordered'),
  ],
  ['shuffled', 'the same, shuffled', { more: 1.5 }, () => batches('shuffled')],
  [
    'random',
    '10,000 rows at random places of an open data set, against the loader of the Python DataGPU 0.1.1',
    { more: 3 },
    () => randomRows('warm'),
  ],
  [
    'random-opened',
    'the same with opening it for the first time: both decode the whole file',
    { more: 1 },
    () => randomRows('opened'),
  ],
  [
    'random-again',
    'the same with opening it, after another process did so: from the decoded row groups in the cache folder',
    { more: 3 },
    () => {
      measure(ours, 'random', set, 'opened');
      return randomRows('again');
    },
  ],
  [
    'import',
    'import datagpu, seconds',
    { less: 0.1 },
    () => {
      const value = median(several(ours, 'import').map((r) => r.seconds));
      return { value, text: `${value.toFixed(4)} s` };
    },
  ],
  ['memory', 'iterating over 5 GB, MB of memory', { less: 500 }, () => memory('iterating')],
  [
    'memory-loader',
    '5 GB through the shuffling DataLoader, MB of memory, PyTorch included',
    { less: 500 },
    () => memory('loading'),
  ],
];
let missed = 0;
for (const [name, what, { more, less }, run] of all) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  if (name.startsWith('random') && !fs.existsSync(peer)) {
    console.log(`${name}: skipped, the peer is not installed (bench/setup-peers.sh)`);
    continue;
  }
  const { value, text } = run();
  const met = more === undefined ? value < less : value >= more;
  if (!met) missed++;
  console.log(
    `${name}: ${what}\n  ${text}\n  goal ${more === undefined ? `below ${less}` : `${more} times`}: ${met ? 'met' : 'MISSED'}`,
  );
}
console.log(`\n${missed} goals missed${smoke ? ' (smoke: for breakage, not for time)' : ''}`);
