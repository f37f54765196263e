import type { IngestKernel } from '../../kernels/ingest.js';
import { during } from '../../kernels/lent.js';
import type { TextFile } from '../chunk.js';
import { readFully } from '../source-file.js';
import { scanState } from './scan.js';

/** An array of objects among the members of a top-level object. */
export interface RecordArray {
  key: string;
  /** Byte of its opening bracket, of its first element, and of its closing bracket. */
  open: number;
  first: number;
  close: number;
}

const pieceBytes = 1 << 20;

/**
 * Walks over the top of a JSON file without keeping it: bytes are read forward through a window of 1 MB, and containers are
 * skipped by the scan kernel. It trusts quotes and brackets; the strict parser comes later.
 */
export class TopLevel {
  private readonly window: Uint8Array = new Uint8Array(pieceBytes);
  private from = 0;
  private to = 0;

  constructor(
    private readonly kernel: IngestKernel,
    private readonly fd: number,
    private readonly file: TextFile,
    private readonly name: string,
  ) {}

  /** The byte at a position, or -1 at the end of the file. */
  at(position: number): number {
    if (position < this.from || position >= this.to) {
      if (position >= this.file.bytes) return -1;
      this.from = position;
      this.to = Math.min(this.file.bytes, position + pieceBytes);
      readFully(this.fd, this.window.subarray(0, this.to - this.from), this.from, this.name);
    }
    return this.window[position - this.from]!;
  }

  /** The first position at or after `position` that is not white space; may be the end of the file. */
  skipSpace(position: number): number {
    let p = position;
    for (let c = this.at(p); c === 32 || c === 9 || c === 10 || c === 13; c = this.at(p)) p++;
    return p;
  }

  /** The position behind the object or array that begins at `position`, or -1 if it doesn't end. */
  skipContainer(position: number): number {
    const run = this.kernel.exports;
    const mark = this.kernel.mark();
    const state = this.kernel.alloc(scanState.size * 4);
    const ptr = this.kernel.alloc(pieceBytes);
    this.kernel.u32(state, scanState.size).fill(0);
    let result = -1;
    for (let at = position; at < this.file.bytes && result < 0; ) {
      const bytes = Math.min(pieceBytes, this.file.bytes - at);
      readFully(this.fd, during(this.kernel.u8(ptr, bytes)), at, this.name);
      const end = run.jsonScanElements(state, ptr, ptr + bytes, 0xffffffff, 1, false) >>> 0;
      if (end !== 0) result = at + (end - ptr);
      at += bytes;
    }
    this.kernel.reset(mark);
    return result;
  }

  /** LF bytes in a range of the file. */
  countLines(from: number, to: number): number {
    const run = this.kernel.exports;
    const mark = this.kernel.mark();
    const ptr = this.kernel.alloc(pieceBytes);
    let lines = 0;
    for (let at = from; at < to; at += pieceBytes) {
      const bytes = Math.min(pieceBytes, to - at);
      readFully(this.fd, during(this.kernel.u8(ptr, bytes)), at, this.name);
      lines += run.jsonCountLines(ptr, ptr + bytes) >>> 0;
    }
    this.kernel.reset(mark);
    return lines;
  }

  /** The arrays of objects among the members of the object at `position`, or null where its syntax is in doubt. */
  recordArrays(position: number): RecordArray[] | null {
    const found: RecordArray[] = [];
    let p = this.skipSpace(position + 1);
    if (this.at(p) === 0x7d) return found;
    while (true) {
      const keyEnd = this.at(p) === 0x22 ? this.skipString(p) : -1;
      if (keyEnd < 0) return null;
      const key = p;
      p = this.skipSpace(keyEnd);
      if (this.at(p) !== 0x3a) return null;
      p = this.skipSpace(p + 1);
      const c = this.at(p);
      if (c === 0x22) p = this.skipString(p);
      else if (c === 0x7b || c === 0x5b) {
        const first = this.skipSpace(p + 1);
        const records = c === 0x5b && this.at(first) === 0x7b;
        const open = p;
        p = this.skipContainer(p);
        if (records && p > 0) found.push({ key: this.textOf(key, keyEnd), open, first, close: p - 1 });
      } else {
        for (let d = this.at(p); d !== -1 && d !== 0x2c && d !== 0x7d; d = this.at(p)) p++;
      }
      if (p < 0) return null;
      p = this.skipSpace(p);
      if (this.at(p) === 0x7d) return found;
      if (this.at(p) !== 0x2c) return null;
      p = this.skipSpace(p + 1);
    }
  }

  /** The position behind the string at `position`, or -1. */
  private skipString(position: number): number {
    let p = position + 1;
    for (let c = this.at(p); c !== 0x22; c = this.at(p)) {
      if (c === -1) return -1;
      p += c === 0x5c ? 2 : 1;
    }
    return p + 1;
  }

  /** The text of a JSON string, or what its bytes look like if it isn't one. */
  private textOf(from: number, to: number): string {
    const bytes = new Uint8Array(Math.min(to - from, 1 << 16));
    readFully(this.fd, bytes, from, this.name);
    const raw = new TextDecoder().decode(bytes);
    try {
      return String(JSON.parse(raw));
    } catch {
      return raw.slice(1, -1);
    }
  }
}
