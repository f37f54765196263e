import { maxPageBytes } from './pages.js';

/** Pages smaller than this are unpacked again rather than kept. */
export const leastKeptBytes: number = 8 * 1024 * 1024;

/** A buffer that grows and shrinks in place. */
type ResizableBuffer = ArrayBuffer & { resize(bytes: number): void };
const Resizable = ArrayBuffer as unknown as new (bytes: number, most: { maxByteLength: number }) => ResizableBuffer;

/**
 * The unpacked bytes of one page, copied out of the kernel's memory. Pages take turns in one buffer: with a buffer for each,
 * those given up would stay until they are collected, which is often after the next ones were made.
 */
export class KeptPage {
  /** Where the page is in the file; -1 when none is kept. */
  at = -1;
  private buffer: ResizableBuffer | null = null;
  private isInUse = false;

  /** The bytes, which may be copied only before another page is kept. */
  get bytes(): Uint8Array {
    return new Uint8Array(this.buffer ?? new ArrayBuffer(0));
  }

  /** Says that a piece begins. */
  begin(): void {
    this.isInUse = false;
  }

  /** Whether it is this page that is kept; then it stays for this piece. */
  has(at: number): boolean {
    if (this.at !== at) return false;
    this.isInUse = true;
    return true;
  }

  /**
   * Keeps a copy of a large page, instead of the one before. One that this piece has used stays: columns that took turns
   * would all be unpacked again for each piece.
   */
  keep(at: number, bytes: Uint8Array): void {
    if (bytes.length < leastKeptBytes || this.at === at || this.isInUse) return;
    this.buffer ??= new Resizable(0, { maxByteLength: maxPageBytes });
    this.buffer.resize(bytes.length);
    this.bytes.set(bytes);
    this.at = at;
    this.isInUse = true;
  }

  /** Forgets a page that no piece needs any more. */
  release(at: number): void {
    if (this.at === at) this.clear();
  }

  /** Gives the memory back. */
  clear(): void {
    this.at = -1;
    this.isInUse = false;
    this.buffer?.resize(0);
  }
}

/**
 * What reading one piece of a file learns that spares the next piece work: where rows begin, and the last large data page
 * and dictionary, which several pieces may share. One a thread and file.
 */
export class PageMemo {
  private readonly rows: Map<number, number> = new Map();
  readonly data: KeptPage = new KeptPage();
  readonly dictionary: KeptPage = new KeptPage();

  /** Says that a piece begins. */
  begin(): void {
    this.data.begin();
    this.dictionary.begin();
  }

  /** Gives the memory back when another file is read. */
  clear(): void {
    this.data.clear();
    this.dictionary.clear();
  }

  /** Rows that begin in the page at this place of the file, if they were counted. */
  rowsOf(at: number): number | undefined {
    return this.rows.get(at);
  }

  setRows(at: number, rows: number): void {
    this.rows.set(at, rows);
  }
}
