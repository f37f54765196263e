import { DatagpuError, quoteValue } from '../../errors.js';
import { createIngestKernel, type IngestKernel } from '../../kernels/ingest.js';
import { during } from '../../kernels/lent.js';
import type { ChunkStart, ScannedChunk, TextFile } from '../chunk.js';
import { readFully, withSource } from '../source-file.js';
import type { JsonDialect } from './dialect.js';
import { parseJson } from './parse.js';
import type { JsonChunk, ParsedJson } from './parsed-chunk.js';
import { scanJson } from './scan.js';
import { TopLevel } from './toplevel.js';

/** What a first look at a JSON source says. */
export interface JsonSniff {
  dialect: JsonDialect;
  /** Keys in order of first sight over the samples; the typed pass may find more. */
  columns: string[];
  /** Where its first record is. */
  dataStart: ChunkStart;
  warnings: string[];
}

const headBytes = 1 << 20;
/** Samples of the middle and the end, for layouts where a record border can be found anywhere. */
const sampleBytes = 1 << 18;
const sampleRecords = 10_000;

/**
 * Settles the layout of a JSON source and the keys of its records from samples. A top-level object is walked to its end, so
 * that it is known whether it holds one array of objects; of every other layout only samples are read.
 *
 * @throws DatagpuError `input` when the source holds no records that are objects.
 */
export function sniffJson(
  file: TextFile,
  format: 'jsonl' | 'json',
  name: string,
  nan?: JsonDialect['nan'],
  kernel: IngestKernel = createIngestKernel(),
): JsonSniff {
  const read: Pick<JsonDialect, 'nan'> = nan === undefined ? {} : { nan };
  return withSource(file.path, name, (fd) => {
    const top = new TopLevel(kernel, fd, file, name);
    const bom = top.at(0) === 0xef && top.at(1) === 0xbb && top.at(2) === 0xbf ? 3 : 0;
    const first = top.skipSpace(bom);
    if (first >= file.bytes)
      throw new DatagpuError(
        'input',
        file.bytes === 0 ? 'the file is empty' : 'the file holds nothing but white space',
        {
          file: name,
        },
      );
    return format === 'jsonl'
      ? sniffLines(kernel, fd, file, bom, name, read)
      : sniffDocument(kernel, fd, file, top, first, name, read);
  });
}

function sniffLines(
  kernel: IngestKernel,
  fd: number,
  file: TextFile,
  bom: number,
  name: string,
  read: Pick<JsonDialect, 'nan'>,
): JsonSniff {
  const dialect: JsonDialect = { layout: 'lines', ...read };
  const dataStart: ChunkStart = { byte: bom, record: 1, line: 1 };
  const head = sample(kernel, fd, file, dataStart, dialect, headBytes, [], name);
  const columns = [...head.parsed.newKeys];
  const whole = head.scanned.next === null;
  const first = head.parsed.rejects.at(0);
  if (first?.index === 0) {
    const none = head.parsed.cells.rows === 0;
    const document = sniffAsDocument(file, name, read, kernel);
    const layout = document?.dialect.layout ?? null;
    // Objects are easily told apart wherever they stand, so it costs nobody anything to read them.
    if (none && document !== null && layout === 'concatenated' && first.why.startsWith('a second object'))
      return document;
    if (layout === 'array' || layout === 'object' || (none && (layout !== null || whole))) {
      const what = none ? `no line is a JSON object: ${first.why}` : first.why;
      const hint =
        layout !== null
          ? 'The file reads as JSON: use --format json'
          : 'A .jsonl file has one JSON object a line, such as {"text": ...}';
      throw new DatagpuError('input', what, { file: name, line: first.line, hint });
    }
  }
  if (!whole) {
    for (const at of [Math.floor(file.bytes / 2), file.bytes - sampleBytes]) {
      const byte = lineStartAfter(fd, file, at, name);
      if (byte < 0) continue;
      const { parsed } = sample(kernel, fd, file, { byte, record: 1, line: 1 }, dialect, sampleBytes, columns, name);
      columns.push(...parsed.newKeys);
    }
  }
  return finish(dialect, columns, dataStart, whole, [], name);
}

