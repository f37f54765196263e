// The API in a few lines: compile, look at what came out, and see that a second compile finds nothing to do.
//
//   node examples/quickstart.mjs [source ...]       default: examples/data/support-tickets.csv
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { compile, DatagpuError, info } from 'datagpu';

const sources =
  process.argv.length > 2 ? process.argv.slice(2) : [path.join(import.meta.dirname, 'data/support-tickets.csv')];
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'datagpu-quickstart-'));
const options = { out: path.join(dir, 'compiled'), cacheDir: path.join(dir, 'cache') };

try {
  const { manifest } = await compile(sources, {
    ...options,
    onProgress: ({ stage, share }) => process.stderr.write(`${stage} ${(share * 100).toFixed(0)}%\n`),
  });
  console.log(`${manifest.dataset_name} ${manifest.version}: ${manifest.ledger.read} rows read, ${manifest.rows} kept`);
  for (const [reason, rows] of Object.entries(manifest.ledger.dropped)) console.log(`  dropped ${rows}: ${reason}`);
  for (const field of manifest.fields) console.log(`  ${field.name}: ${field.type}, ${field.nulls} nulls`);

  const again = await compile(sources, options);
  console.log(`second compile: ${again.outcome}`);
  console.log(`fingerprint: ${(await info(options.out)).hash}`);
} catch (error) {
  if (!(error instanceof DatagpuError)) throw error;
  console.error(`error: ${error.describe()}`);
  process.exitCode = 1;
} finally {
  fs.rmSync(dir, { recursive: true, force: true });
}
