import fs from 'node:fs';
import path from 'node:path';
import pl from 'nodejs-polars';
import { describe, expect, test } from 'vitest';
import { DataFile } from '../../dist/load/datafile.js';
import type { Dataset } from '../../dist/load/dataset.js';
import { load } from '../../dist/load/dataset.js';
import { frameOf } from '../../dist/load/frame.js';
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

  test.each([1, 3])('reads the rows that are asked for, from %i row groups a file', async (groups) => {
    const data = await load(await dataset(5, groups === 1 ? 1 : 2 ** 30));
    for (const [from, to] of [
      [0, 500],
      [0, 1],
      [99, 101],
      [100, 200],
      [150, 420],
      [499, 500],
      [7, 7],
      [500, 500],
    ] as const) {
      const numbers = Array.from({ length: to - from }, (_, i) => BigInt(from + i));
      const table = await data.table({ rows: [from, to], columns: ['c1'] });
      expect([...(table.getChild('c1') ?? [])]).toEqual(numbers);
      const sizes: number[] = [];
      for await (const batch of data.batches({ rows: [from, to] })) sizes.push(batch.numRows);
      const cuts = [from, ...[100, 200, 300, 400].filter((cut) => cut > from && cut < to), to];
      expect(sizes).toEqual(from === to ? [] : cuts.slice(1).map((cut, i) => cut - cuts[i]!));
      const frame = await data.toPolars({ rows: [from, to] });
      expect([frame.columns, frame.height]).toEqual([['c0', 'c1'], to - from]);
      expect(frame.getColumn('c1').toArray().map(BigInt)).toEqual(numbers);
      expect(frame.getColumn('c0').toArray()).toEqual(numbers.map((n) => (n % 3n ? `t${n}` : null)));
    }
  });

  test.each([[[-1, 2]], [[3, 2]], [[0, 501]], [[0.5, 1]], [[Number.NaN, 1]]] as [[number, number]][])(
    'refuses rows %s',
    async (rows) => {
      const data = await load(await dataset(5));
      const refusal = { code: 'usage', message: `there are no rows ${rows[0]} to ${rows[1]} in the data set` };
      await expect(data.table({ rows })).rejects.toMatchObject(refusal);
      await expect(data.toPolars({ rows })).rejects.toMatchObject(refusal);
    },
  );

  test('gives frames of some columns, of none, and of no rows', async () => {
    const data = await load(await dataset(2, 1));
    const frame = await data.toPolars({ columns: ['c1'] });
    expect([frame.columns, frame.height]).toEqual([['c1'], 200]);
    expect((await data.toPolars({ columns: [] })).columns).toEqual([]);
    await expect(data.toPolars({ columns: ['nope'] })).rejects.toMatchObject({ code: 'usage' });
    const empty = await (await load(await dataset(0))).toPolars();
    expect([empty.columns, empty.height]).toEqual([['c0', 'c1'], 0]);
  });

  test('gives frames that have what polars reads of the file itself', async () => {
    const names = ['text', 'chat', 'timestamp in a zone', 'struct', 'duration', 'int64'];
    const { block, fields } = blockOf(
      3,
      names.map((name) => samples[name]!.column),
    );
    const [file] = await write([block], fields);
    const frame = await frameOf(
      [{ path: file!.path, rows: 3 }],
      fields.map(({ name }) => name),
      [0, 3],
    );
    expect(frame.toString()).toBe(pl.readParquet(file!.path).toString());
    expect(frame.dtypes.map(String)).toEqual(pl.readParquet(file!.path).dtypes.map(String));
  });

  test('gives no frame of files that are not those of the manifest', async () => {
    const out = await dataset(1);
    const data = await load(out);
    fs.appendFileSync(path.join(out, 'data.parquet'), 'x');
    await expect(data.toPolars()).rejects.toEqual(refused(/it has \d+ bytes and not \d+/));
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
