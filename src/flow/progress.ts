import type { ProgressEvent } from '../options/compile-options.js';
import type { Look } from './look.js';
import type { Border, ChunkRef } from './walk.js';

/** At most so often is the caller told. */
const everyMs = 100;

/** The share of a compile with ranking that is done when everything is read, and when it is scored. */
export const shares = { read: 0.5, scored: 0.65 } as const;

/** Adds up how far a compile is. A pass that begins anew keeps the share that was reached. */
export class ProgressMeter {
  private readonly tell: ((event: ProgressEvent) => void) | undefined;
  private readonly totalBytes: number;
  private readonly rowsOf: number[];
  private readonly reading: number;
  private rows = 0;
  private bytes = 0;
  private share = 0;
  /** Where the pass is reckoned from, and the share at its end. */
  private from = { bytes: 0, share: 0 };
  private until: number;
  private isDeferred = false;
  private toldAt = 0;

  constructor(looks: readonly Look[], isRanked: boolean, tell: ((event: ProgressEvent) => void) | undefined) {
    this.tell = tell;
    this.totalBytes = looks.reduce((n, l) => n + l.file.bytes, 0);
    this.rowsOf = looks.map((l) => (l.pieces ?? []).reduce((n, p) => n + p.to - p.from, 0));
    this.reading = isRanked ? shares.read : 1;
    this.until = this.reading;
    this.looks = looks;
  }
  private readonly looks: readonly Look[];

  /** A new pass over the sources. */
  restart(): void {
    this.rows = 0;
    this.bytes = 0;
    this.from = { bytes: 0, share: this.share };
    this.until = this.reading;
    this.isDeferred = false;
  }

  /** Rows wait to be judged: what is left of the pass is a third of what is to come, judging them and another pass the rest. */
  defer(): void {
    if (this.isDeferred) return;
    this.isDeferred = true;
    this.from = { bytes: this.bytes, share: this.share };
    this.until = this.share + (this.reading - this.share) / 3;
  }

  /** So many rows are judged, this part of those that waited. */
  judged(rows: number, part: number): void {
    this.later('dedupe', rows, this.until, (this.until + this.reading) / 2, part);
  }

  /** A chunk was settled whose border was this. */
  read(ref: ChunkRef, border: Border): void {
    const look = this.looks[ref.source]!;
    this.rows += border.records;
    if ('start' in ref.piece) this.bytes += (border.next?.byte ?? look.file.bytes) - ref.piece.start.byte;
    else this.bytes += (look.file.bytes * border.records) / Math.max(1, this.rowsOf[ref.source]!);
    const { bytes, share } = this.from;
    const part = (this.bytes - bytes) / Math.max(1, this.totalBytes - bytes);
    this.say('read', this.rows, share + (this.until - share) * part);
  }

  /** Part of a later stage is done, from 0 to 1 between two shares of the whole. */
  later(stage: string, rows: number, from: number, to: number, part: number): void {
    this.say(stage, rows, from + (to - from) * part);
  }

  /** The data set of so many rows is in its folder. This is always told. */
  done(rows: number): void {
    this.bytes = this.totalBytes;
    this.toldAt = Number.NEGATIVE_INFINITY;
    this.say('commit', rows, 1);
  }

  private say(stage: string, rows: number, share: number): void {
    this.share = Math.min(1, Math.max(this.share, share));
    const now = performance.now();
    if (this.tell === undefined || now - this.toldAt < everyMs) return;
    this.toldAt = now;
    const bytes = Math.min(this.totalBytes, Math.round(this.bytes));
    this.tell({ stage, rows, bytes, totalBytes: this.totalBytes, share: this.share });
  }
}
