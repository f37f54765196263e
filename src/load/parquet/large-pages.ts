import { withSource } from '../source-file.js';
import { isUnpackedOutside, noCodec } from './codec.js';
import type { ColumnChunk } from './footer.js';
import type { ParquetFile } from './look.js';
import { leastKeptBytes } from './memo.js';
import { encoding, listPages, type Page } from './pages.js';
import type { Leaf } from './schema.js';
import { physicalWidth } from './scratch.js';

/**
 * Bytes of memory that the largest pages of each column of a file take while they are read; 0 where all are small. A page is
 * unpacked as a whole, beside its packed bytes, and kept for the next piece where that begins in the same page. How large
 * pages are only their headers say, but no page is larger than its column chunk: the headers of small ones are not read.
 */
export function largePages(file: ParquetFile): number[] {
  return withSource(file.path, file.name, (fd) =>
    file.columns.map((column) => {
      let [data, dictionary] = [0, 0];
      for (const leaf of column.leaves) {
        for (const group of file.meta.groups) {
          const chunk = group.columns[leaf.index]!;
          if (Math.max(chunk.bytes, chunk.packedBytes) < leastKeptBytes) continue;
          const pages = pagesOf(fd, chunk, file, column.name);
          for (const page of pages.data) data = Math.max(data, dataBytes(page, leaf, chunk));
          if (pages.dictionary !== null) dictionary = Math.max(dictionary, dictionaryBytes(pages.dictionary, chunk));
        }
      }
      return data + dictionary;
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

/** As PageScratch and PageMemo have it. */
function dataBytes(page: Page, leaf: Leaf, chunk: ColumnChunk): number {
  const isListed = page.encoding !== encoding.plain && page.encoding !== encoding.streams;
  return unpackedBytes(page, chunk) + page.values * (2 + (isListed ? 8 + physicalWidth(leaf) : 0));
}

const dictionaryBytes = (page: Page, chunk: ColumnChunk): number =>
  unpackedBytes(page, chunk) + page.bytes + page.values * 4;

function unpackedBytes({ bytes, packedBytes }: Page, { codec }: ColumnChunk): number {
  const packed = codec === noCodec ? 0 : packedBytes;
  const outside = isUnpackedOutside(codec) ? bytes : 0;
  const kept = bytes < leastKeptBytes ? 0 : bytes;
  return packed + outside + bytes + kept;
}
