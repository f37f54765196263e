import fs from 'node:fs';
import zlib from 'node:zlib';
import type { DatagpuError } from '../../errors.js';
import type { IngestKernel } from '../../kernels/ingest.js';
import { unpack } from './codec.js';
import { type ColumnChunk, refuse } from './footer.js';
import { type ParquetExports, parquetExports } from './kernel.js';
import { type ColumnPages, encoding, type Page } from './pages.js';
import type { Leaf } from './schema.js';

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

/** Values of one column chunk as long as offsets are 32-bit numbers, and as a chunk may use memory. */
const maxColumnBytes = 1024 * 1024 * 1024;

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

/** Decodes the pages of one column chunk in the kernel's memory, one after the other. */
export class PageDecoder {
  private readonly ex: ParquetExports;
  private readonly leaf: Leaf;
  readonly pages: ColumnPages;
  private readonly width: number;
  private dictionarySize = -1;

  constructor(
    private readonly kernel: IngestKernel,
    private readonly fd: number,
    private readonly chunk: ColumnChunk,
    part: LeafPages,
    private readonly scratch: PageScratch,
    private readonly name: string,
    private readonly column: string,
  ) {
    this.ex = parquetExports(kernel);
    this.leaf = part.leaf;
    this.pages = part.pages;
    this.width = physicalWidth(part.leaf);
  }

