import type { IngestKernel } from '../kernels/ingest.js';
import { during } from '../kernels/lent.js';
import type { ChunkStart, ScannedChunk, TextFile } from './chunk.js';
import { readFully } from './source-file.js';

const stateBytes = 72;
const pieceBytes = 64 * 1024;
const sliceBytes = 256 * 1024;

/**
 * The XXH64 of a source, carried on from chunk to chunk as they are read: each chunk's start has the state of the hash of all
 * bytes before it. Returns the start of the next chunk with its state, or at the end of the source the finished hash. Null
 * for a chunk whose start has no state, but for the first of a source.
 */
export function hashPassing(
  kernel: IngestKernel,
  fd: number,
  file: TextFile,
  { start, ptr, bytes, next }: ScannedChunk,
  name: string,
): { next: ChunkStart } | { hash: string } | null {
  const isFirst = start.hash === undefined && start.record === 1;
  if (start.hash === undefined && !isFirst) return null;
  const { xxh64Begin, xxh64Add, xxh64End } = kernel.exports;
  const mark = kernel.mark();
  const state = kernel.alloc(stateBytes);
  const piece = kernel.alloc(pieceBytes);
  /** Bytes that are in no chunk. */
  const addRange = (from: number, to: number): void => {
    for (let at = from; at < to; at += pieceBytes) {
      const view = during(kernel.u8(piece, Math.min(pieceBytes, to - at)));
      readFully(fd, view, at, name);
      xxh64Add(state, piece, view.length);
    }
  };
  if (isFirst) {
    xxh64Begin(state);
    addRange(0, start.byte);
  } else kernel.u8(state, stateBytes).set(start.hash!);
  // In pieces: V8 replaces code that it has optimised when a function is called anew.
  for (let at = 0; at < bytes; at += sliceBytes) xxh64Add(state, ptr + at, Math.min(sliceBytes, bytes - at));
  if (next === null) addRange(start.byte + bytes, file.bytes);
  const result =
    next === null
      ? { hash: formatXxh64(BigInt.asUintN(64, xxh64End(state))) }
      : { next: { ...next, hash: kernel.u8(state, stateBytes).slice() } };
  kernel.reset(mark);
  return result;
}

/** The manifest's form of an XXH64. */
export function formatXxh64(hash: bigint): string {
  return `xxh64:${hash.toString(16).padStart(16, '0')}`;
}
