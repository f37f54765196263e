import type { Column } from '../engine/block.js';
import type { RankKernel } from '../kernels/rank.js';
import type { Tokeniser } from './tokeniser.js';

const pageBytes = 1 << 20;
const smallestPage = 1 << 16;

/** Whole rows of a chunk as a stream: uint32 from address `at` to `end` (see assembly/rank/tokenise.ts). */
interface Segment {
  at: number;
  end: number;
}

interface Chunk {
  rows: number;
  /** Null if its streams are not kept. */
  segments: Segment[] | null;
  /** Its streams hold candidates, no longer term ids. */
  compacted: boolean;
}

/**
 * The token streams of a worker's chunks. As long as they take less than `keepBytes` they are kept in kernel memory, in
 * pages that small chunks share; later chunks are tokenised again in each pass, from the text that `textOf` gives.
 */
export class Streams {
  private readonly chunks = new Map<number, Chunk>();
  /** What is free of the current page. */
  private page: Segment = { at: 0, end: 0 };
  private heldBytes = 0;
  /** Memory for streams that are not kept. */
  private passing: Segment = { at: 0, end: 0 };
  /** The most memory that was asked for at once. */
  private largestRow = 0;
  /** Address of the candidate number of each term id; 0 before there are candidates. */
  private numbers = 0;
  /** The number of terms that are no candidates. */
  private gap = 0;
  private keeping = true;

  constructor(
    private readonly kernel: RankKernel,
    private tokeniser: Tokeniser,
    private readonly keepBytes: number,
    private readonly textOf: (chunk: number) => readonly Column[],
  ) {}

  /** Tokenises and counts the rows of a chunk. Only before there are candidates. */
  add(id: number, columns: readonly Column[], rows: number): void {
    let segments: Segment[] | null = this.keeping ? [] : null;
    let at = 0;
    this.tokeniser.run(columns, rows, true, (top, bytes) => {
      if (segments !== null && top > at) {
        segments.push({ at, end: top });
        this.page.at = top;
      }
      if (bytes === 0) return this.page;
      this.largestRow = Math.max(this.largestRow, bytes);
      if (segments !== null && !this.hasRoom(bytes)) segments = null;
      if (segments === null) return this.passingRoom(bytes);
      at = this.page.at;
      return this.page;
    });
    // Later passes must not need more memory: they free all that was reserved since they began.
    if (segments === null) this.passingRoom(this.largestRow);
    this.chunks.set(id, { rows, segments, compacted: false });
  }

  /** Forgets all streams, whose memory is gone; with `keeping` those to come are kept. */
  forget(tokeniser: Tokeniser, keeping: boolean): void {
    this.tokeniser = tokeniser;
    this.keeping = keeping;
    this.page = { at: 0, end: 0 };
    this.passing = { at: 0, end: 0 };
    this.heldBytes = 0;
    for (const chunk of this.chunks.values()) chunk.segments = null;
  }

  /** Tokenises and counts all chunks again. */
  recount(): void {
    for (const [id, { rows }] of this.chunks) this.add(id, this.textOf(id), rows);
  }

  /** Makes the current page one with `bytes` free; false if that takes more than may be kept. */
  private hasRoom(bytes: number): boolean {
    if (this.page.end - this.page.at >= bytes) return true;
    // The first page is small, for small inputs.
    const size = Math.max(this.heldBytes === 0 ? smallestPage : pageBytes, bytes);
    if (this.heldBytes + size > this.keepBytes) return false;
    const at = this.kernel.alloc(size);
    this.heldBytes += size;
    this.page = { at, end: at + size };
    return true;
  }

  private passingRoom(bytes: number): Segment {
    if (this.passing.end - this.passing.at < bytes) {
      const size = Math.max(pageBytes, bytes);
      const at = this.kernel.alloc(size);
      this.passing = { at, end: at + size };
    }
    return this.passing;
  }

  /** Says which terms are candidates; from now on streams are seen as candidates. */
  setNumbers(numbers: number, gap: number): void {
    this.numbers = numbers;
    this.gap = gap;
  }

  get hasNumbers(): boolean {
    return this.numbers !== 0;
  }

  ids(): IterableIterator<number> {
    return this.chunks.keys();
  }

  rowsOf(id: number): number {
    return this.chunk(id).rows;
  }

  /** Calls `visit` with the streams of candidates of a chunk, in the order of its rows. */
  each(id: number, visit: (at: number, end: number) => void): void {
    const chunk = this.chunk(id);
    const { compact } = this.kernel.exports;
    if (chunk.segments === null) {
      let at = 0;
      this.tokeniser.run(this.textOf(id), chunk.rows, false, (top, bytes) => {
        if (top > at) visit(at, compact(at, top, this.numbers, this.gap) >>> 0);
        const room = this.passingRoom(bytes);
        at = room.at;
        return room;
      });
      return;
    }
    for (const segment of chunk.segments) {
      if (!chunk.compacted) segment.end = compact(segment.at, segment.end, this.numbers, this.gap) >>> 0;
      visit(segment.at, segment.end);
    }
    chunk.compacted = true;
  }

  /** Forgets a chunk. Its memory is not used again. */
  drop(id: number): void {
    this.chunks.delete(id);
  }

  private chunk(id: number): Chunk {
    const chunk = this.chunks.get(id);
    if (chunk === undefined) throw new Error(`chunk ${id} was not counted by this worker`);
    return chunk;
  }
}
