import os from 'node:os';
import path from 'node:path';
import { DatagpuError } from '../errors.js';
import type { Look } from '../flow/look.js';
import { ScratchFolder } from '../flow/scratch.js';
import { resolveSources } from '../load/sources.js';
import type { LocatedManifest } from '../manifest/read.js';
import { verifySource } from '../verify/sources.js';

/**
 * Reads a text source of a data set again, as the compile did, as far as record `row`; a sentence that says why it can't be read
 * where it is not the one that was compiled any more. `read` may be asked for no later record.
 */
export async function fromSource<T>(
  { manifest, folder }: LocatedManifest,
  name: string,
  row: number,
  read: (look: Look) => Promise<T>,
): Promise<T | string> {
  const told = manifest.sources.find((source) => source.path === name)!;
  const { format, encoding } = told.dialect;
  if (format === 'parquet') return 'its text is not kept, since Parquet has none';
  const { verdict, why } = await verifySource(told, folder);
  if (verdict === 'changed') return `its text is not shown, since the source has changed: ${why}`;
  if (verdict !== 'ok') return `its text is not shown, since the source can't be read: ${why}`;
  // Loaded when it is needed: the kernels, and all that reads sources.
  const { lookAgain } = await import('../flow/reread.js');
  let scratch: ScratchFolder | null = null;
  try {
    const file = path.resolve(folder, name);
    const [source] = resolveSources([file], { cwd: folder, format: format as 'csv' }).sources;
    const isCopied = source!.compression !== 'none' || encoding !== 'utf-8';
    scratch = isCopied ? ScratchFolder.shared(os.tmpdir()) : new ScratchFolder(() => os.tmpdir());
    const look = await lookAgain({ ...source!, path: name }, manifest, told, row, scratch);
    return look === null ? 'its text was not found in the source' : await read(look);
  } catch (error) {
    if (!(error instanceof DatagpuError)) throw error;
    return `its text is not shown, since the source can't be read: ${error.message}`;
  } finally {
    scratch?.remove();
  }
}
