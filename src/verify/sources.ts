import path from 'node:path';
import { DatagpuError } from '../errors.js';
import { fingerprint } from '../load/fingerprint.js';
import { statSource } from '../load/source-file.js';
import type { ManifestSource } from '../manifest/manifest.js';
import { type FileVerdict, sizeText } from './verdict.js';

/**
 * Whether a source still has the bytes that the manifest gives the hash of. That is XXH64: it tells of accidents, and not of
 * a file that was made to have the same one.
 */
export async function verifySource(source: ManifestSource, folder: string): Promise<FileVerdict> {
  const { path: name, bytes, hash } = source;
  const verdict = (verdict: FileVerdict['verdict'], why: string): FileVerdict => {
    return { kind: 'source', path: name, verdict, why };
  };
  if (name === '-') return verdict('skipped', "standard input can't be read again");
  const file = path.resolve(folder, name);
  try {
    const stats = statSource(file, name);
    if (stats.isDirectory()) return verdict('changed', 'it is a folder now');
    if (!stats.isFile()) return verdict('skipped', "a pipe can't be read again");
    // Files of /proc and the like say 0 bytes, and have more.
    if (stats.size !== bytes && stats.size !== 0) return verdict('changed', sizeText(stats.size, bytes));
    if ((await fingerprint(file, name)) === hash) return verdict('ok', '');
    return verdict('changed', stats.size === bytes ? 'it has other bytes' : sizeText(stats.size, bytes));
  } catch (error) {
    if (!(error instanceof DatagpuError)) throw error;
    const { code } = error.cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return verdict('missing', 'there is no such file');
    return verdict('unreadable', error.message);
  }
}
