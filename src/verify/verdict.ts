import fs from 'node:fs';
import { DatagpuError } from '../errors.js';
import { unreadable } from '../load/source-file.js';

/** What became of one file that a manifest names. */
export interface FileVerdict {
  kind: 'manifest' | 'data' | 'beside' | 'card' | 'source';
  path: string;
  /** `skipped`: a source that can't be read a second time; it says nothing for or against the data set. */
  verdict: 'ok' | 'missing' | 'changed' | 'unreadable' | 'stray' | 'skipped';
  /** What is wrong, or why it was skipped; empty where nothing is. */
  why: string;
}

/** Whether a verdict is one against the data set. */
export const isWrong = ({ verdict }: FileVerdict): boolean => verdict !== 'ok' && verdict !== 'skipped';

/** A file as a manifest describes it. */
export interface KnownFile {
  bytes: number;
  hash: string;
}

/** Compares a file with its size, and with its hash if there is a function that makes it. */
export async function judgeFile(
  kind: FileVerdict['kind'],
  name: string,
  file: string,
  known: KnownFile,
  hashOf: ((file: string) => Promise<string>) | null,
): Promise<FileVerdict> {
  const verdict = (verdict: FileVerdict['verdict'], why: string): FileVerdict => ({ kind, path: name, verdict, why });
  const stats = await reading(name, async () => fs.statSync(file, { throwIfNoEntry: false }));
  if (stats === undefined || !stats.isFile()) return verdict('missing', 'there is no such file');
  if (stats.size !== known.bytes) return verdict('changed', sizeText(stats.size, known.bytes));
  if (hashOf !== null && (await reading(name, () => hashOf(file))) !== known.hash)
    return verdict('changed', 'it has other bytes');
  return verdict('ok', '');
}

export const count = (n: number): string => n.toLocaleString('en');

export const sizeText = (bytes: number, due: number): string => `it has ${count(bytes)} bytes, not ${count(due)}`;

/**
 * A file whose bytes are those of the manifest, and which is none of its kind, is a verdict too: somebody sealed it so.
 * `name` is the file if the error does not say which.
 */
export async function readable(
  kind: 'data' | 'beside',
  name: string,
  look: () => Promise<FileVerdict[]>,
): Promise<FileVerdict[]> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof DatagpuError) || error.code !== 'input' || isOfSystem(error.cause)) throw error;
    return [{ kind, path: kind === 'data' ? (error.file ?? name) : name, verdict: 'changed', why: error.message }];
  }
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

const isOfSystem = (error: unknown): boolean => error instanceof Error && 'syscall' in error;
