import { readConsistently } from './load/consistent.js';
import type { Manifest } from './manifest/manifest.js';
import type { LocatedManifest } from './manifest/read.js';

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
  return readConsistently(fileOrFolder, (located) => located);
}
