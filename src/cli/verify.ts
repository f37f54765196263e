import fs from 'node:fs';
import path from 'node:path';
import { sha256Of } from '../cache/lookup.js';
import { DatagpuError, escapeControls, terminalJson } from '../errors.js';
import { lineagePath } from '../ledger/lineage.js';
import { readConsistently } from '../load/consistent.js';
import { fingerprint } from '../load/fingerprint.js';
import { unreadable } from '../load/source-file.js';
import type { Manifest } from '../manifest/manifest.js';
import type { LocatedManifest } from '../manifest/read.js';
import { arrowTypeName } from '../manifest/type-name.js';
import { isSealed } from '../manifest/write.js';
import { splitsOf } from '../write/fingerprint.js';
import type { Flags } from './program.js';
import { count } from './quantities.js';
import type { Terminal } from './terminal.js';

/** What became of one file that a manifest names. */
export interface FileVerdict {
  kind: 'manifest' | 'data' | 'beside' | 'source';
  path: string;
  verdict: 'ok' | 'missing' | 'changed' | 'stray';
  why: string;
}

const names = { manifest: 'manifest', data: 'data file', beside: 'file beside the data', source: 'source' } as const;

/** `datagpu verify <manifest|dir>`. */
export async function run(target: string, flags: Flags, terminal: Terminal): Promise<void> {
  const verdicts = await readConsistently(target, verifyFiles);
  const wrong = verdicts.filter((v) => v.verdict !== 'ok');
  if (flags.json === true) terminal.out(terminalJson({ ok: wrong.length === 0, files: verdicts }));
  else
    for (const v of verdicts)
      terminal.out(
        `${v.verdict.padEnd(8)}${v.kind.padEnd(8)} ${escapeControls(v.path)}${v.why === '' ? '' : `: ${v.why}`}`,
      );
  const [first] = wrong;
  if (first === undefined) return;
  const more = wrong.length === 1 ? '' : ` (and ${count(wrong.length - 1)} more)`;
  const why = first.kind === 'manifest' ? `: ${first.why}` : '';
  throw new DatagpuError(
    'verification',
    `${names[first.kind]} is ${first.verdict === 'stray' ? 'not of the data set' : first.verdict}${more}${why}`,
    {
      file: first.path,
      hint: 'Compile again to bring data set and sources together',
    },
  );
}

/** Reads all that a manifest describes again, in its order: itself, data, what is beside them, sources. */
export async function verifyFiles({ manifest, path: file, folder }: LocatedManifest): Promise<FileVerdict[]> {
  const verdicts: FileVerdict[] = [verifyManifest(file, manifest)];
  const shown = (name: string): string => path.posix.join(manifest.compiled_path.replace(/[^/]*$/, ''), '.', name);
  for (const data of manifest.files)
    verdicts.push(await judge('data', data, path.resolve(folder, data.path), sha256Of, shown(data.path)));
  // What is missing or has other bytes needs no further look.
  if (verdicts.every((v) => v.verdict === 'ok'))
    verdicts.push(...(await readable('data', manifest.files[0]?.path, () => verifyContent(manifest, folder))));
  for (const name of strayFiles(manifest, folder))
    verdicts.push({ kind: 'data', path: shown(name), verdict: 'stray', why: 'it is not of this data set' });
  for (const beside of manifest.beside ?? [])
    verdicts.push(await judge('beside', beside, path.resolve(folder, beside.path), sha256Of, beside.path));
  if (verdicts.every((v) => v.verdict === 'ok'))
    verdicts.push(...(await readable('beside', lineagePath, () => verifyLineage(manifest, folder))));
  for (const source of manifest.sources) {
    if (source.path === '-') continue;
    verdicts.push(await judge('source', source, path.resolve(folder, source.path), fingerprint, source.path));
  }
  return verdicts;
}

/** A manifest without its last line can't be told from one in which that line was changed: neither is good. */
function verifyManifest(file: string, manifest: Manifest): FileVerdict {
  const name = path.basename(file);
  if (isSealed(fs.readFileSync(file))) return { kind: 'manifest', path: name, verdict: 'ok', why: '' };
  const why =
    manifest.manifest_hash === undefined
      ? 'it has no "manifest_hash", as if an older datagpu had written it'
      : 'its text is not the one that was written';
  return { kind: 'manifest', path: name, verdict: 'changed', why };
}

