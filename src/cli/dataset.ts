import path from 'node:path';
import { type LocatedManifest, manifestPath, readManifest } from '../manifest/read.js';
import { recover } from '../write/commit.js';

/** Reads the manifest that a command names, after finishing a commit that was cut off in its folder. */
export function openDataset(target: string): Promise<LocatedManifest> {
  recover(path.dirname(manifestPath(target).path));
  return readManifest(target);
}
