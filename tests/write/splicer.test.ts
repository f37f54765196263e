import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { type FileMetaData, parquetMetadata, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { describe, expect, test } from 'vitest';
import { encodeRowGroup } from '../../dist/write/rowgroup.js';
import { ParquetSplicer, type StagedFile } from '../../dist/write/splicer.js';
import { blockOf, field, fixed, text } from './columns.js';
import { kernel, scratchFolder, write } from './files.js';

const bytesOf = (file: StagedFile): Buffer => fs.readFileSync(file.path);
const arrayOf = (bytes: Buffer): ArrayBuffer => Uint8Array.from(bytes).buffer;
const metadataOf = (file: StagedFile): FileMetaData => parquetMetadata(arrayOf(bytesOf(file)));
const rowsOf = async (file: StagedFile): Promise<Record<string, unknown>[]> =>
  parquetReadObjects({ file: arrayOf(bytesOf(file)), compressors });

/** Rows `from` to `to` of an endless table of two columns. */
function rows(from: number, to: number) {
  const numbers = Array.from({ length: to - from }, (_, i) => from + i);
  return blockOf(to - from, [
    text(numbers.map((n) => (n % 5 ? `text ${n}` : null))),
    fixed({ kind: 'int64' }, numbers),
  ]);
}

describe('ParquetSplicer', () => {
  test('joins row groups in order', async () => {
    const parts = [rows(0, 1000), rows(1000, 1001), rows(1001, 1700)];
    const [file, ...more] = await write(
      parts.map((p) => p.block),
      parts[0]!.fields,
    );
    expect(more).toEqual([]);
    expect(file).toMatchObject({ name: 'data.parquet', rows: 1700, bytes: bytesOf(file!).length });
    expect(file!.hash).toBe(`sha256:${createHash('sha256').update(bytesOf(file!)).digest('hex')}`);
    const read = await rowsOf(file!);
    expect(read.map((row) => Number(row.c1))).toEqual(Array.from({ length: 1700 }, (_, i) => i));
    expect([read[999]!.c0, read[1000]!.c0, read[1001]!.c0]).toEqual(['text 999', null, 'text 1001']);
  });

  test('describes the row groups as they are', async () => {
    const [file] = await write([rows(0, 1000).block, rows(1000, 2000).block], rows(0, 1).fields);
    const metadata = metadataOf(file!);
    expect(metadata.created_by).toBe('datagpu version 1.2.3');
    expect(metadata.key_value_metadata?.map((pair) => pair.key)).toEqual(['ARROW:schema', 'huggingface']);
    expect(Number(metadata.num_rows)).toBe(2000);
    let at = 4n;
    metadata.row_groups.forEach((group, ordinal) => {
      expect(group).toMatchObject({ ordinal, num_rows: 1000n, file_offset: at });
      for (const { meta_data: column } of group.columns) {
        expect(column!.dictionary_page_offset ?? column!.data_page_offset).toBe(at);
        at += column!.total_compressed_size;
        expect(column!.statistics).toMatchObject({ null_count: expect.anything() });
      }
    });
    expect(metadata.row_groups[1]!.columns[1]!.meta_data!.statistics).toMatchObject({
      min_value: 1000n,
      max_value: 1999n,
    });
  });

  test('keeps long texts out of headers and footer', async () => {
    const long = Array.from({ length: 20 }, (_, i) => String.fromCharCode(97 + i).repeat(100_000));
    const { block, fields } = blockOf(20, [text(long)]);
    const [file] = await write([block], fields);
    // 2 MB of text in a few hundred bytes: none of it stands in a header.
    expect(file!.bytes).toBeLessThan(5000);
    const { min_value: min, max_value: max } = metadataOf(file!).row_groups[0]!.columns[0]!.meta_data!.statistics!;
    expect([min, max]).toEqual(['a'.repeat(64), `${'t'.repeat(63)}u`]);
    expect((await rowsOf(file!)).map((row) => row.c0)).toEqual(long);
  });

  test('begins another file when one is full', async () => {
    const parts = Array.from({ length: 5 }, (_, i) => rows(i * 1000, (i + 1) * 1000));
    const { fields } = parts[0]!;
    const bytes = parts.map((p) => encodeRowGroup(p.block, fields, 'zstd', kernel).bytes.length);
    const [two, three] = [2, 3].map((n) => bytes.slice(0, n).reduce((a, b) => a + b));
    const files = await write(
      parts.map((p) => p.block),
      fields,
      { shardBytes: (two! + three!) / 2 },
    );
    expect(files.map((f) => [f.name, f.rows])).toEqual([
      ['data-00000-of-00003.parquet', 2000],
      ['data-00001-of-00003.parquet', 2000],
      ['data-00002-of-00003.parquet', 1000],
    ]);
    const read = (await Promise.all(files.map(rowsOf))).flat();
    expect(read.map((row) => Number(row.c1))).toEqual(Array.from({ length: 5000 }, (_, i) => i));
  });

  test('a row group larger than a file has a file of its own', async () => {
    const files = await write([rows(0, 100).block, rows(100, 200).block], rows(0, 1).fields, { shardBytes: 1 });
    expect(files.map((f) => f.rows)).toEqual([100, 100]);
  });

  test('without rows there is a file with the schema', async () => {
    const { fields } = rows(0, 1);
    for (const blocks of [[], [rows(0, 0).block]]) {
      const [file] = await write(blocks, fields);
      expect(file).toMatchObject({ name: 'data.parquet', rows: 0 });
      expect(await rowsOf(file!)).toEqual([]);
      expect(metadataOf(file!).schema.map((element) => element.name)).toEqual(['root', 'c0', 'c1']);
    }
  });

  test('without columns there is a file without a schema, and rows are refused', async () => {
    const [file] = await write([], []);
    expect(metadataOf(file!)).toMatchObject({ num_rows: 0n, row_groups: [] });
    expect(() => encodeRowGroup({ rows: 3, columns: [] }, [], 'zstd', kernel)).toThrow('rows without columns');
  });

  test('refuses row groups of another schema', async () => {
    const splicer = new ParquetSplicer(scratchFolder(), [field('c0', { kind: 'text' })], {
      compression: 'zstd',
      shardBytes: 2 ** 30,
      compilerVersion: '0',
    });
    const a = blockOf(1, [text(['a'])]);
    const b = blockOf(1, [fixed({ kind: 'int64' }, [1n])]);
    splicer.append(encodeRowGroup(a.block, a.fields, 'zstd', kernel));
    expect(() => splicer.append(encodeRowGroup(b.block, b.fields, 'zstd', kernel))).toThrow('different schemas');
    splicer.abort();
  });

  test('the file does not depend on where it is written, nor on when', async () => {
    const make = async (): Promise<Buffer> => bytesOf((await write([rows(0, 3000).block], rows(0, 1).fields))[0]!);
    expect(await make()).toEqual(await make());
  });

  test('leaves nothing after a discard', async () => {
    const { block, fields } = rows(0, 100);
    const folder = scratchFolder();
    const splicer = new ParquetSplicer(folder, fields, { compression: 'zstd', shardBytes: 1, compilerVersion: '0' });
    for (let i = 0; i < 3; i++) splicer.append(encodeRowGroup(block, fields, 'zstd', kernel));
    expect(fs.readdirSync(folder).length).toBe(3);
    splicer.discard();
    expect(fs.readdirSync(folder)).toEqual([]);
  });

  test('a folder that is not there is an output error', () => {
    const { block, fields } = rows(0, 1);
    const folder = path.join(scratchFolder(), 'gone');
    const splicer = new ParquetSplicer(folder, fields, { compression: 'zstd', shardBytes: 1, compilerVersion: '0' });
    const encoded = encodeRowGroup(block, fields, 'zstd', kernel);
    expect(() => splicer.append(encoded)).toThrow(
      expect.objectContaining({ name: 'DatagpuError', code: 'output', file: path.join(folder, 'part-00000.parquet') }),
    );
  });
});
