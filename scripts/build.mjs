// Builds dist/: the kernels with AssemblyScript, the rest with tsc. Skips a kernel whose sources are older than its module.
// What the command line and a worker thread run is bundled: loading a hundred modules one by one takes three times as long.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const root = path.dirname(import.meta.dirname);
const node = (script, ...args) =>
  execFileSync(process.execPath, [path.join(root, 'node_modules', script), ...args], { cwd: root, stdio: 'inherit' });
const newest = (dir) =>
  Math.max(...fs.readdirSync(dir, { recursive: true }).map((f) => fs.statSync(path.join(dir, f)).mtimeMs));

const assembly = path.join(root, 'src/kernels/assembly');
fs.rmSync(path.join(root, 'dist/app'), { recursive: true, force: true });
fs.mkdirSync(path.join(root, 'dist/kernels'), { recursive: true });
/** Folders of kernels by name: those of `src/kernels/assembly`, and a stage's own. */
const stages = path.join(root, 'src/stages');
const kernels = [
  ...fs.readdirSync(assembly).map((name) => [name, path.join(assembly, name)]),
  ...fs.readdirSync(stages).map((name) => [name, path.join(stages, name, 'kernel')]),
];
for (const [name, folder] of kernels) {
  const entry = path.join(folder, 'index.ts');
  if (!fs.existsSync(entry)) continue;
  const out = path.join(root, 'dist/kernels', `${name}.wasm`);
  const sources = Math.max(newest(folder), newest(path.join(assembly, 'shared')));
  if (fs.existsSync(out) && fs.statSync(out).mtimeMs > sources) continue;
  const flags = [
    '-O3',
    '--enable',
    'simd',
    '--enable',
    'bulk-memory',
    '--runtime',
    'stub',
    '--noAssert',
    '--use',
    'abort=',
  ];
  if (name === 'gather')
    flags.push('--importMemory', '--sharedMemory', '--maximumMemory', '65536', '--enable', 'threads');
  node('assemblyscript/bin/asc.js', entry, '-o', out, ...flags);
}
for (const file of fs.readdirSync(path.join(root, 'src'), { recursive: true })) {
  if (!file.endsWith('.schema.json') && !file.endsWith('.bin')) continue;
  fs.mkdirSync(path.join(root, 'dist', path.dirname(file)), { recursive: true });
  fs.copyFileSync(path.join(root, 'src', file), path.join(root, 'dist', file));
}
node('typescript/bin/tsc', '-p', 'tsconfig.json');

// A worker thread starts 15 ms sooner from CommonJS than from a module.
const lane = path.join(root, 'dist/lanes/worker.cjs');
fs.mkdirSync(path.dirname(lane), { recursive: true });

await bundlePage();

// Coverage is counted by module: `npm test` builds without bundles, what ships is bundled.
if (process.argv.includes('--no-bundle')) {
  fs.writeFileSync(lane, "import('../flow/worker.js');\n");
  fs.mkdirSync(path.join(root, 'dist/app'), { recursive: true });
  fs.writeFileSync(path.join(root, 'dist/app/main.js'), "export { main } from '../cli/main.js';\n");
} else await bundleAll();

/** The page of the dashboard, and what writes reports: one script each with all that it needs, so that nothing is fetched from elsewhere. */
async function bundlePage() {
  const web = path.join(root, 'src/dashboard/web');
  const out = path.join(root, 'dist/dashboard/web');
  const script = path.join(out, 'page.js');
  fs.mkdirSync(out, { recursive: true });
  for (const file of ['page.html', 'page.css', 'icon.svg']) fs.copyFileSync(path.join(web, file), path.join(out, file));
  const made = fs.existsSync(script) ? fs.statSync(script).mtimeMs : 0;
  if (process.argv.includes('--no-bundle') && made > Math.max(newest(web), newest(path.dirname(web)))) return;
  if (!fs.existsSync(path.join(root, 'node_modules/preact'))) {
    if (!process.argv.includes('--no-bundle')) throw new Error('preact is missing: run npm install');
    console.warn('The page of the dashboard was not built: preact is missing, run npm install.');
    return;
  }
  const { rolldown } = await import('rolldown');
  for (const [input, file, platform] of [
    ['main.tsx', script, 'browser'],
    ['report.tsx', path.join(out, 'report.js'), 'node'],
  ]) {
    const page = await rolldown({
      input: path.join(web, input),
      platform,
      tsconfig: false,
      transform: { jsx: { runtime: 'automatic', importSource: 'preact' } },
      resolve: { extensionAlias: { '.js': ['.ts', '.tsx', '.js'] } },
    });
    await page.write({ file, format: 'esm', minify: true, codeSplitting: false });
  }
}

async function bundleAll() {
  const { rolldown } = await import('rolldown');
  const isPackage = (id) => !id.startsWith('.') && !path.isAbsolute(id);
  /** Bundles what `input` loads of this package; files it finds by its own place must be named from one folder below dist/. */
  const bundle = async (input, output) => {
    const made = await rolldown({
      input: path.join(root, input),
      platform: 'node',
      preserveEntrySignatures: 'allow-extension',
      external: isPackage,
      tsconfig: false,
    });
    await made.write({ format: 'esm', sourcemap: true, ...output });
  };
  await bundle('src/flow/worker.ts', { file: lane, format: 'cjs', codeSplitting: false });
  // A file for each step of a compile, with all that it loads and the steps before it did not: the less a command needs,
  // the less it reads, and files beyond that cost half a millisecond each.
  const steps = {
    main: ['cli/main'],
    program: ['cli/program'],
    compile: ['cli/compile', 'compile'],
    info: ['info'],
    build: ['flow/build'],
  };
  const groups = Object.entries(steps).map(([name, modules], i) => ({
    name,
    test: (id) => modules.some((module) => id === path.join(root, 'src', `${module}.ts`)),
    priority: 10 - i,
  }));
  await bundle('src/cli/main.ts', {
    dir: path.join(root, 'dist/app'),
    chunkFileNames: '[name].js',
    codeSplitting: { includeDependenciesRecursively: true, groups },
  });
}
