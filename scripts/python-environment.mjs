// The environment in which the Python package is tested and measured: the libraries of python/tests/requirements.txt, installed
// once into the user's cache, in a folder named by a hash of what is asked for. DATAGPU_TEST_CACHE is another place for it.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const root = path.dirname(import.meta.dirname);

/** Installs it if need be; gives its python, and the folder of its programs. Throws when it can't be installed. */
export function testEnvironment() {
  const python = process.env.PYTHON ?? 'python3';
  const requirements = path.join(root, 'python/tests/requirements.txt');
  const cache = process.env.DATAGPU_TEST_CACHE ?? path.join(os.homedir(), '.cache', 'datagpu-tests');
  const version = execFileSync(python, ['-c', 'import sys; print(sys.version)'], { encoding: 'utf8' });
  const asked = `${version}\n${fs.readFileSync(requirements, 'utf8')}`;
  const venv = path.join(cache, createHash('sha256').update(asked).digest('hex').slice(0, 16));
  const bin = path.join(venv, process.platform === 'win32' ? 'Scripts' : 'bin');
  const done = path.join(venv, 'complete');
  if (!fs.existsSync(done)) {
    console.log(`installing what the tests use into ${venv}: some minutes, the first time`);
    fs.rmSync(venv, { recursive: true, force: true });
    fs.mkdirSync(cache, { recursive: true });
    execFileSync(python, ['-m', 'venv', venv], { stdio: 'inherit' });
    // Bytecode is made as far as it is used: PyTorch and its companions have 30,000 files.
    const install = ['-m', 'pip', 'install', '--quiet', '--no-compile', '-r', requirements];
    execFileSync(path.join(bin, 'python'), install, { stdio: 'inherit' });
    fs.writeFileSync(done, '');
  }
  return { python: path.join(bin, 'python'), bin };
}
