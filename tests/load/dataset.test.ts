import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { DataFile } from '../../dist/load/datafile.js';
import type { Dataset } from '../../dist/load/dataset.js';
import { load } from '../../dist/load/dataset.js';
import type { ManifestField } from '../../dist/manifest/manifest.js';
import { manifestText } from '../../dist/manifest/write.js';
import { Staging } from '../../dist/write/commit.js';
import { encodeRowGroup } from '../../dist/write/rowgroup.js';
import { ParquetSplicer } from '../../dist/write/splicer.js';
import { sampleManifest } from '../manifest/sample.js';
import { blockOf, fixed, text } from '../write/columns.js';
import { kernel, scratchFolder, write } from '../write/files.js';
import { samples } from '../write/samples.js';

/** A committed data set of `groups` row groups of 100 rows in files of `shardBytes`. */
async function dataset(groups: number, shardBytes = 2 ** 30): Promise<string> {
  const out = scratchFolder();
  const staging = new Staging(out);
  const { fields } = part(0);
  const splicer = new ParquetSplicer(staging.folder, fields, { compression: 'zstd', shardBytes, compilerVersion: '0' });
  for (let g = 0; g < groups; g++) splicer.append(encodeRowGroup(part(g).block, fields, 'zstd', kernel));
  const files = await splicer.finish();
  const manifest = sampleManifest({
    rows: groups * 100,
    columns: 2,
    files: files.map(({ name, rows, bytes, hash }) => ({ path: name, rows, bytes, hash })),
    fields: fields.map(({ name }): ManifestField => ({ ...sampleManifest().fields[0]!, name })),
    schema: { c0: 'text', c1: 'numeric' },
    ledger: { read: groups * 100, kept: groups * 100, dropped: {}, changed: {} },
  });
  staging.commit(files, manifestText(manifest), []);
  return out;
}

function part(g: number) {
  const numbers = Array.from({ length: 100 }, (_, i) => g * 100 + i);
  return blockOf(100, [text(numbers.map((n) => (n % 3 ? `t${n}` : null))), fixed({ kind: 'int64' }, numbers)]);
}

async function numbersOf(data: Dataset): Promise<number[]> {
  const numbers: number[] = [];
  for await (const row of data) numbers.push(Number(row.c1));
  return numbers;
}

const refused = (message: RegExp) =>
  expect.objectContaining({ name: 'DatagpuError', code: 'input', message: expect.stringMatching(message) });

describe('load', () => {
  test('opens a folder and a manifest', async () => {
    const out = await dataset(2);
    for (const target of [out, path.join(out, 'manifest.yaml')]) {
      const data = await load(target);
      expect([data.rows, data.columns, data.folder]).toEqual([200, ['c0', 'c1'], out]);
      expect((await data.schema()).toString()).toBe('Schema<{ 0: c0: Utf8, 1: c1: Int64 }>');
    }
  });

  test('gives the rows of all files in order', async () => {
    const data = await load(await dataset(5, 1));
    expect(data.manifest.files.length).toBe(5);
    expect(await numbersOf(data)).toEqual(Array.from({ length: 500 }, (_, i) => i));
  });

  test('gives a record batch for each row group, and one table', async () => {
    const data = await load(await dataset(3));
    const sizes: number[] = [];
    for await (const batch of data.batches()) sizes.push(batch.numRows);
    expect(sizes).toEqual([100, 100, 100]);
    const table = await data.table();
    expect([table.numRows, table.numCols]).toEqual([300, 2]);
    expect(table.get(299)!.toJSON()).toEqual({ c0: 't299', c1: 299n });
    expect(table.get(0)!.toJSON()).toEqual({ c0: null, c1: 0n });
  });

  test('reads the columns that are asked for', async () => {
    const data = await load(await dataset(1));
    const table = await data.table({ columns: ['c1'] });
    expect(table.schema.fields.map((f) => f.name)).toEqual(['c1']);
    await expect(data.table({ columns: ['c1', 'nope'] })).rejects.toMatchObject({
      code: 'usage',
      message: 'there is no column "nope" in the data set',
      hint: 'Its columns are c0, c1',
    });
  });

  test('reads nested and zoned columns by themselves', async () => {
    const names = ['text', 'chat', 'timestamp in a zone', 'list of one length', 'struct', 'duration', 'int64'];
    const { block, fields } = blockOf(
      3,
      names.map((name) => samples[name]!.column),
    );
    const [file] = await write([block], fields);
    const open = await DataFile.open(file!.path, 'data.parquet', file!.bytes);
    const whole = await open.read(0, null);
    for (const { name } of fields) {
      const part = await open.read(0, [name]);
      expect(part.schema.toString()).toBe(whole.select([name]).schema.toString());
      expect(part.toString()).toBe(whole.select([name]).toString());
    }
    await open.close();
  });

  test('without rows gives an empty table with the schema', async () => {
    const data = await load(await dataset(0));
    const table = await data.table({ columns: ['c0'] });
    expect([table.numRows, table.schema.fields.map((f) => f.name)]).toEqual([0, ['c0']]);
    expect(await numbersOf(data)).toEqual([]);
  });

  test('finishes a commit that was interrupted', async () => {
    const out = await dataset(1);
    const staging = new Staging(out);
    const staged = `.datagpu/${path.basename(staging.folder)}`;
    fs.renameSync(path.join(out, 'manifest.yaml'), path.join(staging.folder, 'manifest.yaml'));
    const rename = [{ from: `${staged}/manifest.yaml`, to: 'manifest.yaml' }];
    fs.writeFileSync(
      path.join(out, '.datagpu/journal.json'),
      JSON.stringify({ version: 2, staging: staged, over: [], away: [], rename }),
    );
    staging.abort();
    expect((await load(path.join(out, 'manifest.yaml'))).rows).toBe(100);
    expect(fs.readdirSync(path.join(out, '.datagpu'))).toEqual(['lock']);
  });

  test.each<[string, (file: string) => void, RegExp]>([
    ['is missing', (file) => fs.rmSync(file), /can not be opened/],
    ['has another size', (file) => fs.appendFileSync(file, 'x'), /it has \d+ bytes and not \d+/],
    ['has no footer', (file) => patch(file, -4, Buffer.from('XXXX')), /no Parquet footer/],
    [
      'has a footer length beyond it',
      (file) => patch(file, -8, Buffer.from([255, 255, 255, 127])),
      /no Parquet footer/,
    ],
    ['has a damaged footer', (file) => patch(file, -40, Buffer.alloc(30, 0xff)), /damaged/],
    ['has damaged pages', (file) => patch(file, 4, Buffer.alloc(40, 0xee)), /damaged/],
  ])('refuses a data file that %s', async (_, damage, message) => {
    const out = await dataset(1);
    damage(path.join(out, 'data.parquet'));
    const data = await load(out);
    await expect(data.table()).rejects.toThrow(refused(message));
  });

  test('refuses what has no manifest', async () => {
    await expect(load(scratchFolder())).rejects.toThrow(refused(/manifest/));
    await expect(load(path.join(scratchFolder(), 'no', 'where'))).rejects.toThrow(refused(/manifest/));
  });
});

/** Overwrites bytes, counted from the end when negative. */
function patch(file: string, at: number, bytes: Uint8Array): void {
  const content = fs.readFileSync(file);
  content.set(bytes, at < 0 ? content.length + at : at);
  fs.writeFileSync(file, content);
}
