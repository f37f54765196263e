import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { datagpu, temporaryFolder } from './run.js';

let folder: ReturnType<typeof temporaryFolder>;
const run = (...args: string[]): ReturnType<typeof datagpu> => datagpu(args, { cwd: folder.dir });
const write = (name: string, text: string): void => fs.writeFileSync(path.join(folder.dir, name), text);

beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

test('--json escapes what could act on a terminal', async () => {
  const name = 'a\u009b31m\u202eb\u2028\u200f';
  write('t.csv', `id,label\n${Array.from({ length: 20 }, (_, i) => `${i},x${i % 2}\u009b\u202e`).join('\n')}\n`);
  fs.renameSync(path.join(folder.dir, 't.csv'), path.join(folder.dir, `${name}.csv`));
  const args = ['--no-clean', '--no-rank', '--no-dedupe', '--json'];
  const plan = await run('compile', `${name}.csv`, '--dry-run', ...args);
  const compiled = await run('compile', `${name}.csv`, ...args);
  const answer = await run('why', 'compiled', '1', '--json');
  const info = await run('info', 'compiled', '--json');
  for (const { out, code } of [plan, compiled, answer, info]) {
    expect(code).toBe(0);
    expect(out).not.toMatch(/[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/);
    expect(JSON.stringify(JSON.parse(out))).toContain('\u009b');
  }
  expect(JSON.parse(compiled.out).source_path).toBe(`../${name}.csv`);
  expect(JSON.parse(answer.out).output.content.label).toBe('x0\u009b\u202e');
});

test('malformed records are named in the summary and by why', async () => {
  const rows = Array.from({ length: 200 }, (_, i) => `${i},x`);
  write('t.csv', `id,a\n${rows.join('\n')}\n1,2,3\n5,"a"b\n${'7,8,9,10\n'.repeat(3)}`);
  const { code, err } = await run('compile', 't.csv', '--no-rank');
  expect(code).toBe(0);
  expect(err).toMatch(
    /warning: 5 records are malformed and left out: row 201: it has 3 cells.*; row 202: .*closing.*; row 203: it has 4 cells.*; and 2 more\. "datagpu why"/,
  );
  expect((await run('why', 'compiled', '201')).out).toContain('malformed: line 202: it has 3 cells');
  expect((await run('why', 'compiled', '205')).out).toContain('malformed: line 206: it has 4 cells');
});

test('why says what is wrong with every malformed record, with --rejects and without', async () => {
  const rows = Array.from({ length: 600 }, (_, i) => (i % 3 === 2 ? `${i},x,${i}` : `${i},x`));
  fs.mkdirSync(path.join(folder.dir, 'in'));
  write('in/a.csv', `id,a\n${rows.join('\n')}\n`);
  write('in/b.csv', `id,a\n${rows.join('\n').replaceAll('x', 'y')}\n`);
  for (const kept of [true, false]) {
    const more = kept ? ['--rejects'] : [];
    const { code } = await run('compile', 'in', '--no-rank', '--max-rejects', '50%', '--quiet', '--no-cache', ...more);
    expect(code).toBe(0);
    const said = (await run('why', 'compiled', '600', '--source', 'b.csv')).out;
    expect(said).toContain('it has 3 cells, but there are 2 columns: "599,y,599');
  }
}, 60_000);

test('--ignore of every column is a usage error', async () => {
  write('t.csv', 'a,b\n1,2\n1,3\n');
  for (const more of [[], ['--dry-run']]) {
    const { code, err } = await run('compile', 't.csv', '--ignore', 'a,b', '--no-rank', ...more);
    expect(code).toBe(2);
    expect(err).toContain('--ignore leaves no column to compare rows by');
  }
  expect((await run('compile', 't.csv', '--dedupe-on', 'a', '--ignore', 'a', '--no-rank')).code).toBe(2);
});

test('a pattern that would be matched for ever ends', async () => {
  write(`${'a'.repeat(60)}.csv`, 'a\n1\n');
  for (const pattern of ['+(+(a))c.csv', '+(a|a|aa)c.csv', `${'*a'.repeat(30)}b.csv`]) {
    const { code, err } = await run('compile', pattern);
    expect(code).toBe(3);
    expect(err).toMatch(/^error: .*no file matches/);
  }
}, 30_000);

describe.skipIf(process.platform !== 'linux')('what a Linux system has', () => {
  const sh = (command: string): Promise<{ code: number; err: string }> =>
    new Promise((resolve) => {
      const bin = path.resolve(import.meta.dirname, '../../bin/datagpu.js');
      try {
        const script = command.replace('datagpu', `'${process.execPath}' '${bin}'`);
        execFileSync('bash', ['-c', `exec 3>&2; ${script}`], { cwd: folder.dir, stdio: 'pipe', timeout: 20_000 });
        resolve({ code: 0, err: '' });
      } catch (error) {
        const { status, stderr } = error as { status: number; stderr: Buffer };
        resolve({ code: status, err: String(stderr) });
      }
    });

  test('a full disk behind standard output is said, behind standard error it changes nothing', async () => {
    write('t.csv', 'a,b\n1,2\n');
    for (const command of ['datagpu --version', 'datagpu compile t.csv --no-rank --json --quiet', 'datagpu --help'])
      expect(await sh(`${command} > /dev/full`)).toEqual({
        code: 4,
        err: "error: standard output can't be written: the disk is full.\n",
      });
    expect(await sh('datagpu compile t.csv --no-rank 2> /dev/full')).toEqual({ code: 0, err: '' });
    expect((await sh('datagpu compile absent.csv 2> /dev/full')).code).toBe(3);
  });

  test('standard input without end is left when --limit is reached, and by a dry run', async () => {
    // What feeds it never ends by itself.
    const feed = `yes '{"id":1,"a":"x"}'`;
    for (const args of ['--limit 10 --no-dedupe --no-rank --quiet', '--dry-run --quiet'])
      expect((await sh(`${feed} | datagpu compile - --format jsonl ${args}`)).code).toBe(0);
    expect(JSON.parse((await run('info', 'compiled', '--json')).out).rows).toBe(10);
  });

  test('more files than may be open', async () => {
    const many = path.join(folder.dir, 'many');
    fs.mkdirSync(many);
    for (let i = 0; i < 300; i++) fs.writeFileSync(path.join(many, `f${i}.csv`), `id,a\n${i},x\n`);
    expect(await sh('ulimit -n 150; datagpu compile many --no-rank --quiet')).toEqual({ code: 0, err: '' });
    expect(JSON.parse((await run('info', 'compiled', '--json')).out).rows).toBe(300);
  });

  test('a file that says 0 bytes and has more is read', async () => {
    const { code } = await run(
      'compile',
      '/proc/cpuinfo',
      '--format',
      'csv',
      '--delimiter',
      ':',
      '--header',
      '--no-rank',
      '--max-rejects',
      '100%',
    );
    expect(code).toBe(0);
    write('empty.csv', '');
    expect((await run('compile', 'empty.csv')).err).toContain('the file is empty');
  });

  test.each(['lock', 'journal.json'])('a pipe in the place of %s is refused', async (name) => {
    write('t.csv', 'a,b\n1,2\n');
    fs.mkdirSync(path.join(folder.dir, 'compiled/.datagpu'), { recursive: true });
    execFileSync('mkfifo', [path.join(folder.dir, 'compiled/.datagpu', name)]);
    const { code, err } = await sh('datagpu compile t.csv --no-rank').then((o) => o);
    expect(code).toBe(4);
    expect(err).toMatch(/^error: \S+(lock|journal\.json): .*\. Remove it/);
  });
});
