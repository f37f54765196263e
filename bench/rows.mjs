// The rows of the bench: what is measured, against whom, and the goal as a bound on ratio = datagpu / peer.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { dataDir, distinctTable, documents, headedDocuments, longTexts, numbers, table } from './lib/data.mjs';
import { once } from './lib/measure.mjs';

const root = path.join(import.meta.dirname, '..');
const cli = path.join(root, 'bin/datagpu.js');
const python = path.join(import.meta.dirname, '.venv/bin/python');
const original = path.join(import.meta.dirname, '.venv-datagpu/bin/datagpu');
const peers = path.join(import.meta.dirname, 'lib/peers.py');
const out = path.join(dataDir, 'out');

const clear = (name) => fs.rmSync(path.join(out, name), { recursive: true, force: true });
const fresh = (name) => () => {
  clear(name);
  fs.mkdirSync(out, { recursive: true });
};

/** One compile into an empty folder, as a whole process. */
export const compile =
  (input, ...flags) =>
  () =>
    once([process.execPath, cli, 'compile', input, '-o', path.join(out, 'ours'), '--no-cache', '--quiet', ...flags], {
      before: fresh('ours'),
    });

/** A row of peers.py as a whole process. */
const peer = (row, input, ...args) =>
  fs.existsSync(python)
    ? () =>
        once([python, peers, row, input, path.join(out, 'peer.parquet'), ...args], { before: fresh('peer.parquet') })
    : null;

/** The Python tool of the same name. */
const pythonDatagpu = (input) =>
  fs.existsSync(original)
    ? () => once([original, 'compile', input, '--out', path.join(out, 'peer')], { before: fresh('peer') })
    : null;

const size = (name) => {
  const file = path.join(out, name);
  if (!fs.existsSync(file)) return 0;
  if (!fs.statSync(file).isDirectory()) return fs.statSync(file).size;
  return fs
    .readdirSync(file)
    .filter((f) => f.endsWith('.parquet'))
    .reduce((n, f) => n + fs.statSync(path.join(file, f)).size, 0);
};
const sizes = () => ({ oursBytes: size('ours'), peerBytes: size('peer.parquet') });

/** Uses the time that a peer gives for a step of its own instead of its process time. */
const step = (run) =>
  run &&
  (async () => {
    const result = await run();
    return { ...result, seconds: JSON.parse(result.out).seconds };
  });

/** The busy seconds of a stage of our compile, all threads added up and then divided by `threads`, from the manifest. */
const stage =
  (run, name, threads = 1) =>
  async () => {
    const result = await run();
    const found = JSON.parse(result.out).stats.stages.find((s) => s.stage === name);
    return { ...result, seconds: found.seconds / threads };
  };

/** By how many seconds one process takes longer than another that runs right after it. */
const difference = (whole, without) => async () => {
  const result = await whole();
  const other = await without();
  return { ...result, seconds: result.seconds - other.seconds };
};

/** The busy seconds of each of `threads` threads in the stages that datagpu itself computes: all but packing. */
const ownStages = (run, threads) => async () => {
  const result = await run();
  const own = JSON.parse(result.out).stats.stages.filter((s) => s.stage !== 'write');
  return { ...result, seconds: own.reduce((sum, s) => sum + s.seconds, 0) / threads };
};

/** The rows of a CSV file as Parquet, made by DuckDB; null without it. */
function parquetOf(csv) {
  const file = csv.replace(/\.csv$/, '.parquet');
  if (fs.existsSync(file)) return file;
  if (!fs.existsSync(python)) return null;
  execFileSync(python, [peers, 'make-parquet', csv, file]);
  return file;
}

