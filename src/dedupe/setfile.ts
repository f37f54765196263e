import fs from 'node:fs';
import { checksum, requireSame } from '../engine/checksum.js';
import { readScratch } from '../engine/scratch-read.js';
import { during } from '../kernels/lent.js';
import type { NearHost, NearKernel } from '../kernels/near.js';

const pageBytes = 2 ** 18;
/** What is read and checked at once: a set is much smaller than a page. */
const blockBytes = 2 ** 12;
const pageBlocks = pageBytes / blockBytes;
/** Addresses of WebAssembly end at 4 GB; the table of postings must have room to grow. */
const mostHeldBytes = 3.5 * 2 ** 30;
/** ... and a row that is entered must have some, and what the sets of lanes are copied to. */
const fullBytes = 3.75 * 2 ** 30;
/** Places of sets have 32 bits: so many pages, without those that can be in memory. */
const mostSpilled = 2 ** 17 - 2 ** 14;

/** What the index of near duplicates may take, and where it spills sets. */
export interface NearRoom {
  /** Bytes of memory that it may take in any case. */
  roomBytes: number;
  /** Whether memory is short, now that it takes more than that and is to take `bytes` more. */
  isTight: (bytes: number) => boolean;
  /** Whether `bytes` more are more than there is, whatever is spilled: then it takes no more rows. */
  isFull: (bytes: number) => boolean;
  /** Rows that it may have; at most 2^27. */
  mostRows: number;
  /** Makes a path for the file of sets. */
  file: () => string;
  /** Runs what writes that file: makes failures of the system the user's. */
  spilling: <T>(file: string, run: () => T) => T;
}

/** The shingle sets of kept rows that memory is too small for, in a file: written by pages, read set by set. */
export class SetFile implements NearHost {
  private readonly room: NearRoom;
  /** Set when the index should take no more rows. What it needs besides, as to be searched, it is given still. */
  isFull = false;
  private path = '';
  private fd: number | null = null;
  /** Checksums of the blocks of each page that was spilled. */
  private readonly sums: Map<number, Uint32Array> = new Map();
  private read = new Uint8Array(0);

  constructor(room: NearRoom) {
    this.room = room;
  }

  check(kernel: NearKernel, bytes: number): void {
    const held = kernel.mark() + bytes;
    if (held > fullBytes || (held > this.room.roomBytes && this.room.isFull(bytes))) this.isFull = true;
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
    if (page >= mostSpilled) this.isFull = true;
    const bytes = during(kernel.u8(at, pageBytes));
    const sums = new Uint32Array(pageBlocks);
    for (let b = 0; b < pageBlocks; b++) sums[b] = checksum(bytes.subarray(b * blockBytes, (b + 1) * blockBytes));
    this.sums.set(page, sums);
    this.room.spilling(this.path, () => {
      for (let done = 0; done < pageBytes; )
        done += fs.writeSync(fd, bytes, done, pageBytes - done, page * pageBytes + done);
    });
    return true;
  }

  /** Reads the blocks that have them, each of which has its checksum. */
  fetch(kernel: NearKernel, place: number, count: number, to: number): void {
    const from = place * 8;
    const end = from + count * 8;
    const first = Math.floor(from / blockBytes);
    const blocks = Math.ceil(end / blockBytes) - first;
    if (blocks * blockBytes > this.read.length) this.read = new Uint8Array(blocks * blockBytes);
    const bytes = this.read.subarray(0, blocks * blockBytes);
    readScratch(this.fd!, bytes, first * blockBytes, this.path);
    for (let b = 0; b < blocks; b++) {
      const number = first + b;
      const sum = this.sums.get(Math.floor(number / pageBlocks))![number % pageBlocks]!;
      requireSame(bytes.subarray(b * blockBytes, (b + 1) * blockBytes), sum, this.path);
    }
    const start = from - first * blockBytes;
    during(kernel.u8(to, count * 8)).set(bytes.subarray(start, start + count * 8));
  }

  /** Closes and removes the file. */
  close(): void {
    if (this.fd === null) return;
    fs.closeSync(this.fd);
    this.fd = null;
    fs.rmSync(this.path, { force: true });
  }
}
