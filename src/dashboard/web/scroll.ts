/** Browsers lay out no element that is much higher than this. */
const highest = 8_000_000;

/** How a scroll position and the first row on the screen go together, for any number of rows. */
export class Scale {
  /** Of the element that is scrolled. */
  readonly height: number;
  /** A pixel of the scroll bar is more than a pixel of rows. */
  readonly isScaled: boolean;
  private readonly most: number;

  constructor(
    readonly rows: number,
    readonly rowHeight: number,
    readonly viewHeight: number,
  ) {
    const whole = rows * rowHeight;
    this.isScaled = whole > highest;
    this.height = Math.min(whole, highest);
    this.most = Math.max(0, rows - viewHeight / rowHeight);
  }

  /** The first row on the screen, with the part of it that is above. */
  firstAt(scrollTop: number): number {
    if (!this.isScaled) return Math.min(this.most, Math.max(0, scrollTop / this.rowHeight));
    return Math.min(1, Math.max(0, scrollTop / (this.height - this.viewHeight))) * this.most;
  }

  scrollTopOf(first: number): number {
    const at = this.clamp(first);
    if (!this.isScaled) return at * this.rowHeight;
    return this.most === 0 ? 0 : (at / this.most) * (this.height - this.viewHeight);
  }

  clamp(first: number): number {
    return Math.min(this.most, Math.max(0, first));
  }
}
