import fs from 'node:fs';
import path from 'node:path';
import { DatagpuError } from '../errors.js';
import { unreadable } from './source-file.js';

/** What a folder holds that may be a source. */
export interface FolderFiles {
  /** Paths relative to the folder, with `/`, in code-point order. */
  files: string[];
  /** How many links were passed over because they lead out of the folder. */
  links: number;
  /** How many folders were passed over because they hold a datagpu data set. */
  datasets: number;
}

/** Compares by code point, which is the order of the UTF-8 bytes; `<` on strings compares UTF-16 units. */
export function compareCodePoints(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/**
 * Files below a folder. Hidden files and folders, links that leave the folder, and folders that hold a datagpu manifest
 * are passed over. Links to folders are never followed: what they lead to is met on its own way or lies outside.
 * `shown` names the folder in errors.
 */
export function listFolder(root: string, shown: string): FolderFiles {
  const found: FolderFiles = { files: [], links: 0, datasets: 0 };
  const realRoot = realPath(root, shown);
  const visit = (relative: string): void => {
    const dir = path.join(root, relative);
    const entries = readDir(dir, relative === '' ? shown : path.join(shown, relative));
    if (entries.some((e) => e.name === 'manifest.yaml') && holdsDataset(dir)) {
      found.datasets++;
      return;
    }
    for (const entry of entries) {
      if (entry.name.startsWith('.')) continue;
      const below = relative === '' ? entry.name : `${relative}/${entry.name}`;
      if (entry.isDirectory()) visit(below);
      else if (entry.isFile()) found.files.push(below);
      else if (entry.isSymbolicLink()) {
        const target = insideTarget(path.join(root, below), realRoot);
        if (target === null) found.links++;
        else if (target.isFile()) found.files.push(below);
      }
    }
  };
  visit('');
  found.files.sort(compareCodePoints);
  return found;
}

function readDir(dir: string, shown: string): fs.Dirent[] {
  try {
    return fs.readdirSync(dir, { withFileTypes: true });
  } catch (cause) {
    throw new DatagpuError('input', `the folder can't be read (${(cause as NodeJS.ErrnoException).code})`, {
      file: shown,
      cause,
    });
  }
}

function realPath(root: string, shown: string): string {
  try {
    return fs.realpathSync(root);
  } catch (cause) {
    throw unreadable(shown, cause);
  }
}

/** What a link leads to, or null when that lies outside the folder or does not exist. */
function insideTarget(link: string, realRoot: string): fs.Stats | null {
  try {
    const target = fs.realpathSync(link);
    const inside = path.relative(realRoot, target);
    if (inside === '' || inside.startsWith('..') || path.isAbsolute(inside)) return null;
    return fs.statSync(target);
  } catch {
    return null;
  }
}

/** True when a folder's manifest.yaml is one of datagpu's. Only its first 64 KB are looked at. */
export function holdsDataset(dir: string): boolean {
  let fd: number;
  try {
    fd = fs.openSync(path.join(dir, 'manifest.yaml'), 'r');
  } catch {
    return false;
  }
  try {
    const head = Buffer.alloc(65536);
    const text = head.toString('utf8', 0, fs.readSync(fd, head, 0, head.length, 0));
    return /^["']?dataset_name["']?\s*:/m.test(text) && /^["']?(compiled_path|rank_method)["']?\s*:/m.test(text);
  } catch {
    return false;
  } finally {
    fs.closeSync(fd);
  }
}
