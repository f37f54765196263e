// Compares what JSON and JSONL cases come to with what JSON.parse reads, value for value: node .ci/values.mjs <folder>
// Prints how much it compared; exit code 1 when anything differs.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { compile, DatagpuError } from '../dist/index.js';

const cases = path.resolve(process.argv[2]);
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'datagpu-values-'));
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The records of a file as JSON.parse reads them; null where it has another layout. */
function recordsOf(file) {
  const text = fs.readFileSync(file, 'utf8').replace(/^\ufeff/, '');
  const isRecord = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
  const parsed = (one) => {
    try {
      const value = JSON.parse(one);
      return isRecord(value) ? [value] : [];
    } catch {
      return [];
    }
  };
  if (file.endsWith('.jsonl')) {
    const records = text.split('\n').flatMap((line) => (line.trim() === '' ? [] : parsed(line)));
    return records.length === 0 ? null : records;
  }
  try {
    const whole = JSON.parse(text);
    if (Array.isArray(whole)) return whole.filter(isRecord);
    const arrays = Object.values(whole).filter((v) => Array.isArray(v) && isRecord(v[0]));
    return arrays.length === 1 ? arrays[0].filter(isRecord) : [whole];
  } catch {
    return null;
  }
}

/** Without what is null: a struct has every key. Integers of 64 bits as numbers, a lone surrogate as its escape. */
function plain(value) {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'string') return value.isWellFormed() ? value : JSON.stringify(value).slice(1, -1);
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || value === undefined) return null;
  if (typeof value !== 'object') return value;
  const members = Object.entries(value).map(([key, inner]) => [key, plain(inner)]);
  return Object.fromEntries(members.filter(([, inner]) => inner !== null));
}

/** A cell of the data set is the value, or the JSON text of it where the column says so. */
function isSame(cell, value) {
  if (isDeepStrictEqual(plain(cell), plain(value))) return true;
  if (typeof cell !== 'string') return false;
  try {
    return isDeepStrictEqual(plain(JSON.parse(cell)), plain(value));
  } catch {
    return false;
  }
}

let [files, cells, differing] = [0, 0, 0];
async function compare(name) {
  const source = path.join(cases, name);
  const out = path.join(work, String(files));
  let manifest;
  try {
    ({ manifest } = await compile([source], {
      out,
      clean: false,
      dedupe: false,
      rank: false,
      cache: false,
      threads: 0,
      maxRejects: '100%',
    }));
  } catch (error) {
    if (error instanceof DatagpuError) return;
    throw error;
  }
  const expected = recordsOf(source);
  if (expected === null) return;
  const parsers = { stringFromBytes: (b) => b && decoder.decode(b), jsonFromBytes: (b) => b && decoder.decode(b) };
  const file = await asyncBufferFromFile(path.join(out, 'data.parquet'));
  const rows = await parquetReadObjects({ file, compressors, parsers, utf8: false });
  const complain = (what) => {
    differing++;
    console.log(`${name}: ${what}`);
  };
  files++;
  if (rows.length !== expected.length) return complain(`${rows.length} rows, JSON.parse reads ${expected.length}`);
  const members = expected.map((record) => new Map(Object.entries(record).map(([key, value]) => [plain(key), value])));
  for (const r of expected.keys()) {
    for (const { name: column, source_name: key } of manifest.fields) {
      cells++;
      const due = members[r].get(key) ?? null;
      if (!isSame(rows[r][column], due))
        return complain(`row ${r + 1}, "${key}": ${String(rows[r][column]).slice(0, 80)}`);
    }
  }
}

const names = fs.readdirSync(cases, { recursive: true }).filter((name) => /\.jsonl?$/.test(name) && name.includes('/'));
for (const name of names.sort()) await compare(name);
fs.rmSync(work, { recursive: true });
console.log(`${files} JSON files, ${cells} cells compared with JSON.parse, ${differing} files that differ`);
process.exit(differing === 0 && files > 0 ? 0 : 1);
