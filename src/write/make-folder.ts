import fs from 'node:fs';
import path from 'node:path';

/**
 * Makes a folder and those above it that are missing; gives the first one it made, undefined if all were there. As
 * `mkdirSync` with `recursive` does, which never returns where the system says that a folder is missing although it is
 * there, as it does below /proc (Node.js 20 to 24).
 *
 * @param mode rights of the folder itself, less the process's mask
 * @throws Error of the system
 */
export function makeFolder(folder: string, mode = 0o777): string | undefined {
  if (isFolder(folder)) return undefined;
  const parent = path.dirname(folder);
  const first = parent === folder ? undefined : makeFolder(parent);
  try {
    fs.mkdirSync(folder, mode);
  } catch (error) {
    // Another process was faster.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST' && isFolder(folder)) return first;
    throw error;
  }
  return first ?? folder;
}

function isFolder(folder: string): boolean {
  return fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
}
