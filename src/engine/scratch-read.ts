import fs from 'node:fs';
import { DatagpuError } from '../errors.js';
import { withoutPrivate } from '../private-path.js';
import { badScratch } from './checksum.js';

/**
 * Fills `bytes` from a position of a scratch file, or from where it was read to (null). Whether they are those that were
 * written is for the caller to check.
 *
 * @throws DatagpuError `output` when the system fails, or the file ends too early
 */
export function readScratch(fd: number, bytes: NodeJS.ArrayBufferView, position: number | null, file: string): void {
  const { byteLength } = bytes;
  for (let at = 0; at < byteLength; ) {
    const read = readSome(fd, bytes, at, position, file);
    if (read === 0) throw badScratch(file);
    at += read;
  }
}

/** A system reads less than 2 GB at once. */
const mostAtOnce = 2 ** 30;

function readSome(
  fd: number,
  bytes: NodeJS.ArrayBufferView,
  at: number,
  position: number | null,
  file: string,
): number {
  try {
    const length = Math.min(bytes.byteLength - at, mostAtOnce);
    return fs.readSync(fd, bytes, at, length, position === null ? null : position + at);
  } catch (cause) {
    throw unreadableScratch(file, cause);
  }
}

/** Opens a scratch file that was written before. */
export function openScratch(file: string): number {
  try {
    return fs.openSync(file, 'r');
  } catch (cause) {
    throw unreadableScratch(file, cause);
  }
}

function unreadableScratch(file: string, cause: unknown): unknown {
  const { code, syscall } = cause as NodeJS.ErrnoException;
  if (syscall === undefined) return cause;
  return new DatagpuError('output', `scratch can't be read (${code})`, {
    file: withoutPrivate(file),
    hint: 'Check that disk, or name another folder with --scratch',
    cause,
  });
}
