import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

/** Imports point one way: from a later line to an earlier one, or stay in a line. */
const layers = [
  ['errors', 'private-path', 'suggest', 'config', 'sqlite', 'kernels'],
  ['engine'],
  ['load', 'rowtypes', 'options', 'stages', 'clean', 'dedupe', 'rank', 'split', 'write', 'ledger', 'manifest', 'cache'],
  ['flow'],
  ['card', 'compile', 'plan', 'info', 'verify', 'why'],
  ['dashboard'],
  ['index'],
  ['cli'],
];
const src = path.resolve(import.meta.dirname, '../src');
const files = fs
  .readdirSync(src, { recursive: true, encoding: 'utf8' })
  .map((file) => file.split(path.sep).join('/'))
  .filter((file) => /\.tsx?$/.test(file) && !/^kernels\/assembly\/|^stages\/\w+\/kernel\//.test(file));

function importsOf(file: string): string[] {
  const text = fs.readFileSync(path.join(src, file), 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^'\s]+)'/g)].map((match) => match[1]!);
}

function layerOf(file: string): number {
  const room = file.replace(/[/.].*$/, '');
  return layers.findIndex((layer) => layer.includes(room));
}

test('every file of src has a layer', () => {
  expect(files.filter((file) => layerOf(file) === -1)).toEqual([]);
});

test('imports point one way', () => {
  const wrong = files.flatMap((file) =>
    importsOf(file)
      .filter((name) => name.startsWith('.'))
      .map((name) => path.posix.join(path.posix.dirname(file), name))
      .filter((to) => layerOf(to) > layerOf(file))
      .map((to) => `${file} imports ${to}`),
  );
  expect(wrong).toEqual([]);
});

test('only the command line knows the terminal', () => {
  const wrong = files.filter(
    (file) => !file.startsWith('cli/') && importsOf(file).some((name) => /^(chalk|ora|commander)$/.test(name)),
  );
  expect(wrong).toEqual([]);
});

test('the dashboard only reads', () => {
  const readers = /^(dashboard|errors|suggest|info|why|cache|config|ledger|load|manifest|rank)(\/|\.)/;
  const outside = files
    .filter((file) => file.startsWith('dashboard/'))
    .flatMap((file) =>
      importsOf(file)
        .filter((name) => name.startsWith('.'))
        .map((name) => path.posix.join(path.posix.dirname(file), name))
        .filter((to) => !readers.test(to))
        .map((to) => `${file} imports ${to}`),
    );
  expect(outside).toEqual([]);
});

test('the page knows the server by its answers alone', () => {
  const wrong = files
    .filter((file) => file.startsWith('dashboard/web/'))
    .flatMap((file) =>
      importsOf(file)
        .map((name) => (name.startsWith('.') ? path.posix.join(path.posix.dirname(file), name) : name))
        .filter(
          (to) =>
            !/^dashboard\/(web\/|answers\.|overview\.|report-content\.)|^manifest\/(manifest|compare)\.|^(preact|d3-scale)/.test(
              to,
            ),
        )
        .map((to) => `${file} imports ${to}`),
    );
  expect(wrong).toEqual([]);
});
