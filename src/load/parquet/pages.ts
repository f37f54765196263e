import { DatagpuError } from '../../errors.js';
import { readUpTo } from '../source-file.js';
import { type ColumnChunk, refuse } from './footer.js';
import { ThriftEnd, ThriftReader, wire } from './thrift.js';

/** Encodings of values and levels by their number in the format (parquet.thrift, `Encoding`). */
export const encoding = {
  plain: 0,
  plainDictionary: 2,
  rle: 3,
  bitPacked: 4,
  deltaBinary: 5,
  deltaLength: 6,
  deltaBytes: 7,
  dictionary: 8,
  streams: 9,
} as const;

/** A page of a column chunk: where it is, and what its header says. */
export interface Page {
  kind: 'dictionary' | 'v1' | 'v2';
  /** Where its bytes are in the file, behind the header. */
  at: number;
  packedBytes: number;
  bytes: number;
  /** Entries: rows of a flat column, nulls included. */
  values: number;
  encoding: number;
  definitionEncoding: number;
  repetitionEncoding: number;
  /** Bytes of the levels of a v2 page, which are never packed. */
  definitionBytes: number;
  repetitionBytes: number;
  /** Whether the values of a v2 page are packed. */
  packed: boolean;
  /** CRC-32 of the packed bytes; null without one. */
  crc: number | null;
}

/** The pages of a column chunk. */
export interface ColumnPages {
  dictionary: Page | null;
  data: Page[];
}

/** A page is unpacked as a whole, so its size bounds the memory of a worker. */
export const maxPageBytes: number = 256 * 1024 * 1024;
/** Levels and indices of a page are unpacked as a whole. */
const maxPageValues = 64 * 1024 * 1024;

/**
 * Reads the page headers of a column chunk, from the first page until all its values are there (with `dictionaryOnly` just
 * the first page that is no index). The sizes that the footer
 * gives are not relied on: some writers count them wrong. `end` is where the pages of the file end.
 */
export function listPages(
  fd: number,
  chunk: ColumnChunk,
  end: number,
  name: string,
  column: string,
  dictionaryOnly = false,
): ColumnPages {
  const pages: ColumnPages = { dictionary: null, data: [] };
  if (chunk.values === 0) return pages;
  const starts = [chunk.dictionaryPage ?? 0, chunk.dataPage].filter((at) => at >= 4);
  if (starts.length === 0) throw refuse(name, 'the Parquet footer is damaged: a column has no pages', { column });
  const headers = new HeaderReader(fd, end, name, column);
  let at = Math.min(...starts);
  for (let values = 0; values < chunk.values; ) {
    const page = headers.read(at);
    at = page === null ? headers.next : page.at + page.packedBytes;
    if (page === null) continue;
    if (dictionaryOnly) return { dictionary: page.kind === 'dictionary' ? page : null, data: [] };
    if (page.kind === 'dictionary') {
      if (pages.dictionary !== null || pages.data.length > 0)
        throw refuse(name, 'a Parquet column has a second dictionary', { column });
      pages.dictionary = page;
      continue;
    }
    values += page.values;
    if (values > chunk.values)
      throw refuse(name, `a Parquet column has more values than the ${chunk.values} its footer says`, { column });
    if (page.values > 0) pages.data.push(page);
  }
  return pages;
}

/** Reads headers through a window over the file. */
class HeaderReader {
  private window: Uint8Array = new Uint8Array(0);
  private from = 0;
  /** Where the page after the one read last begins. */
  next = 0;

  constructor(
    private readonly fd: number,
    private readonly end: number,
    private readonly name: string,
    private readonly column: string,
  ) {}

  /** The page whose header is at `at`; null for an index page, which holds no values. */
  read(at: number): Page | null {
    // 8 KB hold many headers of small pages, and one header with statistics.
    for (let bytes = 8192; ; bytes *= 8) {
      try {
        return this.parse(at);
      } catch (cause) {
        if (cause instanceof DatagpuError) throw cause;
        const more = this.from !== at || this.window.length < Math.min(bytes, this.end - at);
        if (!(cause instanceof ThriftEnd && more) || bytes > 1 << 25)
          throw this.damaged(cause instanceof ThriftEnd ? 'a page header is cut off' : (cause as Error).message);
        this.fill(at, bytes);
      }
    }
  }

