import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import type { Block } from '../../dist/engine/block.js';
import type { Field } from '../../dist/engine/types.js';
import { createIngestKernel } from '../../dist/kernels/ingest.js';
import { encodeRowGroup } from '../../dist/write/rowgroup.js';
import { ParquetSplicer, type SpliceOptions, type StagedFile } from '../../dist/write/splicer.js';

export const kernel = createIngestKernel();

/** A folder that is removed when the test ends. */
export function scratchFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'datagpu-write-'));
  onTestFinished(() => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const defaults: SpliceOptions = { compression: 'zstd', shardBytes: 2 ** 30, compilerVersion: '1.2.3' };

/** Writes blocks as row groups of a data set in a folder of its own. */
export async function write(
  blocks: readonly Block[],
  fields: readonly Field[],
  options: Partial<SpliceOptions> = {},
): Promise<StagedFile[]> {
  const all = { ...defaults, ...options };
  const splicer = new ParquetSplicer(scratchFolder(), fields, all);
  for (const block of blocks) splicer.append(encodeRowGroup(block, fields, all.compression, kernel));
  return splicer.finish();
}
