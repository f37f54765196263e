import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { StatSignature } from '../load/fingerprint.js';
import { manifestFileName } from '../manifest/manifest.js';
import type { Cache } from './cache.js';
import type { CachedFile, CacheEntry } from './entry.js';
import { sameSignature, signatureText } from './signature.js';

/** How exactly the time of the last use is kept: writing it waits for the disk, for longer than all the rest of a hit takes. */
const usedWithinMs = 3600_000;

/** A source as it is now. */
export interface PresentSource {
  /** Absolute. */
  path: string;
  bytes: number;
  signature: StatSignature;
}

/** What is asked of the cache. */
export interface CacheQuestion {
  configHash: string;
  compilerVersion: string;
  /** In argument order. */
  sources: readonly PresentSource[];
  /** The output folder, absolute: a data set that is there already is taken first. */
  folder: string;
  /** A hash of a file's bytes that can't be prepared; called only for a source whose stamps don't settle it. */
  fingerprint: (path: string) => Promise<string>;
}

/**
 * The finished data set of these sources and this config, or null. The sources are the same when their paths, sizes and
 * bytes are, and the data set counts only if all its files are in place as they were written.
 */
export async function findHit(cache: Cache, question: CacheQuestion): Promise<CacheEntry | null> {
  const { configHash, compilerVersion, sources, folder } = question;
  const candidates = cache.candidates(configHash, compilerVersion, sources);
  candidates.sort((a, b) => Number(b.folder === folder) - Number(a.folder === folder));
  const hashes = new Map<string, string>();
  for (const entry of candidates) {
    const observedMs = Date.now();
    if (!(await sourcesMatch(entry, question, hashes)) || !(await isIntact(entry))) continue;
    // Stamps that were too young when they were stored, or that a copy or `touch` changed, are trusted from now on.
    const refreshed = sources.map((source, i) => ({
      ...entry.sources[i]!,
      signature: signatureText(source.signature, observedMs),
    }));
    const used = { ...entry, sources: refreshed, usedAt: new Date(observedMs).toISOString() };
    const isNews = refreshed.some((source, i) => source.signature !== entry.sources[i]!.signature);
    if (!isNews && observedMs - Date.parse(entry.usedAt) < usedWithinMs) return entry;
    cache.store(used);
    return used;
  }
  return null;
}

async function sourcesMatch(entry: CacheEntry, question: CacheQuestion, hashes: Map<string, string>): Promise<boolean> {
  for (const [i, source] of question.sources.entries()) {
    const known = entry.sources[i]!;
    if (sameSignature(known.signature, source.signature)) continue;
    if (known.hash === '') return false;
    let hash = hashes.get(source.path);
    if (hash === undefined) {
      hash = await question.fingerprint(source.path);
      hashes.set(source.path, hash);
    }
    if (hash !== known.hash) return false;
  }
  return true;
}

/** True when the data files and the manifest of an entry are in place as they were written. */
export async function isIntact(entry: CacheEntry): Promise<boolean> {
  try {
    const manifest = fs.readFileSync(path.join(entry.folder, manifestFileName), 'utf8');
    if (manifest !== entry.manifestText) return false;
    for (const file of entry.files) if (!(await isSameFile(path.join(entry.folder, file.path), file))) return false;
    return true;
  } catch {
    return false;
  }
}

async function isSameFile(file: string, known: CachedFile): Promise<boolean> {
  const s = fs.statSync(file, { bigint: true });
  if (Number(s.size) !== known.bytes) return false;
  const now = { dev: `${s.dev}`, ino: `${s.ino}`, size: `${s.size}`, mtimeNs: `${s.mtimeNs}`, ctimeNs: `${s.ctimeNs}` };
  return sameSignature(known.signature, now) || (await sha256Of(file)) === known.hash;
}

/** `sha256:...` of a file's bytes, read in pieces. */
export async function sha256Of(file: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of fs.createReadStream(file, {
    highWaterMark: 2 ** 20,
    ...(signal === undefined ? {} : { signal }),
  }))
    hash.update(piece as Buffer);
  return `sha256:${hash.digest('hex')}`;
}
