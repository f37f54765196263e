import { DatagpuError } from '../../errors.js';
import type { IngestKernel } from '../../kernels/ingest.js';
import { during } from '../../kernels/lent.js';
import type { ChunkLimits, ChunkStart, ScannedChunk, TextFile } from '../chunk.js';
import { readFully } from '../source-file.js';
import { type CsvDialect, dialectCodes } from './dialect.js';
import { newRecord, readRecord } from './record.js';

// Fields of the scan's state, in uint32 (kernels/assembly/ingest/csv-scan.ts).
const field = { record: 4, records: 5, lines: 6, border: 7, dialect: 8, count: 19 };

/** Bytes read and scanned at a time, so that they are scanned while they are in the cache. */
const defaultPieceBytes = 512 * 1024;
/** A record may be this long: its cells' lengths have 28 bits. */
const maxRecordBytes = 255 * 1024 * 1024;

/**
 * Reads a chunk into the kernel's memory and counts its records: the first count. The chunk ends after the record in
 * which a limit is reached; a longer record makes it longer. Throws 'input' for a quote that is never closed, and for a
 * record over 255 MB. The bytes are valid until the kernel's `reset()` to a mark before this call. `pieceBytes` is for tests.
 */
export function scanCsv(
  kernel: IngestKernel,
  fd: number,
  file: TextFile,
  start: ChunkStart,
  dialect: CsvDialect,
  columns: number,
  limits: ChunkLimits,
  name: string,
  options: { pieceBytes?: number } = {},
): ScannedChunk {
  const pieceBytes = wholeBlocks(options.pieceBytes ?? defaultPieceBytes);
  const { csvScan } = kernel.exports;
  const rest = file.bytes - start.byte;
  const state = kernel.alloc(field.count * 4);
  const codes = dialectCodes(dialect);
  const fields = kernel.u32(state, field.count).fill(0);
  fields.set(
    [codes.delimiter, codes.quote, codes.escape, codes.comment, codes.anyNewline, codes.blanks, columns],
    field.dialect,
  );

  const mark = kernel.mark();
  let room = Math.min(rest, wholeBlocks(limits.bytes + pieceBytes));
  const ptr = kernel.alloc(room);
  let read = 0;
  let found = 0;
  while (found === 0) {
    if (read === room) {
      // A record that is longer than the chunk: the allocator gives the same place again, larger.
      kernel.reset(mark);
      room = Math.min(rest, wholeBlocks(room * 1.5 + pieceBytes));
      kernel.alloc(room);
    }
    // Whole blocks, but for the last one of the source.
    const whole = Math.min(read + pieceBytes, room);
    readFully(fd, during(kernel.u8(ptr + read, whole - read)), start.byte + read, name);
    if (whole === rest) kernel.u8(ptr + whole, 64).fill(0);
    found = csvScan(state, ptr, read, whole, whole === rest, limits.records, limits.bytes);
    read = whole;
    if (found === 0) {
      const open = read - kernel.u32(state, field.count)[field.record]!;
      if (open > maxRecordBytes) throw tooLong(kernel, ptr, read, open, start, dialect, name);
    }
  }
  const result = kernel.u32(state, field.count);
  if (found === 4) throw tooManyOpen(start, dialect, name);
  if (found === 3) throw unterminated(during(kernel.u8(ptr, read)), result[field.record]!, start, dialect, name);
  const records = result[field.records]!;
  const lines = result[field.lines]!;
  let bytes = result[field.border]!;
  if (codes.anyNewline === 1 && bytes < rest && endsInSplitCrLf(kernel, fd, ptr, bytes, read, start.byte, name))
    bytes++;
  const next =
    bytes >= rest ? null : { byte: start.byte + bytes, record: start.record + records, line: start.line + lines };
  return { start, ptr, bytes, records, lines, next };
}

const wholeBlocks = (bytes: number): number => Math.ceil(bytes / 64) * 64;

/** Whether the chunk ends between the CR and the LF of a line end: then the LF goes with it. */
function endsInSplitCrLf(
  kernel: IngestKernel,
  fd: number,
  ptr: number,
  bytes: number,
  read: number,
  startByte: number,
  name: string,
): boolean {
  if (bytes === 0 || kernel.u8(ptr + bytes - 1, 1)[0] !== 13) return false;
  if (bytes < read) return kernel.u8(ptr + bytes, 1)[0] === 10;
  const next = Buffer.alloc(1);
  readFully(fd, next, startByte + bytes, name);
  if (next[0] !== 10) return false;
  kernel.u8(ptr + bytes, 1)[0] = 10;
  return true;
}

/** Physical lines that begin in `bytes` up to `to`: LF, CRLF, and with `any` a lone CR, end one. */
export function countLines(bytes: Uint8Array, from: number, to: number, any: boolean): number {
  let lines = 0;
  for (let i = from; i < to; i++) {
    const b = bytes[i];
    if (b === 10 && !(any && i > 0 && bytes[i - 1] === 13)) lines++;
    else if (any && b === 13) lines++;
  }
  return lines;
}

function unterminated(
  bytes: Uint8Array,
  border: number,
  start: ChunkStart,
  dialect: CsvDialect,
  name: string,
): DatagpuError {
  const record = newRecord();
  readRecord(bytes, border, bytes.length, dialectCodes(dialect), record);
  const line = start.line + countLines(bytes, 0, record.openedAt, dialect.newline === '\r');
  return new DatagpuError('input', `the quote opened in line ${line} is never closed`, {
    file: name,
    line,
    hint: `Close it, or pass --quote none if ${dialect.quote} is text in this file`,
  });
}

function tooManyOpen(start: ChunkStart, { quote }: CsvDialect, name: string): DatagpuError {
  return new DatagpuError('input', `behind line ${start.line}, too many quotes are closed where no cell ends`, {
    file: name,
    line: start.line,
    hint: `Double each ${quote} within a quoted cell, or pass --quote none if ${quote} is text in this file`,
  });
}

function tooLong(
  kernel: IngestKernel,
  ptr: number,
  read: number,
  open: number,
  start: ChunkStart,
  dialect: CsvDialect,
  name: string,
): DatagpuError {
  const line = start.line + countLines(during(kernel.u8(ptr, read)), 0, read - open, dialect.newline === '\r');
  return new DatagpuError('input', `the record that begins at line ${line} is longer than 255 MB`, {
    file: name,
    line,
    hint: 'A quote that is never closed makes one record of the rest of the file',
  });
}
