import fs from 'node:fs';
import path from 'node:path';
import { fatesOf } from './expect.mjs';
import { readRows } from './read.mjs';
import { keyOf } from './table.mjs';

/**
 * Compares every value of a data set with what was written, and every count with the rules. Gives what is wrong, null if
 * nothing is. `cuts` are the rows where the sources begin.
 */
export async function wrongIn(out, manifest, scenario, cuts) {
  const { table, rank, top, rejects } = scenario;
  const fates = fatesOf(table, scenario);
  const kept = [];
  for (let row = 0; row < table.rows; row++) if (fates[row] === null) kept.push(row);
  const { columns, rows } = await readRows(manifest.files.map((f) => path.join(out, f.path)));
  const names = table.columns.map((c) => c.name);
  const score = rank === null ? [] : ['quality_score'];
  if (columns.join() !== [...names, ...score].join()) return `columns ${columns.join()}`;
  const left = top === null ? kept.length : Math.min(top, kept.length);
  if (rows.length !== left || manifest.rows !== left) return `${rows.length} rows, ${left} expected`;
  const scores = rank === null ? null : rows.map((row) => row[names.length]);
  const order = rank === null ? kept : placed(scenario, kept, rows);
  if (typeof order === 'string') return order;
  const wrong = wrongValue(scenario, rows, order) ?? (scores === null ? null : wrongOrder(scenario, order, scores));
  if (wrong !== null) return wrong;
  if (top !== null) {
    const isLeft = new Set(order);
    for (const row of kept) if (!isLeft.has(row)) fates[row] = 'below top';
  }
  return wrongCounts(manifest, scenario, fates) ?? (rejects ? await wrongRejects(out, scenario, fates, cuts) : null);
}

function wrongValue({ table, clean }, rows, order) {
  for (let i = 0; i < rows.length; i++) {
    const expected = table.expected(order[i], clean);
    for (let c = 0; c < expected.length; c++) {
      const is = comparable(table, rows[i][c], c);
      if (is !== expected[c])
        return `row ${i} (of source row ${order[i]}), column c${c} (${table.columns[c].kind}): ${show(is)}, not ${show(expected[c])}`;
    }
  }
  return null;
}

const comparable = (table, value, c) => (value === null || value === undefined ? null : table.kinds[c].read(value));
const show = (value) => `${typeof value} ${String(value).slice(0, 80)}`;

/** The source row of each row of a ranked data set, found by its content; equal rows are in source order. */
function placed({ table, clean }, kept, rows) {
  const places = new Map();
  for (const row of kept) {
    const key = keyOf(table.expected(row, clean));
    const list = places.get(key);
    if (list === undefined) places.set(key, [row]);
    else list.push(row);
  }
  const order = [];
  const width = table.columns.length;
  for (let i = 0; i < rows.length; i++) {
    const values = rows[i].slice(0, width).map((value, c) => comparable(table, value, c));
    const row = places.get(keyOf(values))?.shift();
    if (row === undefined) return `row ${i} is of no source row, or there too often: ${values.map(show).join(', ')}`;
    order.push(row);
  }
  return order;
}

function wrongOrder({ keepOrder, rank }, order, scores) {
  for (let i = 1; i < order.length; i++) {
    if (!Number.isFinite(scores[i])) return `score ${scores[i]} of row ${i}`;
    if (rank === 'none' && scores[i] !== 1) return `score ${scores[i]} without ranking`;
    const isInOrder = keepOrder || scores[i] === scores[i - 1] ? order[i] > order[i - 1] : scores[i] < scores[i - 1];
    if (!isInOrder) return `rows ${i - 1} and ${i} are out of order: ${scores[i - 1]} and ${scores[i]}`;
  }
  return null;
}

function wrongCounts({ ledger }, { table, how }, fates) {
  const counts = {};
  for (const fate of fates) if (fate !== null) counts[fate] = (counts[fate] ?? 0) + 1;
  let broken = 0;
  if (how.broken !== null) for (let row = 0; row < table.rows; row++) if (how.broken(row)) broken++;
  if (broken > 0) counts.malformed = broken;
  if (ledger.read !== table.rows + broken) return `read ${ledger.read}, not ${table.rows + broken}`;
  for (const [reason, rows] of Object.entries(ledger.dropped))
    if (rows !== (counts[reason] ?? 0)) return `${rows} rows dropped as ${reason}, not ${counts[reason] ?? 0}`;
  return Object.keys(counts).every((reason) => reason in ledger.dropped) ? null : `dropped ${JSON.stringify(counts)}`;
}

const metaColumns = ['_source', '_row', '_reason', '_detail', '_raw'];

async function wrongRejects(out, { table, how, clean }, fates, cuts) {
  const expected = [];
  let source = 0;
  let record = 0;
  for (let row = 0; row < table.rows; row++) {
    while (row >= cuts[source + 1]) source++;
    if (row === cuts[source]) record = 0;
    record++;
    if (fates[row] !== null) expected.push([record, fates[row], row]);
    if (how.broken?.(row)) expected.push([++record, 'malformed', row]);
  }
  const file = path.join(out, '.datagpu', 'rejects.parquet');
  const { columns, rows } = fs.existsSync(file) ? await readRows([file]) : { columns: [], rows: [] };
  if (rows.length !== expected.length) return `${rows.length} rejects, not ${expected.length}`;
  const at = (name) => columns.indexOf(name);
  if (rows.length > 0 && metaColumns.some((name) => at(name) < 0)) return `rejects have columns ${columns.join()}`;
  // Rows are in source order but for those below the top, which come last.
  const sorted = rows.map((row) => ({
    row,
    place: `${row[at('_source')]} ${String(row[at('_row')]).padStart(9, '0')}`,
  }));
  sorted.sort((a, b) => (a.place < b.place ? -1 : 1));
  for (let i = 0; i < expected.length; i++) {
    const { row } = sorted[i];
    const [number, reason, origin] = expected[i];
    if (Number(row[at('_row')]) !== number || row[at('_reason')] !== reason)
      return `reject ${i} is record ${row[at('_row')]}, ${row[at('_reason')]}, not ${number}, ${reason}`;
    if (reason === 'malformed') {
      const raw = Buffer.from(row[at('_raw')]).toString();
      if (raw.trimEnd() !== how.brokenLine) return `raw of reject ${i}: ${show(raw)}`;
      continue;
    }
    const values = table.expected(origin, clean);
    for (let c = 0; c < values.length; c++) {
      const is = comparable(table, row[at(`c${c}`)], c);
      if (is !== values[c])
        return `reject ${i} (source row ${origin}), column c${c}: ${show(is)}, not ${show(values[c])}`;
    }
  }
  return null;
}
