/** A source of a remembered data set. */
export interface CachedSource {
  /** Absolute. */
  path: string;
  bytes: number;
  /** `sha256:...` of its bytes, or "" where they were not hashed: then its stamps decide. */
  hash: string;
  /** What the file system said of it; null when that can't be trusted (see signature.ts). */
  signature: string | null;
}

/** A data file of a remembered data set. */
export interface CachedFile {
  /** Relative to the data set's folder. */
  path: string;
  bytes: number;
  /** `sha256:...` of its bytes. */
  hash: string;
  /** As it was right after it was written. */
  signature: string | null;
}

/** A finished data set that the cache remembers: at most one a folder, the one that is in it. */
export interface CacheEntry {
  /** The output folder, absolute. */
  folder: string;
  name: string;
  version: string;
  configHash: string;
  compilerVersion: string;
  rows: number;
  /** ISO 8601, UTC. */
  createdAt: string;
  usedAt: string;
  /** The text of manifest.yaml. */
  manifestText: string;
  /** In argument order. */
  sources: CachedSource[];
  files: CachedFile[];
}

/** What a row of the database holds; anything may be in the file, so that every field is checked. */
export type CacheRow = Record<string, unknown>;

/** A row of the database as an entry, or null when it is none. */
export function entryOf(row: CacheRow): CacheEntry | null {
  const texts = ['folder', 'name', 'version', 'config_hash', 'compiler', 'created_at', 'used_at', 'manifest'];
  if (texts.some((key) => typeof row[key] !== 'string') || typeof row.rows !== 'number') return null;
  const sources = listOf(row.sources);
  const files = listOf(row.files);
  if (sources === null || files === null) return null;
  return {
    folder: row.folder as string,
    name: row.name as string,
    version: row.version as string,
    configHash: row.config_hash as string,
    compilerVersion: row.compiler as string,
    rows: row.rows,
    createdAt: row.created_at as string,
    usedAt: row.used_at as string,
    manifestText: row.manifest as string,
    sources,
    files,
  };
}

function listOf(json: unknown): CachedSource[] | null {
  try {
    const list: unknown = JSON.parse(String(json));
    return Array.isArray(list) && list.every(isCachedFile) ? list : null;
  } catch {
    return null;
  }
}

function isCachedFile(value: unknown): value is CachedSource {
  if (typeof value !== 'object' || value === null) return false;
  const { path, bytes, hash, signature } = value as Record<string, unknown>;
  const hasSignature = typeof signature === 'string' || signature === null;
  return typeof path === 'string' && typeof bytes === 'number' && typeof hash === 'string' && hasSignature;
}

/** The sources' identity as far as paths and sizes go, to look candidates up by. */
export function sourcesKey(sources: readonly Pick<CachedSource, 'path' | 'bytes'>[]): string {
  return JSON.stringify(sources.map(({ path, bytes }) => [path, bytes]));
}
