import os from 'node:os';
import path from 'node:path';
import type { ConfigFile } from '../config/file.js';
import { camelCase, type OptionSpec } from '../config/option-spec.js';
import type { Config } from '../config/options.js';
import { readTargets } from '../config/target.js';
import * as values from '../config/values.js';
import { DatagpuError } from '../errors.js';
import { pipeline } from '../stages/pipeline.js';
import { didYouMean } from '../suggest.js';
import { optionTable } from './table.js';

/** Tokens that are null outside text columns, in lower case. */
export const defaultNulls: readonly string[] = ['na', 'n/a', '#n/a', 'null', 'none', 'nan'];

/** The least that `--memory` may be. */
export const leastMemoryBytes: number = 768 * 2 ** 20;

/** Fields of the API that are no options of a config file. */
const apiOnly = new Set(['config', 'onProgress', 'signal', 'cwd']);

/** What stays outside the config: where relative paths start, and the environment. */
export interface Surroundings {
  cwd: string;
  env: Readonly<Record<string, string | undefined>>;
}

/**
 * Puts options, config file and defaults together: an option wins over the file, the file over the default.
 * `options` are the fields of `CompileOptions`. Throws DatagpuError `usage` with the option's long name.
 */
export function resolveConfig(
  options: unknown,
  file: ConfigFile | null = null,
  around: Surroundings = { cwd: process.cwd(), env: process.env },
): Config {
  const given = new Given(options, file, around.cwd);
  const get = given.value.bind(given);
  const config: Config = {
    read: {
      format: get('format', values.choice('csv', 'tsv', 'jsonl', 'json', 'parquet'), null),
      delimiter: get('delimiter', values.character(false), null),
      quote: get('quote', values.character(true), null),
      encoding: get('encoding', values.encoding, null),
      header: get('header', values.flag, null),
      comment: get('comment', values.character(true), null),
      nulls: get('nulls', values.tokens, [...defaultNulls]),
      types: get('types', values.types, {}),
      jsonNan: get('json-nan', values.jsonNan, 'refuse'),
      select: get('select', values.list, null),
      drop: get('drop', values.list, []),
      limit: get('limit', values.count(1), null),
      sourceColumn: get('source-column', values.label, null),
      maxRejects: get('max-rejects', values.amount(0), null),
      strict: get('strict', values.flag, false),
    },
    clean: {
      enabled: get('clean', values.flag, true),
      nfc: get('nfc', values.flag, true),
      controls: get('strip-controls', values.flag, true),
      trim: get('trim', values.flag, true),
      emptyRows: get('drop-empty', values.flag, true),
      fillText: get('fill-text', values.flag, true),
      names: get('rename', values.flag, true),
    },
    stages: Object.fromEntries(
      pipeline.flatMap(({ name, options }) => (options === undefined ? [] : [[name, options.resolve(get)]])),
    ),
    dedupe: {
      enabled: get('dedupe', values.flag, true),
      on: get('dedupe-on', values.list, null),
      ignore: get('ignore', values.list, []),
    },
    near: {
      enabled: get('near-dup', values.flag, false),
      threshold: get('near-dup-threshold', values.share, 0.8),
      on: get('near-dup-on', values.list, null),
      shingle: get('near-dup-shingle', values.count(1, 64), 3),
    },
    rank: {
      enabled: get('rank', values.flag, true),
      method: get('rank-method', values.choice('relevance', 'tfidf', 'cosine', 'bm25', 'none'), 'relevance'),
      targets: get('rank-target', (value) => readTargets(value, given.folderOf('rank-target')), null),
      on: get('rank-on', values.list, null),
      language: get('rank-language', values.label, null),
      keepOrder: get('keep-order', values.flag, false),
      top: get('top', values.amount(1), null),
      maxFeatures: get('max-features', values.count(1, 1_000_000), 1000),
      ngrams: get('ngrams', values.range, [1, 2]),
      minDf: get('min-df', values.count(1), 2),
    },
    split: {
      shares: get('split', values.splits, null),
      by: get('split-by', values.list, null),
    },
    output: {
      dir: path.resolve(given.folderOf('out'), get('out', values.text, 'compiled')),
      name: get('name', values.label, null),
      replace: get('replace', values.flag, false),
      compression: get('compression', values.choice('zstd', 'snappy', 'gzip'), 'zstd'),
      shardBytes: get('shard-size', values.size(1), 2 ** 30),
      card: get('card', values.flag, false),
      rejects: get('rejects', values.flag, false),
    },
    resources: {
      threads: get('threads', values.count(0, 256), Math.min(8, os.availableParallelism())),
      memoryBytes: get('memory', values.size(leastMemoryBytes), defaultMemoryBytes()),
      scratch: given.absolute('scratch'),
      cache: get('cache', values.flag, true),
      cacheDir:
        given.absolute('cache-dir') ?? path.resolve(around.cwd, around.env.DATAGPU_CACHE_DIR || '.datagpu/cache'),
    },
  };
  for (const spec of optionTable) if (spec.terminal) get(spec.name, values.flag, false);
  checkTogether(config, given);
  return config;
}

/** Half of the memory that the machine, or the cgroup that limits this process, has. */
function defaultMemoryBytes(): number {
  const limit = process.constrainedMemory();
  const total = os.totalmem();
  return Math.max(leastMemoryBytes, Math.floor((limit > 0 && limit < total ? limit : total) / 2));
}

