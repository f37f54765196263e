import fs from 'node:fs';
import path from 'node:path';
import { sha256Of } from '../cache/lookup.js';
import { DatagpuError, escapeControls, terminalJson } from '../errors.js';
import { readConsistently } from '../load/consistent.js';
import { fingerprint } from '../load/fingerprint.js';
import { unreadable } from '../load/source-file.js';
import type { LocatedManifest } from '../manifest/read.js';
import type { Flags } from './program.js';
import { count } from './quantities.js';
import type { Terminal } from './terminal.js';

/** What became of one file that a manifest names. */
export interface FileVerdict {
  kind: 'data' | 'source';
  path: string;
  verdict: 'ok' | 'missing' | 'changed';
  why: string;
}

/** `datagpu verify <manifest|dir>`. */
export async function run(target: string, flags: Flags, terminal: Terminal): Promise<void> {
  const verdicts = await readConsistently(target, verifyFiles);
  const wrong = verdicts.filter((v) => v.verdict !== 'ok');
  if (flags.json === true) terminal.out(terminalJson({ ok: wrong.length === 0, files: verdicts }));
  else
    for (const v of verdicts)
      terminal.out(
        `${v.verdict.padEnd(8)}${v.kind.padEnd(7)} ${escapeControls(v.path)}${v.why === '' ? '' : `: ${v.why}`}`,
      );
  const [first] = wrong;
  if (first === undefined) return;
  const more = wrong.length === 1 ? '' : ` (and ${count(wrong.length - 1)} more)`;
  throw new DatagpuError(
    'verification',
    `${first.kind === 'data' ? 'data file' : 'source'} is ${first.verdict}${more}`,
    {
      file: first.path,
      hint: 'Compile again to bring data set and sources together',
    },
  );
}

/** Hashes all data files and sources again, in the manifest's order. */
export async function verifyFiles({ manifest, folder }: LocatedManifest): Promise<FileVerdict[]> {
  const verdicts: FileVerdict[] = [];
  for (const file of manifest.files) {
    const name = path.posix.join(manifest.compiled_path.replace(/[^/]*$/, ''), '.', file.path);
    verdicts.push(await judge('data', file, path.resolve(folder, file.path), sha256Of, name));
  }
  for (const source of manifest.sources) {
    if (source.path === '-') continue;
    verdicts.push(await judge('source', source, path.resolve(folder, source.path), fingerprint, source.path));
  }
  return verdicts;
}

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
    if (error instanceof DatagpuError || !(error instanceof Error && 'syscall' in error)) throw error;
    throw unreadable(name, error);
  }
}
