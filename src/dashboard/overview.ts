import path from 'node:path';
import type { Manifest } from '../manifest/manifest.js';
import type { LocatedManifest } from '../manifest/read.js';

/** What the manifest says, and how to make the data set again. */
export interface OverviewAnswer {
  manifest: Manifest;
  folder: string;
  /** A config file with every option that decided the data. */
  configFile: string;
  /** The command that makes it again with that file, run in the folder of the manifest. */
  command: string;
}

export function overviewAnswer({ manifest, folder }: LocatedManifest): OverviewAnswer {
  const sources = manifest.sources.map((source) => quoted(source.path)).join(' ');
  const lines = Object.entries(manifest.config).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  return {
    manifest,
    folder: path.basename(folder),
    configFile: `${lines.join('\n')}\n`,
    command: `datagpu compile ${sources} --config datagpu.yaml --name ${quoted(manifest.dataset_name)} -o again`,
  };
}

/** A word for a POSIX shell. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) && !word.startsWith('-') ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
