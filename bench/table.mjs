// node bench/table.mjs [results.json]: the measured rows as a Markdown table, for docs/performance.md.
import fs from 'node:fs';
import path from 'node:path';

const dir = path.join(import.meta.dirname, 'results');
const file = process.argv[2] ?? path.join(dir, fs.readdirSync(dir).sort().at(-1));
const { machine, rows } = JSON.parse(fs.readFileSync(file, 'utf8'));
const seconds = (s) => (s === null ? '' : `${s.seconds.toFixed(2)} s`);
const peak = (s) => (s === null ? '' : `${Math.round(s.peakBytes / 1e6)} MB`);
console.log(`${machine}\n`);
console.log('| row | what | datagpu | peer | ratio (lowest to highest) | goal | met | peak | file |');
console.log('|---|---|---|---|---|---|---|---|---|');
for (const r of rows) {
  const ratio = r.ratio === null ? '' : `${r.ratio.toFixed(3)} (${r.ratioMin.toFixed(3)} to ${r.ratioMax.toFixed(3)})`;
  const size = r.peerBytes ? (r.oursBytes / r.peerBytes).toFixed(3) : '';
  const met = r.met === null ? '' : r.met ? 'yes' : 'no';
  const cells = [r.id, r.name, seconds(r.datagpu), seconds(r.peer), ratio, r.goal?.toFixed(3) ?? '', met];
  console.log(`| ${[...cells, peak(r.datagpu), size].join(' | ')} |`);
}
