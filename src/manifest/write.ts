import { jsYaml } from '../config/js-yaml.js';
import type { Manifest } from './manifest.js';
import { sealHash, sealLine } from './seal.js';

/** The order of keys in manifest.yaml: first what a person looks for, then the long lists. */
// biome-ignore format: a list read as text
const keyOrder: readonly (keyof Manifest)[] = [
  'dataset_name', 'version', 'rows', 'columns', 'dedup_ratio', 'rank_method', 'created_at', 'hash',
  'source_path', 'compiled_path', 'cache_path', 'schema', 'stats', 'ledger', 'warnings', 'malformed', 'dedupe', 'ranking',
  'compiler', 'config', 'config_hash', 'sources', 'files', 'beside', 'fields', 'parent',
  'manifest_hash',
];

/** The manifest with its keys in the fixed order, absent ones left out; what `--json` prints. */
export function orderedManifest(manifest: Manifest): Manifest {
  const entries = keyOrder.flatMap((key) => (manifest[key] === undefined ? [] : [[key, manifest[key]] as const]));
  return Object.fromEntries(entries) as unknown as Manifest;
}

/** The text of manifest.yaml: YAML 1.2 that YAML 1.1 readers read alike, keys in a fixed order, no line folded. */
export function manifestText(manifest: Manifest): string {
  return jsYaml().dump(orderedManifest(manifest), { lineWidth: -1, noRefs: true });
}

/** The text of a manifest with a last line by which it can be seen that no byte was changed, and the manifest with that key. */
export function sealed(manifest: Manifest): { manifest: Manifest; text: string } {
  const { manifest_hash: _, ...plain } = manifest;
  const text = manifestText(plain);
  const hash = sealHash(text);
  return { manifest: { ...plain, manifest_hash: hash }, text: `${text}${sealLine(hash)}` };
}
