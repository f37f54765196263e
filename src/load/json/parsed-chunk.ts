import type { IngestKernel } from '../../kernels/ingest.js';
import type { ParsedChunk, ScannedChunk } from '../chunk.js';

/** A chunk out of which a range was left: addresses from `gap.at` on are `bytes` and `lines` further on in the source. */
export interface JsonChunk extends ScannedChunk {
  gap?: { at: number; bytes: number; lines: number };
}

/** A parsed chunk, and the top-level keys that are not among the columns, in order of first sight. */
export interface ParsedJson extends ParsedChunk {
  newKeys: string[];
  /** The bracket that closes the array of records was read. */
  closed: boolean;
}

/** What parsing did to cells, in the ledger's words. */
export function changesOf(duplicates: number, surrogates: number, nans: number): Record<string, number> {
  const changed: Record<string, number> = {};
  if (duplicates > 0) changed['duplicate keys'] = duplicates;
  if (surrogates > 0) changed['lone surrogates'] = surrogates;
  if (nans > 0) changed['NaN and Infinity'] = nans;
  return changed;
}

/** The physical line of an address; cheap when called with rising addresses. */
export function lineCounter(kernel: IngestKernel, scanned: JsonChunk): (at: number) => number {
  const run = kernel.exports;
  let line = scanned.start.line;
  let from = scanned.ptr;
  return (at) => {
    if (at < from) {
      line = scanned.start.line;
      from = scanned.ptr;
    }
    line += run.jsonCountLines(from, at) >>> 0;
    from = at;
    return scanned.gap !== undefined && at >= scanned.gap.at ? line + scanned.gap.lines : line;
  };
}

/** The byte of the source that an address is. */
export function byteOf(scanned: JsonChunk, at: number): number {
  const gap = scanned.gap !== undefined && at >= scanned.gap.at ? scanned.gap.bytes : 0;
  return scanned.start.byte + (at - scanned.ptr) + gap;
}
