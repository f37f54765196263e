/** One option of `compile`: as a flag (`--near-dup`), a key of datagpu.yaml (`near-dup`) and a field of the API (`nearDup`). */
export interface OptionSpec {
  /** The long name, without dashes. */
  name: string;
  /** One letter that stands for it on the command line. */
  short?: string;
  /** The value's placeholder in `--help`; null for a switch, which has a `--no-` form as well. */
  value: string | null;
  /** True when several flags of that name add up to one list. */
  list?: boolean;
  group: OptionGroup;
  /** What it does, with unit and default. For a switch that is on by default: what switching it off does. */
  help: string;
  /** A switch that is on unless it is switched off; shown as `--no-<name>`. */
  on?: boolean;
  /** The switch without which this option would do nothing. */
  needs?: 'clean' | 'dedupe' | 'near-dup' | 'rank' | 'split';
  /** It decides what the terminal shows, or whether to compile at all: the API does not have it. */
  terminal?: boolean;
}

export type OptionGroup = 'Output' | 'Reading' | 'Cleaning' | 'Duplicates' | 'Ranking' | 'Running';

/** Every option that has a place in a config file. `--config` and what only the terminal needs are in src/cli. */
// biome-ignore format: one option a line
export const optionTable: readonly OptionSpec[] = [
  { name: 'out', short: 'o', value: 'dir', group: 'Output', help: 'folder to write (default: compiled)' },
  { name: 'name', value: 'name', group: 'Output', help: 'name of the data set (default: stem of the first source)' },
  { name: 'replace', value: null, group: 'Output', help: 'replace a data set of another name and other sources in the output folder' },
  { name: 'compression', value: 'codec', group: 'Output', help: 'zstd, snappy or gzip (default: zstd)' },
  { name: 'shard-size', value: 'size', group: 'Output', help: 'Parquet bytes from which a new file is begun (default: 1GiB)' },
  { name: 'split', value: 'name=share,...', list: true, group: 'Output', help: 'divide the rows, by a hash of their content, as in train=0.9,test=0.1: a Parquet file, or several, for each (default: no splits)' },
  { name: 'split-by', value: 'cols', list: true, needs: 'split', group: 'Output', help: 'rows that are equal in these columns go to the same split (default: those that dedupe compares)' },
  { name: 'card', value: null, group: 'Output', help: 'write a data card (README.md) and croissant.json beside the data' },
  { name: 'rejects', value: null, group: 'Output', help: 'write every dropped row to .datagpu/rejects.parquet' },
  { name: 'dry-run', value: null, terminal: true, group: 'Output', help: 'say what would be done, from a first look; write nothing' },

  { name: 'format', value: 'format', group: 'Reading', help: 'csv, tsv, jsonl, json or parquet (default: by extension and content)' },
  { name: 'delimiter', value: 'char', group: 'Reading', help: 'what separates cells: one character or tab (default: detected)' },
  { name: 'quote', value: 'char', group: 'Reading', help: 'what quotes cells: one character or none (default: detected)' },
  { name: 'encoding', value: 'label', group: 'Reading', help: 'utf-8, windows-1252, windows-1251, gbk, big5, shift_jis, euc-kr, ... (default: detected)' },
  { name: 'header', value: null, group: 'Reading', help: 'the first record names the columns (default: detected)' },
  { name: 'nulls', value: 'tokens', list: true, group: 'Reading', help: 'tokens that are null outside text columns; an empty one stands for "" (default: na,n/a,#n/a,null,none,nan)' },
  { name: 'types', value: 'col=type,...', list: true, group: 'Reading', help: 'text, integer, float, boolean, date or datetime by column; in JSON also json, text or struct by path, as in messages[].content=text (default: over all rows)' },
  { name: 'json-nan', value: 'null|text|refuse', group: 'Reading', help: 'what NaN and Infinity in JSON are read as; refuse: their record is malformed (default: refuse)' },
  { name: 'comment', value: 'char', group: 'Reading', help: 'lines that start with it are skipped; or none (default: detected)' },
  { name: 'select', value: 'cols', list: true, group: 'Reading', help: 'keep these columns, in this order' },
  { name: 'drop', value: 'cols', list: true, group: 'Reading', help: 'leave these columns out' },
  { name: 'limit', value: 'n', group: 'Reading', help: 'read the first n records only' },
  { name: 'source-column', value: 'name', group: 'Reading', help: 'add a column that says which source a row came from' },
  { name: 'max-rejects', value: 'n|percent%', group: 'Reading', help: 'malformed records a file may have (default: the larger of 10 and 1%)' },
  { name: 'strict', value: null, group: 'Reading', help: 'a malformed record is an error' },

  { name: 'clean', value: null, on: true, group: 'Cleaning', help: 'keep values and names as read, drop no row' },
  { name: 'nfc', value: null, on: true, needs: 'clean', group: 'Cleaning', help: 'do not NFC-normalise text' },
  { name: 'strip-controls', value: null, on: true, needs: 'clean', group: 'Cleaning', help: 'keep control characters' },
  { name: 'trim', value: null, on: true, needs: 'clean', group: 'Cleaning', help: 'keep white space at both ends' },
  { name: 'drop-empty', value: null, on: true, needs: 'clean', group: 'Cleaning', help: 'keep rows in which every value is null or ""' },
  { name: 'fill-text', value: null, on: true, needs: 'clean', group: 'Cleaning', help: 'keep nulls in text columns instead of ""' },
  { name: 'rename', value: null, on: true, needs: 'clean', group: 'Cleaning', help: 'keep column names instead of making them snake_case' },

  { name: 'dedupe', value: null, on: true, group: 'Duplicates', help: 'keep exact duplicates' },
  { name: 'dedupe-on', value: 'cols', list: true, needs: 'dedupe', group: 'Duplicates', help: 'compare these columns only' },
  { name: 'ignore', value: 'cols', list: true, needs: 'dedupe', group: 'Duplicates', help: 'leave these columns out of the comparison' },
  { name: 'near-dup', value: null, group: 'Duplicates', help: 'also remove near duplicates of an earlier kept row' },
  { name: 'near-dup-threshold', value: '0-1', needs: 'near-dup', group: 'Duplicates', help: 'Jaccard similarity from which a row goes (default: 0.8)' },
  { name: 'near-dup-on', value: 'cols', list: true, needs: 'near-dup', group: 'Duplicates', help: 'columns to compare (default: all text)' },
  { name: 'near-dup-shingle', value: 'words', needs: 'near-dup', group: 'Duplicates', help: 'words in a shingle (default: 3)' },

  { name: 'rank', value: null, on: true, group: 'Ranking', help: 'no score column, source order' },
  { name: 'rank-method', value: 'method', needs: 'rank', group: 'Ranking', help: 'relevance, tfidf, cosine, bm25 or none (default: relevance)' },
  { name: 'rank-target', value: 'text|@file', needs: 'rank', group: 'Ranking', help: 'text to compare with; a file holds one a line' },
  { name: 'rank-on', value: 'cols', list: true, needs: 'rank', group: 'Ranking', help: 'columns to rank by (default: all text)' },
  { name: 'rank-language', value: 'code', needs: 'rank', group: 'Ranking', help: 'stem and drop stop words of this language' },
  { name: 'keep-order', value: null, needs: 'rank', group: 'Ranking', help: 'score without reordering' },
  { name: 'top', value: 'n|percent%', needs: 'rank', group: 'Ranking', help: 'keep the best rows only' },
  { name: 'max-features', value: 'n', needs: 'rank', group: 'Ranking', help: 'terms in the vocabulary (default: 1000)' },
  { name: 'ngrams', value: 'min,max', needs: 'rank', group: 'Ranking', help: 'words in a term (default: 1,2)' },
  { name: 'min-df', value: 'n', needs: 'rank', group: 'Ranking', help: 'rows a term must be in (default: 2)' },

  { name: 'cache', value: null, on: true, group: 'Running', help: 'compile even if nothing changed, remember nothing' },
  { name: 'cache-dir', value: 'dir', group: 'Running', help: 'default: .datagpu/cache, or DATAGPU_CACHE_DIR' },
  { name: 'threads', value: 'n', group: 'Running', help: 'worker threads (default: cores, at most 8)' },
  { name: 'memory', value: 'size', group: 'Running', help: 'bound for the whole process, 768MiB at least (default: half of what there is)' },
  { name: 'scratch', value: 'dir', group: 'Running', help: 'folder for spilled data (default: beside the output)' },
  { name: 'verbose', value: null, terminal: true, group: 'Running', help: 'say where the time went' },
  { name: 'quiet', value: null, terminal: true, group: 'Running', help: 'say nothing but errors' },
  { name: 'json', value: null, terminal: true, group: 'Running', help: 'print the manifest as JSON on standard output' },
  { name: 'debug', value: null, terminal: true, group: 'Running', help: 'show stack traces' },
];

/** `near-dup-on` -> `nearDupOn`: the option's field in the API. */
export function camelCase(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
