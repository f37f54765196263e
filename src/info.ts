import path from 'node:path';
import type { Manifest } from './manifest/manifest.js';
import { type LocatedManifest, manifestPath, readManifest } from './manifest/read.js';
import { recover } from './write/commit.js';

/**
 * The manifest of a finished data set, given as the manifest file or as the folder that holds it. A commit that was
 * interrupted there is finished first.
 *
 * @throws DatagpuError `input` when it is missing or not a manifest
 */
export async function info(fileOrFolder: string): Promise<Manifest> {
  return (await openDataset(fileOrFolder)).manifest;
}

/** Like `info`, with where the manifest was found. */
export function openDataset(fileOrFolder: string): Promise<LocatedManifest> {
  recover(path.dirname(manifestPath(fileOrFolder).path));
  return readManifest(fileOrFolder);
}
