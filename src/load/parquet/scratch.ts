import type { IngestKernel } from '../../kernels/ingest.js';
import { type ColumnPages, encoding, type Page } from './pages.js';
import type { Leaf } from './schema.js';

/** Bytes a value of a physical type takes when it is decoded; 0 for byte arrays. */
export function physicalWidth(leaf: Leaf): number {
  switch (leaf.physical) {
    case 'boolean':
      return 1;
    case 'int32':
    case 'float':
      return 4;
    case 'int64':
    case 'double':
      return 8;
    case 'int96':
      return 12;
    case 'fixed':
      return leaf.width;
    case 'bytes':
      return 0;
  }
}

/** A leaf and its pages. */
export interface LeafPages {
  leaf: Leaf;
  pages: ColumnPages;
}

/** Memory that the pages of all leaves of a piece use one after the other, sized for the largest of each. */
export class PageScratch {
  /** Packed and unpacked bytes of a page. */
  readonly packed: number;
  readonly unpacked: number;
  /** A byte a level, for both kinds. */
  readonly levels: number;
  /** Dictionary indices, or the lengths and prefixes of delta encodings: eight bytes a value. */
  readonly indices: number;
  /** Fixed-width values before the wanted ones are taken. */
  readonly plain: number;
  /** Values of the dictionary, and offsets into them for byte arrays. */
  readonly dictionary: number;
  readonly entries: number;

  constructor(kernel: IngestKernel, parts: readonly LeafPages[]) {
    const region = (bytesOf: (page: Page, leaf: Leaf) => number): number => {
      let most = 0;
      for (const { leaf, pages } of parts) {
        for (const page of pages.data) most = Math.max(most, bytesOf(page, leaf));
        if (pages.dictionary !== null) most = Math.max(most, bytesOf(pages.dictionary, leaf));
      }
      return kernel.alloc(most);
    };
    const listed = (page: Page): boolean => page.encoding !== encoding.plain && page.encoding !== encoding.streams;
    this.packed = region((page) => page.packedBytes);
    this.unpacked = region((page) => page.bytes);
    this.levels = region((page) => 2 * (page.values + 16));
    this.indices = region((page) => (page.kind !== 'dictionary' && listed(page) ? 8 * page.values : 0));
    this.plain = region((page, leaf) =>
      listed(page) || leaf.physical === 'boolean' ? page.values * physicalWidth(leaf) : 0,
    );
    this.dictionary = region((page) => (page.kind === 'dictionary' ? page.bytes : 0));
    this.entries = region((page, leaf) =>
      page.kind === 'dictionary' && leaf.physical === 'bytes' ? 4 * (page.values + 1) : 0,
    );
  }
}
