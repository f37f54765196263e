import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { memoryFailure } from '../../dist/engine/memory-failure.js';
import { type CompileOptions, compile } from '../../dist/index.js';

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'datagpu-memory-'));
afterAll(() => fs.rmSync(dir, { recursive: true, force: true }));

test('a text too long to be ranked or compared is refused before its words take memory', async () => {
  const source = path.join(dir, 'long.csv');
  fs.writeFileSync(source, `id,text\n1,short\n2,a,b,c\n3,"${'word '.repeat(2 ** 26 / 5 + 9)}"\n4,end\n`);
  const refusal = (options: CompileOptions): Promise<unknown> =>
    compile([source], { out: path.join(dir, 'out'), cache: false, threads: 0, maxRejects: 5, ...options }).then(
      () => null,
      (error) => [error.code, error.describe()],
    );
  expect(await refusal({})).toEqual([
    'input',
    expect.stringMatching(/long\.csv row 3: 65 MiB of text are too much to be ranked; .*--no-rank\.$/),
  ]);
  expect(await refusal({ rank: false, nearDup: true, nearDupOn: ['text'] })).toEqual([
    'input',
    expect.stringMatching(/long\.csv row 3: 65 MiB of text are too much to be compared .* leave out --near-dup\.$/),
  ]);
});

test.runIf(process.platform === 'linux')('a limit of address space is no bug, and named', () => {
  const source = path.join(dir, 'small.csv');
  fs.writeFileSync(source, 'id,text\n1,a\n2,b\n');
  const bin = path.join(import.meta.dirname, '../../bin/datagpu.js');
  const command = `ulimit -v 8000000; exec "${process.execPath}" "${bin}" compile small.csv -o limited --no-cache`;
  const { status, stderr } = spawnSync('sh', ['-c', command], { cwd: dir, encoding: 'utf8' });
  expect([status, stderr.trimEnd().split('\n').at(-1)]).toEqual([
    4,
    expect.stringMatching(/^error: the limit of address space \(ulimit -v\) is too low: 8,000,000 KiB\. Lift it/),
  ]);
});

test('what V8 says when memory has run out is a refusal, other errors are not', () => {
  const said = [
    'WebAssembly.Memory.grow(): Maximum memory size exceeded',
    'WebAssembly.Memory.grow(): Unable to grow instance memory',
    'WebAssembly.Instance(): Out of memory: Cannot allocate Wasm memory for new instance',
    'WebAssembly.Memory(): could not allocate memory',
    'Array buffer allocation failed',
  ];
  for (const message of said) {
    // As a lane's thread sends it.
    const error = Object.assign(new Error(message), { name: 'RangeError' });
    expect(memoryFailure(error)?.code, message).toBe('output');
  }
  for (const error of [new RangeError('Invalid array length'), new Error(said[0]), new TypeError('x'), 'x'])
    expect(memoryFailure(error)).toBe(null);
});

// With an object for each of them, this took 1.5 GB.
test.each(['csv', 'jsonl'])(
  'a million malformed records, all of them written out, stay within --memory: %s',
  (format) => {
    const lines = Array.from({ length: 1_200_000 }, (_, i) => {
      const isGood = i % 6 === 0;
      if (format === 'csv') return isGood ? `${i},fine row ${i},1` : `${i},"broken" row ${i} with more text,1`;
      return isGood ? `{"id":${i},"text":"fine row ${i}"}` : `{"id":${i},"text":"broken row ${i}`;
    });
    const source = path.join(dir, `broken.${format}`);
    fs.writeFileSync(source, `${format === 'csv' ? 'id,text,n\n' : ''}${lines.join('\n')}\n`);
    const script = `
    import { compile } from ${JSON.stringify(path.resolve(import.meta.dirname, '../../dist/index.js'))};
    const options = { out: 'broken', replace: true, cache: false, rejects: true, maxRejects: '100%', memory: '1GB' };
    const { manifest } = await compile([${JSON.stringify(source)}], options);
    console.log(JSON.stringify([manifest.ledger.dropped.malformed, process.resourceUsage().maxRSS]));`;
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: dir,
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    const [malformed, kilobytes] = JSON.parse(stdout);
    expect(malformed).toBe(1_000_000);
    expect(kilobytes * 1024).toBeLessThan(1.15e9);
  },
  120_000,
);
