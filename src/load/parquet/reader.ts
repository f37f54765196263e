import zlib from 'node:zlib';
import type { DatagpuError } from '../../errors.js';
import type { IngestKernel } from '../../kernels/ingest.js';
import { during } from '../../kernels/lent.js';
import { readUpTo } from '../source-file.js';
import { noCodec, unpack } from './codec.js';
import { type ColumnChunk, refuse } from './footer.js';
import type { Place } from './leaf.js';
import type { KeptPage, PageMemo } from './memo.js';
import { type ColumnPages, encoding, type Page } from './pages.js';
import type { Leaf } from './schema.js';
import { type LeafPages, type PageScratch, physicalWidth } from './scratch.js';

/** A page in the kernel's memory: addresses of its levels and values. Valid until the next page is opened. */
export interface OpenPage {
  page: Page;
  /** Addresses of a byte an entry; 0 when all levels are 0, or all at their highest. */
  repetition: number;
  definition: number;
  /** Entries that are not null. */
  dense: number;
  /** The values' bytes. */
  from: number;
  end: number;
}

/** Reads the pages of one column chunk into the kernel's memory, one after the other. */
export class PageReader {
  readonly ex: IngestKernel['exports'];
  readonly leaf: Leaf;
  readonly pages: ColumnPages;
  /** Bytes a decoded value takes; 0 for byte arrays. */
  readonly width: number;
  private dictionarySize = -1;

  constructor(
    readonly kernel: IngestKernel,
    private readonly fd: number,
    private readonly chunk: ColumnChunk,
    part: LeafPages,
    readonly scratch: PageScratch,
    private readonly memo: PageMemo,
    /** Where errors say they are. */
    readonly place: Place,
  ) {
    this.ex = kernel.exports;
    this.leaf = part.leaf;
    this.pages = part.pages;
    this.width = physicalWidth(part.leaf);
  }

  /** Reads, checks and unpacks a page, and decodes its levels. */
  open(page: Page): OpenPage {
    const { repetitionBytes, definitionBytes } = page;
    const listed = page.encoding === encoding.plainDictionary || page.encoding === encoding.dictionary;
    if (listed && this.dictionarySize < 0) this.loadDictionary();
    this.fetch(page, this.memo.data);

    let from = this.scratch.unpacked;
    const end = this.scratch.unpacked + page.bytes;
    const repetition = this.leaf.repetition === 0 ? 0 : this.scratch.levels;
    if (page.kind === 'v2') {
      if (repetition !== 0)
        this.decodeLevels(from, from + repetitionBytes, this.leaf.repetition, page.values, repetition);
      from += repetitionBytes;
    } else if (repetition !== 0)
      from = this.prefixedLevels(from, end, page.repetitionEncoding, this.leaf.repetition, page.values, repetition);
    const definition = this.leaf.definition === 0 ? 0 : this.scratch.levels + page.values + 16;
    if (page.kind === 'v2') {
      if (definition !== 0)
        this.decodeLevels(from, from + definitionBytes, this.leaf.definition, page.values, definition);
      from += definitionBytes;
    } else if (definition !== 0)
      from = this.prefixedLevels(from, end, page.definitionEncoding, this.leaf.definition, page.values, definition);
    const dense = definition === 0 ? page.values : this.ex.pqCount(definition, page.values, this.leaf.definition);
    return { page, repetition, definition, dense, from, end };
  }

  /** Brings a page's unpacked bytes into scratch. */
  private fetch(page: Page, kept: KeptPage): void {
    const { packed, unpacked } = this.scratch;
    if (kept.has(page.at)) {
      this.kernel.u8(unpacked, page.bytes).set(kept.bytes);
      return;
    }
    const codec = page.kind === 'v2' && !page.packed ? noCodec : this.chunk.codec;
    if (codec === noCodec && page.packedBytes === page.bytes) {
      this.load(page, unpacked);
      return;
    }
    this.load(page, packed);
    const levels = page.kind === 'v2' ? page.repetitionBytes + page.definitionBytes : 0;
    if (levels > 0) this.kernel.u8(unpacked, levels).set(this.kernel.u8(packed, levels));
    this.unpack(codec, packed + levels, page.packedBytes - levels, unpacked + levels, page.bytes - levels);
  }

  /** Says whether a later piece will need the open page too: then a large one is kept unpacked. */
  keep(page: Page, again: boolean): void {
    const { data } = this.memo;
    if (again) data.keep(page.at, during(this.kernel.u8(this.scratch.unpacked, page.bytes)));
    else data.release(page.at);
  }