  /** Reads, checks and unpacks a page, and decodes its levels. */
  open(page: Page): OpenPage {
    const { repetitionBytes, definitionBytes } = page;
    const levelBytes = page.kind === 'v2' ? repetitionBytes + definitionBytes : 0;
    this.load(page, this.scratch.packed);
    const codec = page.kind === 'v2' && !page.packed ? 0 : this.chunk.codec;
    if (levelBytes > 0)
      this.kernel.u8(this.scratch.unpacked, levelBytes).set(this.kernel.u8(this.scratch.packed, levelBytes));
    this.unpack(
      codec,
      this.scratch.packed + levelBytes,
      page.packedBytes - levelBytes,
      this.scratch.unpacked + levelBytes,
      page.bytes - levelBytes,
    );

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

  /** How many rows begin in a v2 page of a repeated column, of which only the levels are read. */
  rowsOf(page: Page): number {
    const { packed, levels } = this.scratch;
    this.read(page.at, page.repetitionBytes, packed);
    this.decodeLevels(packed, packed + page.repetitionBytes, this.leaf.repetition, page.values, levels);
    return this.ex.pqCount(levels, page.values, 0);
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

  /** Decodes `count` dense fixed-width values from the one numbered `skip` on to `out`. */
  fixed(open: OpenPage, skip: number, count: number, out: number): void {
    if (count === 0) return;
    const { ex, width, kernel, leaf } = this;
    const { from, end, dense, page } = open;
    const copy = (source: number): void =>
      kernel.u8(out, count * width).set(kernel.u8(source + skip * width, count * width));
    switch (page.encoding) {
      case encoding.plain:
        if (leaf.physical === 'boolean') {
          if (ex.pqBits(from, end, skip + count, this.scratch.plain) === 0) throw this.damaged('values are cut off');
          copy(this.scratch.plain);
          return;
        }
        if ((skip + count) * width > end - from) throw this.damaged('values are cut off');
        copy(from);
        return;
      case encoding.plainDictionary:
      case encoding.dictionary:
        this.readIndices(open, skip + count);
        ex.pqGather(this.scratch.dictionary, width, this.scratch.indices + skip * 4, count, out);
        return;
      case encoding.rle: {
        if (leaf.physical !== 'boolean' || end - from < 4) break;
        const bytes = this.u32(from);
        if (bytes > end - from - 4 || ex.pqLevels(from + 4, from + 4 + bytes, 1, dense, 1, this.scratch.plain) === 0)
          throw this.damaged('values are cut off');
        copy(this.scratch.plain);
        return;
      }
      case encoding.deltaBinary:
        if (leaf.physical !== 'int32' && leaf.physical !== 'int64') break;
        if (ex.pqDelta(from, end, dense, width, this.scratch.plain) === 0)
          throw this.damaged('delta-packed values are damaged');
        copy(this.scratch.plain);
        return;
      case encoding.streams: {
        const stride = Math.floor((end - from) / width);
        if (skip + count > stride) throw this.damaged('values are cut off');
        ex.pqStreams(from, stride, skip, count, width, out);
        return;
      }
      case encoding.deltaLength:
      case encoding.deltaBytes: {
        if (leaf.physical !== 'fixed') break;
        const bytes = this.deltaValues(open, () => this.scratch.plain, dense * width);
        if (!ex.pqAllLengths(this.scratch.indices, dense, width)) throw this.damaged(`a value has not ${width} bytes`);
        copy(bytes);
        return;
      }
    }
    throw this.unsupported(page);
  }

  /**
   * Decodes `rows` byte arrays from the dense one numbered `skip` on, `count` of them not null by `validity` (0 = none is
   * null). Offsets begin with `at`, which is stored already; `reserve` makes room for that many bytes from the start of the
   * values and returns their address. Returns the end of the bytes.
   */
  bytes(
    open: OpenPage,
    skip: number,
    count: number,
    rows: number,
    validity: number,
    offsets: number,
    at: number,
    reserve: (bytes: number) => number,
  ): number {
    const { ex } = this;
    const { from, end, page } = open;
    const room = (more: number): number => {
      if (at + more > maxColumnBytes)
        throw refuse(
          this.name,
          `more than ${maxColumnBytes} bytes of text in one piece of a row group`,
          'Write it again with smaller row groups',
          this.column,
        );
      return reserve(at + more);
    };
    switch (page.encoding) {
      case encoding.plain: {
        const start = skip === 0 ? from : ex.pqSkipBytes(from, end, skip) >>> 0;
        const values = room(end - from);
        const next = start === 0 ? -1 : ex.pqPlainBytes(start, end, rows, validity, offsets, at, values);
        if (next < 0) throw this.damaged('a value is longer than its page');
        return next;
      }
      case encoding.plainDictionary:
      case encoding.dictionary: {
        this.readIndices(open, skip + count);
        const indices = this.scratch.indices + skip * 4;
        const values = room(ex.pqDictionaryTotal(this.scratch.entries, indices, count));
        return ex.pqDictionaryBytes(
          this.scratch.entries,
          this.scratch.dictionary,
          indices,
          rows,
          validity,
          offsets,
          at,
          values,
        );
      }
      case encoding.deltaLength:
      case encoding.deltaBytes: {
        let values = 0;
        const source = this.deltaValues(open, (bytes) => {
          values = room(bytes);
          return values + at;
        });
        const passed = ex.pqLengthTotal(this.scratch.indices, skip);
        const lengths = this.scratch.indices + skip * 4;
        const taken = ex.pqLengthTotal(lengths, count);
        if (source !== values + at || passed > 0)
          this.kernel.u8(values + at, taken).set(this.kernel.u8(source + passed, taken));
        ex.pqLengthOffsets(lengths, rows, validity, offsets, at);
        return at + taken;
      }
    }
    throw this.unsupported(page);
  }

  /**
   * The dense values of a page of DELTA_LENGTH_BYTE_ARRAY or DELTA_BYTE_ARRAY one behind the other; their lengths are in
   * `indices`. `place` is asked where, given their size, which must be at most `limit`.
   */
  private deltaValues(open: OpenPage, place: (bytes: number) => number, limit: number = maxColumnBytes): number {
    const { ex } = this;
    const { indices } = this.scratch;
    const { from, end, dense, page } = open;
    const damaged = (): DatagpuError => this.damaged('delta-packed values are damaged');
    const first = ex.pqDelta(from, end, dense, 4, indices) >>> 0;
    if (first === 0) throw damaged();
    if (page.encoding === encoding.deltaLength) {
      const bytes = ex.pqLengthTotal(indices, dense);
      if (bytes < 0 || bytes > end - first || bytes > limit) throw damaged();
      place(bytes);
      return first;
    }
    const suffixes = indices + 4 * dense;
    const second = ex.pqDelta(first, end, dense, 4, suffixes) >>> 0;
    if (second === 0) throw damaged();
    const suffixBytes = ex.pqLengthTotal(suffixes, dense);
    const bytes = ex.pqPrefixTotal(indices, suffixes, dense);
    if (suffixBytes < 0 || suffixBytes > end - second || bytes < 0 || bytes > limit) throw damaged();
    const out = place(bytes);
    ex.pqPrefixBytes(indices, suffixes, second, dense, indices, out);
    return out;
  }

  private readIndices(open: OpenPage, count: number): void {
    if (this.dictionarySize < 0) this.loadDictionary();
    const { from, end } = open;
    if (count === 0) return;
    if (from >= end) throw this.damaged('values are cut off');
    const width = this.kernel.u8(from, 1)[0]!;
    if (this.ex.pqIndices(from + 1, end, width, count, this.dictionarySize, this.scratch.indices) === 0)
      throw this.damaged('dictionary indices are damaged');
  }

  private loadDictionary(): void {
    const page = this.pages.dictionary;
    if (page === null) throw this.damaged('the dictionary is missing');
    if (page.encoding !== encoding.plain && page.encoding !== encoding.plainDictionary) throw this.unsupported(page);
    if (this.leaf.physical === 'boolean') throw this.damaged('a dictionary of booleans');
    const { ex, width, kernel } = this;
    const mark = kernel.mark();
    const source = kernel.alloc(page.packedBytes);
    const target = width === 0 ? kernel.alloc(page.bytes) : this.scratch.dictionary;
    this.load(page, source);
    this.unpack(this.chunk.codec, source, page.packedBytes, target, page.bytes);
    if (width > 0) {
      if (page.values * width > page.bytes) throw this.damaged('the dictionary is cut off');
    } else {
      if (page.values * 4 > page.bytes) throw this.damaged('the dictionary is cut off');
      kernel.u32(this.scratch.entries, 1)[0] = 0;
      if (
        ex.pqPlainBytes(target, target + page.bytes, page.values, 0, this.scratch.entries, 0, this.scratch.dictionary) <
        0
      )
        throw this.damaged('the dictionary is cut off');
    }
    kernel.reset(mark);
    this.dictionarySize = page.values;
  }

  /** A 32-bit number at any address. */
  private u32(at: number): number {
    return new DataView(this.kernel.u8(at, 4).buffer, at, 4).getUint32(0, true);
  }

  private load(page: Page, to: number): void {
    this.read(page.at, page.packedBytes, to);
    const target = this.kernel.u8(to, page.packedBytes);
    if (page.crc !== null && zlib.crc32(target) !== page.crc) throw this.damaged('the checksum of a page is wrong');
  }

  private read(at: number, bytes: number, to: number): void {
    const target = this.kernel.u8(to, bytes);
    for (let done = 0; done < bytes; ) {
      const read = fs.readSync(this.fd, target, done, bytes - done, at + done);
      if (read === 0) throw this.damaged('the file ends in the middle of a page');
      done += read;
    }
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
    return refuse(this.name, `the Parquet pages are damaged: ${what}`, 'Fetch or write the file again', this.column);
  }

  private unsupported(page: Page): DatagpuError {
    return this.damaged(`the encoding ${page.encoding} does not go with ${this.leaf.physical}`);
  }
}

const bitWidth = (most: number): number => 32 - Math.clz32(most);
