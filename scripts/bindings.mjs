// Writes src/kernels/bindings: what the kernels export, as TypeScript, from their AssemblyScript. With --check it writes nothing
// and fails where a file is not as it would be written.
import fs from 'node:fs';
import path from 'node:path';

const root = path.dirname(import.meta.dirname);
const folder = path.join(root, 'src/kernels/bindings');

/** The TypeScript type of a value that passes the border. An address may come back negative. */
const types = { void: 'void', i64: 'bigint', u64: 'bigint' };
for (const name of ['bool', 'i8', 'u8', 'i16', 'u16', 'i32', 'u32', 'usize', 'isize', 'f32', 'f64'])
  types[name] = 'number';

/** Modules by name, with the file that exports what the host may call. */
function modules() {
  const assembly = path.join(root, 'src/kernels/assembly');
  const stages = path.join(root, 'src/stages');
  return [
    ...fs.readdirSync(assembly).map((name) => [name, path.join(assembly, name, 'index.ts')]),
    ...fs.readdirSync(stages).map((name) => [name, path.join(stages, name, 'kernel/index.ts')]),
  ].filter(([, entry]) => fs.existsSync(entry));
}

/** The exported functions of a file by name, those that it passes on included: what makes their signatures. */
function exportsOf(file) {
  const text = fs.readFileSync(file, 'utf8');
  const found = new Map();
  for (const [, name, parameters, result] of text.matchAll(/^export function (\w+)\(([^)]*)\): (\w+)/gm))
    found.set(name, () => signature(file, name, parameters, result));
  for (const [, names, from] of text.matchAll(/^export (\*|\{[^}]*\}) from '([^']+)';/gm)) {
    const inner = exportsOf(path.join(path.dirname(file), `${from}.ts`));
    if (names === '*') for (const [name, made] of inner) found.set(name, made);
    else
      for (const one of names.slice(1, -1).split(',')) {
        const [name, as = name] = one.trim().split(' as ');
        if (name === '') continue;
        if (!inner.has(name)) throw new Error(`${file}: ${from} exports no function ${name}`);
        found.set(as, inner.get(name));
      }
  }
  return found;
}

function signature(file, name, parameters, result) {
  const typeOf = (type) => {
    if (types[type] === undefined)
      throw new Error(`${file}: ${name} has the type ${type}, which can't pass the border`);
    return types[type];
  };
  const list = parameters
    .split(',')
    .map((parameter) => parameter.trim())
    .filter((parameter) => parameter !== '')
    .map((parameter) => {
      const [, given, type] = /^(\w+): (\w+)$/.exec(parameter) ?? [];
      if (type === undefined) throw new Error(`${file}: ${name} has the parameter ${parameter}`);
      // A boolean is given as one and comes back as 0 or 1.
      return `${given}: ${type === 'bool' ? 'boolean' : typeOf(type)}`;
    });
  return `(${list.join(', ')}): ${typeOf(result)}`;
}

function textOf(module, entry) {
  const from = path.relative(root, entry);
  const title = `${module[0].toUpperCase()}${module.slice(1)}Exports`;
  const lines = [...exportsOf(entry)].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, made]) => `  ${name}${made()};`);
  return [
    `// Made from ${from} and what it exports by scripts/bindings.mjs; run \`npm run bindings\` when those change.`,
    '// biome-ignore format: one function a line',
    `export interface ${title} {`,
    ...lines,
    '}',
    '',
  ].join('\n');
}

/** All modules by the name of their file. */
function mapOf(all) {
  const typeOf = (name) => `${name[0].toUpperCase()}${name.slice(1)}Exports`;
  return [
    '// Made by scripts/bindings.mjs.',
    ...all.map(([name]) => `import type { ${typeOf(name)} } from './${name}.gen.js';`),
    '',
    '/** What each kernel of dist/kernels exports. */',
    'export interface KernelModules {',
    ...all.map(([name]) => `  ${name}: ${typeOf(name)};`),
    '}',
    '',
  ].join('\n');
}

const isCheck = process.argv.includes('--check');
fs.mkdirSync(folder, { recursive: true });
const stale = new Set(fs.readdirSync(folder));
const all = modules().sort(([a], [b]) => (a < b ? -1 : 1));
for (const [name, text] of [...all.map(([name, entry]) => [name, textOf(name, entry)]), ['modules', mapOf(all)]]) {
  const file = path.join(folder, `${name}.gen.ts`);
  stale.delete(`${name}.gen.ts`);
  if (fs.existsSync(file) && fs.readFileSync(file, 'utf8') === text) continue;
  if (isCheck) throw new Error(`${path.relative(root, file)} is not what the kernel exports: run npm run bindings`);
  fs.writeFileSync(file, text);
}
for (const name of stale) {
  if (isCheck) throw new Error(`src/kernels/bindings/${name} is of no kernel`);
  fs.rmSync(path.join(folder, name));
}
