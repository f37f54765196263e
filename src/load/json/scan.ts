import { DatagpuError } from '../../errors.js';
import { maxCellBytes } from '../../kernels/cells.js';
import type { IngestKernel } from '../../kernels/ingest.js';
import { during } from '../../kernels/lent.js';
import type { ChunkLimits, ChunkStart, ScannedChunk, TextFile } from '../chunk.js';
import { readFully } from '../source-file.js';
import type { JsonDialect } from './dialect.js';

/** Fields of the scan kernel's state, as indexes of uint32. */
export const scanState = {
  start: 0,
  records: 1,
  lines: 2,
  depth: 3,
  inside: 4,
  escaped: 5,
  linesAtStart: 6,
  size: 16,
} as const;

/** How much is read before it is scanned: it stays in the core's cache. */
const pieceBytes = 1 << 20;

/**
 * Reads a chunk into kernel memory and finds where its last record ends: the first of the two counts.
 * The chunk stays the last allocation of the kernel; a 0 is behind its last byte.
 *
 * @throws DatagpuError `input` for a record of more than 256 MB, and for text after the end of an array.
 */
export function scanJson(
  kernel: IngestKernel,
  fd: number,
  file: TextFile,
  start: ChunkStart,
  dialect: JsonDialect,
  limits: ChunkLimits,
  name: string,
): ScannedChunk {
  const run = kernel.exports;
  const states = kernel.alloc(scanState.size * 4);
  const ptr = kernel.alloc(0);
  const softEnd = ptr + limits.bytes;
  kernel.u32(states, scanState.size).fill(0)[scanState.start] = ptr;
  const lines = dialect.layout === 'lines';
  const array = dialect.layout === 'array' || dialect.layout === 'object';
  let have = 0;
  let extra = 1 << 16;
  let border = 0;
  while (border === 0) {
    const left = file.bytes - start.byte - have;
    if (left === 0) break;
    const wanted = have < limits.bytes ? Math.min(pieceBytes, limits.bytes - have) : extra;
    if (have >= limits.bytes) extra = Math.min(extra * 2, 1 << 25);
    const piece = Math.min(wanted, left);
    reserve(kernel, ptr + have + piece);
    readFully(fd, during(kernel.u8(ptr + have, piece)), start.byte + have, name);
    const from = ptr + have;
    have += piece;
    const fields = kernel.u32(states, scanState.size);
    // The first element of an array has no comma before it.
    if (array && from === ptr && start.record === 1 && kernel.u8(ptr, 1)[0] !== 0x5d) fields[scanState.records] = 1;
    border = lines
      ? run.jsonScanLines(states, from, ptr + have, softEnd, limits.records) >>> 0
      : run.jsonScanElements(states, from, ptr + have, softEnd, limits.records, array) >>> 0;
    if (border === 0 && ptr + have - fields[scanState.start]! > maxCellBytes) {
      const line = start.line + fields[scanState.linesAtStart]!;
      throw new DatagpuError('input', 'a record of more than 256 MB', { file: name, line, hint: 'Split it' });
    }
  }
  const fields = kernel.u32(states, scanState.size);
  let records = fields[scanState.records]!;
  if (lines && border === 0 && run.jsonFilled(fields[scanState.start]!, ptr + have) !== 0) records++;
  // A bracket that closes nothing is the end of the array; elsewhere it is in the chunk for the parser to refuse.
  const closed = border !== 0 && fields[scanState.inside] === 2;
  const bytes = border === 0 ? have : border - ptr + (closed ? 1 : 0);
  kernel.reset(ptr);
  kernel.alloc(bytes);
  kernel.u8(ptr + bytes, 1)[0] = 0;
  const end = start.byte + bytes;
  let next: ChunkStart | null = null;
  if (closed) {
    if (dialect.layout === 'array') expectNothing(fd, file, end, start.line + fields[scanState.lines]!, name);
  } else if (end < file.bytes) {
    next = { byte: end, record: start.record + records, line: start.line + fields[scanState.lines]! };
  }
  return { start, ptr, bytes, records, next };
}

/** Makes the kernel's memory reach `end` and the slack behind it. */
function reserve(kernel: IngestKernel, end: number): void {
  const missing = end - kernel.mark();
  if (missing > 0) kernel.alloc(missing);
  else kernel.alloc(0);
}

/** Only white space may follow the end of a top-level array. */
function expectNothing(fd: number, file: TextFile, from: number, line: number, name: string): void {
  const buffer = new Uint8Array(1 << 16);
  for (let at = from; at < file.bytes; ) {
    const view = buffer.subarray(0, Math.min(buffer.length, file.bytes - at));
    readFully(fd, view, at, name);
    for (const byte of view) {
      if (byte === 10) line++;
      else if (byte !== 32 && byte !== 9 && byte !== 13) {
        const what = byte === 0x5b || byte === 0x7b ? 'a second top-level value' : 'text';
        throw new DatagpuError('input', `${what} after the end of the array, which is not JSON`, { file: name, line });
      }
    }
    at += view.length;
  }
}
