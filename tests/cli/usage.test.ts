import fs from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { camelCase } from '../../dist/config/option-spec.js';
import { optionTable } from '../../dist/options/table.js';
import { datagpu, temporaryFolder } from './run.js';

const { dir, remove } = temporaryFolder();
afterAll(remove);
const version = JSON.parse(fs.readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version as string;

describe('help and version', () => {
  test.each([['--version'], ['-V']])('%s', async (flag) => {
    expect(await datagpu([flag], { cwd: dir })).toMatchObject({ code: 0, out: `${version}\n`, err: '' });
  });
  test('version', async () => {
    const { code, out } = await datagpu(['version'], { cwd: dir });
    expect(code).toBe(0);
    expect(out).toMatch(`datagpu ${version} (node v`);
  });
  test.each([['compile'], ['info'], ['why'], ['verify'], ['diff'], ['cache-list'], ['cache-clear'], ['version']])(
    '%s --help shows an example and --debug',
    async (command) => {
      const { code, out, err } = await datagpu([command, '--help'], { cwd: dir });
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(out).toMatch(/Examples?:\n {2}\$ datagpu/);
      expect(out).toMatch('--debug');
    },
  );
  test('compile --help names every option once', async () => {
    const { out } = await datagpu(['compile', '--help'], { cwd: dir });
    for (const option of optionTable)
      expect(
        out.split('\n').filter((line) =>
          line
            .trim()
            .replace(/^-\w, /, '')
            .startsWith(`--${option.on ? 'no-' : ''}${option.name} `),
        ),
      ).toHaveLength(1);
  });
});

describe('wrong usage is one line and exit code 2', () => {
  fs.writeFileSync(path.join(dir, 'a.csv'), 'a\n1\n');
  test.each<[string[], string | RegExp]>([
    [[], 'error: no command given. See datagpu --help.\n'],
    [['compil', 'a.csv'], "error: unknown command 'compil'. Did you mean compile?\n"],
    [['frobnicate'], "error: unknown command 'frobnicate'. See datagpu --help.\n"],
    [['help', 'compil'], "error: unknown command 'compil'. Did you mean compile?\n"],
    [['help', 'frobnicate'], "error: unknown command 'frobnicate'. See datagpu --help.\n"],
    [['cache', 'list'], "error: unknown command 'cache'. Did you mean cache-list?\n"],
    [['a.csv', '--top', '5'], "error: unknown command 'a.csv'. To compile it: datagpu compile a.csv --top 5.\n"],
    [['compile', 'a.csv', '--output', 'x'], "error: unknown option '--output'. Did you mean --out?\n"],
    [
      ['compile', 'a.csv', '--threshold', '1'],
      "error: unknown option '--threshold'. Did you mean --near-dup-threshold?\n",
    ],
    [['info', 'a', '--output', 'x'], "error: unknown option '--output'. See datagpu info --help.\n"],
    [['compile', 'a.csv', '-v', '-q'], /contradict/],
    [['compile', 'a.csv', '-j', 'many'], /error: --threads must be .*, got "many"/],
    [['compile'], "error: missing required argument 'source'. See datagpu compile --help.\n"],
    [['compile', 'a.csv', '--rnak'], "error: unknown option '--rnak'. Did you mean --rank?\n"],
    [['compile', 'a.csv', '--near-dupe-threshold', '1'], /Did you mean --near-dup-threshold\?/],
    [['compile', 'a.csv', '-o', '--no-rank'], /error: --out needs a value, but --no-rank follows/],
    [['compile', 'a.csv', '-o'], /error: option '-o, --out <dir>' argument missing/],
    [['compile', 'a.csv', '--top', '5x'], /error: --top must be a number of rows .*, got "5x"/],
    [['compile', 'a.csv', '--verbose', '--quiet'], /contradict/],
    [
      ['compile', 'a.csv', '--config', 'none.yaml'],
      /error: none\.yaml: can't read the config file: there is no such file/,
    ],
    [['info'], /missing required argument/],
    [['info', 'a', 'b'], /too many arguments/],
    [['info', 'a', '--jsn'], /Did you mean --json\?/],
    [['compile', 'a.csv', '--top', '\u001b[2J'], /got "\\u001b\[2J"/],
  ])('%j', async (args, message) => {
    const { code, out, err } = await datagpu(args, { cwd: dir });
    expect({ code, out }).toEqual({ code: 2, out: '' });
    if (message instanceof RegExp) expect(err).toMatch(message);
    else expect(err).toBe(message);
    expect(err).toMatch(/^error: [^\n]*\n$/);
  });
  test.each<[string[], string]>([
    [['compile', 'a.cvs'], 'error: a.cvs: no such file or folder. Did you mean "a.csv"?\n'],
    [['compile', 'sub/b.jsnl'], 'error: sub/b.jsnl: no such file or folder. Did you mean "sub/b.jsonl"?\n'],
    [['compile', 'other/b.jsonl'], 'error: other/b.jsonl: no such file or folder\n'],
    [['info', 'a.csv'], 'error: a.csv: that is a source, not a data set. Compile it first: datagpu compile a.csv.\n'],
    [
      ['why', 'set/data.parquet', '1'],
      'error: set/data.parquet: that is data, not a data set. Name its folder: set.\n',
    ],
    [['verify', 'set/gone.parquet'], /^error: set\/gone.parquet: there is no such manifest/.source],
  ])('%j names what was meant', async (args, message) => {
    fs.mkdirSync(path.join(dir, 'sub'), { recursive: true });
    fs.writeFileSync(path.join(dir, 'sub/b.jsonl'), '{"a":1}\n');
    if (!fs.existsSync(path.join(dir, 'set'))) await datagpu(['compile', 'a.csv', '-o', 'set', '-q'], { cwd: dir });
    const { code, out, err } = await datagpu(args, { cwd: dir });
    expect({ code, out }).toEqual({ code: 3, out: '' });
    if (message.startsWith('^')) expect(err).toMatch(new RegExp(message));
    else expect(err).toBe(message);
  });
  test('an unknown key of datagpu.yaml', async () => {
    const folder = path.join(dir, 'with-config');
    fs.mkdirSync(folder);
    fs.writeFileSync(path.join(folder, 'datagpu.yaml'), 'rnak: false\n');
    const { code, err } = await datagpu(['compile', '../a.csv'], { cwd: folder });
    expect({ code, err }).toEqual({ code: 2, err: 'error: datagpu.yaml: unknown key "rnak". Did you mean "rank"?\n' });
    expect(fs.readdirSync(folder)).toEqual(['datagpu.yaml']);
  });
});

test('--debug shows where a refusal comes from', async () => {
  const { code, err } = await datagpu(['info', 'nowhere', '--debug'], { cwd: dir });
  expect(code).toBe(3);
  expect(err).toMatch(/^error: nowhere: .*\n.*DatagpuError: /);
  expect(err).toMatch(/\n\s+at /);
});

test('camel case', () => expect(camelCase('near-dup-on')).toBe('nearDupOn'));
