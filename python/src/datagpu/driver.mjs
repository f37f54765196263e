// What datagpu.compile() of the Python package runs. Takes one JSON object on standard input, { compiler, sources, options },
// and answers with JSON objects, one a line: { progress }, then { manifest } or { error }. Ends the compile, cleanly, on
// SIGINT, SIGTERM, or when the standard input closes: then the Python process is gone.
import { once } from 'node:events';
import path from 'node:path';
import readline from 'node:readline';
import { pathToFileURL } from 'node:url';

const controller = new AbortController();
// Who listened may be gone; the compile still has to clean up.
process.stdout.on('error', () => controller.abort());
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => controller.abort());
// Whether a closed terminal is the end is for the Python process to say, which may be under nohup.
process.on('SIGHUP', () => undefined);

const answer = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
const lines = readline.createInterface({ input: process.stdin });
const [line] = await once(lines, 'line');
lines.once('close', () => controller.abort());
const { compiler, sources, options } = JSON.parse(line);
const { compile, DatagpuError } = await import(pathToFileURL(path.join(compiler, 'dist/index.js')).href);

let code = 0;
try {
  const { manifestPath, outcome } = await compile(sources, {
    ...options,
    signal: controller.signal,
    onProgress: (progress) => answer({ progress }),
  });
  answer({ manifest: manifestPath, outcome });
} catch (error) {
  const known = error instanceof DatagpuError;
  const { file, row, line, column, hint } = known ? error : {};
  const what = error instanceof Error ? error.message : String(error);
  answer({ error: { code: known ? error.code : 'bug', what, file, row, line, column, hint, stack: error?.stack } });
  code = 1;
}
process.stdout.write('', () => process.exit(code));
