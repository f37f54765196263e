import fs from 'node:fs';
import { DatagpuError } from '../errors.js';

// Every byte of a source is read through here, so that what the system refuses (a disk that fails, a share that went away, a
// folder in a file's place) is the user's error, with the file's name, and never a bug. `shown` is that name.

/** The error for a file that the system does not let us read. */
export function unreadable(shown: string, cause: unknown): DatagpuError {
  const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
  const what =
    code === 'EACCES' || code === 'EPERM'
      ? 'permission denied'
      : code === 'ENOENT'
        ? 'no such file or folder'
        : code === 'EISDIR'
          ? 'it is a folder now'
          : `can't be read (${code})`;
  const hint =
    code === 'EIO' || code === 'ESTALE'
      ? 'The disk or the network share failed: copy the file elsewhere and try again'
      : code === 'EMFILE' || code === 'ENFILE'
        ? 'Too many files are open: raise the limit (ulimit -n)'
        : undefined;
  return new DatagpuError('input', what, { file: shown, hint, cause });
}

/** Opens a file to be read by the functions below. Throws 'input'. */
export function openSource(path: string, shown: string): number {
  try {
    return fs.openSync(path, 'r');
  } catch (cause) {
    throw unreadable(shown, cause);
  }
}

/** What the system says of a file. Throws 'input'. */
export function statSource(path: string, shown: string): fs.Stats {
  try {
    return fs.statSync(path);
  } catch (cause) {
    throw unreadable(shown, cause);
  }
}

/** Closes a file that was only read: what goes wrong then is of no consequence. */
export function closeSource(fd: number): void {
  try {
    fs.closeSync(fd);
  } catch {}
}

/** Opens a file for as long as `use` takes. Throws 'input'. */
export function withSource<T>(path: string, shown: string, use: (fd: number) => T): T {
  const fd = openSource(path, shown);
  try {
    return use(fd);
  } finally {
    closeSource(fd);
  }
}

/** Fills `target` from a position, or as much of it as there are bytes, and returns that part. Throws 'input'. */
export function readUpTo(fd: number, target: Uint8Array, position: number, shown: string): Uint8Array {
  let done = 0;
  try {
    // A system may give less than was asked for before the end.
    while (done < target.length) {
      const read = fs.readSync(fd, target, done, target.length - done, position + done);
      if (read === 0) break;
      done += read;
    }
  } catch (cause) {
    throw unreadable(shown, cause);
  }
  return target.subarray(0, done);
}

/** Fills `target` from a position. Throws 'input', also when there are fewer bytes: they were counted before. */
export function readFully(fd: number, target: Uint8Array, position: number, shown: string): void {
  if (readUpTo(fd, target, position, shown).length < target.length)
    throw new DatagpuError('input', 'the file became shorter while it was read', { file: shown });
}
