import type { Kernel } from './module.js';

const stepBytes = 2 ** 24;

/**
 * `kernel.alloc` for many small pieces that stay: the memory grows in steps of 16 MB at least, as every growth has a price.
 * @throws RangeError when the address space of 4 GB is full
 */
export function reserve(kernel: Kernel, bytes: number): number {
  const mark = kernel.mark();
  if (mark + bytes + 64 > kernel.heldBytes) {
    kernel.alloc(bytes + stepBytes);
    kernel.reset(mark);
  }
  return kernel.alloc(bytes);
}

/** Memory for what goes into one call and comes out of it; the next call uses it again. */
export class Room {
  private ptr = 0;
  private bytes = 0;

  /** `reserve` gives memory that is never given back. */
  constructor(private readonly reserve: (bytes: number) => number) {}

  /** The address of at least `bytes` bytes. */
  of(bytes: number): number {
    if (bytes > this.bytes) {
      // Half as much more: chunks differ in size, and what was outgrown is lost.
      this.bytes = Math.ceil(bytes * 1.5);
      this.ptr = this.reserve(this.bytes);
    }
    return this.ptr;
  }
}
