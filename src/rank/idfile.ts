import fs from 'node:fs';
import { checksum, requireSame } from '../engine/checksum.js';
import { openScratch, readScratch } from '../engine/scratch-read.js';

/** A file of packed token streams of one chunk (assembly/rank/spilled.ts), each of whole rows, one after the other. */
export class IdFile {
  /** Bytes of each stream, and before it was packed, and its checksum. */
  private readonly sizes: { packed: number; bytes: number; sum: number }[] = [];
  private fd: number | null;

  /** Makes the file, or one in place of what is there. */
  constructor(private readonly path: string) {
    this.fd = fs.openSync(path, 'w');
  }

  /** Adds a stream that had so many bytes before it was packed. */
  write(packed: Uint8Array, bytes: number): void {
    for (let at = 0; at < packed.length; ) at += fs.writeSync(this.fd!, packed, at);
    this.sizes.push({ packed: packed.length, bytes, sum: checksum(packed) });
  }

  /** Ends the writing. */
  close(): void {
    if (this.fd !== null) fs.closeSync(this.fd);
    this.fd = null;
  }

  /**
   * Reads the streams in order: each to the end of memory that `roomFor` gives, of as many bytes as it had before it was
   * packed, and then calls `visit`.
   */
  each(roomFor: (bytes: number) => Uint8Array, visit: (packed: number, bytes: number) => void): void {
    const fd = openScratch(this.path);
    try {
      for (const { packed, bytes, sum } of this.sizes) {
        const room = roomFor(bytes);
        const stream = room.subarray(bytes - packed, bytes);
        readScratch(fd, stream, null, this.path);
        requireSame(stream, sum, this.path);
        visit(packed, bytes);
      }
    } finally {
      fs.closeSync(fd);
    }
  }

  remove(): void {
    this.close();
    fs.rmSync(this.path, { force: true });
  }
}
