import fs from 'node:fs';

/** A file of token streams of one chunk, each of whole rows, one after the other. */
export class IdFile {
  /** Bytes of each stream. */
  private readonly sizes: number[] = [];
  private fd: number | null;

  /** Makes the file, or one in place of what is there. */
  constructor(private readonly path: string) {
    this.fd = fs.openSync(path, 'w');
  }

  /** Adds a stream. */
  write(stream: Uint8Array): void {
    for (let at = 0; at < stream.length; ) at += fs.writeSync(this.fd!, stream, at);
    this.sizes.push(stream.length);
  }

  /** Ends the writing. */
  close(): void {
    if (this.fd !== null) fs.closeSync(this.fd);
    this.fd = null;
  }

  /** Reads the streams in order: each into memory of its size that `roomFor` gives, and then calls `visit`. */
  each(roomFor: (bytes: number) => Uint8Array, visit: (bytes: number) => void): void {
    const fd = fs.openSync(this.path, 'r');
    try {
      for (const bytes of this.sizes) {
        const room = roomFor(bytes);
        for (let at = 0; at < bytes; ) {
          const n = fs.readSync(fd, room, at, bytes - at, null);
          if (n === 0) throw new Error(`${this.path} is shorter than what was written to it`);
          at += n;
        }
        visit(bytes);
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
