/** Pages smaller than this are unpacked again rather than kept. */
export const leastKeptBytes: number = 8 * 1024 * 1024;

/** The unpacked bytes of one page, copied out of the kernel's memory. */
export class KeptPage {
  /** Where the page is in the file; -1 when none is kept. */
  at = -1;
  bytes: Uint8Array = new Uint8Array(0);

  /** Keeps a copy of a large page, instead of the one before. */
  keep(at: number, bytes: Uint8Array): void {
    if (bytes.length < leastKeptBytes || this.at === at) return;
    this.at = at;
    this.bytes = bytes.slice();
  }

  /** Forgets a page that no piece needs any more. */
  release(at: number): void {
    if (this.at !== at) return;
    this.at = -1;
    this.bytes = new Uint8Array(0);
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

  /** Rows that begin in the page at this place of the file, if they were counted. */
  rowsOf(at: number): number | undefined {
    return this.rows.get(at);
  }

  setRows(at: number, rows: number): void {
    this.rows.set(at, rows);
  }
}
