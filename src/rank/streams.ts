import type { ReadColumn } from '../engine/block.js';
import { during } from '../kernels/lent.js';
import type { RankKernel } from '../kernels/rank.js';
import { IdFile } from './idfile.js';
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
  /** Its first streams, or all of them; null if they are made again for each pass. */
  segments: Segment[] | null;
  /** Where its other streams are, of term ids. */
  file: IdFile | null;
  /** A path for such a file. */
  spillTo: string | null;
  /** Its streams hold candidates, no longer term ids. */
  compacted: boolean;
}

/**
 * The token streams of a worker's chunks. As long as they take less than `keepBytes` they are kept in kernel memory, in
 * pages that small chunks share. What is more goes to a file for each chunk; chunks without one are tokenised again in each
 * pass, from the text that `textOf` gives.
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
    private readonly textOf: (chunk: number) => readonly ReadColumn[],
  ) {}

  /**
   * Tokenises and counts the rows of a chunk; what is not kept of its streams goes to a new file at `spillTo`. Only before
   * there are candidates.
   */
  add(id: number, columns: readonly ReadColumn[], rows: number, spillTo: string | null): void {
    let segments: Segment[] | null = this.keeping ? [] : null;
    let file: IdFile | null = null;
    let room: Segment = { at: 0, end: 0 };
    try {
      this.tokeniser.run(columns, rows, true, (top, bytes) => {
        if (top > room.at) {
          if (file !== null) this.spill(file, room.at, top);
          else if (segments !== null) {
            segments.push({ at: room.at, end: top });
            this.page.at = top;
          }
        }
        if (bytes === 0) return room;
        this.largestRow = Math.max(this.largestRow, bytes);
        if (segments !== null && file === null && !this.hasRoom(bytes)) {
          if (spillTo === null) segments = null;
          else file = new IdFile(spillTo);
        }
        room = { ...(segments === null || file !== null ? this.passingRoom(bytes) : this.page) };
        return room;
      });
    } finally {
      (file as IdFile | null)?.close();
    }
    // Later passes must not need more memory: they free all that was reserved since they began.
    if (segments === null || file !== null) this.passingRoom(this.largestRow);
    this.chunks.set(id, { rows, segments, file, spillTo, compacted: false });
  }

  /** Moves a stream from memory to the end of a file. */
  private spill(file: IdFile, at: number, end: number): void {
    const packed = (this.kernel.exports.packStream(at, end) >>> 0) - at;
    file.write(during(this.kernel.u8(at, packed)), end - at);
  }

  /** Forgets all streams, whose memory is gone; with `keeping` those to come are kept. */
  forget(tokeniser: Tokeniser, keeping: boolean): void {
    this.tokeniser = tokeniser;
    this.keeping = keeping;
    this.page = { at: 0, end: 0 };
    this.passing = { at: 0, end: 0 };
    this.heldBytes = 0;
    for (const chunk of this.chunks.values()) {
      chunk.segments = null;
      chunk.file?.remove();
      chunk.file = null;
    }
  }

  /** Tokenises and counts all chunks again. */
  recount(): void {
    for (const [id, { rows, spillTo }] of this.chunks) this.add(id, this.textOf(id), rows, spillTo);
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
    const { compact, compactPacked } = this.kernel.exports;
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
    chunk.file?.each(
      (bytes) => during(this.kernel.u8(this.passingRoom(bytes).at, bytes)),
      (packed, bytes) => {
        const { at } = this.passing;
        const end = at + bytes;
        visit(at, compactPacked(end - packed, end, at, this.numbers, this.gap) >>> 0);
      },
    );
  }

  /** Forgets a chunk. Its memory is not used again. */
  drop(id: number): void {
    this.chunk(id).file?.remove();
    this.chunks.delete(id);
  }

  private chunk(id: number): Chunk {
    const chunk = this.chunks.get(id);
    if (chunk === undefined) throw new Error(`chunk ${id} was not counted by this worker`);
    return chunk;
  }
}
