import fs from 'node:fs';
import path from 'node:path';
import { DatagpuError } from '../errors.js';
import { type LocatedManifest, manifestPath, readManifest } from '../manifest/read.js';
import { recover } from '../write/commit.js';
import { hasJournal } from '../write/journal.js';

/** How often a data set that is replaced while it is read is read again. */
const tries = 20;

/** Says whether the manifest that was read is still that of the data set, and no commit is under way. */
export type IsCurrent = () => boolean;

/**
 * Reads a data set as it is at one moment: a commit that was interrupted is finished first, and if another process commits
 * while `use` reads, what that gave, or threw, is left alone and it reads again.
 *
 * @param target a manifest, or the folder that holds it
 * @throws DatagpuError `input` when it is missing or not a manifest, or is replaced all the time; what `use` throws
 */
export async function readConsistently<T>(
  target: string,
  use: (located: LocatedManifest, isCurrent: IsCurrent) => T | Promise<T>,
): Promise<T> {
  const file = manifestPath(target).path;
  const folder = path.dirname(file);
  for (let n = 0; n < tries; n++) {
    recover(folder);
    const before = stampOf(file);
    const isCurrent = (): boolean => stampOf(file) === before && !hasJournal(folder);
    try {
      const result = await use(await readManifest(target), isCurrent);
      if (isCurrent()) return result;
    } catch (error) {
      if (isCurrent()) throw error;
    }
  }
  throw new DatagpuError('input', 'the data set is replaced again and again while it is read', {
    file: target,
    hint: 'Try again when nothing compiles into the folder',
  });
}

/** Its number, size and time: a commit renames a new file over the manifest. */
function stampOf(file: string): string | null {
  const stats = fs.statSync(file, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? null : `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeNs}`;
}
