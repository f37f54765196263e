import { withSource } from '../source-file.js';
import { isUnpackedOutside, noCodec } from './codec.js';
import type { ColumnChunk } from './footer.js';
import type { ParquetFile } from './look.js';
import { leastKeptBytes } from './memo.js';
import { encoding, listPages, type Page } from './pages.js';
import type { Leaf } from './schema.js';
import { physicalWidth } from './scratch.js';

/**
 * Bytes of memory that the largest pages of a column take while they are read, in each region that there is for them: those
 * of PageScratch, the output of a codec, and the two pages of PageMemo. Columns are read one after the other and share the
 * regions. Empty where all pages are small.
 */
export type PageRegions = readonly number[];

/** Bytes of memory that the largest pages of columns of one file take. */
export function largePageBytes(columns: readonly PageRegions[]): number {
  return mostOfEach(columns).reduce((sum, bytes) => sum + bytes, 0);
}

function mostOfEach(pages: readonly PageRegions[]): number[] {
  const most: number[] = [];
  for (const page of pages) {
    for (const [i, bytes] of page.entries()) most[i] = Math.max(bytes, most[i] ?? 0);
  }
  return most;
}

/**
 * What the largest pages of each column of a file take. A page is unpacked as a whole, beside its packed bytes, and kept for
 * the next piece where that begins in the same page. How large pages are only their headers say, but no page is larger than
 * its column chunk: the headers of small ones are not read.
 */
export function largePages(file: ParquetFile): PageRegions[] {
  return withSource(file.path, file.name, (fd) =>
    file.columns.map((column) => {
      const pages: PageRegions[] = [];
      for (const leaf of column.leaves) {
        for (const group of file.meta.groups) {
          const chunk = group.columns[leaf.index]!;
          if (Math.max(chunk.bytes, chunk.packedBytes) < leastKeptBytes) continue;
          const { data, dictionary } = pagesOf(fd, chunk, file, column.name);
          for (const page of dictionary === null ? data : [dictionary, ...data])
            pages.push(regionsOf(page, leaf, chunk));
        }
      }
      return mostOfEach(pages);
    }),
  );
}

/** Damaged pages are none here: they are refused when they are read, if they are. */
function pagesOf(fd: number, chunk: ColumnChunk, file: ParquetFile, column: string): ReturnType<typeof listPages> {
  try {
    return listPages(fd, chunk, file.meta.end, file.name, column);
  } catch {
    return { dictionary: null, data: [] };
  }
}

/** As PageScratch and PageMemo have them. */
function regionsOf(page: Page, leaf: Leaf, { codec }: ColumnChunk): PageRegions {
  const { bytes, packedBytes, values } = page;
  const width = physicalWidth(leaf);
  const isDictionary = page.kind === 'dictionary';
  const isListed = !isDictionary && page.encoding !== encoding.plain && page.encoding !== encoding.streams;
  const kept = bytes < leastKeptBytes ? 0 : bytes;
  return [
    codec === noCodec ? 0 : packedBytes,
    bytes,
    isUnpackedOutside(codec) ? bytes : 0,
    isDictionary ? 0 : 2 * values,
    isListed ? 8 * values : 0,
    isListed ? width * values : 0,
    isDictionary ? bytes : 0,
    isDictionary && width === 0 ? 4 * values : 0,
    isDictionary ? 0 : kept,
    isDictionary ? kept : 0,
  ];
}
