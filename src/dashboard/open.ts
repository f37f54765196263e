import path from 'node:path';
import type { LocatedManifest } from '../manifest/read.js';

/** What of a manifest is needed to read rows: plain data, for the worker. */
export interface OpenSet {
  folder: string;
  hash: string;
  rows: number;
  files: { path: string; name: string; rows: number; bytes: number }[];
  fields: { name: string; type: string; nulls: number; distinct: number | null }[];
  label: string[];
  /** Its sources' names and records. */
  sources: { path: string; rows: number }[];
  score: string | null;
}

/** The data set of a manifest, its files by absolute paths, which are checked to lie inside of its folder. */
export function openSetOf({ manifest, folder }: LocatedManifest): OpenSet {
  return {
    folder,
    hash: manifest.hash,
    rows: manifest.rows,
    files: manifest.files.map((f) => ({
      name: f.path,
      rows: f.rows,
      bytes: f.bytes,
      path: path.resolve(folder, f.path),
    })),
    fields: manifest.fields.map(({ name, type, nulls, distinct }) => ({ name, type, nulls, distinct })),
    label: manifest.fields.map((field) => manifest.schema[field.name] ?? 'unknown'),
    sources: manifest.sources.map((s) => ({ path: s.path, rows: s.rows })),
    score: scoreColumnOf(manifest),
  };
}

/** The column of the score; null without ranking. */
function scoreColumnOf(manifest: LocatedManifest['manifest']): string | null {
  if (manifest.config.rank !== true) return null;
  const named = 'score_column' in manifest ? manifest.score_column : null;
  const added = manifest.fields.findLast((field) => field.source_name === null && field.type === 'float64');
  return typeof named === 'string' ? named : (added?.name ?? null);
}
