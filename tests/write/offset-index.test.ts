// Few rows of a large column chunk, read by a second reader from the pages that the index names.
import fs from 'node:fs';
import path from 'node:path';
import {
  type AsyncBuffer,
  type FileMetaData,
  type OffsetIndex,
  parquetMetadata,
  parquetReadObjects,
  readOffsetIndex,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { expect, test } from 'vitest';
import { compile } from '../../dist/index.js';
import { scratchFolder } from './files.js';

const words = (i: number, count: number): string =>
  Array.from({ length: count }, (_, k) => `w${((i + 1) * 7919 + k * 104729) % 99991}`).join(' ');
const rowsOf: Record<string, (i: number) => Record<string, unknown>> = {
  flat: (i) => ({
    id: i,
    text: i % 7 === 0 ? null : words(i, 30),
    label: `label ${i % 5}`,
    share: i / 3,
    yes: i % 3 === 0,
  }),
  nested: (i) => ({
    id: i,
    turns: Array.from({ length: i % 4 }, (_, t) => ({ role: t % 2 ? 'assistant' : 'user', content: words(i + t, 20) })),
    tags: i % 11 === 0 ? null : Array.from({ length: i % 3 }, (_, t) => [i, t]),
    meta: { source: `s${i % 9}`, depth: i % 2 === 0 ? null : { of: words(i, 3) } },
  }),
};

/** The bytes of a file, and how many of them were asked for. */
function counted(bytes: Buffer): AsyncBuffer & { taken: number } {
  const whole = Uint8Array.from(bytes).buffer;
  return {
    byteLength: whole.byteLength,
    taken: 0,
    slice(from: number, to?: number) {
      this.taken += (to ?? whole.byteLength) - from;
      return whole.slice(from, to);
    },
  };
}

function indexOf(bytes: Buffer, chunk: FileMetaData['row_groups'][0]['columns'][0]): OffsetIndex {
  const at = Number(chunk.offset_index_offset);
  const view = new DataView(Uint8Array.from(bytes.subarray(at, at + chunk.offset_index_length!)).buffer);
  return readOffsetIndex({ view, offset: 0 });
}

test.each([
  ['flat', 'zstd', 1],
  ['flat', 'gzip', 3],
  ['nested', 'zstd', 1],
  ['nested', 'snappy', 2],
] as const)('%s, %s, %i lanes', async (kind, compression, threads) => {
  const folder = scratchFolder();
  const count = 40_000;
  const lines = Array.from({ length: count }, (_, i) => `${JSON.stringify(rowsOf[kind]!(i))}\n`);
  fs.writeFileSync(path.join(folder, 'in.jsonl'), lines.join(''));
  const options = { cwd: folder, cache: false, rank: false, fillText: false, compression, threads } as const;
  await compile(['in.jsonl'], options);
  const bytes = fs.readFileSync(path.join(folder, 'compiled/data.parquet'));
  const metadata = parquetMetadata(Uint8Array.from(bytes).buffer);
  const borders = new Set<number>();
  let groupAt = 0;
  let end = 0;
  for (const group of metadata.row_groups) {
    for (const chunk of group.columns) {
      const { page_locations: pages } = indexOf(bytes, chunk);
      const { data_page_offset: at, dictionary_page_offset: first, total_compressed_size: size } = chunk.meta_data!;
      const from = Number(first ?? at);
      // One page ends where the next one begins, and the last one where the chunk ends.
      expect(Number(pages[0]!.offset)).toBe(Number(at));
      pages.forEach((page, p) => {
        expect(page.offset + BigInt(page.compressed_page_size)).toBe(
          pages[p + 1]?.offset ?? BigInt(from) + BigInt(size),
        );
        borders.add(groupAt + Number(page.first_row_index));
      });
      end = Math.max(end, from + Number(size));
      expect(Number(chunk.offset_index_offset)).toBeGreaterThanOrEqual(end);
    }
    groupAt += Number(group.num_rows);
  }
  expect(groupAt).toBe(count);
  expect(borders.size).toBeGreaterThan(2);

  const all = await parquetReadObjects({ file: counted(bytes), compressors });
  for (const border of borders) {
    for (const [rowStart, rowEnd] of [
      [border, border + 1],
      [Math.max(0, border - 2), Math.min(count, border + 3)],
    ]) {
      const file = counted(bytes);
      const some = await parquetReadObjects({ file, metadata, compressors, rowStart, rowEnd, useOffsetIndex: true });
      expect(some).toEqual(all.slice(rowStart, rowEnd));
      expect(file.taken).toBeLessThan(bytes.length);
    }
  }
});
