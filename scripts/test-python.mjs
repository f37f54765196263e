// npm run test:python [-- pytest arguments]: tests of the Python package with the real libraries. They are installed once into
// an environment in the user's cache, named by a hash of what is asked for; DATAGPU_TEST_CACHE is another folder for it.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const root = path.dirname(import.meta.dirname);
const python = process.env.PYTHON ?? 'python3';
const requirements = path.join(root, 'python/tests/requirements.txt');
const cache = process.env.DATAGPU_TEST_CACHE ?? path.join(os.homedir(), '.cache', 'datagpu-tests');

const version = execFileSync(python, ['-c', 'import sys; print(sys.version)'], { encoding: 'utf8' });
const asked = `${version}\n${fs.readFileSync(requirements, 'utf8')}`;
const venv = path.join(cache, createHash('sha256').update(asked).digest('hex').slice(0, 16));
const bin = path.join(venv, process.platform === 'win32' ? 'Scripts' : 'bin');
const done = path.join(venv, 'complete');

if (!fs.existsSync(done)) {
  console.log(`installing what the tests use into ${venv}`);
  fs.rmSync(venv, { recursive: true, force: true });
  fs.mkdirSync(cache, { recursive: true });
  execFileSync(python, ['-m', 'venv', venv], { stdio: 'inherit' });
  // Bytecode is made as far as it is used: PyTorch for CPU alone is not on PyPI, and with its companions has 30,000 files.
  const pip = [path.join(bin, 'python'), '-m', 'pip', 'install', '--quiet', '--no-compile', '-r', requirements];
  const installed = spawnSync(pip[0], pip.slice(1), { stdio: 'inherit' });
  if (installed.status !== 0) process.exit(1);
  fs.writeFileSync(done, '');
}
if (!fs.existsSync(path.join(root, 'dist/app/main.js')))
  execFileSync(process.execPath, ['scripts/build.mjs'], { cwd: root, stdio: 'inherit' });

const run = (program, ...args) =>
  spawnSync(path.join(bin, program), args, {
    cwd: path.join(root, 'python'),
    stdio: 'inherit',
    // Nothing of the tests may come from the network.
    env: { ...process.env, PYTHONPATH: path.join(root, 'python/src'), HF_HUB_OFFLINE: '1', DO_NOT_TRACK: '1' },
  }).status ?? 1;
const lint = run('ruff', 'check', 'src', 'tests', 'setup.py') || run('ruff', 'format', '--check', 'src', 'tests', 'setup.py');
const types = run('mypy');
const tests = run('python', '-m', 'pytest', ...process.argv.slice(2));
process.exit(lint || types || tests);
