import fs from 'node:fs';
import path from 'node:path';
import { DatagpuError } from '../errors.js';
import { type Journal, journalName, oldFolder, privateFolder, readJournal } from './journal.js';
import { writing } from './output-error.js';
import { syncFolder } from './synced.js';

/** What became of the journal of a folder. */
export type CarriedOut = { did: 'nothing' | 'finished' } | { did: 'undone'; because: unknown };

/**
 * Carries out the journal of an output folder if there is one: the new data set is whole afterwards. Where a step fails,
 * those before it are undone: the old one is whole again. The caller has the folder's lock.
 *
 * Ended at any point, what has been done can be told from which files there are: a new file is in its place when it is no
 * longer staged, an old one is kept when it is in `old`. So both ways can be gone again from anywhere.
 *
 * @throws DatagpuError `output` when it can be neither finished nor undone, or is not a journal
 */
export function carryOut(folder: string): CarriedOut {
  const journal = readJournal(folder);
  if (journal === null) return { did: 'nothing' };
  try {
    // Without it everything was done, but for the removal of the journal, which a power failure took back.
    if (isThere(path.join(folder, journal.staging))) goForward(folder, journal);
  } catch (because) {
    try {
      goBack(folder, journal);
    } catch {
      throw stuck(folder, journal, because);
    }
    end(folder, journal, true);
    return { did: 'undone', because };
  }
  end(folder, journal, false);
  return { did: 'finished' };
}

function goForward(folder: string, journal: Journal): void {
  const { over, away, rename } = journal;
  const at = (name: string): string => path.join(folder, name);
  const kept = (name: string): string => keptPlace(folder, journal, name);
  const staged = new Map(rename.map(({ from, to }) => [to, from]));
  const isNew = (name: string): boolean => staged.has(name) && !isThere(at(staged.get(name)!));
  for (const name of over) if (!isNew(name)) keepByLink(at(name), kept(name));
  for (const name of away) if (!isNew(name)) writing(at(name), () => move(at(name), kept(name)));
  // A power failure must not leave new files whose renames reached the disk before the old ones'.
  if (away.length > 0) writing(folder, () => syncFolder(folder));
  for (const { from, to } of rename) {
    if (!isThere(at(from))) continue;
    writing(at(to), () => {
      if (over.includes(to) && !isThere(kept(to))) move(at(to), kept(to));
      fs.renameSync(at(from), at(to));
    });
  }
  syncBoth(folder);
}

function goBack(folder: string, journal: Journal): void {
  const { over, away, rename } = journal;
  const at = (name: string): string => path.join(folder, name);
  for (const { from, to } of rename.toReversed()) if (!isThere(at(from))) move(at(to), at(from));
  for (const name of [...away, ...over]) {
    const kept = keptPlace(folder, journal, name);
    // What was kept by a link is in its place as well.
    if (!isThere(at(name))) move(kept, at(name));
  }
  syncBoth(folder);
}

/** Removes the journal and then what it needed. A journal that can't be removed does no harm: everything in it is done. */
function end(folder: string, { staging }: Journal, wasUndone: boolean): void {
  try {
    const home = path.join(folder, privateFolder);
    fs.unlinkSync(path.join(home, journalName));
    // Undone, it would be carried out after all if a power failure brought it back.
    if (wasUndone) syncFolder(home);
    fs.rmSync(path.join(folder, staging), { recursive: true, force: true });
  } catch {
    // Whoever comes next tries again.
  }
}

const keptPlace = (folder: string, { staging }: Journal, name: string): string =>
  path.join(folder, staging, oldFolder, path.posix.basename(name));

function isThere(file: string): boolean {
  return fs.lstatSync(file, { throwIfNoEntry: false }) !== undefined;
}

/** Keeps a file under a second name, if the file system can do that. */
function keepByLink(file: string, kept: string): void {
  try {
    fs.linkSync(file, kept);
  } catch {
    // It is there already, or is moved when the new one comes.
  }
}

/** Renames a file that may have been renamed before. */
function move(from: string, to: string): void {
  try {
    fs.renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || isThere(from)) throw error;
  }
}

function syncBoth(folder: string): void {
  for (const each of [folder, path.join(folder, privateFolder)]) writing(each, () => syncFolder(each));
}

function stuck(folder: string, { staging }: Journal, cause: unknown): DatagpuError {
  const where = cause instanceof DatagpuError ? `${cause.message} (${cause.file})` : String(cause);
  return new DatagpuError('output', `a commit was interrupted and can be neither finished nor undone: ${where}`, {
    file: folder,
    cause,
    hint: `Mend that and run the command again; until then old files are in ${staging}/${oldFolder}, new ones in ${staging}`,
  });
}