function sniffDocument(
  kernel: IngestKernel,
  fd: number,
  file: TextFile,
  top: TopLevel,
  first: number,
  name: string,
  read: Pick<JsonDialect, 'nan'>,
): JsonSniff {
  const warnings: string[] = [];
  let dialect: JsonDialect = { layout: 'concatenated', ...read };
  let byte = first;
  if (top.at(first) === 0x5b) {
    dialect = { layout: 'array', ...read };
    byte = top.skipSpace(first + 1);
  } else if (top.at(first) === 0x7b) {
    const end = top.skipContainer(first);
    const sole = end >= 0 && top.skipSpace(end) >= file.bytes;
    if (end >= 0 && !sole)
      warnings.push('not one JSON document but several objects after each other; each is read as a record');
    const arrays = sole ? (top.recordArrays(first) ?? []) : [];
    if (arrays.length > 1)
      throw new DatagpuError(
        'input',
        `the top-level object holds ${arrays.length} arrays of objects: ${arrays
          .slice(0, 5)
          .map((a) => quoteValue(a.key))
          .join(', ')}`,
        { file: name, hint: 'Put the one that holds the records into a file of its own' },
      );
    const records = arrays[0];
    if (records !== undefined) {
      dialect = { layout: 'object', key: records.key, ...read };
      byte = records.first;
      const beside = checkAround(kernel, fd, file, top, records.open, records.close, name, read).filter(
        (k) => k !== records.key,
      );
      const rest =
        beside.length === 0
          ? ''
          : `; left out: ${beside
              .slice(0, 5)
              .map((k) => quoteValue(k))
              .join(', ')}${beside.length > 5 ? ', ...' : ''}`;
      warnings.push(`the records are the array ${quoteValue(records.key)} of the top-level object${rest}`);
    }
  }
  const dataStart: ChunkStart = { byte, record: 1, line: 1 + top.countLines(0, byte) };
  const head = sample(kernel, fd, file, dataStart, dialect, headBytes, [], name);
  const whole = head.scanned.next === null;
  const { rows } = head.parsed.cells;
  const reject = head.parsed.rejects.at(0);
  if (rows === 0 && reject !== undefined && whole)
    throw new DatagpuError('input', `the array holds no objects: its first element is ${reject.why}`, {
      file: name,
      line: reject.line,
      hint: 'A record is a JSON object: make one of each element, such as {"text": ...}',
    });
  if (rows === 0 && whole) throw new DatagpuError('input', 'the array is empty: there are no records', { file: name });
  return finish(dialect, [...head.parsed.newKeys], dataStart, whole, warnings, name);
}

function finish(
  dialect: JsonDialect,
  columns: string[],
  dataStart: ChunkStart,
  whole: boolean,
  warnings: string[],
  name: string,
): JsonSniff {
  if (whole && columns.length === 0) throw new DatagpuError('input', 'no record has a key', { file: name });
  return { dialect, columns, dataStart, warnings };
}

/** Scans and parses the records from `start` until `bytes` are read; the kernel's memory is free again afterwards. */
function sample(
  kernel: IngestKernel,
  fd: number,
  file: TextFile,
  start: ChunkStart,
  dialect: JsonDialect,
  bytes: number,
  columns: readonly string[],
  name: string,
): { scanned: ScannedChunk; parsed: ParsedJson } {
  const mark = kernel.mark();
  const scanned = scanJson(kernel, fd, file, start, dialect, { bytes, records: sampleRecords }, name);
  const parsed = parseJson(kernel, scanned, dialect, columns, name);
  kernel.reset(mark);
  return { scanned, parsed };
}

/** The first line start after a position, looked for in the next 256 KB, or -1. */
function lineStartAfter(fd: number, file: TextFile, position: number, name: string): number {
  const from = Math.max(0, position);
  const window = new Uint8Array(Math.min(sampleBytes, file.bytes - from));
  readFully(fd, window, from, name);
  const at = window.indexOf(10);
  return at < 0 || from + at + 1 >= file.bytes ? -1 : from + at + 1;
}

/** What the file is as a JSON document with records, or null if it isn't one. */
function sniffAsDocument(
  file: TextFile,
  name: string,
  { nan }: Pick<JsonDialect, 'nan'>,
  kernel: IngestKernel,
): JsonSniff | null {
  try {
    return sniffJson(file, 'json', name, nan, kernel);
  } catch (error) {
    if (error instanceof DatagpuError) return null;
    throw error;
  }
}

/** Parses what is around the array of records, with the array emptied, and returns the keys of the top-level object. */
function checkAround(
  kernel: IngestKernel,
  fd: number,
  file: TextFile,
  top: TopLevel,
  open: number,
  close: number,
  name: string,
  read: Pick<JsonDialect, 'nan'>,
): string[] {
  const from = top.at(0) === 0xef ? 3 : 0;
  const bytes = open + 1 - from + (file.bytes - close);
  if (bytes > headBytes * 64)
    throw new DatagpuError('input', 'more than 64 MB beside the array of records in the top-level object', {
      file: name,
      hint: 'Put the array into a file of its own',
    });
  const mark = kernel.mark();
  const ptr = kernel.alloc(bytes);
  readFully(fd, during(kernel.u8(ptr, open + 1 - from)), from, name);
  readFully(fd, during(kernel.u8(ptr + open + 1 - from, file.bytes - close)), close, name);
  kernel.u8(ptr + bytes, 1)[0] = 0;
  const chunk: JsonChunk = {
    start: { byte: from, record: 1, line: 1 },
    ptr,
    bytes,
    records: 1,
    next: null,
    gap: { at: ptr + open + 1 - from, bytes: close - open - 1, lines: top.countLines(open, close) },
  };
  try {
    return parseJson(kernel, chunk, { layout: 'concatenated', ...read }, [], name).newKeys;
  } finally {
    kernel.reset(mark);
  }
}
