import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

const root = path.join(import.meta.dirname, '../..');
const folder = path.join(root, 'src/kernels/bindings');
const modules = fs.readdirSync(folder).filter((name) => name.endsWith('.gen.ts') && name !== 'modules.gen.ts');

test('bindings are those of the sources', () => {
  execFileSync(process.execPath, [path.join(root, 'scripts/bindings.mjs'), '--check']);
});

describe('bindings name what a module has', () => {
  test.each(modules)('%s', (file) => {
    const name = file.replace('.gen.ts', '');
    const bytes = fs.readFileSync(path.join(root, 'dist/kernels', `${name}.wasm`));
    const module = new WebAssembly.Module(bytes);
    const imports: WebAssembly.Imports = {};
    for (const { module: from, name: what, kind } of WebAssembly.Module.imports(module)) {
      imports[from] ??= {};
      imports[from][what] =
        kind === 'memory' ? new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true }) : () => 0;
    }
    const exports = new WebAssembly.Instance(module, imports).exports;
    const functions = Object.entries(exports).filter(([, value]) => typeof value === 'function');
    const text = fs.readFileSync(path.join(folder, file), 'utf8');
    const bound = [...text.matchAll(/^ {2}(\w+)\((.*)\): /gm)].map(([, called, parameters]) => [
      called!,
      parameters === '' ? 0 : parameters!.split(',').length,
    ]);
    const found = functions.map(([called, value]) => [called, (value as () => void).length]);
    expect(bound).toEqual(found.sort(([a], [b]) => (a! < b! ? -1 : 1)));
    expect(bound.length).toBeGreaterThan(0);
  });
});
