import { crc32 } from 'node:zlib';
import { DatagpuError } from '../errors.js';
import { withoutPrivate } from '../private-path.js';

/** The checksum of what goes to scratch, of several parts one after the other. It is kept in memory. */
export const checksum = (bytes: Uint8Array, before = 0): number =>
  // zlib forgets what came before where there is nothing to add.
  bytes.length === 0 ? before : crc32(bytes, before);

/**
 * Whether bytes that were read back from scratch are those that were written.
 *
 * @throws DatagpuError `output` when they are not
 */
export function requireSame(bytes: Uint8Array, sum: number, file: string): void {
  if (checksum(bytes) !== sum) throw badScratch(file);
}

/** What came back from scratch is not what was written to it. */
export function badScratch(file: string): DatagpuError {
  return new DatagpuError('output', 'scratch gave back other bytes than were written to it', {
    file: withoutPrivate(file),
    hint: 'Check that disk, or name another folder with --scratch',
  });
}
