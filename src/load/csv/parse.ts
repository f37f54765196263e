import { isUtf8 } from 'node:buffer';
import type { CellTable } from '../../kernels/cells.js';
import { cell } from '../../kernels/cells.js';
import type { IngestKernel } from '../../kernels/ingest.js';
import { during, type Lent } from '../../kernels/lent.js';
import { type CsvNotes, maxRawBytes, type ParsedChunk, type ScannedChunk } from '../chunk.js';
import { RejectLog } from '../reject-log.js';
import { type CsvDialect, dialectCodes } from './dialect.js';
import { type ExactRecord, parseExactly } from './exact.js';
import { countLines } from './scan.js';

// Fields of the job, in uint32 (kernels/assembly/ingest/csv-parse.ts).
const field = {
  records: 16,
  rows: 17,
  rejected: 18,
  padded: 19,
  trimmed: 20,
  scratchEnd: 21,
  badUtf8: 22,
  comments: 23,
  swallowing: 24,
  swallowIndex: 25,
  swallowLines: 26,
  count: 27,
};
const rejectBytes = 20;

const noBytes = new Uint8Array(0);

/** What the parsing of a chunk can be told. */
export interface ParseCsvOptions {
  /** Rejected records beyond so many have no line, reason and bytes: making those takes memory. @default all have them */
  described?: number;
  /** Take the exact parser whatever the counts say; tests only. @default false */
  exact?: boolean;
}

/**
 * Finds a scanned chunk's cells: the second count. A short record is padded with absent cells, extra cells are cut off
 * when all of them are blank; a record with other extra cells, with text other than spaces after a closing quote, or with
 * bytes that are not UTF-8 is rejected. When the count differs from the scan's, csv-parse reads the chunk; if that differs
 * too, neither can be trusted and the compile ends with an error that is a bug.
 */
export function parseCsv(
  kernel: IngestKernel,
  scanned: ScannedChunk,
  dialect: CsvDialect,
  columns: number,
  options: ParseCsvOptions = {},
): ParsedChunk {
  if (options.exact !== true) {
    const mark = kernel.mark();
    const parsed = parseFast(kernel, scanned, dialect, columns, options.described ?? Number.POSITIVE_INFINITY);
    if (parsed !== null && parsed.cells.rows + parsed.rejects.length === scanned.records) return parsed;
    kernel.reset(mark);
  }
  const chunk = kernel.u8(scanned.ptr, scanned.bytes).slice();
  const records = parseExactly(chunk, dialect, columns);
  if (records.length !== scanned.records)
    throw new Error(
      `the record scan counts ${scanned.records} records from byte ${scanned.start.byte}, the exact parser ${records.length}`,
    );
  return tabulate(kernel, chunk, records, scanned, dialect, columns);
}

/** Null when the kernel finds more records than the scan. */
function parseFast(
  kernel: IngestKernel,
  scanned: ScannedChunk,
  dialect: CsvDialect,
  columns: number,
  described: number,
): ParsedChunk | null {
  const { csvParse } = kernel.exports;
  const { ptr, bytes, records } = scanned;
  const codes = dialectCodes(dialect);
  const cells: CellTable = { rows: records, columns, starts: 0, metas: 0 };
  cells.starts = kernel.alloc(records * columns * 4);
  cells.metas = kernel.alloc(records * columns * 4);
  const job = kernel.alloc(field.count * 4);
  const rejectsAt = kernel.alloc(records * rejectBytes);
  // Cells whose escapes are undone never take more than the chunk did. Memory that isn't written to costs nothing.
  const scratch = kernel.alloc(bytes + 64);
  // A cell takes several lines only where there are more lines than records.
  const multi = scanned.lines === undefined || scanned.lines > records ? 1 : 0;
  const run = (checkUtf8: number): boolean => {
    // Characters are not cut by what is around the chunk; there is room for it around every allocation.
    kernel.u8(ptr - 16, 16).fill(0);
    kernel.u8(ptr + bytes, 64).fill(0);
    kernel
      .u32(job, field.count)
      .set([
        ptr,
        bytes,
        columns,
        records,
        cells.starts,
        cells.metas,
        rejectsAt,
        scratch,
        codes.delimiter,
        codes.quote,
        codes.escape,
        codes.comment,
        codes.anyNewline,
        checkUtf8,
        codes.blanks,
        multi,
      ]);
    return csvParse(job) !== 0;
  };
  if (!run(0)) return null;
  if (kernel.u32(job, field.count)[field.badUtf8] !== 0 && !run(1)) return null;

  const out = kernel.u32(job, field.count);
  // Vector loads may run over the end of a cell.
  kernel.reset(Math.ceil((out[field.scratchEnd]! + 64) / 16) * 16);
  cells.rows = out[field.rows]!;
  const rejects = readRejects(kernel, scanned, dialect, columns, rejectsAt, out[field.rejected]!, described);
  if (out[field.records] !== cells.rows + rejects.length) return null;
  return {
    cells,
    rejects,
    changed: changes(out[field.padded]!, out[field.trimmed]!),
    exact: false,
    notes: notesOf(out),
  };
}

function notesOf(out: Lent<Uint32Array>): CsvNotes {
  const records = out[field.swallowing]!;
  const swallowed =
    records === 0 ? null : { records, index: out[field.swallowIndex]!, lines: out[field.swallowLines]! };
  return { comments: out[field.comments]!, swallowed };
}

function changes(padded: number, trimmed: number): Record<string, number> {
  const changed: Record<string, number> = {};
  if (padded > 0) changed.padded = padded;
  if (trimmed > 0) changed['trimmed empty cells'] = trimmed;
  return changed;
}