/** Makes the fingerprint again from the values, and compares rows, types and nulls. Nothing where all is well. */
async function verifyContent(manifest: Manifest, folder: string): Promise<FileVerdict[]> {
  const { files, fields, hash } = manifest;
  const { readContent } = await import('../load/content-read.js');
  const wrong = (why: string): FileVerdict[] => [{ kind: 'data', path: files[0]!.path, verdict: 'changed', why }];
  const placed = files.map((f) => ({ path: path.resolve(folder, f.path), name: f.path, bytes: f.bytes }));
  if (fields.length === 0) return [];
  const found = await readContent(placed, splitsOf(files));
  const short = files.findIndex((f, i) => f.rows !== found.rows[i]);
  if (short !== -1) return wrong(`${count(found.rows[short]!)} rows, ${count(files[short]!.rows)} are due`);
  const types = found.schema.map(({ name, type }) => `${name}: ${arrowTypeName(type)}`);
  // Parquet readers see texts where the manifest says that they are JSON.
  const plain = (names: readonly string[]): string => names.join().replace(/\bjson\b/g, 'utf8');
  if (plain(types) !== plain(fields.map((f) => `${f.name}: ${f.type}`))) return wrong('its columns are others');
  const nulls = fields.findIndex((f, c) => f.nulls !== found.nulls[c] || f.nullable !== f.nulls > 0);
  if (nulls !== -1) return wrong(`column "${fields[nulls]!.name}" has ${count(found.nulls[nulls]!)} nulls`);
  return found.hash === hash ? [] : wrong('its rows are not those of the fingerprint');
}

/** Data files in the folder that a reader of all of them would take for some of this data set. */
function strayFiles(manifest: Manifest, folder: string): string[] {
  const known = new Set(manifest.files.map((f) => f.path));
  // Of a split that this data set does not have, a file is only told by the names of its shards.
  const stems = ['data', ...manifest.files.flatMap((f) => f.split ?? [])];
  const pattern = new RegExp(`^(${stems.join('|')})(-.*)?\\.parquet$|^[a-z][a-z0-9_]*-\\d{5,}-of-\\d{5,}\\.parquet$`);
  return fs.readdirSync(folder).filter((name) => pattern.test(name) && !known.has(name));
}

/** Compares lineage with the ledger: rows by fate, and a place of its own for each row of the output. */
async function verifyLineage(manifest: Manifest, folder: string): Promise<FileVerdict[]> {
  const { ledger, rows, sources } = manifest;
  const { LineageReader } = await import('../ledger/lineage-read.js');
  const wrong = (why: string): FileVerdict[] => [{ kind: 'beside', path: lineagePath, verdict: 'changed', why }];
  if (!(manifest.beside ?? []).some((b) => b.path === lineagePath)) return [];
  const lineage = await LineageReader.open(path.resolve(folder, lineagePath));
  try {
    const { fates, positions } = await lineage.account(rows);
    const records = [...fates.values()].reduce((n, m) => n + m, 0);
    if (records !== ledger.read || sources.reduce((n, s) => n + s.rows, 0) !== records)
      return wrong(`${count(records)} records, ${count(ledger.read)} are due`);
    for (const [reason, dropped] of [...Object.entries(ledger.dropped), ['kept', ledger.kept] as const])
      if ((fates.get(reason) ?? 0) !== dropped)
        return wrong(`${count(fates.get(reason) ?? 0)} rows are "${reason}", ${count(dropped)} are due`);
    return positions === rows ? [] : wrong(`${count(positions)} rows have a place, ${count(rows)} are due`);
  } finally {
    await lineage.close();
  }
}

/** A file whose bytes are those of the manifest, and which is none of its kind, is a verdict too: somebody sealed it so. */
async function readable(
  kind: 'data' | 'beside',
  name: string | undefined,
  verify: () => Promise<FileVerdict[]>,
): Promise<FileVerdict[]> {
  try {
    return await verify();
  } catch (error) {
    if (!(error instanceof DatagpuError) || error.code !== 'input' || isOfSystem(error.cause)) throw error;
    const file = kind === 'data' ? (error.file ?? name) : name;
    return [{ kind, path: file ?? '', verdict: 'changed', why: error.message }];
  }
}

const isOfSystem = (error: unknown): boolean => error instanceof Error && 'syscall' in error;

async function judge(
  kind: FileVerdict['kind'],
  known: { bytes: number; hash: string },
  file: string,
  hashOf: (file: string) => Promise<string>,
  name: string,
): Promise<FileVerdict> {
  const stats = await reading(name, async () => fs.statSync(file, { throwIfNoEntry: false }));
  if (stats === undefined || !stats.isFile())
    return { kind, path: name, verdict: 'missing', why: 'there is no such file' };
  if (stats.size !== known.bytes)
    return { kind, path: name, verdict: 'changed', why: `${count(stats.size)} bytes, ${count(known.bytes)} are due` };
  if ((await reading(name, () => hashOf(file))) !== known.hash)
    return { kind, path: name, verdict: 'changed', why: 'its bytes are others' };
  return { kind, path: name, verdict: 'ok', why: '' };
}

/** What the system does not let us read is told as such, and is no verdict. */
async function reading<T>(name: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof DatagpuError || !isOfSystem(error)) throw error;
    throw unreadable(name, error);
  }
}
