import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { DatagpuError } from '../errors.js';
import { withoutPrivate } from '../private-path.js';
import { type FolderLock, lockFile } from '../write/lock.js';
import { makeFolder } from '../write/make-folder.js';

const prefix = 'datagpu-scratch-';
const gonePrefix = `${prefix}gone-`;
/** In a scratch folder of its own, held as long as its process lives. */
const lockName = 'lock';
/** Between a folder and its lock a process needs a moment; a folder that has none after this long was left behind. */
const lockWithinMs = 60_000;

/** A folder of this run's own for spilled data. */
export class ScratchFolder {
  private readonly parent: () => string;
  private known: string | null = null;
  private lock: FolderLock | null = null;
  private next = 0;

  /** In a parent that is this run's own, which is asked for when something is first put there. */
  constructor(parent: () => string) {
    this.parent = parent;
  }

  get path(): string {
    this.known ??= path.join(this.parent(), `${prefix}${randomUUID().slice(0, 13)}`);
    return this.known;
  }

  /**
   * In a parent that other processes may use too. Made and locked at once, so that others see that it is in use; theirs
   * whose process has ended are removed.
   *
   * @throws DatagpuError `output` when it can't be made
   */
  static shared(parent: string): ScratchFolder {
    removeDeadScratch(parent);
    const scratch = new ScratchFolder(() => parent);
    for (let tries = 0; tries < 10; tries++) {
      scratch.make();
      try {
        scratch.lock = lockFile(path.join(scratch.path, lockName));
        break;
      } catch {
        // Another process took the empty folder for one left behind; or it is a file system without locks, where nobody else
        // can take the lock either.
        if (fs.existsSync(scratch.path)) break;
      }
    }
    return scratch;
  }

  /** A path for a new file. */
  file(): string {
    this.make();
    return path.join(this.path, `spill-${this.next++}`);
  }

  remove(): void {
    if (this.known === null) return;
    // Windows removes no open file; elsewhere the lock goes last.
    if (process.platform === 'win32') this.lock?.release();
    try {
      // Its name says that nobody uses it, whatever of it is left if the process ends here.
      const gone = path.join(path.dirname(this.path), goneName());
      fs.renameSync(this.path, gone);
      fs.rmSync(gone, { recursive: true, force: true });
    } catch {
      // It never was made, or the next compile tries again; the data set is not concerned.
    }
    this.lock?.release();
    this.lock = null;
  }

  private make(): void {
    try {
      // What is spilled may be nobody else's to read, as the source it is from.
      makeFolder(this.path, 0o700);
    } catch (cause) {
      throw new DatagpuError('output', 'the scratch folder could not be made', {
        file: withoutPrivate(this.parent()),
        hint: 'Name another with --scratch',
        cause,
      });
    }
  }
}

const goneName = (): string => `${gonePrefix}${randomUUID().slice(0, 13)}`;

/** Removes the scratch folders in `parent` whose process has ended without removing them. */
export function removeDeadScratch(parent: string): void {
  let names: string[];
  try {
    names = fs.readdirSync(parent).filter((name) => name.startsWith(prefix));
  } catch {
    return;
  }
  for (const name of names) {
    const folder = path.join(parent, name);
    try {
      const file = path.join(folder, lockName);
      if (name.startsWith(gonePrefix)) {
        // Its process was about to remove it.
      } else if (!fs.existsSync(file)) {
        // An empty one is missed by nobody: who has just made it makes it again.
        if (fs.readdirSync(folder).length === 0) {
          fs.rmdirSync(folder);
          continue;
        }
        if (Date.now() - fs.statSync(folder).mtimeMs < lockWithinMs) continue;
      } else lockFile(file).release();
      fs.rmSync(folder, { recursive: true, force: true });
    } catch {
      // In use, or not ours to remove.
    }
  }
}

/** Runs what writes a scratch file; failures of the system become `DatagpuError('output')`. */
export function spilling<T>(file: string, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    const { code, syscall } = cause as NodeJS.ErrnoException;
    if (syscall === undefined) throw cause;
    const isFull = code === 'ENOSPC' || code === 'EDQUOT';
    throw new DatagpuError('output', isFull ? 'no space left for scratch' : `scratch can't be written (${code})`, {
      file: withoutPrivate(file),
      hint: `${isFull ? 'Free space there, or name' : 'Name'} another folder with --scratch`,
      cause,
    });
  }
}
