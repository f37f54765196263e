import type { Manifest } from './manifest.js';

/** What decides the next version. */
export type Versioned = Pick<Manifest, 'version' | 'hash' | 'config_hash' | 'fields'>;

/** The version of the first data set in a folder. */
export const firstVersion = 'v0.1.0';

/**
 * The version of a data set that replaces `parent` in its folder: a column removed, renamed or of another physical type
 * is a major change, a column added or another config a minor one, other rows or another order of columns a patch.
 */
export function bumpVersion(parent: Versioned | null, now: Omit<Versioned, 'version'>): string {
  if (parent === null) return firstVersion;
  // Of any length: a number of a foreign manifest need not be a safe integer.
  const [major = 0n, minor = 0n, patch = 0n] = parent.version.replace(/^v/, '').split('.').map(BigInt);
  const types = new Map(now.fields.map((field) => [field.name, field.type]));
  if (parent.fields.some((field) => types.get(field.name) !== field.type)) return `v${major + 1n}.0.0`;
  if (now.fields.length > parent.fields.length || now.config_hash !== parent.config_hash)
    return `v${major}.${minor + 1n}.0`;
  return now.hash === parent.hash ? parent.version : `v${major}.${minor}.${patch + 1n}`;
}
