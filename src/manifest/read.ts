import fs from 'node:fs';
import path from 'node:path';
import { parseYaml, readBounded, type YamlBounds } from '../config/yaml.js';
import { DatagpuError, quoteValue } from '../errors.js';
import { reasonOf } from '../stages/pipeline.js';
import { maxManifestBytes } from './bounds.js';
import { requireFilesInside, requirePathsInside } from './inside.js';
import { type Manifest, manifestFileName } from './manifest.js';
import { sealProblem } from './seal.js';

/** A manifest and where it was found. */
export interface LocatedManifest {
  manifest: Manifest;
  /** The manifest file, absolute. */
  path: string;
  /** The folder that its paths are relative to. */
  folder: string;
  /** What is wrong with its seal: what it says may not be what was written. Null if it fits. */
  broken: string | null;
}

/** datagpu writes no aliases. */
const bounds: YamlBounds = { what: 'manifest', code: 'input', maxBytes: maxManifestBytes, maxAliases: 0 };

/** The manifest file that a user means by a file or an output folder, as a path to show and to open. */
export function manifestPath(fileOrFolder: string, cwd: string = process.cwd()): { name: string; path: string } {
  const absolute = path.resolve(cwd, fileOrFolder);
  const isFolder = fs.statSync(absolute, { throwIfNoEntry: false })?.isDirectory() ?? false;
  return isFolder
    ? { name: path.join(fileOrFolder, manifestFileName), path: path.join(absolute, manifestFileName) }
    : { name: fileOrFolder, path: absolute };
}

/** Reads and checks a manifest, given as the file or as the folder that holds it. Throws DatagpuError `input`. */
export async function readManifest(fileOrFolder: string, cwd?: string): Promise<LocatedManifest> {
  const { name, path: file } = manifestPath(fileOrFolder, cwd);
  refuseData(file, name);
  const manifest = await parseManifest(readText(file, name), name);
  const folder = path.dirname(file);
  requireFilesInside(manifest, folder, name);
  return { manifest, path: file, folder, broken: sealProblem(fs.readFileSync(file)) };
}

function readText(file: string, name: string): string {
  try {
    return readBounded(file, name, bounds);
  } catch (error) {
    const { cause } = error as Error;
    const isAbsent = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    if (!isAbsent) throw error;
    const hint = 'Name an output folder of datagpu, or the manifest in it';
    throw new DatagpuError('input', 'there is no such manifest', { file: name, hint, cause });
  }
}

/** Whoever names data where a data set is wanted is told what to name. */
function refuseData(file: string, name: string): void {
  if (!/\.(parquet|csv|tsv|jsonl|ndjson)(\.gz|\.zst)?$/i.test(file) || !fs.existsSync(file)) return;
  const isOurs = fs.existsSync(path.join(path.dirname(file), manifestFileName));
  throw new DatagpuError('input', `that is ${isOurs ? 'data' : 'a source'}, not a data set`, {
    file: name,
    hint: isOurs ? `Name its folder: ${path.dirname(name)}` : `Compile it first: datagpu compile ${name}`,
  });
}

/** Parses and checks the text of a manifest; `name` is the file for messages. Throws DatagpuError `input`. */
export async function parseManifest(text: string, name: string): Promise<Manifest> {
  const value = parseYaml(text, name, bounds);
  const { Validator } = await import('@cfworker/json-schema');
  const schema = JSON.parse(fs.readFileSync(new URL('../manifest/manifest.schema.json', import.meta.url), 'utf8'));
  const { valid, errors } = new Validator(schema, '2020-12', true).validate(value);
  if (!valid) {
    // The last error is about the value itself, the ones before it about what holds it.
    const { instanceLocation, error } = errors.at(-1)!;
    const key = decodeURIComponent(instanceLocation.replace(/^#\/?/, '')).replaceAll('/', '.');
    const what = error === 'False boolean schema.' ? 'is not allowed' : error;
    throw new DatagpuError('input', `is not a manifest of datagpu: ${key === '' ? '' : `${key}: `}${what}`, {
      file: name,
    });
  }
  const manifest = value as Manifest;
  checkReasons(manifest, name);
  checkBalance(manifest, name);
  requirePathsInside(manifest, name);
  return manifest;
}

/** The reasons are a closed list: those of the stages. */
function checkReasons({ ledger }: Manifest, name: string): void {
  const unknown = Object.keys(ledger.dropped).find((reason) => reasonOf(reason) === null);
  if (unknown === undefined) return;
  throw new DatagpuError(
    'input',
    `is not a manifest of datagpu: ledger.dropped: no stage drops ${quoteValue(unknown)}`,
    {
      file: name,
      hint: 'A later datagpu may have written it',
    },
  );
}

/** `read = kept + sum(dropped)` and `kept = rows`, in the ledger as in the summary. */
function checkBalance({ ledger, rows, files }: Manifest, name: string): void {
  const dropped = Object.values(ledger.dropped).reduce((sum, n) => sum + n, 0);
  const inFiles = files.reduce((sum, file) => sum + file.rows, 0);
  if (ledger.read === ledger.kept + dropped && ledger.kept === rows && inFiles === rows) return;
  const seen = `read ${ledger.read}, kept ${ledger.kept}, dropped ${dropped}, rows ${rows}, in files ${inFiles}`;
  throw new DatagpuError('input', `is not a manifest of datagpu: its ledger does not balance (${seen})`, {
    file: name,
  });
}
