// npm run test:python [-- pytest arguments]: lint, types and tests of the Python package, with the real libraries.
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { testEnvironment } from './python-environment.mjs';

const root = path.dirname(import.meta.dirname);
const { bin } = testEnvironment();
if (!fs.existsSync(path.join(root, 'dist/app/main.js')))
  execFileSync(process.execPath, ['scripts/build.mjs'], { cwd: root, stdio: 'inherit' });

const run = (program, ...args) =>
  spawnSync(path.join(bin, program), args, {
    cwd: path.join(root, 'python'),
    stdio: 'inherit',
    // Nothing of the tests may come from the network.
    env: { ...process.env, PYTHONPATH: path.join(root, 'python/src'), HF_HUB_OFFLINE: '1', DO_NOT_TRACK: '1' },
  }).status ?? 1;
const places = ['src', 'tests', 'setup.py', '../examples/train.py', '../bench/lib/python_loading.py'];
const lint = run('ruff', 'check', ...places) || run('ruff', 'format', '--check', ...places);
const types = run('mypy');
const tests = run('python', '-m', 'pytest', ...process.argv.slice(2));
process.exit(lint || types || tests);
