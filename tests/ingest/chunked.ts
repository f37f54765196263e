import fs from 'node:fs';
import path from 'node:path';
import { lookAt } from '../../dist/flow/look.js';
import { ProgressMeter } from '../../dist/flow/progress.js';
import { openExecutor } from '../../dist/flow/resources.js';
import { run } from '../../dist/flow/run.js';
import { ScratchFolder } from '../../dist/flow/scratch.js';
import type { CompileOptions } from '../../dist/index.js';
import { resolveSources } from '../../dist/load/sources.js';
import { resolveConfig } from '../../dist/options/resolve.js';
import { asRead } from './compiled.js';

/** What a compile in chunks of so many bytes comes to: everything that must not depend on them. */
export async function inChunks(
  source: string,
  chunkBytes: number,
  options: CompileOptions = {},
): Promise<{
  hash: string;
  rows: number;
  fields: unknown;
  coerced: number[];
  balance: unknown;
  sourceHash: string | null;
}> {
  const staging = fs.mkdtempSync(path.join(path.dirname(source), 'staging-'));
  const cwd = path.dirname(source);
  const { onProgress: _, signal: __, cwd: ___, ...settings } = { ...asRead, ...options };
  const config = resolveConfig(settings, null, { cwd, env: {} });
  const scratch = new ScratchFolder(() => staging);
  const executor = openExecutor(0, 0);
  try {
    const looks = [];
    for (const found of resolveSources([source], { cwd, format: config.read.format }).sources)
      looks.push(await lookAt(found, config, scratch, {}));
    const meter = new ProgressMeter(looks, false, undefined);
    const signal = undefined;
    const result = await run(looks, config, {
      executor,
      places: () => ({ data: staging, rejects: null, sources: [] }),
      compilerVersion: '0',
      meter,
      scratch,
      signal,
      chunkBytes,
    });
    return {
      hash: result.hash,
      rows: result.judge.kept,
      fields: result.fields,
      coerced: result.judge.coerced,
      balance: result.judge.ledger.balance(result.judge.kept),
      sourceHash: result.hashed.get(0) ?? null,
    };
  } finally {
    await executor.close();
    fs.rmSync(staging, { recursive: true, force: true });
  }
}
