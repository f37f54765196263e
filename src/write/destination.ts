import fs from 'node:fs';
import path from 'node:path';
import { DatagpuError } from '../errors.js';
import { holdsDataset } from '../load/folder.js';
import type { Source } from '../load/sources.js';
import { type Manifest, manifestFileName } from '../manifest/manifest.js';
import { readManifest } from '../manifest/read.js';
import { besideNames } from './commit.js';
import { privateFolder } from './journal.js';
import { writing } from './output-error.js';

/** What is in the output folder before a compile. */
export interface Destination {
  /** The manifest of the data set there: the parent of the new one. */
  parent: Manifest | null;
  /** Names of the data files that the new ones replace. */
  data: string[];
  /**
   * To be called right before the commit, with the folder's lock.
   *
   * @throws DatagpuError `output` when somebody else has written into the folder
   */
  requireUnchanged(): void;
}

/** What a compile is about to write, and from what. */
export interface Arrival {
  out: string;
  name: string;
  sources: readonly Pick<Source, 'path' | 'absolute'>[];
  /** Whether another data set may be replaced. */
  replace: boolean;
  /** Names of the splits that are written; none without splits. */
  splits: readonly string[];
}

/** What files of a data set are called, and the names of its splits in them; `data` is one without. */
const filePattern = /^([a-z][a-z0-9_]*)(-\d{5,}-of-\d{5,})?\.parquet$/;
const elsewhere = 'choose another folder with --out';

/**
 * Looks at an output folder. What a commit would replace there must be of a data set that datagpu wrote, must not be a
 * source of the new one, and must be the data set before it, unless `replace` says otherwise.
 *
 * @throws DatagpuError `usage` when the compile would destroy something else
 */
export async function lookAtDestination(arrival: Arrival, warnings: string[]): Promise<Destination> {
  const { out } = arrival;
  const stems = new Set(['data', ...arrival.splits]);
  const present = dataFiles(out, stems);
  refuseSources(arrival, present);
  const stamp = stampOf(out);
  const { parent, data } = await datasetIn(out, present, stamp !== null, warnings);
  const stranger = present.find((name) => !data.includes(name));
  if (stranger !== undefined)
    throw new DatagpuError('usage', 'the file is not of a data set in this folder, and would be replaced', {
      file: path.join(out, stranger),
      hint: `Move it away, or ${elsewhere}`,
    });
  if (parent !== null && !arrival.replace) refuseAnother(arrival, parent);
  return {
    parent,
    data,
    requireUnchanged: () => {
      if (stampOf(out) === stamp && dataFiles(out, stems).every((name) => data.includes(name))) return;
      throw new DatagpuError('output', 'another process has written into the folder meanwhile', {
        file: out,
        hint: `Compile again, or ${elsewhere}`,
      });
    },
  };
}

/** Files that may be of this data set, or that a file of it would replace. */
function dataFiles(out: string, stems: ReadonlySet<string>): string[] {
  const names = writing(out, () => {
    try {
      return fs.readdirSync(out);
    } catch (error) {
      if (['ENOENT', 'ENOTDIR'].includes(String((error as NodeJS.ErrnoException).code))) return [];
      if ((error as NodeJS.ErrnoException).code === 'EACCES')
        throw new DatagpuError('output', 'no permission to see what is in the output folder', {
          file: out,
          hint: `Give yourself the right to read it, or ${elsewhere}`,
          cause: error,
        });
      throw error;
    }
  });
  return names.filter((name) => stems.has(filePattern.exec(name)?.[1] ?? '')).sort();
}

/** What tells that the manifest is the one that was read; null when there is none. */
function stampOf(out: string): string | null {
  const file = path.join(out, manifestFileName);
  if (!fs.existsSync(out)) return null;
  const stats = writing(file, () => fs.lstatSync(file, { bigint: true, throwIfNoEntry: false }));
  return stats === undefined ? null : `${stats.ino}:${stats.size}:${stats.mtimeNs}`;
}

/** The data set in the folder, and which of its data files are there. */
async function datasetIn(
  out: string,
  present: string[],
  hasManifest: boolean,
  warnings: string[],
): Promise<Pick<Destination, 'parent' | 'data'>> {
  if (!hasManifest) return { parent: null, data: [] };
  const file = path.join(out, manifestFileName);
  if (fs.statSync(file, { throwIfNoEntry: false })?.isFile() !== true)
    throw new DatagpuError('usage', 'it is in the way of the manifest, and is not a file', {
      file,
      hint: `Move it away, or ${elsewhere}`,
    });
  try {
    const { manifest } = await readManifest(out);
    return { parent: manifest, data: manifest.files.map((f) => f.path).filter((name) => filePattern.test(name)) };
  } catch (error) {
    if (!(error instanceof DatagpuError)) throw error;
    if (!holdsDataset(out))
      throw new DatagpuError('usage', 'the file is not a manifest of datagpu, and would be replaced', {
        file,
        hint: `Move it away, or ${elsewhere}`,
        cause: error,
      });
    warnings.push(`the manifest in the output folder can't be read, so the version starts anew (${error.message})`);
    return { parent: null, data: present };
  }
}

/** By device and inode: a link, another spelling or other capitals of the name are the same file. */
function refuseSources({ out, sources }: Arrival, present: readonly string[]): void {
  const named = [...present, manifestFileName, ...besideNames.map((name) => `${privateFolder}/${name}`)];
  const outputs = new Map<string, string>();
  for (const name of named) {
    const identity = identityOf(path.join(out, name));
    if (identity !== null) outputs.set(identity, name);
  }
  if (outputs.size === 0) return;
  for (const source of sources) {
    const identity = identityOf(source.absolute);
    const name = identity === null ? undefined : outputs.get(identity);
    if (name !== undefined)
      throw new DatagpuError(
        'usage',
        `the compile would replace its own source, which is ${name} of the output folder`,
        {
          file: source.path,
          hint: elsewhere[0]!.toUpperCase() + elsewhere.slice(1),
        },
      );
  }
}

function identityOf(file: string): string | null {
  try {
    const { dev, ino } = file === '-' ? fs.fstatSync(0, { bigint: true }) : fs.statSync(file, { bigint: true });
    return ino === 0n ? fs.realpathSync.native(file) : `${dev}:${ino}`;
  } catch {
    return null;
  }
}

function refuseAnother({ out, name, sources }: Arrival, parent: Manifest): void {
  if (parent.dataset_name === name) return;
  const before = parent.sources.map((source) => (source.path === '-' ? '-' : path.resolve(out, source.path)));
  if (sources.some((source) => before.includes(source.absolute))) return;
  const from = `${parent.sources[0]?.path}${before.length > 1 ? ', ...' : ''}`;
  throw new DatagpuError(
    'usage',
    `the folder holds another data set, ${parent.dataset_name} ${parent.version} of ${from}, which would be replaced`,
    { file: out, hint: `Pass --replace to replace it, or ${elsewhere}` },
  );
}
