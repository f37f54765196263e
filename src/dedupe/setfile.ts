import fs from 'node:fs';
import { DatagpuError } from '../errors.js';
import type { NearHost, NearKernel } from '../kernels/near.js';

const pageBytes = 2 ** 18;
/** Addresses of WebAssembly end at 4 GB; the table of postings must have room to grow. */
const mostHeldBytes = 3.5 * 2 ** 30;

/** What the index of near duplicates may take, and where it spills sets. */
export interface NearRoom {
  /** Bytes of memory that it may take in any case. */
  roomBytes: number;
  /** Whether memory is short, now that it takes more than that and is to take `bytes` more. */
  isTight: (bytes: number) => boolean;
  /** Whether `bytes` more are more than there is, whatever is spilled. */
  isFull: (bytes: number) => boolean;
  /** Makes a path for the file of sets. */
  file: () => string;
  /** Runs what writes that file: makes failures of the system the user's. */
  spilling: <T>(file: string, run: () => T) => T;
}

/** The shingle sets of kept rows that memory is too small for, in a file: written by pages, read set by set. */
export class SetFile implements NearHost {
  private readonly room: NearRoom;
  private path = '';
  private fd: number | null = null;

  constructor(room: NearRoom) {
    this.room = room;
  }

  /** @throws DatagpuError when the index takes more than its room, sets spilled, and there is no more memory */
  check(kernel: NearKernel, bytes: number): void {
    const held = kernel.mark() + bytes;
    if (held <= this.room.roomBytes || !this.room.isFull(bytes)) return;
    const rows = (kernel.exports.keptRows() >>> 0).toLocaleString('en');
    throw new DatagpuError(
      'input',
      `the index of near duplicates takes ${Math.ceil(held / 2 ** 20)} MiB after ${rows} rows that were kept, more than --memory leaves it`,
      { hint: 'Raise --memory, or compare fewer columns with --near-dup-on' },
    );
  }

  hasRoom(kernel: NearKernel, bytes: number): boolean {
    const held = kernel.mark() + bytes;
    return held <= mostHeldBytes && (held <= this.room.roomBytes || !this.room.isTight(bytes));
  }

  spill(kernel: NearKernel, page: number, at: number): boolean {
    if (this.fd === null) {
      this.path = this.room.file();
      this.fd = this.room.spilling(this.path, () => fs.openSync(this.path, 'wx+'));
    }
    const { fd } = this;
    const bytes = kernel.u8(at, pageBytes);
    this.room.spilling(this.path, () => {
      for (let done = 0; done < pageBytes; )
        done += fs.writeSync(fd, bytes, done, pageBytes - done, page * pageBytes + done);
    });
    return true;
  }

  fetch(kernel: NearKernel, place: number, count: number, to: number): void {
    const bytes = kernel.u8(to, count * 8);
    const read = fs.readSync(this.fd!, bytes, 0, bytes.length, place * 8);
    if (read !== bytes.length) throw new Error(`read ${read} of ${bytes.length} bytes of spilled shingles`);
  }

  /** Closes the file, which is its folder's to remove. */
  close(): void {
    if (this.fd !== null) fs.closeSync(this.fd);
    this.fd = null;
  }
}
