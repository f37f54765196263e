import fs from 'node:fs';
import path from 'node:path';
import { DatagpuError } from '../errors.js';
import { type Connection, NoSqliteError, SqliteError } from '../sqlite/connection.js';
import { openSqlite } from '../sqlite/open.js';
import { privateFolder } from './journal.js';
import { outputError } from './output-error.js';
import { HeldError, lockBySystem } from './system-lock.js';

/** One process at a time may change an output folder. */
export interface FolderLock {
  release(): void;
}

export const lockName = 'lock';

/**
 * Takes the lock of an output folder, in which `.datagpu` exists: SQLite's lock on an empty database there. The system
 * frees it when the process ends, however it ends, and it holds between threads, processes and containers; the number
 * of a process in a file does neither. The file stays: removing it would let two have "the" lock. Where there is no
 * SQLite, the system's own lock is taken on the same file.
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

/**
 * Takes such a lock on a file, which is made if need be.
 *
 * @throws HeldError when another process has it
 */
export function lockFile(file: string, waitMs = 0): FolderLock {
  requirePlain(file);
  let database: Connection;
  try {
    database = openSqlite(file, waitMs);
  } catch (error) {
    if (error instanceof NoSqliteError) return lockWithoutSqlite(file, waitMs, error);
    throw error;
  }
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (error instanceof SqliteError && (error.code === 'SQLITE_BUSY' || error.code === 'SQLITE_LOCKED'))
      throw new HeldError(`${file} is locked`, { cause: error });
    throw error;
  }
  return { release: () => database.close() };
}

/** Opening a pipe of the lock's name would wait for ever, and a device is none of ours. */
function requirePlain(file: string): void {
  const stats = fs.statSync(file, { throwIfNoEntry: false });
  if (stats === undefined || stats.isFile()) return;
  throw new DatagpuError('output', 'is in the place of the lock, and not a file', {
    file,
    hint: 'Remove it, or choose another folder with --out',
  });
}

function lockWithoutSqlite(file: string, waitMs: number, reason: NoSqliteError): FolderLock {
  let fd: number | null;
  try {
    fd = lockBySystem(file, waitMs);
  } catch (error) {
    // Other than the file itself, the command that locks can be missing: then it is SQLite that there should be.
    if (error instanceof HeldError || (error as NodeJS.ErrnoException).syscall === 'open') throw error;
    throw reason;
  }
  return {
    release: () => {
      if (fd !== null) fs.closeSync(fd);
      fd = null;
    },
  };
}

/** True when a folder could not be locked because another compile has it. */
export function isHeldByAnother(error: unknown): boolean {
  return error instanceof DatagpuError && error.cause instanceof HeldError;
}

function lockError(error: unknown, folder: string): unknown {
  if (error instanceof HeldError) {
    return new DatagpuError('output', 'another compile is writing into this folder', {
      file: folder,
      cause: error,
      hint: 'Wait for it, or choose another folder with --out',
    });
  }
  if (error instanceof NoSqliteError)
    return new DatagpuError('output', `the folder can't be locked, because ${error.message}`, {
      file: folder,
      cause: error,
    });
  if (!(error instanceof SqliteError)) return outputError(error, folder);
  const what =
    error.code === 'SQLITE_FULL' ? 'no space is left on the disk' : `the folder can't be locked (${error.message})`;
  return new DatagpuError('output', what, { file: folder, cause: error, hint: 'Choose another folder with --out' });
}
