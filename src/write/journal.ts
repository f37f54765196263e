import fs from 'node:fs';
import path from 'node:path';
import { DatagpuError } from '../errors.js';
import { writing } from './output-error.js';

/**
 * What a commit is about to do, in `.datagpu/journal.json` of the output folder. While it exists the folder may be between
 * two data sets, and whoever meets it carries it out: every step can be done again.
 *
 *     1  each `from` that exists is renamed to its `to`; data files first, the manifest last
 *     2  each of `remove` is removed
 *     3  the journal is removed, then the staging folder
 *
 * Removing comes after the manifest: until then the old files may be what a reader has open.
 */
export interface Journal {
  version: 1;
  /** The staging folder, relative to the output folder. */
  staging: string;
  /** Paths relative to the output folder, "/" between their parts. */
  rename: { from: string; to: string }[];
  remove: string[];
}

/** Folder of everything that is not data. */
export const privateFolder = '.datagpu';
export const journalName = 'journal.json';

const stagingPattern = /^\.datagpu\/staging-[A-Za-z0-9]{6}$/;
const targetPattern =
  /^(data|data-\d{5,}-of-\d{5,}|\.datagpu\/lineage|\.datagpu\/rejects)\.parquet$|^\.datagpu\/ranking\.json$|^manifest\.yaml$/;
const maxJournalBytes = 64 * 2 ** 20;

/** Called between the steps of a commit; tests end the process there. */
export type StepHook = (step: string) => void;

/** Writes the journal, synced, so that from here on the commit will be carried out. */
export function writeJournal(folder: string, journal: Journal): void {
  const home = path.join(folder, privateFolder);
  const file = path.join(home, journalName);
  writing(file, () => {
    const staged = path.join(folder, journal.staging, journalName);
    writeSynced(staged, JSON.stringify(journal));
    fs.renameSync(staged, file);
    syncFolder(home);
  });
}

/**
 * Carries out the journal of an output folder if there is one; returns whether there was. The new data set is complete
 * afterwards.
 *
 * @throws DatagpuError `output` when it can't be carried out, or is not a journal
 */
export function carryOut(folder: string, step: StepHook = () => {}): boolean {
  const file = path.join(folder, privateFolder, journalName);
  const journal = readJournal(file);
  if (journal === null) return false;
  writing(file, () => {
    for (const { from, to } of journal.rename) {
      step(`before ${to}`);
      renameIfThere(path.join(folder, from), path.join(folder, to));
    }
    syncFolder(folder);
    syncFolder(path.join(folder, privateFolder));
    step('before removing');
    for (const name of journal.remove) fs.rmSync(path.join(folder, name), { force: true });
    step('before the end');
    fs.rmSync(file, { force: true });
    step('before cleaning');
    fs.rmSync(path.join(folder, journal.staging), { recursive: true, force: true });
  });
  return true;
}

function readJournal(file: string): Journal | null {
  let text: string;
  try {
    if (fs.statSync(file).size > maxJournalBytes) throw notJournal(file);
    text = fs.readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof DatagpuError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    return writing(file, () => {
      throw error;
    });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw notJournal(file, error);
  }
  if (!isJournal(value)) throw notJournal(file);
  return value;
}

/** A journal may only move its own staged files to the places that a data set has: it may come with a copied folder. */
function isJournal(value: unknown): value is Journal {
  const { version, staging, rename, remove } = (value ?? {}) as Record<string, unknown>;
  if (version !== 1 || typeof staging !== 'string' || !stagingPattern.test(staging)) return false;
  if (!Array.isArray(rename) || !Array.isArray(remove)) return false;
  const isTarget = (name: unknown): boolean => typeof name === 'string' && targetPattern.test(name);
  const isStaged = (name: unknown): boolean =>
    typeof name === 'string' && name.startsWith(`${staging}/`) && /^\w[\w.-]*$/.test(name.slice(staging.length + 1));
  return rename.every((r) => isStaged(r?.from) && isTarget(r?.to)) && remove.every(isTarget);
}

function notJournal(file: string, cause?: unknown): DatagpuError {
  return new DatagpuError('output', 'this is not a journal that datagpu wrote', {
    file,
    cause,
    hint: 'Remove it and compile again',
  });
}

function renameIfThere(from: string, to: string): void {
  try {
    fs.renameSync(from, to);
  } catch (error) {
    // Done before, by whoever was interrupted.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** Writes a new file and syncs it. */
export function writeSynced(file: string, content: string | Uint8Array): void {
  const fd = fs.openSync(file, 'w');
  try {
    fs.writeFileSync(fd, content);
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

/** Makes renames in a folder last. Windows has no such call, and needs none. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const fd = fs.openSync(folder, 'r');
  try {
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}