function readRejects(
  kernel: IngestKernel,
  scanned: ScannedChunk,
  dialect: CsvDialect,
  columns: number,
  at: number,
  count: number,
  described: number,
): RejectLog {
  const fields = kernel.u32(at, (count * rejectBytes) / 4);
  const chunk = during(kernel.u8(scanned.ptr, scanned.bytes));
  const any = dialect.newline === '\r';
  const rejects = new RejectLog();
  let line = scanned.start.line;
  let counted = 0;
  for (let i = 0; i < count; i++) {
    const [index, start, length, why, cells] = fields.subarray(i * 5, i * 5 + 5) as unknown as number[];
    if (i >= described) {
      rejects.push({ index: index!, line: 0, why: '', raw: noBytes });
      continue;
    }
    const from = start! - scanned.ptr;
    line += countLines(chunk, counted, from, any);
    counted = from;
    const raw = chunk.subarray(from, from + Math.min(length!, maxRawBytes));
    rejects.push({ index: index!, line, why: reasonText(why!, cells!, columns, dialect, raw), raw });
  }
  return rejects;
}

function reasonText(why: number, cells: number, columns: number, dialect: CsvDialect, raw: Uint8Array): string {
  switch (why) {
    case 1:
      return tooManyCells(cells, columns);
    case 2:
      return textAfterQuote(dialect);
    case 3:
      return notUtf8(raw);
    case 5:
      return torn(dialect);
    default:
      throw new Error('a quote is open at the end of a chunk');
  }
}

const tooManyCells = (cells: number, columns: number): string =>
  `it has ${cells} cells, but there ${columns === 1 ? 'is 1 column' : `are ${columns} columns`}`;

const textAfterQuote = (dialect: CsvDialect): string => `there is text after a closing ${dialect.quote}`;

const torn = (dialect: CsvDialect): string =>
  `it opens a cell with ${dialect.quote} that is not closed where a cell ends`;

/** Names the first byte that is not part of a UTF-8 character. */
function notUtf8(raw: Uint8Array): string {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(raw);
  for (let at = text.indexOf('\ufffd'); at >= 0; at = text.indexOf('\ufffd', at + 1)) {
    const byte = Buffer.byteLength(text.slice(0, at));
    if (raw[byte] === 0xef && raw[byte + 1] === 0xbf && raw[byte + 2] === 0xbd) continue;
    return `byte ${byte + 1} of it, 0x${raw[byte]!.toString(16).toUpperCase()}, is not UTF-8`;
  }
  return 'its bytes are not UTF-8';
}

/** Makes the cell table of the exact parser's records, by the same rules. */
function tabulate(
  kernel: IngestKernel,
  chunk: Uint8Array,
  records: readonly ExactRecord[],
  scanned: ScannedChunk,
  dialect: CsvDialect,
  columns: number,
): ParsedChunk {
  const any = dialect.newline === '\r';
  const rejects = new RejectLog();
  const kept: ExactRecord[] = [];
  let padded = 0;
  let trimmed = 0;
  let bytes = 0;
  let line = scanned.start.line;
  let from = 0;
  records.forEach((record, index) => {
    const begin = firstByte(chunk, from, record.end, dialect);
    line += countLines(chunk, from, begin, any);
    const raw = chunk.subarray(begin, record.end);
    const extra = record.cells.slice(columns);
    const why =
      record.cells.some((c) => !isUtf8(c.bytes)) || (record.wrong !== undefined && !isUtf8(raw))
        ? notUtf8(raw)
        : record.wrong !== undefined
          ? (record.wrong === 'torn' ? torn : textAfterQuote)(dialect)
          : extra.some((c) => c.bytes.some((b) => b !== 32 && b !== 9))
            ? tooManyCells(record.cells.length, columns)
            : null;
    if (why === null) {
      kept.push(record);
      trimmed += extra.length;
      padded += Math.max(0, columns - record.cells.length);
      for (const c of record.cells) bytes += c.bytes.length;
    } else rejects.push({ index, line, why, raw: withoutLineEnd(raw).subarray(0, maxRawBytes) });
    line += countLines(chunk, begin, record.end, any);
    from = record.end;
  });

  const rows = kept.length;
  const starts = kernel.alloc(rows * columns * 4);
  const metas = kernel.alloc(rows * columns * 4);
  const text = kernel.alloc(bytes);
  const startOf = kernel.u32(starts, rows * columns);
  const metaOf = kernel.u32(metas, rows * columns);
  const target = kernel.u8(text, bytes);
  let at = 0;
  kept.forEach((record, row) => {
    for (let c = 0; c < columns; c++) {
      const found = record.cells[c];
      startOf[c * rows + row] = text + at;
      if (found === undefined) {
        metaOf[c * rows + row] = cell.absent;
        continue;
      }
      target.set(found.bytes, at);
      metaOf[c * rows + row] = (found.bytes.length << 4) | (found.quoted ? cell.quoted : 0);
      at += found.bytes.length;
    }
  });
  return { cells: { rows, columns, starts, metas }, rejects, changed: changes(padded, trimmed), exact: true };
}

/** Where a record begins behind the blank lines and comments before it. */
function firstByte(chunk: Uint8Array, from: number, end: number, dialect: CsvDialect): number {
  const comment = dialect.comment === '' ? -1 : dialect.comment.charCodeAt(0);
  let at = from;
  while (at < end) {
    if (chunk[at] === comment)
      while (at < end && chunk[at] !== 10 && !(dialect.newline === '\r' && chunk[at] === 13)) at++;
    else if (chunk[at] === 10 || chunk[at] === 13) at++;
    else break;
  }
  return at;
}

function withoutLineEnd(raw: Uint8Array): Uint8Array {
  let end = raw.length;
  while (end > 0 && (raw[end - 1] === 10 || raw[end - 1] === 13)) end--;
  return raw.subarray(0, end);
}
