import fs from 'node:fs';
import { checksum, requireSame } from '../engine/checksum.js';
import { readScratch } from '../engine/scratch-read.js';
import type { JudgedVerdict } from './judge.js';
import type { NearRoom } from './setfile.js';

/** What became of a row; a duplicate's is followed by the kept row's ordinal (uint32), a near one's by its similarity (float64). */
const tag = { kept: 0, leftOut: 1, exact: 2, near: 3 } as const;
const longest = 13;
const bufferBytes = 2 ** 20;

/** Verdicts on rows, in order, in a file: a byte a row, 5 for an exact duplicate and 13 for a near one. Written, then read. */
export class VerdictLog {
  /** Rows in it. */
  rows = 0;
  private readonly room: NearRoom;
  private readonly path: string;
  private fd: number | null;
  private readonly bytes = new Uint8Array(bufferBytes);
  private readonly view = new DataView(this.bytes.buffer);
  /** Next byte of the buffer, and where those end that were read. */
  private at = 0;
  private end = 0;
  private position = 0;
  /** Bytes and checksum of each part that was written at once; no verdict is in two. */
  private readonly parts: { bytes: number; sum: number }[] = [];
  private nextPart = 0;

  constructor(room: NearRoom) {
    this.room = room;
    this.path = room.file();
    this.fd = room.spilling(this.path, () => fs.openSync(this.path, 'wx+'));
  }

  kept(): void {
    this.put(tag.kept);
  }

  /** A row that was dropped before duplicates are looked for. */
  leftOut(): void {
    this.put(tag.leftOut);
  }

  exact(ordinal: number): void {
    this.put(tag.exact);
    this.view.setUint32(this.at, ordinal, true);
    this.at += 4;
  }

  near(ordinal: number, similarity: number): void {
    this.put(tag.near);
    this.view.setUint32(this.at, ordinal, true);
    this.view.setFloat64(this.at + 4, similarity, true);
    this.at += 12;
  }

  /** Adds what was decided about the first `rows` rows of a chunk. */
  add({ keep, keptOrdinal, near }: JudgedVerdict, rows: number, skip: Uint8Array | null): void {
    let next = 0;
    for (let row = 0; row < rows; row++) {
      if (keep[row] === 1) this.kept();
      else if (skip !== null && skip[row] !== 0) this.leftOut();
      else if (near !== null && near.rows[next] === row) this.near(keptOrdinal[row]!, near.similarity[next++]!);
      else this.exact(keptOrdinal[row]!);
    }
  }

  /** Ends the writing; what is read next is the first row's. */
  rewind(): void {
    this.flush();
    this.position = 0;
  }

  /** What was decided about the next rows, those of one chunk with these ordinals. */
  next(rows: number, ordinals: number | Uint32Array): JudgedVerdict {
    const keep = new Uint8Array(rows);
    const keptOrdinal = new Uint32Array(rows);
    const nearRows: number[] = [];
    const similarity: number[] = [];
    let exact = 0;
    const { view } = this;
    for (let row = 0; row < rows; row++) {
      if (this.at === this.end) this.fill();
      const what = this.bytes[this.at++]!;
      if (what === tag.kept) {
        keep[row] = 1;
        keptOrdinal[row] = typeof ordinals === 'number' ? ordinals + row : ordinals[row]!;
      } else if (what !== tag.leftOut) {
        keptOrdinal[row] = view.getUint32(this.at, true);
        this.at += 4;
        if (what === tag.exact) exact++;
        else if (what === tag.near) {
          nearRows.push(row);
          similarity.push(view.getFloat64(this.at, true));
          this.at += 8;
        } else throw new Error(`the file of verdicts has a ${what}`);
      }
      if (this.at > this.end) throw new Error('the file of verdicts ends too soon');
    }
    const near = { rows: Uint32Array.from(nearRows), similarity: Float64Array.from(similarity) };
    return { keep, keptOrdinal, near, exact };
  }

  /** Closes and removes it. */
  remove(): void {
    if (this.fd === null) return;
    fs.closeSync(this.fd);
    this.fd = null;
    fs.rmSync(this.path, { force: true });
  }

  private put(what: number): void {
    if (this.at + longest > bufferBytes) this.flush();
    this.bytes[this.at++] = what;
    this.rows++;
  }

  private flush(): void {
    const { at: held } = this;
    this.room.spilling(this.path, () => {
      for (let at = 0; at < held; ) at += fs.writeSync(this.fd!, this.bytes, at, held - at, this.position + at);
    });
    if (held > 0) this.parts.push({ bytes: held, sum: checksum(this.bytes.subarray(0, held)) });
    this.position += held;
    this.at = 0;
  }

  /** Reads the next part. */
  private fill(): void {
    const part = this.parts[this.nextPart++];
    if (part === undefined) throw new Error('more rows than verdicts');
    const bytes = this.bytes.subarray(0, part.bytes);
    readScratch(this.fd!, bytes, this.position, this.path);
    requireSame(bytes, part.sum, this.path);
    this.position += part.bytes;
    this.at = 0;
    this.end = part.bytes;
  }
}
