import path from 'node:path';
import type { Source } from '../load/sources.js';

/** The stem of the first source: train.csv.gz is "train". */
export function defaultName(source: Source): string {
  if (source.absolute === '-') return 'stdin';
  return path.basename(source.absolute).replace(/(\.(csv|tsv|jsonl|ndjson|json|parquet|gz|zst))+$/i, '') || 'dataset';
}
