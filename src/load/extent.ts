/**
 * How much of the beginning of a text is wanted: so many lines or so many bytes, whichever is reached first. Where that is
 * does not depend on the pieces in which the text comes, or what is made of it would differ from one time to the next.
 */
export interface Extent {
  lines: number;
  bytes: number;
}

/** Follows a text that comes in pieces up to an extent. */
export class ExtentCounter {
  /** Bytes up to the end of the last whole line; 0 when there is none. */
  wholeLines = 0;
  isReached = false;
  private bytes = 0;
  private lineFeeds = 0;
  private returns = 0;
  private readonly start: number[] = [];

  constructor(private extent: Extent) {}

  /** Goes on to an extent that is no smaller. */
  extend(extent: Extent): void {
    this.extent = extent;
    this.isReached = this.bytes >= extent.bytes || Math.max(this.lineFeeds, this.returns) >= extent.lines;
  }

  /** How many bytes of the next piece belong to the extent. */
  take(piece: Uint8Array): number {
    if (this.start.length < 4) this.start.push(...piece.subarray(0, 4 - this.start.length));
    const room = this.extent.bytes - this.bytes;
    let end = Math.min(piece.length, room);
    this.isReached = end === room;
    for (let i = 0; i < end; i++) {
      const byte = piece[i];
      if (byte === 10) this.lineFeeds++;
      // Lines end with a lone CR only where no LF is.
      else if (byte === 13 && this.lineFeeds === 0) this.returns++;
      else continue;
      this.wholeLines = this.bytes + i + 1;
      if (Math.max(this.lineFeeds, this.returns) < this.extent.lines) continue;
      end = i + 1;
      this.isReached = true;
    }
    this.bytes += end;
    return end;
  }

  /** Of so many bytes those that are whole characters, also in a text of two or four bytes a character. */
  whole(bytes: number): number {
    const [a, b, c, d] = this.start;
    const isWide = (a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff) || a === 0 || b === 0;
    const unit = (a === 0 && b === 0) || (isWide && c === 0 && d === 0) ? 4 : isWide ? 2 : 1;
    return bytes - (bytes % unit);
  }
}
