import fs from 'node:fs';
import { DatagpuError } from '../errors.js';
import type { RankRecord } from './explain.js';

/**
 * Reads what a compile kept of its ranking; null when it kept nothing. `name` is the file in messages.
 *
 * @throws DatagpuError `input` when it is not such a record
 */
export function readRankRecord(file: string, name: string): RankRecord | null {
  let text: string;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new DatagpuError('input', "what ranking kept can't be read", { file: name, cause });
  }
  const record = parse(text);
  if (record === null)
    throw new DatagpuError('input', 'it is not a record of a ranking', {
      file: name,
      hint: 'Compile the data set again',
    });
  return record;
}

function parse(text: string): RankRecord | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { columns, method, language, ngrams, largest, meanTokens, terms } = value as Record<string, unknown>;
  const isColumn = (c: unknown): boolean =>
    typeof c === 'object' && c !== null && 'name' in c && typeof c.name === 'string' && 'json' in c;
  const isTerm = (t: unknown): boolean => Array.isArray(t) && typeof t[0] === 'string' && typeof t[1] === 'number';
  const isRecord =
    Array.isArray(columns) &&
    columns.every(isColumn) &&
    typeof method === 'string' &&
    (language === null || typeof language === 'string') &&
    Array.isArray(ngrams) &&
    ngrams.length === 2 &&
    ngrams.every(Number.isInteger) &&
    typeof largest === 'number' &&
    typeof meanTokens === 'number' &&
    Array.isArray(terms) &&
    terms.every(isTerm);
  return isRecord ? (value as RankRecord) : null;
}
