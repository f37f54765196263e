// node bench/against.mjs <checkout> [ROW ...] [--runs N]
// Measures this build against the build in another checkout: the same compile as whole processes, in turn, on the same data.
// Prints medians, the ratio pair by pair, that of the fastest runs, of the CPU seconds and of peak memory. A ratio below 1 means that this build is faster.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { dataDir, documents, numbers, table } from './lib/data.mjs';
import { compare, once } from './lib/measure.mjs';

const args = process.argv.slice(2);
const runsAt = args.indexOf('--runs');
const runs = runsAt < 0 ? 9 : Number(args[runsAt + 1]);
const [other, ...chosen] = args.filter((a, i) => !a.startsWith('--') && (runsAt < 0 || i !== runsAt + 1));
if (other === undefined || !fs.existsSync(path.join(other, 'bin/datagpu.js'))) {
  console.error('usage: node bench/against.mjs <checkout with a build> [ROW ...] [--runs N]');
  process.exit(2);
}

const here = path.join(import.meta.dirname, '..');
const million = 1_000_000;
/** The 1 million rows as Parquet: what the other build makes of the CSV, without dedupe. */
function parquet() {
  const file = path.join(dataDir, `table-${million}-compiled.parquet`);
  if (fs.existsSync(file)) return file;
  const out = path.join(dataDir, 'out', 'made');
  fs.rmSync(out, { recursive: true, force: true });
  const options = ['--no-rank', '--no-dedupe', '--no-clean', '--no-cache', '--quiet'];
  execFileSync(process.execPath, [
    path.join(other, 'bin/datagpu.js'),
    'compile',
    table(million),
    '-o',
    out,
    ...options,
  ]);
  fs.renameSync(path.join(out, 'data.parquet'), file);
  return file;
}
const rows = {
  csv: () => [table(million), '--no-rank'],
  jsonl: () => [table(million, 'jsonl'), '--no-rank'],
  parquet: () => [parquet(), '--no-rank'],
  rank: () => [table(million)],
  near: () => [documents(50_000), '--near-dup', '--no-rank'],
  numbers: () => [numbers(million), '--no-rank'],
};

/** One compile of a build into an empty folder, as a whole process. */
const compile =
  (checkout, name, [input, ...flags]) =>
  () => {
    const out = path.join(dataDir, 'out', name);
    const command = [process.execPath, path.join(checkout, 'bin/datagpu.js'), 'compile', input, '-o', out];
    return once([...command, '--no-cache', '--quiet', ...flags], {
      before: () => {
        fs.rmSync(out, { recursive: true, force: true });
        fs.mkdirSync(path.dirname(out), { recursive: true });
      },
    });
  };

console.log(`this build against ${path.basename(path.resolve(other))}, medians of ${runs}, in turn\n`);
for (const [id, make] of Object.entries(rows)) {
  if (chosen.length > 0 && !chosen.includes(id)) continue;
  const what = make();
  const { a, b, ratio, ratioMin, ratioMax } = await compare(
    compile(here, 'ours', what),
    compile(other, 'peer', what),
    runs,
  );
  const memory = a.peakBytes / b.peakBytes;
  console.log(
    `${id.padEnd(8)} ${a.seconds.toFixed(3)} s against ${b.seconds.toFixed(3)} s: ratio ${ratio.toFixed(3)} (${ratioMin.toFixed(3)} to ${ratioMax.toFixed(3)}), least ${(a.min / b.min).toFixed(3)}, CPU ${(a.cpu / b.cpu).toFixed(3)}, peak memory ${memory.toFixed(3)}`,
  );
}
