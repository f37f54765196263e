// npm run bench [-- ROW ...] [--runs N] [--smoke] [--all]
// Measures the rows of rows.mjs: whole processes, each pair alternating, medians. --smoke is small and looks for breakage only;
// --all adds the rows that take minutes. Writes bench/results/<date>.json.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { compare } from './lib/measure.mjs';
import { benchRows } from './rows.mjs';

const args = process.argv.slice(2);
const flag = (name) => args.includes(`--${name}`);
const runsAt = args.indexOf('--runs');
const smoke = flag('smoke');
const defaultRuns = runsAt >= 0 ? Number(args[runsAt + 1]) : smoke ? 1 : 5;
const chosen = args.filter((a, i) => !a.startsWith('--') && (runsAt < 0 || i !== runsAt + 1));

const cpu = os.cpus();
const machine = `${cpu.length} x ${cpu[0]?.model ?? 'unknown'}, ${Math.round(os.totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
console.log(`${machine}; medians of ${defaultRuns}, alternating; seconds (lowest to highest)\n`);

const seconds = (s) => (s === null ? '-' : `${s.seconds.toFixed(3)} (${s.min.toFixed(3)} to ${s.max.toFixed(3)})`);
const megabytes = (bytes) => `${Math.round(bytes / 1e6)} MB`;
const results = [];
let missed = 0;
for (const [id, make] of benchRows(smoke ? 0.005 : 1)) {
  if (chosen.length > 0 && !chosen.includes(id)) continue;
  let row;
  try {
    row = make();
  } catch (error) {
    console.log(`${id}: skipped, its input is missing (${error.message})`);
    continue;
  }
  if (row.only && chosen.length === 0 && !flag('all')) continue;
  const alone = row.b === null;
  if (alone && row.goal !== null && row.goal < 0.1) {
    console.log(`${row.name}: skipped, the peer is not installed (bench/setup-peers.sh)`);
    continue;
  }
  const result = await compare(row.a, row.b, smoke ? 1 : Math.min(defaultRuns, row.runs ?? defaultRuns));
  const value = result.ratio ?? result.a.seconds;
  const met = row.goal === null ? null : value <= row.goal;
  if (met === false) missed++;
  const verdict = met === null ? 'no goal' : `goal ${row.goal.toFixed(3)}: ${met ? 'met' : 'MISSED'}`;
  const line = [
    row.name,
    `  datagpu ${seconds(result.a)}${alone ? '' : `, peer ${seconds(result.b)}`}`,
    `  ${alone ? 'seconds' : 'ratio'} ${value.toFixed(3)}${alone ? '' : ` (${result.ratioMin.toFixed(3)} to ${result.ratioMax.toFixed(3)})`}, ${verdict}`,
    row.records === undefined
      ? ''
      : `  ${Math.round(row.records / result.a.seconds).toLocaleString('en')} rows/s, ${(row.bytes / 1e6 / result.a.seconds).toFixed(0)} MB/s, peak ${megabytes(result.a.peakBytes)}${alone ? '' : `, peer's peak ${megabytes(result.b.peakBytes)}`}`,
  ];
  const after = row.after?.() ?? null;
  if (after?.peerBytes) line.push(`  file ${(after.oursBytes / after.peerBytes).toFixed(3)} of the peer's`);
  console.log(line.filter((l) => l !== '').join('\n'));
  const strip = (s) => s && { seconds: s.seconds, min: s.min, max: s.max, peakBytes: s.peakBytes };
  results.push({
    id,
    name: row.name,
    goal: row.goal,
    met,
    ratio: result.ratio,
    ratioMin: result.ratioMin,
    ratioMax: result.ratioMax,
    datagpu: strip(result.a),
    peer: strip(result.b),
    ...after,
  });
}
if (!smoke && results.length > 0) {
  const dir = path.join(import.meta.dirname, 'results');
  fs.mkdirSync(dir, { recursive: true });
  const stamp = new Date().toISOString().slice(0, 10);
  const file = path.join(dir, `${stamp}.json`);
  const before = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')).rows : [];
  const rows = [...before.filter((r) => !results.some((s) => s.id === r.id)), ...results];
  fs.writeFileSync(file, `${JSON.stringify({ machine, rows }, null, 2)}\n`);
}
console.log(
  `\n${results.length} rows measured${smoke ? ' (smoke: for breakage, not for time)' : `, ${missed} goals missed`}`,
);
