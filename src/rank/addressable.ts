import { DatagpuError } from '../errors.js';

/**
 * Runs what takes kernel memory; a kernel that would need more than the 4 GiB that it can address, or that there are, is
 * refused with what to do about it.
 */
export function withinMemory<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof RangeError) || !/Memory\.grow|allocation failed/.test(cause.message)) throw cause;
    throw new DatagpuError('input', 'ranking needs more memory than a thread can have', {
      hint: 'Lower --max-features or --ngrams, name fewer columns with --rank-on, or use more --threads',
      cause,
    });
  }
}
