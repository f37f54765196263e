import path from 'node:path';
import Database from 'better-sqlite3';
import { DatagpuError } from '../errors.js';
import { privateFolder } from './journal.js';

/** One process at a time may change an output folder. */
export interface FolderLock {
  release(): void;
}

export const lockName = 'lock';

/**
 * Takes the lock of an output folder, in which `.datagpu` exists: SQLite's lock on an empty database there. The system
 * frees it when the process ends, however it ends, and it holds between threads, processes and containers; the number
 * of a process in a file does neither. The file stays: removing it would let two have "the" lock.
 *
 * @param waitMs how long to wait for whoever has it
 * @throws DatagpuError `output` when another compile has it, or the file system has no locks
 */
export function lockFolder(folder: string, waitMs = 0): FolderLock {
  try {
    return lockFile(path.join(folder, privateFolder, lockName), waitMs);
  } catch (error) {
    throw lockError(error, folder);
  }
}

/** Takes such a lock on a file, which is made if need be. Throws SQLite's error when another process has it. */
export function lockFile(file: string, waitMs = 0): FolderLock {
  const database = new Database(file, { timeout: waitMs });
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    throw error;
  }
  return { release: () => database.close() };
}

/** True when a folder could not be locked because another compile has it. */
export function isHeldByAnother(error: unknown): boolean {
  const cause = error instanceof DatagpuError ? error.cause : null;
  return cause instanceof Database.SqliteError && /^SQLITE_(BUSY|LOCKED)/.test(cause.code);
}

function lockError(error: unknown, folder: string): unknown {
  if (error instanceof Error && /NODE_MODULE_VERSION|bindings file/.test(error.message))
    return new DatagpuError('output', `better-sqlite3 is not built for this Node.js (${process.version})`, {
      cause: error,
      hint: 'Run npm rebuild better-sqlite3 where datagpu is installed',
    });
  if (!(error instanceof Database.SqliteError)) return error;
  if (error.code.startsWith('SQLITE_BUSY') || error.code.startsWith('SQLITE_LOCKED')) {
    return new DatagpuError('output', 'another compile is writing into this folder', {
      file: folder,
      cause: error,
      hint: 'Wait for it, or choose another folder with --out',
    });
  }
  const what =
    error.code === 'SQLITE_FULL' ? 'no space is left on the disk' : `the folder can't be locked (${error.message})`;
  return new DatagpuError('output', what, { file: folder, cause: error, hint: 'Choose another folder with --out' });
}
