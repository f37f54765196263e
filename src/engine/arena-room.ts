import type { SharedArena } from './arena.js';

export const align = (n: number): number => (n + 15) & ~15;

/** A region of an arena that one call after the other uses, and that is given up for a larger one when it is too small. */
export class ArenaRoom {
  private readonly arena: SharedArena;
  private start = 0;
  private bytes = 0;
  private top = 0;

  constructor(arena: SharedArena) {
    this.arena = arena;
  }

  /** Begins anew, with room for so many bytes. */
  reserve(bytes: number): void {
    if (bytes > this.bytes) {
      const start = this.arena.alloc(bytes * 1.25);
      if (start === null) throw new Error('no room in the shared memory to gather rows');
      this.start = start;
      this.bytes = bytes * 1.25;
    }
    this.top = this.start;
  }

  /** The address of the next bytes, a multiple of 16. */
  take(bytes: number): number {
    const at = this.top;
    this.top += align(bytes);
    if (this.top > this.start + this.bytes) throw new Error('the room for gathered rows was measured too small');
    return at;
  }
}
