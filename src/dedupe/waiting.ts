import fs from 'node:fs';
import { checksum, requireSame } from '../engine/checksum.js';
import { readScratch } from '../engine/scratch-read.js';
import { digestBytes } from './digest.js';
import type { NearRoom } from './setfile.js';
import type { ShingleSets } from './shingles.js';

/** What is known of a row that waits, instead of a similarity between 0 (similar to no kept row so far) and 1. */
export const known: { readonly leftOut: number; readonly nothing: number; readonly isTwin: number } = {
  leftOut: -1,
  nothing: 0,
  isTwin: Number.POSITIVE_INFINITY,
};

/** Rows that can't be judged before the rows before them are, one after the other. */
export interface WaitingRows {
  ordinals: Uint32Array;
  /** 16 bytes a row over the compared columns; empty without exact dedupe. */
  digests: Uint8Array;
  /** Similarity with the most similar kept row that each was compared with, or one of `known`; filled in on the way. */
  similarity: Float64Array;
  /** The ordinal of that row, or of the exact twin. */
  alike: Uint32Array;
  /** Only of rows for which more kept rows can be more similar. */
  sets: ShingleSets;
}

/** Bytes before a batch: its rows, and the shingles and digests that follow; uint32 each, and one unused. */
const headerBytes = 16;
/** A buffer of at most so many bytes is kept for the next batch. */
const keptBytes = 2 ** 24;

/** Whether the row's shingles can still say more of it. */
const isOpen = (similarity: number): boolean => similarity >= known.nothing && similarity < 1;

/**
 * Rows that wait, in a file: written batch by batch, then read in the same order. A batch has its header, similarities
 * (float64), shingles (uint64), ordinals, alike and ends (uint32), and digests.
 */
export class WaitingFile {
  /** Rows written. */
  rows = 0;
  private readonly room: NearRoom;
  private readonly path: string;
  private fd: number | null;
  private buffer = new Uint8Array(0);
  private written = 0;
  private read = 0;
  /** Bytes and checksum of each batch; the next one to be read. */
  private readonly batches: { bytes: number; sum: number }[] = [];
  private nextBatch = 0;

  constructor(room: NearRoom) {
    this.room = room;
    this.path = room.file();
    this.fd = room.spilling(this.path, () => fs.openSync(this.path, 'wx+'));
  }

  /** Appends rows from `from` on. */
  write(batch: WaitingRows, from: number): void {
    const { ordinals, digests, similarity, alike, sets } = batch;
    const rows = ordinals.length - from;
    if (rows === 0) return;
    const size = digests.length === 0 ? 0 : digestBytes;
    let shingles = 0;
    for (let row = from; row < ordinals.length; row++) if (isOpen(similarity[row]!)) shingles += countOf(sets, row);
    const at = layoutOf(rows, shingles, size);
    const bytes = this.ofBytes(at.end);
    const view = (start: number, count: number): Uint32Array => new Uint32Array(bytes.buffer, start, count);
    view(0, 4).set([rows, shingles, size, 0]);
    new Float64Array(bytes.buffer, at.similarity, rows).set(similarity.subarray(from));
    view(at.ordinals, rows).set(ordinals.subarray(from));
    view(at.alike, rows).set(alike.subarray(from));
    bytes.set(digests.subarray(from * size), at.digests);
    const ends = view(at.ends, rows);
    for (let row = from, end = 0; row < ordinals.length; row++) {
      if (isOpen(similarity[row]!)) {
        const count = countOf(sets, row);
        const start = sets.ends[row]! - count;
        bytes.set(sets.hashes.subarray(start * 8, (start + count) * 8), at.hashes + end * 8);
        end += count;
      }
      ends[row - from] = end;
    }
    this.room.spilling(this.path, () => {
      for (let done = 0; done < at.end; )
        done += fs.writeSync(this.fd!, bytes, done, at.end - done, this.written + done);
    });
    this.batches.push({ bytes: at.end, sum: checksum(bytes) });
    this.written += at.end;
    this.rows += rows;
  }

  /** The next batch, valid until the one after it is asked for; null at the end. */
  next(): WaitingRows | null {
    if (this.read === this.written) return null;
    const batch = this.batches[this.nextBatch++]!;
    const bytes = this.ofBytes(batch.bytes);
    this.fill(bytes, this.read);
    requireSame(bytes, batch.sum, this.path);
    const [rows, shingles, size] = new Uint32Array(bytes.buffer, 0, headerBytes / 4) as unknown as [
      number,
      number,
      number,
    ];
    const at = layoutOf(rows, shingles, size);
    this.read += at.end;
    const { buffer } = bytes;
    return {
      ordinals: new Uint32Array(buffer, at.ordinals, rows),
      digests: bytes.subarray(at.digests, at.end),
      similarity: new Float64Array(buffer, at.similarity, rows),
      alike: new Uint32Array(buffer, at.alike, rows),
      sets: {
        ends: new Uint32Array(buffer, at.ends, rows),
        hashes: new Uint8Array(buffer, at.hashes, shingles * 8),
      },
    };
  }

  /** Closes and removes it. */
  remove(): void {
    if (this.fd === null) return;
    fs.closeSync(this.fd);
    this.fd = null;
    fs.rmSync(this.path, { force: true });
  }

  private ofBytes(bytes: number): Uint8Array<ArrayBuffer> {
    if (bytes > this.buffer.length || this.buffer.length > keptBytes) this.buffer = new Uint8Array(bytes);
    return this.buffer.subarray(0, bytes) as Uint8Array<ArrayBuffer>;
  }

  private fill(bytes: Uint8Array, position: number): void {
    readScratch(this.fd!, bytes, position, this.path);
  }
}

/** How many shingles a row has. */
function countOf({ ends }: ShingleSets, row: number): number {
  return row === 0 ? ends[0]! : ends[row]! - ends[row - 1]!;
}

/** Where the parts of a batch begin, in bytes. */
function layoutOf(
  rows: number,
  shingles: number,
  size: number,
): Record<keyof WaitingRows | 'hashes' | 'ends' | 'end', number> {
  const similarity = headerBytes;
  const hashes = similarity + rows * 8;
  const ordinals = hashes + shingles * 8;
  const alike = ordinals + rows * 4;
  const ends = alike + rows * 4;
  const digests = ends + rows * 4;
  return { similarity, hashes, sets: hashes, ordinals, alike, ends, digests, end: digests + rows * size };
}