/** `scale` shrinks every input (1 = full size). Each row: name, rows, bytes, a, b, goal (ratio at most, or null), runs. */
export function benchRows(scale) {
  const n = (rows) => Math.max(1000, Math.round(rows * scale));
  const bytes = (file) => fs.statSync(file).size;
  const csv = () => table(n(1_000_000));
  const row = (name, input, a, b, goal, more = {}) => ({ name, input, a, b, goal, bytes: bytes(input), ...more });
  return [
    [
      'csv',
      () =>
        row('CSV, --no-rank, against DuckDB', csv(), compile(csv(), '--no-rank'), peer('duckdb-csv', csv()), 1, {
          after: sizes,
          records: n(1e6),
        }),
    ],
    [
      'jsonl',
      () => {
        const file = table(n(1_000_000), 'jsonl');
        return row(
          'JSONL, --no-rank, against DuckDB',
          file,
          compile(file, '--no-rank'),
          peer('duckdb-jsonl', file),
          1,
          { after: sizes, records: n(1e6) },
        );
      },
    ],
    [
      'parquet',
      () => {
        const file = parquetOf(csv());
        if (file === null) throw new Error('the peer that makes it is not installed');
        return row(
          'Parquet, --no-rank, against DuckDB',
          file,
          compile(file, '--no-rank'),
          peer('duckdb-parquet', file),
          1,
          { after: sizes, records: n(1e6) },
        );
      },
    ],
    [
      'rank',
      () =>
        row('CSV, default (ranking), against Python DataGPU', csv(), compile(csv()), pythonDatagpu(csv()), 1 / 40, {
          runs: 3,
          records: n(1e6),
        }),
    ],
    [
      'sklearn',
      () => {
        const file = table(n(400_000));
        return row(
          'CSV, default, whole process, against fit_transform and sum of scikit-learn alone',
          file,
          compile(file),
          step(peer('sklearn-rank', file)),
          1 / 20,
          { runs: 3, records: n(4e5) },
        );
      },
    ],
    [
      'numbers',
      () =>
        row(
          '50 columns of numbers, against DuckDB',
          numbers(n(1_000_000)),
          compile(numbers(n(1_000_000)), '--no-rank'),
          peer('duckdb-plain', numbers(n(1_000_000))),
          1.2,
          { after: sizes, records: n(1e6) },
        ),
    ],
    [
      'long',
      () =>
        row(
          'rows of 100 KB text, against DuckDB',
          longTexts(n(10_000), 100_000),
          compile(longTexts(n(10_000), 100_000), '--no-rank'),
          peer('duckdb-plain', longTexts(n(10_000), 100_000)),
          1.2,
          { after: sizes, records: n(1e4) },
        ),
    ],
    ...['snappy', 'gzip'].map((codec) => [
      codec,
      () =>
        row(
          `CSV, --no-rank, ${codec}, against DuckDB`,
          csv(),
          compile(csv(), '--no-rank', '--compression', codec),
          peer('duckdb-csv', csv(), codec),
          1.2,
          { after: sizes, records: n(1e6) },
        ),
    ]),
    [
      'dedupe',
      () =>
        row(
          'exact dedupe step, busy seconds of all threads together, against pandas drop_duplicates on its 1 thread',
          csv(),
          stage(compile(csv(), '--no-rank', '--json'), 'dedupe'),
          step(peer('pandas-duplicates', csv())),
          0.1,
          { records: n(1e6) },
        ),
    ],
    [
      'dedupe-thread',
      () =>
        row(
          'exact dedupe step, busy seconds of each of 2 threads, against pandas drop_duplicates on its 1 thread',
          csv(),
          stage(compile(csv(), '--no-rank', '--json', '--threads', '2'), 'dedupe', 2),
          step(peer('pandas-duplicates', csv())),
          0.1,
          { records: n(1e6) },
        ),
    ],
    // Digests are in both processes, as the fingerprint needs them. Where duplicates go, fewer rows are written, which may
    // spare more than finding them costs. Both differ from run to run by more than the step costs: there is no goal.
    ...[
      ['dedupe-wall', '15 % duplicates', csv],
      ['dedupe-wall-distinct', 'a table with no row twice', () => distinctTable(n(1_000_000))],
    ].map(([id, what, input]) => [
      id,
      () =>
        row(
          `whole process minus the same with --no-dedupe, ${what}, against pandas drop_duplicates on its 1 thread`,
          input(),
          difference(compile(input(), '--no-rank'), compile(input(), '--no-rank', '--no-dedupe')),
          step(peer('pandas-duplicates', input())),
          null,
        ),
    ]),
    [
      'near',
      () =>
        row(
          'near duplicates, whole process, against rensa',
          documents(n(50_000)),
          compile(documents(n(50_000)), '--near-dup', '--no-rank'),
          peer('rensa-near', documents(n(50_000))),
          1 / 3,
          { records: n(5e4) },
        ),
    ],
    [
      'near-headers',
      () => {
        const file = headedDocuments(n(100_000), 1000);
        return row(
          'near duplicates of documents behind a header of 1,000 words, seconds',
          file,
          compile(file, '--near-dup', '--no-rank'),
          null,
          4,
          { runs: 3, records: n(1e5) },
        );
      },
    ],
    [
      'threads-own',
      () =>
        row(
          'stages that datagpu computes, busy seconds of each of 2 threads, against 1',
          csv(),
          ownStages(compile(csv(), '--json', '--threads', '2'), 2),
          ownStages(compile(csv(), '--json', '--threads', '1'), 1),
          1 / 1.7,
          { records: n(1e6) },
        ),
    ],
    [
      'threads',
      () =>
        row(
          'CSV, default, 2 threads against 1',
          csv(),
          compile(csv(), '--threads', '2'),
          compile(csv(), '--threads', '1'),
          1 / 1.7,
          { records: n(1e6) },
        ),
    ],
    ...[
      ['rank-long', 'ascii', 'long ASCII documents'],
      ['cyrillic', 'cyrillic', 'long Cyrillic documents'],
      ['cjk', 'cjk', 'long Chinese documents'],
      ['mixed', 'mixed', 'long documents of ASCII, accented, Cyrillic and Han letters'],
    ].map(([id, script, what]) => [
      id,
      () => {
        const long = longTexts(n(5_000), 20_000, script);
        const short = longTexts(n(800_000), 125);
        return row(
          `ranking ${what}, against ASCII rows of 125 bytes; the goal is 2 a byte`,
          long,
          compile(long),
          compile(short),
          (2 * bytes(long)) / bytes(short),
          { records: n(5e3) },
        );
      },
    ]),
    [
      'version',
      () =>
        row(
          'datagpu --version, against node -e 0',
          cli,
          () => once([process.execPath, cli, '--version']),
          () => once([process.execPath, '-e', '0']),
          1.5,
        ),
    ],
    [
      'help',
      () =>
        row(
          'datagpu --help, against node -e 0',
          cli,
          () => once([process.execPath, cli, '--help']),
          () => once([process.execPath, '-e', '0']),
          1.5,
        ),
    ],
    ['small', () => row('100 rows, seconds', table(100), compile(table(100)), null, 0.5, { records: 100 })],
    [
      'hit',
      () => {
        const run = () =>
          once([
            process.execPath,
            cli,
            'compile',
            csv(),
            '-o',
            path.join(out, 'hit'),
            '--cache-dir',
            path.join(out, 'hit-cache'),
            '--quiet',
          ]);
        return row('cache hit, seconds', csv(), run, null, 0.15, { records: n(1e6) });
      },
    ],
    [
      'large',
      () =>
        row(
          '25 times as many rows, --no-rank, time per row against 1 times',
          table(n(25_000_000)),
          compile(table(n(25_000_000)), '--no-rank', '--memory', '1.5GB'),
          compile(csv(), '--no-rank'),
          25 * 1.3,
          { runs: 1, only: true, records: n(25e6) },
        ),
    ],
    [
      'large-rank',
      () =>
        row(
          '25 times as many rows, default, time per row against 1 times',
          table(n(25_000_000)),
          compile(table(n(25_000_000)), '--memory', '1.5GB'),
          compile(csv()),
          25 * 1.3,
          { runs: 1, only: true, records: n(25e6) },
        ),
    ],
    [
      'near-million',
      () =>
        row(
          'near duplicates of 1 million documents, time per document against 50,000',
          documents(n(1_000_000)),
          compile(documents(n(1_000_000)), '--near-dup', '--no-rank'),
          compile(documents(n(50_000)), '--near-dup', '--no-rank'),
          20 * 2,
          { runs: 1, only: true, records: n(1e6) },
        ),
    ],
  ];
}
