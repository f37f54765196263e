import path from 'node:path';
import { sha256Of } from './cache/lookup.js';
import { lineagePath } from './ledger/lineage.js';
import { readConsistently } from './load/consistent.js';
import type { Manifest } from './manifest/manifest.js';
import type { LocatedManifest } from './manifest/read.js';
import { verifyBesideFooter } from './verify/beside.js';
import { verifyCard } from './verify/card.js';
import { strayFiles, verifyContent, verifyFooters } from './verify/content.js';
import { verifyLineage } from './verify/lineage.js';
import { verifySource } from './verify/sources.js';
import { type FileVerdict, isWrong, judgeFile, readable } from './verify/verdict.js';

export type { FileVerdict };

/** How much of a data set is read to verify it. */
export interface VerifyOptions {
  /** Sizes, footers and the manifest's own hash only: no data, no hash of a file, no card. @default false */
  quick?: boolean;
  /** The sources too: whether they have the hash that the manifest gives. They are read whole, with `quick` too. @default false */
  sources?: boolean;
}

/** What verifying found. */
export interface Verification {
  /** Whether nothing is wrong. */
  ok: boolean;
  /** Every file that the manifest names, in its order, and files that are not of the data set. */
  files: FileVerdict[];
}

/**
 * Whether data, manifest and lineage (and sources) still agree. `target` is a manifest or the folder that holds it.
 *
 * @throws DatagpuError `input` when there is no such data set, or a file of it can't be read
 */
export async function verify(target: string, options: VerifyOptions = {}): Promise<Verification> {
  const files = await readConsistently(target, (located) => verifyFiles(located, options));
  return { ok: !files.some(isWrong), files };
}

/** Reads what a manifest describes again, in its order: itself, data, what is beside them, card, sources. */
export async function verifyFiles(
  located: LocatedManifest,
  { quick = false, sources = false }: VerifyOptions = {},
): Promise<FileVerdict[]> {
  const { manifest, folder } = located;
  const hashOf = quick ? null : sha256Of;
  const verdicts: FileVerdict[] = [verifyManifest(located)];
  const shown = (name: string): string => path.posix.join(manifest.compiled_path.replace(/[^/]*$/, ''), '.', name);
  const isGood = (): boolean => !verdicts.some(isWrong);
  /** The verdict on a file gives way to what is found wrong inside of it. */
  const correct = (found: FileVerdict[]): void => {
    for (const one of found) {
      const known = verdicts.findIndex((v) => v.kind === one.kind && v.path === one.path);
      if (known === -1) verdicts.push(one);
      else verdicts[known] = one;
    }
  };
  for (const data of manifest.files)
    verdicts.push(await judgeFile('data', shown(data.path), path.resolve(folder, data.path), data, hashOf));
  const look = quick ? verifyFooters : verifyContent;
  // What is missing or has other bytes needs no further look.
  if (isGood())
    correct(
      (await readable('data', manifest.files[0]?.path ?? '', () => look(manifest, folder))).map((v) => ({
        ...v,
        path: shown(v.path),
      })),
    );
  for (const name of strayFiles(manifest, folder))
    verdicts.push({ kind: 'data', path: shown(name), verdict: 'stray', why: 'it is not of this data set' });
  for (const beside of manifest.beside ?? [])
    verdicts.push(await judgeFile('beside', beside.path, path.resolve(folder, beside.path), beside, hashOf));
  if (isGood()) correct(await lookBeside(manifest, folder, quick));
  if (!quick && isGood()) verdicts.push(...(await verifyCard(manifest, folder)));
  if (sources) for (const source of manifest.sources) verdicts.push(await verifySource(source, folder));
  return verdicts;
}

async function lookBeside(manifest: Manifest, folder: string, quick: boolean): Promise<FileVerdict[]> {
  if (!quick) return readable('beside', lineagePath, () => verifyLineage(manifest, folder));
  const found: FileVerdict[] = [];
  for (const { path: name } of manifest.beside ?? [])
    found.push(...(await readable('beside', name, () => verifyBesideFooter(name, manifest, folder))));
  return found;
}

/** A manifest without its last line can't be told from one in which that line was changed: neither is good. */
function verifyManifest({ path: file, broken }: LocatedManifest): FileVerdict {
  return {
    kind: 'manifest',
    path: path.basename(file),
    verdict: broken === null ? 'ok' : 'changed',
    why: broken ?? '',
  };
}
