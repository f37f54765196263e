import { randomFrom } from '../mutate.mjs';
import { Table, tableOf } from './table.mjs';

/** A table, how it is written and how it is compiled: a function of the seed. */
export function scenarioOf(seed) {
  const random = randomFrom(Math.imul(seed, 0x9e3779b1) ^ 0x7ab1e5);
  const chance = (n) => random.below(n) === 0;
  const format = random.pick(['csv', 'csv', 'jsonl', 'jsonl', 'parquet', 'parquet', 'parquet', 'json']);
  let table = tableOf(random, format);
  let files = chance(3) ? 20 + random.below(281) : 1;
  // A JSONL file without a line, or a JSON file of one record, says nothing of its columns.
  if (files > 1) files = format === 'json' ? 1 : Math.min(files, Math.max(1, table.rows));
  if (format === 'jsonl' && table.rows === 0) table = new Table(table.seed, 1, table.columns, 0);
  const how = {
    format,
    broken: null,
    brokenLine: format === 'csv' ? 'x,'.repeat(table.columns.length + 2).slice(0, -1) : '{"c0":',
    rowGroupSize: random.pick([500, 1000, 7000, 40_000, 65_536, 1_000_000]),
    pageSize: random.pick([20_000, 1_048_576]),
    codec: random.pick(['SNAPPY', 'UNCOMPRESSED']),
  };
  const args = ['--threads', String(1 + random.below(4)), '--no-cache', '--json', '--quiet'];
  if (format === 'csv') args.push('--header', '--delimiter', ',');
  if (chance(3)) args.push('--memory', '768MiB');
  if (chance(2)) args.push('--compression', random.pick(['zstd', 'snappy', 'gzip']));
  if (chance(8)) args.push('--shard-size', '200kB');
  const clean = !chance(6);
  if (!clean) args.push('--no-clean');
  const dedupe = !chance(6);
  if (!dedupe) args.push('--no-dedupe');
  const rejects = chance(3);
  if (rejects) args.push('--rejects');
  if (rejects && files === 1 && table.rows > 100 && (format === 'csv' || format === 'jsonl')) {
    how.broken = (row) => row % 997 === 3;
    args.push('--max-rejects', '100%');
  }
  const near = nearOf(random, table, chance(3));
  if (near !== null)
    args.push('--near-dup', '--near-dup-on', `c${near.column}`, '--near-dup-threshold', `${near.threshold}`);
  const text = table.kinds.findIndex(({ isText, wide }) => isText && !wide);
  let rank = text >= 0 && chance(2) ? random.pick(['relevance', 'relevance', 'tfidf', 'none']) : null;
  if (table.rows * table.columns.length > 1.2e6) rank = chance(2) ? null : rank;
  if (rank === null) args.push('--no-rank');
  else args.push('--rank-method', rank, '--rank-on', `c${text}`);
  const keepOrder = rank !== null && chance(4);
  if (keepOrder) args.push('--keep-order');
  const top = rank !== null && chance(3) ? random.pick([1, 10, 1000, 50_000]) : null;
  if (top !== null) args.push('--top', String(top));
  return { seed, table, files, how, args, clean, dedupe, near, rank, keepOrder, top, rejects, verify: chance(6) };
}

/** Near duplicates are looked for in a column of drafts, which is made where there is none. */
function nearOf(random, table, isWanted) {
  if (!isWanted) return null;
  let column = table.columns.findIndex(({ kind }) => kind === 'draft');
  if (column < 0) {
    column = table.columns.length - 1;
    if (column === 0) return null;
    table.set(column, 'draft');
  }
  // Comparing all pairs is only for few rows; sets that are equal can be looked up.
  return { column, threshold: table.rows > 4000 ? 1 : random.pick([0.5, 0.8, 0.8, 1]) };
}
