import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { findConfigFile, readConfigFile } from '../../dist/config/file.js';
import { camelCase } from '../../dist/config/option-spec.js';
import type { Config } from '../../dist/config/options.js';
import { DatagpuError } from '../../dist/errors.js';
import { canonicalConfig, configHash } from '../../dist/options/canonical.js';
import type { CompileOptions } from '../../dist/options/compile-options.js';
import { resolveConfig } from '../../dist/options/resolve.js';
import { optionTable } from '../../dist/options/table.js';

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'datagpu-config-'));
afterAll(() => fs.rmSync(dir, { recursive: true }));
const around = { cwd: dir, env: {} };

function resolve(options: unknown, yaml?: string, env: Record<string, string> = {}): Config {
  if (yaml === undefined) return resolveConfig(options, null, { cwd: dir, env });
  fs.mkdirSync(path.join(dir, 'sub'), { recursive: true });
  fs.writeFileSync(path.join(dir, 'sub', 'c.yaml'), yaml);
  return resolveConfig(options, readConfigFile('sub/c.yaml', dir), { cwd: dir, env });
}

function failure(options: unknown, yaml?: string): string {
  try {
    resolve(options, yaml);
  } catch (error) {
    expect(error).toBeInstanceOf(DatagpuError);
    expect((error as DatagpuError).code).toBe('usage');
    return (error as DatagpuError).describe();
  }
  return 'accepted';
}

describe('defaults', () => {
  const config = resolve({});
  test('of the design', () => {
    expect(config.output).toEqual({
      dir: path.join(dir, 'compiled'),
      name: null,
      compression: 'zstd',
      shardBytes: 2 ** 30,
      replace: false,
      card: false,
      rejects: false,
    });
    expect(config.near).toEqual({ enabled: false, threshold: 0.8, on: null, shingle: 3 });
    expect(config.rank.method).toBe('relevance');
    expect(config.read.nulls).toEqual(['na', 'n/a', '#n/a', 'null', 'none', 'nan']);
    expect(config.resources.cacheDir).toBe(path.join(dir, '.datagpu/cache'));
    expect(config.resources.threads).toBeGreaterThan(0);
    expect(config.resources.memoryBytes).toBeGreaterThan(2 ** 28 - 1);
  });
  test('an option that is undefined counts as absent', () =>
    expect(resolve({ rank: undefined, out: undefined })).toEqual(config));
  test('the cache folder of the environment', () =>
    expect(resolve({}, undefined, { DATAGPU_CACHE_DIR: 'c' }).resources.cacheDir).toBe(path.join(dir, 'c')));
});

