import fs from 'node:fs';
import path from 'node:path';
import { DatagpuError } from '../errors.js';
import type { Manifest } from './manifest.js';

/** Files beside the data that commands read. */
const besidePaths = ['.datagpu/lineage.parquet', '.datagpu/rejects.parquet', '.datagpu/ranking.json'];

/**
 * The files of a data set lie in its folder: a manifest from elsewhere must not make a command read, or show, another file
 * of this machine. `name` is the manifest for messages.
 *
 * @throws DatagpuError `input` for a path that leads out of the folder
 */
export function requirePathsInside({ files, compiled_path }: Manifest, name: string): void {
  for (const file of [...files.map((f) => f.path), compiled_path]) {
    const isInside =
      !path.posix.isAbsolute(file) &&
      !path.win32.isAbsolute(file) &&
      !file.includes('\0') &&
      file.split(/[\\/]/).every((part) => part !== '..' && part !== '');
    if (!isInside) throw outside(file, name);
  }
}

/**
 * The same of links, which only the disk can tell, and nothing in place of a file that can't be read twice.
 *
 * @throws DatagpuError `input` for a link that leads out of the folder, a pipe or a folder
 */
export function requireFilesInside({ files }: Manifest, folder: string, name: string): void {
  const root = realPath(folder) ?? folder;
  for (const file of [...files.map((f) => f.path), ...besidePaths]) {
    const real = realPath(path.resolve(folder, file));
    // Whoever needs it says that it is missing.
    if (real === null) continue;
    const inside = path.relative(root, real);
    if (inside.split(path.sep)[0] === '..' || path.isAbsolute(inside)) throw outside(file, name);
    if (fs.statSync(real, { throwIfNoEntry: false })?.isFile() === false)
      throw new DatagpuError('input', 'is not a file, but the data set needs one of that name', {
        file: path.join(path.dirname(name), file),
      });
  }
}

function realPath(file: string): string | null {
  try {
    return fs.realpathSync.native(file);
  } catch {
    return null;
  }
}

function outside(file: string, name: string): DatagpuError {
  return new DatagpuError('input', `the data set's file "${file}" lies outside of its folder, and is not read`, {
    file: name,
    hint: 'Copy what it leads to into the folder, or compile again',
  });
}
