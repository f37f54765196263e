import fs from 'node:fs';
import { createRequire } from 'node:module';

/** The lock of a file is another process's. */
export class HeldError extends Error {
  override readonly name = 'HeldError';
}

/** How often a lock that is held is tried again. */
const retryMs = 50;

/**
 * Takes the operating system's lock on a file without native code of ours, until the returned file is closed or the
 * process ends: flock(2) on macOS and the BSDs, an exclusive open on Windows, and flock(1) on Linux, which locks what it
 * inherits and leaves it locked.
 *
 * @param waitMs how long to wait for whoever has it
 * @returns the open file
 * @throws HeldError when another process has it
 * @throws Error of the system when there is no such lock here
 */
export function lockBySystem(file: string, waitMs: number): number {
  for (const end = Date.now() + waitMs; ; ) {
    const fd = tryLock(file);
    if (fd !== null) return fd;
    const left = end - Date.now();
    if (left <= 0) throw new HeldError(`${file} is locked`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Math.min(left, retryMs));
  }
}

/** The open file, or null when another process has its lock. */
function tryLock(file: string): number | null {
  return process.platform === 'linux' ? lockByCommand(file) : openExclusive(file);
}

function lockByCommand(file: string): number | null {
  const fd = fs.openSync(file, 'a');
  try {
    // Loaded only where it is needed.
    const { spawnSync }: typeof import('node:child_process') = createRequire(import.meta.url)('node:child_process');
    const { error, status } = spawnSync('flock', ['-x', '-n', '3'], { stdio: ['ignore', 'ignore', 'ignore', fd] });
    if (error !== undefined) throw error;
    if (status === 0) return fd;
    // util-linux and busybox say 1 for a lock that is held.
    if (status !== 1) throw new Error(`flock ended with ${status}`);
  } catch (error) {
    fs.closeSync(fd);
    throw error;
  }
  fs.closeSync(fd);
  return null;
}

/** O_EXLOCK of macOS and the BSDs; libuv's flag for an open that shares nothing on Windows. */
const exclusive = { windows: 0x10000000, bsd: 0x20 };

function openExclusive(file: string): number | null {
  const { O_RDWR, O_CREAT, O_NONBLOCK } = fs.constants;
  const how = process.platform === 'win32' ? exclusive.windows : exclusive.bsd | O_NONBLOCK;
  try {
    return fs.openSync(file, O_RDWR | O_CREAT | how, 0o666);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EAGAIN' || code === 'EWOULDBLOCK' || code === 'EBUSY') return null;
    throw error;
  }
}