/** What was given, and where. */
class Given {
  private readonly options: ReadonlyMap<string, unknown>;
  private readonly file: ConfigFile | null;
  private readonly cwd: string;

  constructor(options: unknown, file: ConfigFile | null, cwd: string) {
    if (options !== undefined && (typeof options !== 'object' || options === null || Array.isArray(options)))
      throw new DatagpuError('usage', 'the options must be an object');
    const names = new Map(
      optionTable.filter((spec) => !spec.terminal).map((spec) => [camelCase(spec.name), spec.name]),
    );
    const flags = new Map<string, unknown>();
    for (const [field, value] of Object.entries(options ?? {})) {
      if (apiOnly.has(field) || value === undefined) continue;
      const name = names.get(field);
      if (name === undefined)
        throw new DatagpuError('usage', `unknown option ${field}`, {
          hint: didYouMean(field, [...names.keys(), ...apiOnly]),
        });
      flags.set(name, value);
    }
    for (const key of file?.values.keys() ?? []) checkKey(key, file!.name);
    this.options = flags;
    this.file = file;
    this.cwd = cwd;
  }

  /** True when the option was given as one, not by the config file. */
  asOption(name: string): boolean {
    return this.options.has(name);
  }

  /** The option as given; a null of the config file counts as absent. */
  value<T, D>(name: string, parse: values.Parse<T>, fallback: D): T | D {
    const isOption = this.options.has(name);
    const value = isOption ? this.options.get(name) : (this.file?.values.get(name) ?? undefined);
    if (value === undefined || value === null) return fallback;
    try {
      return parse(value);
    } catch (error) {
      if (error instanceof values.BadValue) throw this.failure(name, error.message, error.hint);
      throw error;
    }
  }

  /** The folder that a path given by this option is relative to. */
  folderOf(name: string): string {
    return this.options.has(name) || !this.file?.values.has(name) ? this.cwd : this.file.folder;
  }

  absolute(name: string): string | null {
    const given = this.value(name, values.text, null);
    return given === null ? null : path.resolve(this.folderOf(name), given);
  }

  /** A usage error about an option, as flag or as key of the config file. */
  failure(name: string, what: string, hint?: string): DatagpuError {
    const inFile = this.file !== null && !this.options.has(name) && this.file.values.has(name);
    return inFile
      ? new DatagpuError('usage', `${name} ${what}`, { file: this.file!.name, hint })
      : new DatagpuError('usage', `--${name} ${what}`, { hint });
  }
}

function checkKey(key: string, file: string): void {
  if (optionTable.some((spec) => spec.name === key)) return;
  const names = optionTable.map((spec) => spec.name);
  const bare = key
    .replace(/^-+/, '')
    .replace(/[_ ]/g, '-')
    .replace(/([a-z])([A-Z])/g, '$1-$2')
    .toLowerCase();
  const hint = didYouMean(names.includes(bare.replace(/^no-/, '')) ? bare.replace(/^no-/, '') : key, names);
  throw new DatagpuError('usage', `unknown key "${key}"`, { file, hint });
}

/** What single values can't show: options that contradict each other, or would do nothing. */
function checkTogether(config: Config, given: Given): void {
  const isOn = {
    clean: config.clean.enabled,
    dedupe: config.dedupe.enabled,
    'near-dup': config.near.enabled,
    rank: config.rank.enabled,
    split: config.split.shares !== null,
  };
  for (const spec of optionTable) {
    if (spec.needs === undefined || isOn[spec.needs] || !given.asOption(spec.name)) continue;
    if (given.value(spec.name, (v) => v, null) === false) continue;
    throw given.failure(
      spec.name,
      `does nothing without ${nameOf(spec.needs)}`,
      `Add --${spec.needs}, or leave --${spec.name} out`,
    );
  }
  for (const { name, options } of pipeline)
    options?.check?.(config.stages[name]!, (option, what, hint) => given.failure(option, what, hint));
  const { read, rank } = config;
  if (rank.enabled && (rank.method === 'cosine' || rank.method === 'bm25') && rank.targets === null)
    throw given.failure('rank-method', `${rank.method} needs a text to compare with`, 'Add --rank-target');
  if (read.delimiter !== null && read.delimiter === read.quote)
    throw given.failure('delimiter', 'and --quote are the same character');
  const isText = read.format === null || read.format === 'csv' || read.format === 'tsv';
  for (const name of ['delimiter', 'quote', 'comment', 'header'])
    if (!isText && given.asOption(name))
      throw given.failure(name, `is for csv and tsv, but the format is ${read.format}`);
  if (read.format === 'parquet' && given.asOption('encoding'))
    throw given.failure('encoding', 'is for text, but the format is parquet');
  const both = read.select?.find((column) => read.drop.includes(column));
  if (both !== undefined) throw given.failure('drop', `names column "${both}", which --select keeps`);
  const neither = config.dedupe.on?.find((column) => config.dedupe.ignore.includes(column));
  if (neither !== undefined) throw given.failure('ignore', `names column "${neither}", which --dedupe-on compares`);
}

function nameOf(feature: NonNullable<OptionSpec['needs']>): string {
  return { clean: 'cleaning', dedupe: 'dedupe', 'near-dup': '--near-dup', rank: 'ranking', split: '--split' }[feature];
}
