// What a manifest and lineage say under good hashes: as if a compile had written the wrong thing.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compile, verify } from '../../dist/index.js';
import { openDataset } from '../../dist/info.js';
import type { Manifest } from '../../dist/manifest/manifest.js';
import { sealed } from '../../dist/manifest/write.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'verify-values-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));
const out = path.join(folder, 'out');
const lineageFile = path.join(out, '.datagpu/lineage.parquet');

beforeAll(async () => {
  const rows = Array.from({ length: 40 }, (_, i) => ({
    id: i < 30 ? i : i - 30,
    big: String(2n ** 60n + BigInt(i % 30)),
    share: (i % 30) / 7,
    day: `2024-01-${String(((i % 30) % 28) + 1).padStart(2, '0')}`,
    at: `2024-01-01T00:00:${String(i % 30).padStart(2, '0')}Z`,
    yes: i % 2 === 0,
    text: Array.from({ length: 12 }, (_, w) => `wörter${((i % 30) * 7919 + w * 104729) % 997}`).join(' '),
  }));
  rows[5]!.text = `${rows[4]!.text} too`;
  for (const [name, part] of [
    ['a', rows.slice(0, 20)],
    ['b', rows.slice(20)],
  ] as const)
    fs.writeFileSync(path.join(folder, `${name}.jsonl`), part.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const types = { big: 'integer', day: 'date', at: 'datetime' } as const;
  await compile(['a.jsonl', 'b.jsonl'], { cwd: folder, out, types, cache: false, threads: 0, nearDup: true, top: 20 });
});

/** Seals the manifest again with a change, looks, and puts it back. */
async function verdictWith(change: (manifest: Manifest) => void): Promise<string[]> {
  const file = path.join(out, 'manifest.yaml');
  const good = fs.readFileSync(file);
  const { manifest } = await openDataset(out);
  change(manifest);
  fs.writeFileSync(file, sealed(manifest).text);
  try {
    return (await verify(out)).files.filter((v) => v.verdict !== 'ok').map((v) => `${v.path}: ${v.why}`);
  } finally {
    fs.writeFileSync(file, good);
  }
}

test('as it was written all is well', async () => {
  expect(await verdictWith(() => {})).toEqual([]);
});

describe('bounds of a column', () => {
  test.each(['id', 'big', 'share', 'day', 'at', 'yes', 'text', 'quality_score'])('%s', async (name) => {
    for (const bound of ['min', 'max'] as const) {
      const found = await verdictWith((manifest) => {
        const field = manifest.fields.find((f) => f.name === name)!;
        const { min, max } = field;
        expect(min).not.toBe(max);
        field[bound] = bound === 'min' ? max : min;
      });
      expect(found).toEqual([expect.stringMatching(new RegExp(`^data.parquet: column "${name}" has values from `))]);
    }
  });
});

describe('lineage', () => {
  type Row = Record<string, string | number | null>;
  const types = {
    source: 'STRING',
    row: 'INT32',
    fate: 'STRING',
    position: 'INT32',
    kept_source: 'STRING',
    kept_row: 'INT32',
    similarity: 'DOUBLE',
  } as const;

  /** Writes lineage again with a change, under a manifest that says so. */
  async function lineageWith(change: (rows: Row[]) => unknown): Promise<string[]> {
    const good = fs.readFileSync(lineageFile);
    const buffer = good.buffer.slice(good.byteOffset, good.byteOffset + good.length);
    const rows = (await parquetReadObjects({ file: buffer as ArrayBuffer })) as Row[];
    change(rows);
    const columnData = Object.entries(types).map(([name, type]) => ({
      name,
      type,
      nullable: true,
      data: rows.map((row) => row[name] ?? null),
    }));
    const other = Buffer.from(parquetWriteBuffer({ columnData }));
    fs.writeFileSync(lineageFile, other);
    const hash = `sha256:${createHash('sha256').update(other).digest('hex')}`;
    try {
      return await verdictWith((manifest) => {
        const known = manifest.beside!.find((b) => b.path.endsWith('lineage.parquet'))!;
        Object.assign(known, { bytes: other.length, hash });
      });
    } finally {
      fs.writeFileSync(lineageFile, good);
    }
  }
  const first = (rows: Row[], fate: string): Row => rows.find((row) => row.fate === fate)!;

  test('by another writer, and unchanged', async () => {
    expect(await lineageWith(() => {})).toEqual([]);
  });

  const changes: Record<string, [(rows: Row[]) => unknown, string]> = {
    'a record is another one': [
      (rows) => Object.assign(rows[3]!, { row: 5 }),
      'record 4 is said to be row 5 of ../a.jsonl',
    ],
    'a record is of another source': [
      (rows) => Object.assign(rows[20]!, { source: '../a.jsonl' }),
      'record 21 is said to be row 1 of ../a.jsonl',
    ],
    'a row that was kept for a duplicate is not there': [
      (rows) => Object.assign(first(rows, 'exact duplicate'), { kept_row: 21 }),
      'record 31 is "exact duplicate" of row 21 of ../a.jsonl, which is not there',
    ],
    'a duplicate names one of its own kind': [
      (rows) => Object.assign(first(rows, 'exact duplicate'), { kept_source: '../b.jsonl', kept_row: 12 }),
      'record 31 is "exact duplicate" of row 12 of ../b.jsonl, which is "exact duplicate"',
    ],
    'a duplicate names none': [
      (rows) => Object.assign(first(rows, 'exact duplicate'), { kept_source: null, kept_row: null }),
      'record 31 is "exact duplicate", and names what others of it do not',
    ],
    'a near duplicate without its similarity': [
      (rows) => Object.assign(first(rows, 'near duplicate'), { similarity: null }),
      'is "near duplicate", and names what others of it do not',
    ],
    'a place is another': [
      (rows) => Object.assign(first(rows, 'kept'), { position: first(rows.slice(1), 'kept').position }),
      '19 rows have a place, not 20',
    ],
    'two fates change places': [
      (rows) => {
        const [one, other] = [first(rows, 'kept'), first(rows, 'below top')];
        [one.fate, other.fate] = ['below top', 'kept'];
      },
      'is "below top" with a place',
    ],
  };

  test.each(Object.entries(changes))('%s', async (_, [change, why]) => {
    expect(await lineageWith(change)).toEqual([expect.stringContaining(why)]);
  });
});
