import type { Manifest, ManifestPlace, ManifestSource } from './manifest.js';

/** What `compile` gives back. */
export interface CompileResult {
  /** "cached": nothing had changed, and the finished data set was found in place. */
  outcome: 'compiled' | 'cached';
  manifest: Manifest;
  /** The manifest file, absolute. */
  manifestPath: string;
  /** Seconds this call took. */
  elapsedSeconds: number;
}

/** What a dry run gives: what would be done, from a first look at the sources. */
export interface CompilePlan {
  /** As in the manifest, without what only reading everything tells. */
  sources: Pick<ManifestSource, 'path' | 'bytes' | 'dialect'>[];
  fields: { name: string; source_name: string | null; type: string; places?: ManifestPlace[] }[];
  /** One line a stage, in order. */
  steps: string[];
  warnings: string[];
}
