/** A page's unpacked bytes, copied out of the kernel's memory. */
interface KeptPage {
  at: number;
  bytes: Uint8Array;
}

/** Pages smaller than this are unpacked again rather than kept. */
const leastKeptBytes = 8 * 1024 * 1024;

/**
 * What reading one piece of a file learns that spares the next piece work: where rows begin, and the last large page, which
 * several pieces may share. One a thread and file.
 */
export class PageMemo {
  private readonly rows: Map<number, number> = new Map();
  private kept: KeptPage | null = null;

  /** Rows that begin in the page at this place of the file, if they were counted. */
  rowsOf(at: number): number | undefined {
    return this.rows.get(at);
  }

  setRows(at: number, rows: number): void {
    this.rows.set(at, rows);
  }

  /** The unpacked bytes of the page at this place, if it is the one that was kept. */
  page(at: number): Uint8Array | null {
    return this.kept?.at === at ? this.kept.bytes : null;
  }

  /** Keeps a copy of a large page that a later piece will need, instead of the one before. */
  keep(at: number, bytes: Uint8Array): void {
    if (bytes.length >= leastKeptBytes && this.kept?.at !== at) this.kept = { at, bytes: bytes.slice() };
  }

  /** Forgets a page that no piece needs any more. */
  release(at: number): void {
    if (this.kept?.at === at) this.kept = null;
  }
}
