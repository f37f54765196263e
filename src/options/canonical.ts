import { createHash } from 'node:crypto';
import type { Amount, Config, ConfigValue, SplitShare } from '../config/options.js';
import { stageOptions } from '../stages/pipeline.js';

/**
 * The options that decide the data, every one of them, under their long names in a fixed order: what the manifest keeps,
 * and what a config file can take back. null means detected, all, or none. Output folder, name, threads, memory, scratch,
 * cache and verbosity are not in it.
 */
export function canonicalConfig(config: Config): Record<string, ConfigValue> {
  const { read, clean, dedupe, near, rank, split, output } = config;
  return {
    format: read.format,
    delimiter: read.delimiter,
    quote: read.quote === '' ? 'none' : read.quote,
    encoding: read.encoding,
    header: read.header,
    nulls: read.nulls,
    types: sorted(read.types),
    'json-nan': read.jsonNan,
    comment: read.comment === '' ? 'none' : read.comment,
    select: read.select,
    drop: orNull(read.drop),
    limit: read.limit,
    'source-column': read.sourceColumn,
    'max-rejects': amountText(read.maxRejects),
    strict: read.strict,
    clean: clean.enabled,
    nfc: clean.nfc,
    'strip-controls': clean.controls,
    trim: clean.trim,
    'drop-empty': clean.emptyRows,
    'fill-text': clean.fillText,
    rename: clean.names,
    ...stageOptions(config),
    dedupe: dedupe.enabled,
    'dedupe-on': dedupe.on,
    ignore: orNull(dedupe.ignore),
    'near-dup': near.enabled,
    'near-dup-threshold': near.threshold,
    'near-dup-on': near.on,
    'near-dup-shingle': near.shingle,
    rank: rank.enabled,
    'rank-method': rank.method,
    'rank-target': rank.targets,
    'rank-on': rank.on,
    'rank-language': rank.language,
    'keep-order': rank.keepOrder,
    top: amountText(rank.top),
    'max-features': rank.maxFeatures,
    ngrams: rank.ngrams,
    'min-df': rank.minDf,
    split: splitText(split.shares),
    'split-by': split.by,
    compression: output.compression,
    'shard-size': output.shardBytes,
    rejects: output.rejects,
  };
}

/** `sha256:...` of the canonical config as JSON without white space: equal hashes, equal data from equal sources. */
export function configHash(config: Config): string {
  return `sha256:${createHash('sha256')
    .update(JSON.stringify(canonicalConfig(config)))
    .digest('hex')}`;
}

function amountText(amount: Amount | null): string | number | null {
  if (amount === null) return null;
  return 'rows' in amount ? amount.rows : `${amount.percent}%`;
}

function splitText(shares: readonly SplitShare[] | null): string | null {
  return shares?.map(({ name, share }) => `${name}=${share}`).join(',') ?? null;
}

function orNull(names: readonly string[]): readonly string[] | null {
  return names.length === 0 ? null : names;
}

/** By code point of the column's name: the order in which types were declared decides nothing. */
function sorted(types: Record<string, string>): Record<string, string> | null {
  const entries = Object.entries(types);
  if (entries.length === 0) return null;
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
