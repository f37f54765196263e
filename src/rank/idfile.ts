import fs from 'node:fs';
import { badScratch, checksum, requireSame } from '../engine/checksum.js';

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
    const fd = fs.openSync(this.path, 'r');
    try {
      for (const { packed, bytes, sum } of this.sizes) {
        const room = roomFor(bytes);
        for (let at = bytes - packed; at < bytes; ) {
          const n = fs.readSync(fd, room, at, bytes - at, null);
          if (n === 0) throw badScratch(this.path);
          at += n;
        }
        requireSame(room.subarray(bytes - packed, bytes), sum, this.path);
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