  /**
   * How many rows begin in a page of a repeated column, if that is known without unpacking it: from an earlier piece, or
   * from the levels of a v2 page. The number in a v2 header is not relied on: some writers put that of the values there.
   */
  rowsOf(page: Page): number | undefined {
    const known = this.memo.rowsOf(page.at);
    if (known !== undefined || page.kind === 'v1') return known;
    const { packed, levels } = this.scratch;
    this.read(page.at, page.repetitionBytes, packed);
    this.decodeLevels(packed, packed + page.repetitionBytes, this.leaf.repetition, page.values, levels);
    return this.countRows(page, levels);
  }

  /** The same for an open page, from its levels. */
  countRows(page: Page, repetition: number): number {
    const rows = this.ex.pqCount(repetition, page.values, 0);
    this.memo.setRows(page.at, rows);
    return rows;
  }

  /** Levels of a v1 page: with their length before them, or in the old packing. Returns where they end. */
  private prefixedLevels(from: number, end: number, by: number, most: number, count: number, out: number): number {
    if (by === encoding.bitPacked) {
      const next = this.ex.pqPackedLevels(from, end, bitWidth(most), count, most, out) >>> 0;
      if (next === 0) throw this.damaged('levels are cut off');
      return next;
    }
    if (by !== encoding.rle) throw this.damaged(`levels in the encoding ${by}`);
    if (end - from < 4) throw this.damaged('levels are cut off');
    const bytes = this.u32(from);
    if (bytes > end - from - 4) throw this.damaged('levels are longer than their page');
    this.decodeLevels(from + 4, from + 4 + bytes, most, count, out);
    return from + 4 + bytes;
  }

  private decodeLevels(from: number, end: number, most: number, count: number, out: number): void {
    if (this.ex.pqLevels(from, end, bitWidth(most), count, most, out) === 0) throw this.damaged('levels are damaged');
  }

  /** Decodes the first `count` dictionary indices of a page into scratch. */
  readIndices(open: OpenPage, count: number): void {
    const { from, end } = open;
    if (count === 0) return;
    if (from >= end) throw this.damaged('values are cut off');
    const width = this.kernel.u8(from, 1)[0]!;
    if (this.ex.pqIndices(from + 1, end, width, count, this.dictionarySize, this.scratch.indices) === 0)
      throw this.damaged('dictionary indices are damaged');
  }

  /** Reads the dictionary, by way of the scratch that data pages use. */
  private loadDictionary(): void {
    const page = this.pages.dictionary;
    if (page === null) throw this.damaged('the dictionary is missing');
    if (page.encoding !== encoding.plain && page.encoding !== encoding.plainDictionary) throw this.unsupported(page);
    if (this.leaf.physical === 'boolean') throw this.damaged('a dictionary of booleans');
    const { ex, width, kernel } = this;
    const { unpacked, dictionary, entries } = this.scratch;
    const kept = this.memo.dictionary;
    this.fetch(page, kept);
    kept.keep(page.at, during(kernel.u8(unpacked, page.bytes)));
    const end = unpacked + page.bytes;
    const cut = (): DatagpuError => this.damaged('the dictionary is cut off');
    if (page.values * (width === 0 ? 4 : width) > page.bytes) throw cut();
    if (width > 0) kernel.u8(dictionary, page.bytes).set(kernel.u8(unpacked, page.bytes));
    else {
      kernel.u32(entries, 1)[0] = 0;
      if (ex.pqPlainBytes(unpacked, end, page.values, 0, entries, 0, dictionary) < 0) throw cut();
    }
    this.dictionarySize = page.values;
  }

  /** A 32-bit number at any address. */
  u32(at: number): number {
    return new DataView(during(this.kernel.u8(at, 4)).buffer, at, 4).getUint32(0, true);
  }

  private load(page: Page, to: number): void {
    this.read(page.at, page.packedBytes, to);
    const target = during(this.kernel.u8(to, page.packedBytes));
    if (page.crc !== null && zlib.crc32(target) !== page.crc) throw this.damaged('the checksum of a page is wrong');
  }

  private read(at: number, bytes: number, to: number): void {
    const target = during(this.kernel.u8(to, bytes));
    if (readUpTo(this.fd, target, at, this.place.name).length < bytes)
      throw this.damaged('the file ends in the middle of a page');
  }

  private unpack(codec: number, from: number, packed: number, out: number, bytes: number): void {
    try {
      unpack(this.kernel, codec, from, packed, out, bytes);
    } catch (cause) {
      throw this.damaged((cause as Error).message);
    }
  }

  /** The error for pages that can't be decoded. */
  damaged(what: string): DatagpuError {
    const { name, column } = this.place;
    return refuse(name, `the Parquet pages are damaged: ${what}`, { hint: 'Fetch or write the file again', column });
  }

  /** The error for a page whose encoding its values can't have. */
  unsupported(page: Page): DatagpuError {
    return this.damaged(`the encoding ${page.encoding} does not go with ${this.leaf.physical}`);
  }
}

const bitWidth = (most: number): number => 32 - Math.clz32(most);
