import fs from 'node:fs';
import path from 'node:path';
import { croissantOf } from './card/croissant.js';
import { cardFiles } from './card/files.js';
import { cardIn, withCard } from './card/marked.js';
import { cardBody, cardHead } from './card/readme.js';
import { DatagpuError } from './errors.js';
import { readConsistently } from './load/consistent.js';
import { DataFile } from './load/datafile.js';
import type { Manifest } from './manifest/manifest.js';
import { type NamedText, Staging } from './write/commit.js';
import type { Feature } from './write/features.js';
import { outputError } from './write/output-error.js';

/**
 * Writes README.md, as a Hugging Face data card, and croissant.json beside a data set, which is given by its manifest or the
 * folder that holds it: both of them, or neither where it fails. Of a README.md only what is between datagpu's markers is
 * written anew. Returns the files.
 *
 * @throws DatagpuError `output` when there is a README.md without the markers, or a croissant.json of another writer
 */
export function card(target: string): Promise<string[]> {
  return readConsistently(target, async ({ manifest, folder }, isCurrent) => {
    const [first] = manifest.files;
    const place = cardPlace(folder);
    const features = await featuresOf({ ...first!, name: first!.path, path: path.resolve(folder, first!.path) });
    const texts = place.texts(manifest, features);
    const staging = new Staging(folder);
    try {
      // Another data set may have come before this had the lock: it is read again, then.
      if (isCurrent()) staging.commitTexts(texts);
    } finally {
      staging.abort();
    }
    return texts.map(({ name }) => path.join(folder, name));
  });
}

/** What goes between the markers of README.md, and croissant.json. */
export interface CardTexts {
  head: string;
  body: string;
  croissant: string;
}

/** What the card of a data set says. */
export function cardTexts(manifest: Manifest, features: Readonly<Record<string, Feature>>): CardTexts {
  return {
    head: cardHead(manifest, features),
    body: cardBody(manifest),
    croissant: `${JSON.stringify(croissantOf(manifest, features), null, 2)}\n`,
  };
}

/** The features of a data file, as it has them for `datasets`. */
export async function featuresOf(data: {
  path: string;
  name: string;
  bytes: number;
}): Promise<Record<string, Feature>> {
  const file = await DataFile.open(data.path, data.name, data.bytes);
  try {
    return JSON.parse(file.value('huggingface') ?? '{"info":{"features":{}}}').info.features;
  } finally {
    await file.close();
  }
}

/** Where the card of a folder goes. */
export interface CardPlace {
  /** The files of a card, with what is in the folder around it. */
  texts(manifest: Manifest, features: Readonly<Record<string, Feature>>): NamedText[];
}

/**
 * Where the card of a folder goes, which need not be there yet.
 *
 * @throws DatagpuError `output` when what is there must not be replaced
 */
export function cardPlace(folder: string): CardPlace {
  const [readme, croissant] = cardFiles.map((name) => path.join(folder, name)) as [string, string];
  const before = textOf(readme);
  if (withCard(before, '', '') === null)
    throw new DatagpuError('output', 'it was written by somebody else, and has no place for the card', {
      file: readme,
      hint: 'Move it away, write the card, and put your text outside of the markers',
    });
  const old = textOf(croissant);
  if (old !== null && !isOurCroissant(old))
    throw new DatagpuError('output', 'it was written by another program, and would be replaced', {
      file: croissant,
      hint: 'Move it away',
    });
  return {
    texts(manifest, features) {
      const card = cardTexts(manifest, features);
      const readmeText = withCard(before, card.head, card.body)!;
      return [readmeText, card.croissant].map((text, i) => ({ name: cardFiles[i]!, text }));
    },
  };
}

/**
 * Where a compile is to write the card: it was asked to, or the folder has a card, which would describe the data set that
 * goes. Null for none.
 *
 * @throws DatagpuError `output` when it was asked to, and what is there must not be replaced
 */
export function cardPlaceOf(folder: string, isAskedFor: boolean): CardPlace | null {
  if (isAskedFor) return cardPlace(folder);
  const [readme, croissant] = cardFiles.map((name) => textOf(path.join(folder, name))) as [
    string | null,
    string | null,
  ];
  const hasCard = (readme !== null && cardIn(readme) !== null) || (croissant !== null && isOurCroissant(croissant));
  if (!hasCard) return null;
  try {
    return cardPlace(folder);
  } catch {
    // A part of it is somebody else's by now; verify says what no longer fits.
    return null;
  }
}

function textOf(file: string): string | null {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw outputError(error, file);
  }
}

/** Whether a croissant.json is one that datagpu wrote. */
export function isOurCroissant(text: string): boolean {
  try {
    return JSON.parse(text)['prov:wasGeneratedBy'].name === 'datagpu compile';
  } catch {
    return false;
  }
}
