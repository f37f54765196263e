import path from 'node:path';
import { Cache } from '../cache/cache.js';
import { findHit, sha256Of } from '../cache/lookup.js';
import { ownSignatureText, signatureText } from '../cache/signature.js';
import { jsYaml } from '../config/js-yaml.js';
import type { Config } from '../config/options.js';
import { packageVersion } from '../config/package-version.js';
import { statSignature } from '../load/fingerprint.js';
import type { Manifest } from '../manifest/manifest.js';
import { configHash } from '../options/canonical.js';
import type { SourceIdentity } from './identity.js';

/**
 * Sources of more bytes than this in all are hashed only where their stamps can't be trusted: that reads them once more. Once
 * they have other stamps, they are compiled again.
 */
const hashedBytes = 32 * 2 ** 20;

/** What was made with another form of the fingerprint is made anew. */
const madeBy = `${packageVersion()}, fingerprint 2`;

/** Data sets that earlier compiles finished, as the cache remembers them; nothing with `--no-cache`. */
export class FinishedDatasets {
  private readonly cache: Cache | null;
  private readonly config: Config;
  private readonly identity: SourceIdentity;
  private readonly beganMs = Date.now();

  private constructor(cache: Cache | null, config: Config, identity: SourceIdentity) {
    this.cache = cache;
    this.config = config;
    this.identity = identity;
  }

  static open(config: Config, identity: SourceIdentity, warn: (message: string) => void): FinishedDatasets {
    const { cache, cacheDir } = config.resources;
    const isUsed = cache && identity.present !== null;
    return new FinishedDatasets(isUsed ? Cache.open(cacheDir, warn) : null, config, identity);
  }

  /** The manifest of the data set in the output folder, if these sources and this config made it and it is intact. */
  async find(signal?: AbortSignal): Promise<Manifest | null> {
    if (this.cache === null) return null;
    const folder = this.config.output.dir;
    const hit = await findHit(this.cache, {
      configHash: configHash(this.config),
      compilerVersion: madeBy,
      sources: this.identity.present!,
      folder,
      fingerprint: (file) => sha256Of(file, signal),
    });
    if (hit === null || hit.folder !== folder || !this.hasName(hit.name)) return null;
    // The text is what this version of datagpu wrote, to the byte: there is nothing to check in it.
    const { CORE_SCHEMA, load } = jsYaml();
    return load(hit.manifestText, { schema: CORE_SCHEMA }) as Manifest;
  }

  /** Enters the data set that was just committed. */
  async remember(manifest: Manifest, text: string): Promise<void> {
    if (this.cache === null) return;
    const { dir } = this.config.output;
    const present = this.identity.present!;
    const signatures = present.map(({ signature }) => signatureText(signature, this.beganMs));
    const isSmall = present.reduce((sum, { bytes }) => sum + bytes, 0) <= hashedBytes;
    const hashes: string[] = [];
    for (const [i, signature] of signatures.entries())
      hashes.push((isSmall || signature === null ? await this.identity.contentHash(i) : null) ?? '');
    this.cache.store({
      folder: dir,
      name: manifest.dataset_name,
      version: manifest.version,
      configHash: manifest.config_hash,
      compilerVersion: madeBy,
      rows: manifest.rows,
      createdAt: manifest.created_at,
      usedAt: manifest.created_at,
      manifestText: text,
      sources: present.map(({ path: file, bytes }, i) => ({
        path: file,
        bytes,
        hash: hashes[i]!,
        signature: signatures[i]!,
      })),
      files: [...manifest.files, ...(manifest.beside ?? [])].map(({ path: file, bytes, hash }) => ({
        path: file,
        bytes,
        hash,
        signature: ownSignatureText(statSignature(path.join(dir, file))),
      })),
    });
  }

  close(): void {
    this.cache?.close();
  }

  private hasName(name: string): boolean {
    return this.config.output.name === null || this.config.output.name === name;
  }
}
