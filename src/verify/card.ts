import fs from 'node:fs';
import path from 'node:path';
import { cardFiles } from '../card/files.js';
import { cardIn } from '../card/marked.js';
import { writtenBy } from '../card/readme.js';
import { cardTexts, featuresOf, isOurCroissant } from '../card.js';
import { packageVersion } from '../config/package-version.js';
import { unreadable } from '../load/source-file.js';
import type { Manifest } from '../manifest/manifest.js';
import type { FileVerdict } from './verdict.js';

/**
 * Compares the card of a data set, if it has one, with what it would say now. What people wrote around it is theirs. Of a
 * card that another version of datagpu wrote only the hashes are compared: its words may be others.
 */
export async function verifyCard(manifest: Manifest, folder: string): Promise<FileVerdict[]> {
  const [readme, croissant] = cardFiles.map((name) => textOf(path.join(folder, name), name)) as [string, string];
  const part = readme === null ? null : cardIn(readme);
  const isOurs = croissant !== null && isOurCroissant(croissant);
  if (part === null && !isOurs) return [];
  const [first] = manifest.files;
  const features = await featuresOf({ ...first!, name: first!.path, path: path.resolve(folder, first!.path) });
  const due = cardTexts(manifest, features);
  const isOfThisVersion = part === null || writtenBy(part.body) === packageVersion();
  const judge = (name: string, isSame: boolean, text: string): FileVerdict => {
    const hashes = [manifest.hash, ...(name === cardFiles[1] ? manifest.files.map((f) => f.hash.slice(7)) : [])];
    const fits = isOfThisVersion ? isSame : hashes.every((hash) => text.includes(hash));
    const why = 'it describes another data set, or was edited: datagpu card writes it anew';
    return { kind: 'card', path: name, verdict: fits ? 'ok' : 'changed', why: fits ? '' : why };
  };
  const verdicts: FileVerdict[] = [];
  if (part !== null) {
    const isSame = part.head.trimEnd() === due.head.trimEnd() && part.body.trimEnd() === due.body.trimEnd();
    verdicts.push(judge(cardFiles[0]!, isSame, part.body));
  }
  if (isOurs) verdicts.push(judge(cardFiles[1]!, isSameJson(croissant, due.croissant), croissant));
  return verdicts;
}

function textOf(file: string, name: string): string | null {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw unreadable(name, error);
  }
}

/** White space aside. */
const isSameJson = (a: string, b: string): boolean => JSON.stringify(JSON.parse(a)) === JSON.stringify(JSON.parse(b));
