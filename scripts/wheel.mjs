// npm run wheel [-- --out <folder>]: builds the compiler and a Python wheel with it, by the python3 on the PATH (or PYTHON).
import { execFileSync } from 'node:child_process';
import path from 'node:path';

const root = path.dirname(import.meta.dirname);
const at = process.argv.indexOf('--out');
const out = path.resolve(at > 0 ? process.argv[at + 1] : path.join(root, 'python/dist'));
const run = (command, ...args) => execFileSync(command, args, { cwd: root, stdio: 'inherit' });

run(process.execPath, 'scripts/build.mjs');
run(process.execPath, 'scripts/stage-wheel.mjs');
run(process.env.PYTHON ?? 'python3', '-m', 'pip', 'wheel', '--quiet', '--no-deps', '--wheel-dir', out, './python');
console.log(`the wheel is in ${out}`);
