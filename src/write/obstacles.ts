import fs from 'node:fs';
import path from 'node:path';
import { DatagpuError } from '../errors.js';
import { outputError, writing } from './output-error.js';

/**
 * Looks for what would end a commit between two renames: a folder in the place of a file, rights, files of other people in
 * a folder in which nobody may move those (the sticky bit). What can't be seen beforehand is undone when it happens.
 *
 * @param names what is replaced or put in place, relative to the output folder
 * @throws DatagpuError `output`
 */
export function requireNoObstacles(out: string, names: readonly string[]): void {
  const folders = new Set<string>();
  for (const name of names) {
    const file = path.join(out, name);
    const stats = writing(file, () => fs.lstatSync(file, { throwIfNoEntry: false }));
    folders.add(path.dirname(file));
    if (stats === undefined) continue;
    if (stats.isDirectory()) throw outputError(systemError('EISDIR'), file);
    if (isProtected(fs.statSync(path.dirname(file)), stats))
      throw new DatagpuError('output', 'the file is of another user, and nobody else may move it in this folder', {
        file,
        hint: 'Choose another folder with --out',
      });
  }
  for (const folder of folders) writing(folder, () => fs.accessSync(folder, fs.constants.W_OK | fs.constants.X_OK));
}

const stickyBit = 0o1000;

function isProtected(folder: fs.Stats, file: fs.Stats): boolean {
  const user = process.geteuid?.();
  return (folder.mode & stickyBit) !== 0 && user !== undefined && ![0, folder.uid, file.uid].includes(user);
}

function systemError(code: string): Error {
  return Object.assign(new Error(code), { code, syscall: 'rename' });
}
