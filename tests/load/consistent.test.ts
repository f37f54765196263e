import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { compile, load } from '../../dist/index.js';
import { readConsistently } from '../../dist/load/consistent.js';
import { verifyFiles } from '../../dist/verify.js';
import { why } from '../../dist/why.js';
import { scratchFolder } from '../write/files.js';

/** A data set of the words given, one a row; gives its folder. */
async function make(cwd: string, ...words: string[]): Promise<string> {
  fs.writeFileSync(path.join(cwd, 'a.csv'), `word,n\n${words.map((word, i) => `${word},${i}`).join('\n')}\n`);
  await compile(['a.csv'], { cwd, cache: false, threads: 0, rank: false });
  return path.join(cwd, 'compiled');
}

describe('a data set that is replaced while it is read', () => {
  test('is read again, when that failed and when it did not', async () => {
    const cwd = scratchFolder();
    const out = await make(cwd, 'old', 'older');
    for (const fails of [true, false]) {
      let reads = 0;
      const rows = await readConsistently(out, async ({ manifest }) => {
        if (reads++ === 0) await make(cwd, 'new', 'newer', fails ? 'failed' : 'passed');
        if (reads === 1 && fails) throw new Error('a file is gone');
        return manifest.rows;
      });
      expect({ rows, reads }).toEqual({ rows: 3, reads: 2 });
    }
  });

  test('is given up when it never ends', async () => {
    const out = await make(scratchFolder(), 'old');
    const manifest = path.join(out, 'manifest.yaml');
    let n = 0;
    const reading = readConsistently(out, () => fs.utimesSync(manifest, 0, ++n));
    await expect(reading).rejects.toThrow(/replaced again and again/);
  });

  test('fails as it is when nobody replaces it', async () => {
    const out = await make(scratchFolder(), 'old');
    await expect(readConsistently(out, () => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
  });

  test('is read to its end from where it was opened, and not opened anew', async () => {
    const cwd = scratchFolder();
    const out = await make(cwd, 'old', 'older');
    const opened = await load(out);
    const batches = opened.batches();
    const first = await batches.next();
    await make(cwd, 'young', 'younger');
    let rows = first.value!.numRows;
    for await (const batch of batches) rows += batch.numRows;
    expect(rows).toBe(2);
    await expect(opened.table()).rejects.toMatchObject({
      code: 'input',
      message: 'the data set was replaced by another compile after it was loaded',
    });
  });

  test('by another process, all the time: no command fails', async () => {
    const cwd = scratchFolder();
    const out = await make(cwd, 'old', 'older');
    const script = `
      import fs from 'node:fs';
      import { compile } from ${JSON.stringify(new URL('../../dist/index.js', import.meta.url).href)};
      for (let i = 0; i < 12; i++) {
        fs.writeFileSync('b.csv', 'word,n\\nx' + i + ',1\\n' + 'y'.repeat(i) + 'z,2\\n');
        await compile(['b.csv'], { name: 'a', cache: false, threads: 0, rank: false, shardSize: 1 + (i % 2) * 1e9 });
      }`;
    const stdio = ['ignore', 'ignore', 'pipe'] as const;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { cwd, stdio: [...stdio] });
    let err = '';
    child.stderr!.on('data', (d) => {
      err += d;
    });
    let code: number | null | undefined;
    child.on('close', (c) => {
      code = c;
    });
    while (code === undefined) {
      expect((await why(out, 1)).fate).toBe('kept');
      const verdicts = await readConsistently(out, (located) => verifyFiles(located));
      expect(verdicts.filter((v) => v.kind === 'data' && v.verdict !== 'ok')).toEqual([]);
      await new Promise((turn) => setTimeout(turn, 1));
    }
    expect({ code, err }).toEqual({ code: 0, err: '' });
  }, 60_000);
});

describe.skipIf(process.platform === 'win32')('a manifest leads nowhere outside of its folder', () => {
  const refused = async (out: string, message: RegExp): Promise<void> => {
    for (const read of [
      () => why(out, 1),
      () => load(out),
      () => readConsistently(out, (located) => verifyFiles(located)),
    ])
      await expect(read()).rejects.toMatchObject({ code: 'input', message: expect.stringMatching(message) });
  };

  test.each(['../other.parquet', '/etc/hostname', 'x/../../other.parquet', 'C:\\x', '..\\other.parquet'])(
    'by the path %s',
    async (file) => {
      const out = await make(scratchFolder(), 'old');
      const manifest = path.join(out, 'manifest.yaml');
      const text = fs.readFileSync(manifest, 'utf8');
      fs.writeFileSync(manifest, text.replaceAll('data.parquet', JSON.stringify(file)));
      await refused(out, /lies outside of its folder/);
    },
  );

  test.each(['data.parquet', '.datagpu/lineage.parquet'])('by a link in place of %s', async (name) => {
    const cwd = scratchFolder();
    const out = await make(cwd, 'old');
    const elsewhere = path.join(cwd, 'elsewhere.parquet');
    fs.renameSync(path.join(out, name), elsewhere);
    fs.symlinkSync(elsewhere, path.join(out, name));
    await refused(out, /lies outside of its folder/);
  });

  test('but a link to the folder itself is fine', async () => {
    const cwd = scratchFolder();
    const out = await make(cwd, 'old');
    fs.symlinkSync(out, path.join(cwd, 'link'));
    expect((await why(path.join(cwd, 'link'), 1)).fate).toBe('kept');
  });

  test.each(['data.parquet', '.datagpu/lineage.parquet', 'manifest.yaml'])(
    'and a pipe in place of %s is not waited for',
    async (name) => {
      const out = await make(scratchFolder(), 'old');
      fs.rmSync(path.join(out, name));
      expect(spawnSync('mkfifo', [path.join(out, name)]).status).toBe(0);
      await refused(out, /is not a file/);
    },
  );
});

test.skipIf(process.getuid?.() !== 0)('what may not be read is told, and is no bug', async () => {
  const cwd = scratchFolder();
  fs.chmodSync(cwd, 0o755);
  const out = await make(cwd, 'old');
  fs.chmodSync(path.join(out, 'data.parquet'), 0);
  // The command line in a process of a user with no rights here.
  const cli = new URL('../../dist/cli/main.js', import.meta.url).href;
  const run = (...args: string[]): { status: number | null; stderr: string } => {
    const script = `
      const { main } = await import(${JSON.stringify(cli)});
      process.setgroups([]); process.setgid(65534); process.setuid(65534);
      process.exitCode = await main(${JSON.stringify(args)});`;
    const env = { ...process.env, NODE_V8_COVERAGE: '', NO_COLOR: '1' };
    return spawnSync(process.execPath, ['--input-type=module', '-e', script], { cwd, encoding: 'utf8', env });
  };
  const verified = run('verify', 'compiled');
  expect(verified.stderr).toMatch(/^error: [^\n]*data.parquet: permission denied/m);
  expect(verified.status).toBe(3);
  fs.chmodSync(out, 0o333);
  const compiled = run('compile', 'a.csv', '--no-cache');
  expect(compiled.stderr).toMatch(/error: [^\n]*compiled: no permission to see what is in the output folder/);
  expect(compiled.status).toBe(4);
});
