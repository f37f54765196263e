import { DatagpuError } from '../errors.js';
import type { TextFile } from './chunk.js';
import { readUpTo, withSource } from './source-file.js';

/** Fewer NULs at the end of a text may be someone's idea of an end. */
const fewest = 16;
const stepBytes = 1 << 20;

/**
 * Refuses a text that ends in NULs: a file system that lost power leaves a file with its new length and no content. What was
 * to stand there is lost, so it is not read as if it were whole.
 */
export function refuseNulTail(file: TextFile, name: string): void {
  withSource(file.path, name, (fd) => {
    let end = file.bytes;
    while (end > 0) {
      const from = Math.max(0, end - (end === file.bytes ? fewest : stepBytes));
      const bytes = readUpTo(fd, Buffer.alloc(end - from), from, name);
      let left = bytes.length;
      while (left > 0 && bytes[left - 1] === 0) left--;
      end = from + left;
      if (left > 0) break;
    }
    if (file.bytes - end < fewest) return;
    // No text but a binary file has NULs before these too.
    const before = Math.min(end, stepBytes);
    if (end === 0 || readUpTo(fd, Buffer.alloc(before), end - before, name).includes(0)) return;
    throw new DatagpuError('input', `its last ${file.bytes - end} bytes are NUL, as a loss of power leaves them`, {
      file: name,
      hint: `Restore it, or cut it to its first ${end} bytes`,
    });
  });
}
