import fs from 'node:fs';
import path from 'node:path';
import { DatagpuError } from '../errors.js';
import { carryOut } from './carry-out.js';
import { journalName, oldFolder, privateFolder, writeJournal } from './journal.js';
import { type FolderLock, isHeldByAnother, lockFolder, lockName } from './lock.js';
import { makeFolder } from './make-folder.js';
import { requireNoObstacles } from './obstacles.js';
import { writing } from './output-error.js';
import type { StagedFile } from './splicer.js';
import { syncFolder, writeSynced } from './synced.js';

const manifestName = 'manifest.yaml';
/** Files under `.datagpu/` that belong to a data set. */
export const besideNames = ['lineage.parquet', 'rejects.parquet', 'ranking.json'] as const;
export type BesideName = (typeof besideNames)[number];

/** A file of the output folder, and what is to be in it. */
export interface NamedText {
  name: string;
  text: string;
}

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
  constructor(readonly out: string) {
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
   * Puts the new data set in the place of the old one: staged data files, which are synced, the files beside them, texts,
   * and the manifest. Ended at any point, it leaves the old or the new one; a reader of all data files never sees files of
   * both.
   *
   * @param oldData names of the data files that go
   * @param texts files with their content, as those of a card; what has their names goes
   * @throws DatagpuError `output` when it can't be done; the old data set is whole then
   */
  commit(
    files: readonly StagedFile[],
    manifest: string,
    oldData: readonly string[],
    texts: readonly NamedText[] = [],
  ): void {
    const { staging } = this;
    const rename = files.map((file) => ({ from: `${staging}/${path.basename(file.path)}`, to: file.name }));
    const old = oldData.filter((name) => this.isThere(name));
    // One file can take the place of another in one step. Several can't: those of two data sets would lie side by side.
    const isOneForOne = files.length === 1 && old.length === 1 && files[0]!.name === old[0];
    const over = isOneForOne ? old : [];
    const away = isOneForOne ? [] : old;
    for (const name of besideNames) {
      const target = `${privateFolder}/${name}`;
      const isNew = fs.existsSync(this.beside(name));
      if (isNew) rename.push({ from: `${staging}/${name}`, to: target });
      if (this.isThere(target)) (isNew ? over : away).push(target);
    }
    this.settle(rename, over, away, [...texts, { name: manifestName, text: manifest }]);
  }

  /** Puts texts, as those of a card, in the place of what has their names, all of them or none; the data set stays. */
  commitTexts(texts: readonly NamedText[]): void {
    this.settle([], [], [], texts);
  }

  private get staging(): string {
    return `${privateFolder}/${path.basename(this.folder)}`;
  }

  private isThere(name: string): boolean {
    return fs.lstatSync(path.join(this.out, name), { throwIfNoEntry: false }) !== undefined;
  }

  /** Carries a commit out: staged files, files that go, and texts, which come last in their order. */
  private settle(
    files: readonly { from: string; to: string }[],
    filesOver: readonly string[],
    away: string[],
    texts: readonly NamedText[],
  ): void {
    const { out, folder, staging } = this;
    const rename = [...files, ...texts.map(({ name }) => ({ from: `${staging}/${name}`, to: name }))];
    const over = [...filesOver, ...texts.map(({ name }) => name).filter((name) => this.isThere(name))];
    requireNoObstacles(out, [...rename.map(({ to }) => to), ...away]);
    for (const { name, text } of texts) writing(path.join(out, name), () => writeSynced(path.join(folder, name), text));
    writing(out, () => {
      fs.mkdirSync(path.join(folder, oldFolder));
      syncFolder(folder);
    });
    writeJournal(out, { staging, over, away, rename });
    this.settled = true;
    try {
      const done = carryOut(out);
      if (done.did === 'undone') throw undone(done.because);
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
    if (!decided) {
      try {
        fs.rmSync(this.folder, { recursive: true, force: true });
      } catch {
        // The next compile tries again; why this one ends is what the user is to be told.
      }
      this.removeMade();
    }
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
 * Finishes the commit of an output folder that was interrupted, if one was, or undoes it where it can't be finished, and
 * removes what a killed compile left there. For whoever reads the folder; costs two looks at the folder otherwise.
 *
 * @throws DatagpuError `output` when neither can be done here
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

/** The failure that ended a commit, for somebody who wonders what is in the folder now. */
function undone(because: unknown): unknown {
  if (!(because instanceof DatagpuError)) return because;
  const { code, message, file, hint, cause } = because;
  const what = `${message}; what was in the folder before is still there`;
  return new DatagpuError(code, what, {
    ...(file === undefined ? {} : { file }),
    ...(hint === undefined ? {} : { hint }),
    cause,
  });
}

/** Staging folders of compiles that were killed; the caller has the lock. */
function removeLeftovers(home: string): void {
  // A journal that could not be removed needs them.
  if (fs.existsSync(path.join(home, journalName))) return;
  for (const name of leftovers(home)) fs.rmSync(path.join(home, name), { recursive: true, force: true });
}

function leftovers(home: string): string[] {
  try {
    return fs.readdirSync(home).filter((name) => name.startsWith('staging-'));
  } catch {
    return [];
  }
}
