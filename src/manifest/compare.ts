import { splitsOf } from '../write/fingerprint.js';
import type { Manifest } from './manifest.js';

/** One thing that is not the same; undefined where it is absent. */
export interface Difference {
  what: string;
  before?: unknown;
  after?: unknown;
}

/** How two data sets differ, as far as their manifests tell. */
export interface ManifestDifference {
  /** True when schema and rows are the same: the fingerprints are equal. */
  same: boolean;
  summary: Difference[];
  /** Columns added, removed, retyped or labelled otherwise. */
  columns: Difference[];
  /** Rows, and the ledger's counts. */
  counts: Difference[];
  config: Difference[];
  sources: Difference[];
}

/** Compares schema, counts, config and sources of two manifests. */
export function compareManifests(before: Manifest, after: Manifest): ManifestDifference {
  const summary = (m: Manifest): Record<string, unknown> => ({
    version: m.version,
    hash: m.hash,
    'compiler version': m.compiler.version,
  });
  const columns = (m: Manifest): [string, unknown][] =>
    m.fields.map((field) => [`column ${field.name}`, `${field.type} (${m.schema[field.name] ?? 'unknown'})`]);
  const counts = ({ ledger, columns, stats, files }: Manifest): [string, unknown][] => [
    ['rows read', ledger.read],
    ['rows kept', ledger.kept],
    ...(splitsOf(files) ?? []).map(([split, rows]): [string, unknown] => [`rows of split ${split}`, rows]),
    ['columns', columns],
    ['rows scored', stats.ranked_samples],
    ...Object.entries(ledger.dropped).map(([reason, n]): [string, unknown] => [`dropped: ${reason}`, n]),
    ...Object.entries(ledger.changed).map(([rule, n]): [string, unknown] => [`changed: ${rule}`, n]),
  ];
  const config = (m: Manifest): [string, unknown][] =>
    Object.entries(m.config).map(([key, value]) => [`--${key}`, value]);
  const sources = (m: Manifest): [string, unknown][] =>
    m.sources.map((source) => [`source ${source.path}`, source.hash]);
  return {
    same: before.hash === after.hash,
    summary: differences(Object.entries(summary(before)), Object.entries(summary(after))),
    columns: differences(columns(before), columns(after)),
    counts: differences(counts(before), counts(after)),
    config: differences(config(before), config(after)),
    sources: differences(sources(before), sources(after)),
  };
}

function differences(before: readonly [string, unknown][], after: readonly [string, unknown][]): Difference[] {
  const old = new Map(before);
  const now = new Map(after);
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((what) => JSON.stringify(old.get(what)) !== JSON.stringify(now.get(what)))
    .map((what) => ({ what, before: old.get(what), after: now.get(what) }));
}
