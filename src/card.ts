import fs from 'node:fs';
import path from 'node:path';
import { croissantOf } from './card/croissant.js';
import { withCard } from './card/marked.js';
import { cardBody, cardHead } from './card/readme.js';
import { DatagpuError } from './errors.js';
import { readConsistently } from './load/consistent.js';
import { DataFile } from './load/datafile.js';
import type { Feature } from './write/features.js';
import { outputError } from './write/output-error.js';
import { writeSynced } from './write/synced.js';

/** Files that a card consists of. */
export const cardFiles: readonly string[] = ['README.md', 'croissant.json'];

/**
 * Writes README.md, as a Hugging Face data card, and croissant.json beside a data set, which is given by its manifest or the
 * folder that holds it. Of a README.md only what is between datagpu's markers is written anew. Returns the files.
 *
 * @throws DatagpuError `output` when there is a README.md without the markers, or a croissant.json of another writer
 */
export function card(target: string): Promise<string[]> {
  return readConsistently(target, async ({ manifest, folder }) => {
    const [first] = manifest.files;
    const file = await DataFile.open(path.resolve(folder, first!.path), first!.path, first!.bytes);
    let features: Record<string, Feature>;
    try {
      features = JSON.parse(file.value('huggingface') ?? '{"info":{"features":{}}}').info.features;
    } finally {
      await file.close();
    }
    const place = cardPlace(folder);
    replace(place.readme, place.withCard(cardHead(manifest, features), cardBody(manifest)));
    replace(place.croissant, `${JSON.stringify(croissantOf(manifest, features), null, 2)}\n`);
    return [place.readme, place.croissant];
  });
}

/**
 * Where the card of a folder goes, which need not be there yet.
 *
 * @throws DatagpuError `output` when what is there must not be replaced
 */
export function cardPlace(folder: string): {
  readme: string;
  croissant: string;
  withCard: (head: string, body: string) => string;
} {
  const [readme, croissant] = cardFiles.map((name) => path.join(folder, name)) as [string, string];
  const before = textOf(readme);
  if (withCard(before, '', '') === null)
    throw new DatagpuError('output', 'it was written by somebody else, and has no place for the card', {
      file: readme,
      hint: 'Move it away, write the card, and put your text outside of the markers',
    });
  const old = textOf(croissant);
  if (old !== null && !isOurs(old))
    throw new DatagpuError('output', 'it was written by another program, and would be replaced', {
      file: croissant,
      hint: 'Move it away',
    });
  return { readme, croissant, withCard: (head, body) => withCard(before, head, body)! };
}

function textOf(file: string): string | null {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw outputError(error, file);
  }
}

function isOurs(text: string): boolean {
  try {
    return JSON.parse(text)['prov:wasGeneratedBy'].name === 'datagpu compile';
  } catch {
    return false;
  }
}

function replace(file: string, text: string): void {
  const staged = `${file}.new`;
  try {
    writeSynced(staged, text);
    fs.renameSync(staged, file);
  } catch (error) {
    throw outputError(error, file);
  }
}