  private fill(at: number, bytes: number): void {
    const window = Buffer.alloc(Math.max(0, Math.min(bytes, this.end - at)));
    this.window = readUpTo(this.fd, window, at, this.name);
    this.from = at;
  }

  private damaged(what: string): DatagpuError {
    return refuse(this.name, `the Parquet pages are damaged: ${what}`, { column: this.column });
  }

  private tooLarge(what: string): DatagpuError {
    return refuse(this.name, `a page has ${what}`, { hint: 'Write it again with smaller pages', column: this.column });
  }

  private parse(at: number): Page | null {
    const start = at - this.from;
    if (start < 0 || start >= this.window.length) throw new ThriftEnd();
    const reader = new ThriftReader(this.window, start);
    const page: Page = {
      kind: 'v1',
      at: 0,
      packedBytes: -1,
      bytes: -1,
      values: -1,
      encoding: -1,
      definitionEncoding: encoding.rle,
      repetitionEncoding: encoding.rle,
      definitionBytes: 0,
      repetitionBytes: 0,
      packed: true,
      crc: null,
    };
    let type = -1;
    reader.struct((id, of) => {
      if (id === 1 && of === wire.i32) type = reader.zigzag();
      else if (id === 2 && of === wire.i32) page.bytes = reader.zigzag();
      else if (id === 3 && of === wire.i32) page.packedBytes = reader.zigzag();
      else if (id === 4 && of === wire.i32) page.crc = reader.zigzag() >>> 0;
      else if (id === 5 && of === wire.struct) readV1(reader, page);
      else if (id === 7 && of === wire.struct) readDictionary(reader, page);
      else if (id === 8 && of === wire.struct) readV2(reader, page);
      else return false;
      return true;
    });
    page.at = this.from + reader.at;
    const { bytes, packedBytes, values } = page;
    this.next = page.at + packedBytes;
    if (bytes < 0 || packedBytes < 0 || this.next > this.end)
      throw new Error('a page reaches beyond the end of the file');
    if (type === 1) return null;
    const kind = ({ 0: 'v1', 2: 'dictionary', 3: 'v2' } as const)[type];
    if (kind !== page.kind || values < 0) throw new Error('a page header contradicts itself');
    if (bytes > maxPageBytes) throw this.tooLarge(`${bytes} bytes, unpacked; ${maxPageBytes} are the most`);
    if (values > maxPageValues) throw this.tooLarge(`${values} values; ${maxPageValues} are the most`);
    const levels = page.definitionBytes + page.repetitionBytes;
    if (page.definitionBytes < 0 || page.repetitionBytes < 0 || levels > bytes || levels > packedBytes)
      throw new Error('the levels of a page are longer than the page');
    return page;
  }
}

function readV1(reader: ThriftReader, page: Page): void {
  page.kind = 'v1';
  reader.struct((id, type) => {
    if (type !== wire.i32) return false;
    if (id === 1) page.values = reader.zigzag();
    else if (id === 2) page.encoding = reader.zigzag();
    else if (id === 3) page.definitionEncoding = reader.zigzag();
    else if (id === 4) page.repetitionEncoding = reader.zigzag();
    else return false;
    return true;
  });
}

function readDictionary(reader: ThriftReader, page: Page): void {
  page.kind = 'dictionary';
  reader.struct((id, type) => {
    if (type !== wire.i32) return false;
    if (id === 1) page.values = reader.zigzag();
    else if (id === 2) page.encoding = reader.zigzag();
    else return false;
    return true;
  });
}

function readV2(reader: ThriftReader, page: Page): void {
  page.kind = 'v2';
  reader.struct((id, type) => {
    if (id === 7) {
      page.packed = type === wire.true;
      return true;
    }
    if (type !== wire.i32) return false;
    if (id === 1) page.values = reader.zigzag();
    else if (id === 4) page.encoding = reader.zigzag();
    else if (id === 5) page.definitionBytes = reader.zigzag();
    else if (id === 6) page.repetitionBytes = reader.zigzag();
    else return false;
    return true;
  });
}
