import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

// A few of the tables that `npm run fuzz -- --tables` and CI compile by the minute.
test('random tables come out as they were written', async () => {
  const script = path.join(import.meta.dirname, 'run.mjs');
  const args = [script, '--tables', '--seed', '100', '--runs', '16'];
  const { stdout } = await promisify(execFile)(process.execPath, args).catch((error) => error);
  expect(stdout).toMatch(/^16 compiles of \d+ rows: 16 right \(\d+ verified\), 0 wrong$/m);
}, 300_000);
