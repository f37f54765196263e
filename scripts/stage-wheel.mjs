// Puts the compiler into the Python package: what `npm pack` packs, with the production dependencies that it loads, under
// python/src/datagpu/compiler_files. `npm run wheel` and `pip install ./python` call it.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const root = path.dirname(import.meta.dirname);
const target = path.join(root, 'python/src/datagpu/compiler_files');
/** Packages whose dependencies are left out: datagpu loads single files of them that need none. */
const alone = new Set(['natural']);
/** But for these: word lists that such a file loads. */
const lists = ['stopwords-iso'];

const readJson = (file) => JSON.parse(fs.readFileSync(file, 'utf8'));

/** The folder that `require(name)` of a package in `from` finds, or null. */
function folderOf(name, from) {
  for (let at = from; ; at = path.dirname(at)) {
    const folder = path.join(at, 'node_modules', name);
    if (fs.existsSync(path.join(folder, 'package.json'))) return folder;
    if (at === path.dirname(at)) return null;
  }
}

/** Adds the folders of the packages that the one in `folder` needs, however deep. */
function collect(folder, found) {
  const { name, dependencies = {}, optionalDependencies = {} } = readJson(path.join(folder, 'package.json'));
  const isRoot = folder === root;
  const optional = isRoot ? [] : Object.keys(optionalDependencies);
  const needed = alone.has(name) ? lists.filter((n) => n in dependencies) : Object.keys(dependencies);
  for (const dependency of new Set([...needed, ...optional])) {
    const at = folderOf(dependency, folder);
    if (at === null) {
      if (!optional.includes(dependency)) throw new Error(`${dependency} is not installed: run npm install first`);
      continue;
    }
    if (found.has(at)) continue;
    found.add(at);
    collect(at, found);
  }
}

/** What only a person or a compiler of TypeScript reads. */
const isNeeded = (file) => !/\.(map|ts|mts|cts|md|markdown)$/i.test(file) && path.basename(file) !== '.bin';

fs.rmSync(target, { recursive: true, force: true });
fs.mkdirSync(target, { recursive: true });
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
const listed = execFileSync(npm, ['pack', '--dry-run', '--json', '--ignore-scripts'], {
  cwd: root,
  encoding: 'utf8',
  shell: process.platform === 'win32',
});
for (const { path: file } of JSON.parse(listed)[0].files) {
  if (/\.(map|d\.ts)$/.test(file)) continue;
  const to = path.join(target, file);
  fs.mkdirSync(path.dirname(to), { recursive: true });
  fs.copyFileSync(path.join(root, file), to);
}
const packages = new Set();
collect(root, packages);
for (const folder of packages) {
  const nested = path.join(folder, 'node_modules');
  fs.cpSync(folder, path.join(target, path.relative(root, folder)), {
    recursive: true,
    dereference: true,
    filter: (file) => file !== nested && isNeeded(file),
  });
}
console.log(`${packages.size} packages beside the compiler`);
