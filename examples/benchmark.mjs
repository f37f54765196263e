// How fast a compile is on this machine, over several sizes: rows/s, MB/s and peak memory of the whole process.
// For comparisons with other tools see bench/.
//
//   node examples/benchmark.mjs [rows ...]          default: 10000 100000 1000000
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const sizes = process.argv.length > 2 ? process.argv.slice(2) : ['10000', '100000', '1000000'];
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'datagpu-benchmark-'));
const node = (...args) => spawnSync(process.execPath, args, { encoding: 'utf8' });
const bin = path.join(import.meta.dirname, '../bin/datagpu.js');

try {
  console.log(`${os.cpus().length} cores, ${os.cpus()[0]?.model ?? 'unknown processor'}, node ${process.version}`);
  console.log('      rows       MB  ranking  seconds     rows/s    MB/s  peak MB');
  for (const rows of sizes) {
    const input = path.join(dir, `${rows}.csv`);
    const made = node(path.join(import.meta.dirname, 'generate-sample-data.mjs'), '--rows', rows, '--out', input);
    if (made.status !== 0) throw new Error(made.stderr);
    for (const rank of [false, true]) measure(input, Number(rows), rank);
  }
} finally {
  fs.rmSync(dir, { recursive: true, force: true });
}

/** Compiles in a process of its own, which reports its own peak memory (worker threads included). */
function measure(input, rows, rank) {
  const args = ['compile', input, '-o', path.join(dir, 'out'), '--no-cache', '--quiet', ...(rank ? [] : ['--no-rank'])];
  const script = `
    process.argv.splice(1, 0, ${JSON.stringify(bin)});
    process.on('exit', () => process.stdout.write(String(process.resourceUsage().maxRSS)));
    await import(${JSON.stringify(new URL(`file://${bin}`).href)});`;
  const began = performance.now();
  const run = node('--input-type=module', '-e', script, '--', ...args);
  const seconds = (performance.now() - began) / 1000;
  if (run.status !== 0) throw new Error(run.stderr);
  const megabytes = fs.statSync(input).size / 1e6;
  const cells = [
    String(rows).padStart(10),
    megabytes.toFixed(1).padStart(8),
    (rank ? 'yes' : 'no').padStart(8),
    seconds.toFixed(2).padStart(8),
    Math.round(rows / seconds)
      .toString()
      .padStart(10),
    (megabytes / seconds).toFixed(1).padStart(7),
    (Number(run.stdout) / 1024).toFixed(0).padStart(8),
  ];
  console.log(cells.join(' '));
}
