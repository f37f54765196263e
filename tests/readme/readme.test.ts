import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
let dir = '';

/** A folder as a reader of the documents has it: the examples, and `datagpu`, `npx`, `npm` on the path. */
beforeAll(() => {
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'datagpu-readme-'));
  fs.cpSync(path.join(root, 'examples'), path.join(dir, 'examples'), { recursive: true });
  fs.mkdirSync(path.join(dir, 'node_modules'));
  fs.symlinkSync(root, path.join(dir, 'node_modules', 'datagpu'));
  fs.mkdirSync(path.join(dir, 'path'));
  const datagpu = `"${process.execPath}" "${path.join(root, 'bin/datagpu.js')}"`;
  // Installing and testing are what is going on already; npx runs the command that a fresh clone has.
  const commands = { datagpu: `${datagpu} "$@"`, npx: `shift; ${datagpu} "$@"`, npm: 'exit 0' };
  for (const [name, script] of Object.entries(commands))
    fs.writeFileSync(path.join(dir, 'path', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
});
afterAll(() => fs.rmSync(dir, { recursive: true, force: true, maxRetries: 5 }));

function blocks(document: string, language: string): string[] {
  const text = fs.readFileSync(path.join(root, document), 'utf8');
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].filter((m) => m[1] === language).map((m) => m[2]!);
}

const env = (): NodeJS.ProcessEnv => ({
  ...process.env,
  PATH: `${path.join(dir, 'path')}${path.delimiter}${process.env.PATH}`,
});

describe.skipIf(process.platform === 'win32').each(['README.md', 'QUICKSTART.md'])('%s', (document) => {
  test.each(blocks(document, 'sh').map((block, i) => [i + 1, block] as const))('shell block %d', (_, block) => {
    for (const line of block.trim().split('\n')) {
      const run = spawnSync('bash', ['-c', line], { cwd: dir, env: env(), encoding: 'utf8' });
      expect({ line, status: run.status, err: run.status === 0 ? '' : run.stderr }).toEqual({
        line,
        status: 0,
        err: '',
      });
    }
  });
  test.each(blocks(document, 'js').map((block, i) => [i + 1, block] as const))('JavaScript block %d', (_, block) => {
    const file = path.join(dir, 'block.mjs');
    fs.writeFileSync(file, block);
    const run = spawnSync(process.execPath, [file], { cwd: dir, env: env(), encoding: 'utf8' });
    expect({ status: run.status, err: run.status === 0 ? '' : run.stderr }).toEqual({ status: 0, err: '' });
  });
});

test('the first block of the README is the two lines that must work', () => {
  const [first] = blocks('README.md', 'sh');
  expect(first).toMatch(/^npm install && npx datagpu compile examples\/data\/\S+\nnpm install && npm test\n$/);
});

test('the README has the options of the table', () => {
  const run = spawnSync(process.execPath, [path.join(root, 'scripts/readme-options.mjs'), '--check'], {
    encoding: 'utf8',
  });
  expect(run).toMatchObject({ status: 0, stderr: '' });
});

test('files that the documents link to are there', () => {
  for (const document of [
    'README.md',
    'QUICKSTART.md',
    'ARCHITECTURE.md',
    'CONTRIBUTING.md',
    'CHANGELOG.md',
    'examples/data/README.md',
    ...fs.readdirSync(path.join(root, 'docs'), { recursive: true, encoding: 'utf8' }).map((file) => `docs/${file}`),
  ].filter((document) => document.endsWith('.md'))) {
    const text = fs.readFileSync(path.join(root, document), 'utf8');
    for (const [, target] of text.matchAll(/\]\(([^)#]+?)(?:#[^)]*)?\)/g))
      if (!/^https?:/.test(target!))
        expect(fs.existsSync(path.join(root, path.dirname(document), target!)), `${document}: ${target}`).toBe(true);
  }
});
