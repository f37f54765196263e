import fs from 'node:fs';
import path from 'node:path';
import {
  carryOut,
  journalName,
  privateFolder,
  type StepHook,
  syncFolder,
  writeJournal,
  writeSynced,
} from './journal.js';
import { type FolderLock, isHeldByAnother, lockFolder, lockName } from './lock.js';
import { makeFolder } from './make-folder.js';
import { writing } from './output-error.js';
import type { StagedFile } from './splicer.js';

/** Files under `.datagpu/` that belong to a data set. */
const besideNames = ['lineage.parquet', 'rejects.parquet', 'ranking.json'] as const;
export type BesideName = (typeof besideNames)[number];

/** A new data set on its way into an output folder. Nothing that a reader sees changes before `commit`. */
export class Staging {
  /** Where new files are written, under `.datagpu/` of the output folder. */
  readonly folder: string;
  private readonly lock: FolderLock;
  private settled = false;
  /** The first folder that had to be made for the output folder. */
  private readonly made: string | undefined;

  /**
   * Makes the output folder, takes its lock, finishes what an earlier compile had begun to commit and removes what one
   * left behind.
   *
   * @throws DatagpuError `output` when the folder can't be written, or another compile is writing into it
   */
  constructor(
    readonly out: string,
    private readonly step: StepHook = () => {},
  ) {
    const home = path.join(out, privateFolder);
    this.made = writing(out, () => makeFolder(out));
    let lock: FolderLock | null = null;
    try {
      writing(home, () => makeFolder(home));
      lock = lockFolder(out);
      carryOut(out);
      this.folder = writing(home, () => {
        removeLeftovers(home);
        return fs.mkdtempSync(path.join(home, 'staging-'));
      });
      this.lock = lock;
    } catch (error) {
      if (!isHeldByAnother(error)) this.removeMade();
      lock?.release();
      throw error;
    }
  }

  /** Where a file that goes beside the data is to be written and synced. */
  beside(name: BesideName): string {
    return path.join(this.folder, name);
  }

  /**
   * Puts the new data set in the place of the old one: staged data files, which are synced, the files beside them, and
   * the manifest. Ended at any point, it leaves the old or the new one.
   */
  commit(files: readonly StagedFile[], manifest: string): void {
    const { out, folder } = this;
    const staging = `${privateFolder}/${path.basename(folder)}`;
    const rename = files.map((file) => ({ from: `${staging}/${path.basename(file.path)}`, to: file.name }));
    const remove = oldData(out).filter((name) => !files.some((file) => file.name === name));
    for (const name of besideNames) {
      const target = `${privateFolder}/${name}`;
      if (fs.existsSync(this.beside(name))) rename.push({ from: `${staging}/${name}`, to: target });
      else if (fs.existsSync(path.join(out, target))) remove.push(target);
    }
    rename.push({ from: `${staging}/manifest.yaml`, to: 'manifest.yaml' });
    this.step('before the manifest');
    writing(path.join(out, 'manifest.yaml'), () => writeSynced(path.join(folder, 'manifest.yaml'), manifest));
    writing(out, () => syncFolder(folder));
    this.step('before the journal');
    writeJournal(out, { version: 1, staging, rename, remove });
    this.settled = true;
    try {
      this.step('after the journal');
      carryOut(out, this.step);
    } finally {
      this.lock.release();
    }
  }

  /** Removes what was staged, and the output folder if it was made for it. Does nothing after `commit`. */
  abort(): void {
    if (this.settled) return;
    this.settled = true;
    // With a journal in place the commit is decided, and the staged files are what it needs.
    const decided = fs.existsSync(path.join(this.out, privateFolder, journalName));
    if (!decided) fs.rmSync(this.folder, { recursive: true, force: true });
    if (!decided) this.removeMade();
    this.lock.release();
    // Windows removes no open file.
    if (!decided && process.platform === 'win32') this.removeMade();
  }

  /** Removes the output folder if it was made for this data set and nothing else is in it. */
  private removeMade(): void {
    if (this.made === undefined) return;
    const home = path.join(this.out, privateFolder);
    try {
      const ours = [lockName, `${lockName}-journal`];
      if (fs.readdirSync(home).some((name) => !ours.includes(name))) return;
      for (const name of ours) fs.rmSync(path.join(home, name), { force: true });
      for (const folder of [home, this.out]) fs.rmdirSync(folder);
    } catch {
      // Another compile has begun to write into it.
    }
  }
}

/**
 * Finishes the commit of an output folder that was interrupted, if one was, and removes what a killed compile left there.
 * For whoever reads the folder; costs two looks at the folder otherwise.
 *
 * @throws DatagpuError `output` when it can't be finished here
 */
export function recover(out: string): void {
  const home = path.join(out, privateFolder);
  if (fs.existsSync(path.join(home, journalName))) {
    const lock = lockFolder(out, 10_000);
    try {
      carryOut(out);
    } finally {
      lock.release();
    }
  }
  if (leftovers(home).length > 0) tidy(out, home);
}

/** Removes what a compile that was killed left behind, unless one is under way or the folder can't be written. */
function tidy(out: string, home: string): void {
  let lock: FolderLock;
  try {
    lock = lockFolder(out);
  } catch {
    return;
  }
  try {
    removeLeftovers(home);
  } catch {
    // A reader of the folder has what it needs all the same.
  } finally {
    lock.release();
  }
}

const dataPattern = /^data(-\d{5,}-of-\d{5,})?\.parquet$/;

/** Data files that are in the folder now. */
function oldData(out: string): string[] {
  return fs
    .readdirSync(out)
    .filter((name) => dataPattern.test(name))
    .sort();
}

/** Staging folders of compiles that were killed; the caller has the lock. */
function removeLeftovers(home: string): void {
  for (const name of leftovers(home)) fs.rmSync(path.join(home, name), { recursive: true, force: true });
}

function leftovers(home: string): string[] {
  try {
    return fs.readdirSync(home).filter((name) => name.startsWith('staging-'));
  } catch {
    return [];
  }
}