describe('a config file', () => {
  test('gives values that options override', () => {
    const config = resolve(
      { top: '5', rank: true },
      'rank: false\ntop: 10%\nnear-dup: true\nselect: [a, "b,c"]\nnulls: ""\n',
    );
    expect(config.rank.enabled).toBe(true);
    expect(config.rank.top).toEqual({ rows: 5 });
    expect(config.near.enabled).toBe(true);
    expect(config.read.select).toEqual(['a', 'b,c']);
    expect(config.read.nulls).toEqual(['']);
    expect(resolve({}, 'nulls: []\n').read.nulls).toEqual([]);
    expect(resolve({ nulls: ',NA,-' }).read.nulls).toEqual(['', 'na', '-']);
  });
  test('has paths relative to itself', () => {
    fs.mkdirSync(path.join(dir, 'sub'), { recursive: true });
    fs.writeFileSync(path.join(dir, 'sub', 'targets.txt'), 'one\r\n\r\ntwo\n');
    const config = resolve({}, 'out: ../o\ncache-dir: c\nscratch: s\nrank-target: "@targets.txt"\n');
    expect(config.output.dir).toBe(path.join(dir, 'o'));
    expect(config.resources.cacheDir).toBe(path.join(dir, 'sub', 'c'));
    expect(config.resources.scratch).toBe(path.join(dir, 'sub', 's'));
    expect(config.rank.targets).toEqual(['one', 'two']);
    expect(resolve({ out: 'o', rankTarget: '@sub/targets.txt' }).rank.targets).toEqual(['one', 'two']);
  });
  test('may be empty, or hold comments only, or nulls', () => {
    expect(resolve({}, '')).toEqual(resolve({}));
    expect(resolve({}, '# nothing yet\n\n')).toEqual(resolve({}));
    expect(resolve({}, 'top: null\nselect: ~\n')).toEqual(resolve({}));
  });
  test('takes back the canonical config of a manifest', () => {
    const config = resolve({
      quote: 'none',
      types: 'b=text,a=date',
      top: '10%',
      rankTarget: ['@x', 'y'],
      ngrams: '1,3',
      split: { b: 0.25, a: 0.75 },
      splitBy: 'g',
      maxRejects: 3,
    });
    const again = resolve({}, JSON.stringify(canonicalConfig(config)));
    expect(canonicalConfig(again)).toEqual(canonicalConfig(config));
    expect(configHash(again)).toBe(configHash(config));
  });
  test.each([
    ['rnak: false', 'sub/c.yaml: unknown key "rnak". Did you mean "rank"?'],
    ['nearDup: true', 'sub/c.yaml: unknown key "nearDup". Did you mean "near-dup"?'],
    ['near_dup: true', 'sub/c.yaml: unknown key "near_dup". Did you mean "near-dup"?'],
    ['no-rank: true', 'sub/c.yaml: unknown key "no-rank". Did you mean "rank"?'],
    ['top: -1', 'sub/c.yaml: top must be a number of rows of at least 1 or a percentage such as 10%, got -1.'],
    ['rank: "no"', 'sub/c.yaml: rank must be true or false, got "no".'],
    ['- a\n- b', 'sub/c.yaml: must hold option names and values, such as "rank: false".'],
    ['a: [', /sub\/c\.yaml \(line \d\): is not a valid config file: /],
    ['a: 1\na: 2', /\(line 2\): is not a valid config file: duplicated mapping key/],
    ['a: !!js/function "x"', /unknown .*tag/],
    ['out: &a [*a]', /config file|must be/],
    ['select: {a: 1}', /select must be names separated by commas/],
    ['rank-target: "@nowhere.txt"', /nowhere\.txt: can't read the file of rank targets: there is no such file/],
    ['quiet: 3', 'sub/c.yaml: quiet must be true or false, got 3.'],
  ])('%s is refused', (yaml, message) => {
    const text = failure({}, yaml);
    if (message instanceof RegExp) expect(text).toMatch(message);
    else expect(`${text}${/[.?]$/.test(text) ? '' : '.'}`).toBe(message);
  });
  test('is not read when it is huge, and not found when it is not there', () => {
    fs.writeFileSync(path.join(dir, 'huge.yaml'), `a: "${'x'.repeat(2 ** 20)}"`);
    expect(() => readConfigFile('huge.yaml', dir)).toThrow(/too long for a config file/);
    expect(() => readConfigFile('none.yaml', dir)).toThrow(/there is no such file/);
    expect(() => readConfigFile('sub', dir)).toThrow(/is not a file/);
    fs.writeFileSync(path.join(dir, 'latin.yaml'), Buffer.from([0x61, 0x3a, 0x20, 0xe9]));
    expect(() => readConfigFile('latin.yaml', dir)).toThrow(/is not UTF-8/);
    expect(findConfigFile(dir)).toBeUndefined();
    fs.writeFileSync(path.join(dir, 'datagpu.yaml'), '');
    expect(findConfigFile(dir)).toBe('datagpu.yaml');
  });
  test('of nested aliases is refused at once', () => {
    const levels = Array.from(
      { length: 40 },
      (_, i) =>
        `a${i}: &a${i} [${
          i === 0
            ? '1'
            : Array(9)
                .fill(`*a${i - 1}`)
                .join(',')
        }]`,
    );
    const started = performance.now();
    expect(failure({}, levels.join('\n'))).toMatch(/more than 100 aliases/);
    expect(performance.now() - started).toBeLessThan(500);
  });
});

describe('what is refused', () => {
  test.each<[CompileOptions | unknown, string | RegExp]>([
    ['x', 'the options must be an object'],
    [{ nearDupp: true }, 'unknown option nearDupp. Did you mean "nearDup"?'],
    [{ quiet: true }, /unknown option quiet/],
    [{ format: 'xml' }, '--format must be csv, tsv, jsonl, json or parquet, got "xml"'],
    [{ compression: 'zst' }, '--compression must be zstd, snappy or gzip, got "zst". Did you mean "zstd"?'],
    [{ nearDup: true, nearDupThreshold: '2' }, '--near-dup-threshold must be in (0, 1], got "2"'],
    [
      { nearDupThreshold: 0.9 },
      '--near-dup-threshold does nothing without --near-dup. Add --near-dup, or leave --near-dup-threshold out.',
    ],
    [{ rank: false, top: '5' }, '--top does nothing without ranking. Add --rank, or leave --top out.'],
    [{ dedupe: false, ignore: 'a' }, /--ignore does nothing without dedupe/],
    [{ clean: false, trim: true }, /--trim does nothing without cleaning/],
    [{ rankMethod: 'cosine' }, '--rank-method cosine needs a text to compare with. Add --rank-target.'],
    [{ rankMethod: 'bm25' }, /needs a text/],
    [{ delimiter: ';', quote: ';' }, /the same character/],
    [{ format: 'jsonl', delimiter: ';' }, '--delimiter is for csv and tsv, but the format is jsonl'],
    [{ format: 'parquet', encoding: 'utf-8' }, /--encoding is for text/],
    [{ select: 'a,b', drop: 'b' }, '--drop names column "b", which --select keeps'],
    [{ dedupeOn: ['a'], ignore: ['a'] }, /--ignore names column "a"/],
    [{ threads: '-1' }, /--threads must be a whole number from 0 to 256/],
    [{ threads: 1.5 }, /--threads must be/],
    [{ memory: '1MB' }, '--memory must be at least 768MiB, got "1MB"'],
    [{ limit: 0 }, '--limit must be a whole number of at least 1, got 0'],
    [{ out: '' }, /--out must be a text/],
    [{ name: 'a\nb' }, /--name must not have control characters/],
    [{ rankTarget: '' }, /--rank-target must be a text/],
    [{ rankTarget: '@' }, /must name a file/],
    [{ rankTarget: [] }, /must be a list of texts/],
  ])('%j', (options, message) => {
    const text = failure(options);
    if (message instanceof RegExp) expect(text).toMatch(message);
    else expect(text).toBe(message);
  });
  test('an empty file of targets', () => {
    fs.writeFileSync(path.join(dir, 'blank.txt'), '\n \n');
    expect(failure({ rankTarget: '@blank.txt' })).toMatch(/names a file without a target/);
  });
});

describe('what is accepted', () => {
  test('a switch that is off together with what it makes needless', () => {
    expect(resolve({ clean: false, trim: false }).clean.enabled).toBe(false);
    expect(resolve({ rank: false }, 'top: 10%\n').rank.enabled).toBe(false);
  });
  test('a target that starts with @', () => expect(resolve({ rankTarget: '@@user' }).rank.targets).toEqual(['@user']));
  test('every option of the table, as a field of the API', () => {
    const fields = new Set(optionTable.filter((o) => !o.terminal).map((o) => camelCase(o.name)));
    for (const field of fields) expect(failure({ [field]: Symbol.iterator })).not.toMatch(/unknown option/);
  });
});

describe('the config hash', () => {
  const hash = configHash(resolve({}));
  test('leaves out what does not decide the data', () => {
    const others = { out: 'x', name: 'n', threads: 1, memory: '1GB', scratch: 's', cache: false, cacheDir: 'c' };
    expect(configHash(resolve(others))).toBe(hash);
    expect(configHash(resolveConfig({}, null, around))).toBe(hash);
  });
  test.each<[CompileOptions]>([
    [{ rank: false }],
    [{ compression: 'gzip' }],
    [{ limit: 5 }],
    [{ types: { a: 'text' } }],
    [{ select: ['a'] }],
    [{ header: true }],
    [{ quote: '' }],
    [{ trim: false }],
    [{ shardSize: 1000 }],
    [{ rejects: true }],
    [{ strict: true }],
    [{ nearDup: true }],
  ])('changes with %j', (options) => expect(configHash(resolve(options))).not.toBe(hash));
  test('does not depend on the order of declared types', () =>
    expect(configHash(resolve({ types: 'a=text,b=date' }))).toBe(configHash(resolve({ types: 'b=date,a=text' }))));
  test('holds every option that decides the data', () => {
    const outside = ['out', 'name', 'replace', 'card', 'threads', 'memory', 'scratch', 'cache', 'cache-dir'];
    const named = optionTable.filter((o) => !o.terminal && !outside.includes(o.name)).map((o) => o.name);
    expect(Object.keys(canonicalConfig(resolve({}))).sort()).toEqual(named.sort());
  });
});
