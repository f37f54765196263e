/** Lets concurrent work enter a section in the order of its numbers 0, 1, 2, ..., whatever order it arrives in. */
export class Sequence {
  private at = 0;
  private readonly waiting: Map<number, () => void> = new Map();

  /** Resolves when every number before `id` has left. */
  turn(id: number): Promise<void> {
    if (id === this.at) return Promise.resolve();
    return new Promise((resolve) => this.waiting.set(id, resolve));
  }

  /** Number `id` leaves. */
  leave(id: number): void {
    if (id !== this.at) throw new Error(`number ${id} left while it was the turn of ${this.at}`);
    this.at++;
    const next = this.waiting.get(this.at);
    this.waiting.delete(this.at);
    next?.();
  }

  /** How many have left. */
  get passed(): number {
    return this.at;
  }
}

/** A bound on bytes that are under way: `acquire` waits while others hold too much. */
export class ByteGate {
  private held = 0;
  private readonly limit: number;
  private readonly waiting: { bytes: number; enter: () => void }[] = [];

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Enters with `bytes`; one that is larger than the limit enters when nothing else is held. */
  acquire(bytes: number): Promise<void> {
    if (this.waiting.length === 0 && this.fits(bytes)) {
      this.held += bytes;
      return Promise.resolve();
    }
    return new Promise((enter) => this.waiting.push({ bytes, enter }));
  }

  release(bytes: number): void {
    this.held -= bytes;
    for (let first = this.waiting[0]; first !== undefined && this.fits(first.bytes); first = this.waiting[0]) {
      this.waiting.shift();
      this.held += first.bytes;
      first.enter();
    }
  }

  private fits(bytes: number): boolean {
    return this.held === 0 || this.held + bytes <= this.limit;
  }
}
