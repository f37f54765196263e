import type { Kernel } from './module.js';

const stepBytes = 2 ** 24;

/**
 * `kernel.alloc` for many small pieces that stay: the memory grows in steps of 16 MB at least, as every growth has a price.
 * @throws RangeError when the address space of 4 GB is full
 */
export function reserve(kernel: Kernel<unknown>, bytes: number): number {
  const mark = kernel.mark();
  if (mark + bytes + 64 > kernel.heldBytes) {
    kernel.alloc(bytes + stepBytes);
    kernel.reset(mark);
  }
  return kernel.alloc(bytes);
}
