import fs from 'node:fs';
import path from 'node:path';
import { DatagpuError } from '../errors.js';
import { writing } from './output-error.js';
import { syncFolder, writeSynced } from './synced.js';

/**
 * What a commit is about to do, in `.datagpu/journal.json` of the output folder. While it exists the folder may be between
 * two data sets, and whoever meets it carries it out (carry-out.ts). docs/journal.md has the format and the steps, which
 * other programs follow too: what changes here changes there, and raises the version.
 */
export interface Journal {
  version: 2 | 3;
  /** The staging folder, relative to the output folder. Files of the old data set are kept in its folder `old`. */
  staging: string;
  /** Old files in whose place a new one comes in one step. Paths relative to the output folder, "/" between their parts. */
  over: string[];
  /** Old files that go before any new one comes. */
  away: string[];
  /** The new files, in order; the manifest last. */
  rename: { from: string; to: string }[];
}

/** Folder of everything that is not data. */
export const privateFolder = '.datagpu';
export const journalName = 'journal.json';
/** Where old files are kept until the commit is done, in the staging folder. */
export const oldFolder = 'old';

const journalVersion = 3;
/** Version 2 had no cards, and all else as it is. */
const readVersions: readonly unknown[] = [2, 3];
const stagingPattern = /^\.datagpu\/staging-[A-Za-z0-9]{6}$/;
const targetPattern =
  /^([a-z][a-z0-9_]*(-\d{5,}-of-\d{5,})?|\.datagpu\/lineage|\.datagpu\/rejects)\.parquet$|^\.datagpu\/ranking\.json$|^(manifest\.yaml|README\.md|croissant\.json)$/;
const maxJournalBytes = 64 * 2 ** 20;

/** Writes the journal, synced, so that from here on the commit will be carried out. */
export function writeJournal(folder: string, journal: Omit<Journal, 'version'>): void {
  const home = path.join(folder, privateFolder);
  const file = path.join(home, journalName);
  writing(file, () => {
    const staged = path.join(folder, journal.staging, journalName);
    writeSynced(staged, JSON.stringify({ version: journalVersion, ...journal }));
    fs.renameSync(staged, file);
    try {
      syncFolder(home);
    } catch (error) {
      // Not decided, so that it is not carried out after its failure was told.
      fs.rmSync(file, { force: true });
      throw error;
    }
  });
}

/** Whether a commit is under way, or was interrupted. */
export function hasJournal(folder: string): boolean {
  return fs.existsSync(path.join(folder, privateFolder, journalName));
}

/**
 * The journal of an output folder; null when there is none.
 *
 * @throws DatagpuError `output` when it can't be read, or is not a journal
 */
export function readJournal(folder: string): Journal | null {
  const file = path.join(folder, privateFolder, journalName);
  let text: string;
  try {
    const stats = fs.statSync(file);
    if (!stats.isFile() || stats.size > maxJournalBytes) throw notJournal(file);
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
  if (isJournal(value)) return value;
  const { version } = (value ?? {}) as Record<string, unknown>;
  if (Number.isInteger(version) && !readVersions.includes(version))
    throw new DatagpuError('output', 'a commit is under way here that another version of datagpu began', {
      file: folder,
      hint: 'Run a command of that version on the folder to finish it',
    });
  throw notJournal(file);
}

/** A journal may only move its own staged files to the places that a data set has: it may come with a copied folder. */
function isJournal(value: unknown): value is Journal {
  const { version, staging, over, away, rename } = (value ?? {}) as Record<string, unknown>;
  if (!readVersions.includes(version) || typeof staging !== 'string' || !stagingPattern.test(staging)) return false;
  if (!Array.isArray(over) || !Array.isArray(away) || !Array.isArray(rename)) return false;
  const isTarget = (name: unknown): boolean => typeof name === 'string' && targetPattern.test(name);
  const isStaged = (name: unknown): boolean =>
    typeof name === 'string' &&
    name.startsWith(`${staging}/`) &&
    /^\w[\w.-]*$/.test(name.slice(staging.length + 1)) &&
    name !== `${staging}/${oldFolder}`;
  return rename.every((r) => isStaged(r?.from) && isTarget(r?.to)) && over.every(isTarget) && away.every(isTarget);
}

function notJournal(file: string, cause?: unknown): DatagpuError {
  return new DatagpuError('output', 'this is not a journal that datagpu wrote', {
    file,
    cause,
    hint: 'Remove it and compile again',
  });
}
