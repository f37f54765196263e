import type { ChunkLimits, ChunkStart } from '../load/chunk.js';

/** A contiguous piece of one source; plain data. Numbered over all sources in order, without gaps. */
export interface ChunkRef {
  id: number;
  source: number;
  /** 0-based position, over all sources, of its first record. */
  ordinal: number;
  piece: TextPiece | RowPiece;
}

/** Of a text source: where it begins. Where it ends is found by its scan. */
export interface TextPiece {
  start: ChunkStart;
  limits: ChunkLimits;
}

/** Of a Parquet source: rows of one row group. `record` is the 1-based number of its first row in the source. */
export interface RowPiece {
  group: number;
  from: number;
  to: number;
  record: number;
}

/** What a source is made of: a text is walked from its start, Parquet pieces are known beforehand. */
export type Walkable =
  | { start: ChunkStart; limits: ChunkLimits; pieces: null }
  | { start: null; limits: null; pieces: RowPiece[] };

/** What a scan found: how many records the chunk has, and where the next one starts. */
export interface Border {
  records: number;
  next: ChunkStart | null;
  /** At the end of a source that was hashed in passing: its hash. */
  hash?: string;
}

/**
 * Hands out chunks in source order. A text chunk's start is known once the chunk before it was scanned, so `next` waits
 * for that border; the parsing of both then runs at once.
 */
export class ChunkWalk {
  private readonly sources: readonly Walkable[];
  private source = 0;
  private piece = 0;
  private start: ChunkStart | null = null;
  private id = 0;
  private ordinal = 0;
  private remaining: number;
  private border: Promise<void> = Promise.resolve();
  private releaseBorder: () => void = () => undefined;

  /** `limit` bounds the records over all sources; Infinity for all. */
  constructor(sources: readonly Walkable[], limit: number) {
    this.sources = sources;
    this.remaining = limit;
    this.enter(0);
  }

  /** The next chunk; null after the last. Calls are answered one after the other. */
  async next(): Promise<ChunkRef | null> {
    while (true) {
      const before = this.border;
      await before;
      if (this.border === before) break;
    }
    if (this.isEmpty) return null;
    const source = this.sources[this.source]!;
    return source.pieces === null ? this.nextText(source.limits) : this.nextRows(source.pieces);
  }

  /** Whether no chunk is left; that the last text chunk was the last one is known once it was scanned. */
  get isEmpty(): boolean {
    return this.source >= this.sources.length || this.remaining <= 0;
  }

  /** Says what the scan of the text chunk handed out last found. */
  found(border: Border): void {
    this.ordinal += border.records;
    this.remaining -= border.records;
    if (border.next === null) this.enter(this.source + 1);
    else this.start = border.next;
    this.releaseBorder();
  }

  private enter(source: number): void {
    this.source = source;
    this.piece = 0;
    this.start = this.sources[source]?.start ?? null;
    const pieces = this.sources[source]?.pieces;
    if (pieces?.length === 0) this.enter(source + 1);
  }

  private nextText(limits: ChunkLimits): ChunkRef {
    const start = this.start!;
    this.border = new Promise((resolve) => {
      this.releaseBorder = resolve;
    });
    const records = Math.min(limits.records, this.remaining);
    const piece = { start, limits: { bytes: limits.bytes, records } };
    return { id: this.id++, source: this.source, ordinal: this.ordinal, piece };
  }

  private nextRows(pieces: RowPiece[]): ChunkRef {
    const whole = pieces[this.piece]!;
    const rows = Math.min(whole.to - whole.from, this.remaining);
    const ref = {
      id: this.id++,
      source: this.source,
      ordinal: this.ordinal,
      piece: { ...whole, to: whole.from + rows },
    };
    this.ordinal += rows;
    this.remaining -= rows;
    this.piece++;
    if (this.piece === pieces.length) this.enter(this.source + 1);
    return ref;
  }
}
