import path from 'node:path';
import { BadValue } from './values.js';
import { readBounded } from './yaml.js';

/**
 * Texts to rank by. A text is one target; `@file` is a file with one target a line, blank lines left out, its path relative
 * to `folder`; `@@text` is a text that starts with "@"; a list holds texts as they are.
 */
export function readTargets(value: unknown, folder: string): string[] {
  if (Array.isArray(value)) {
    if (value.length > 0 && value.every((v) => typeof v === 'string' && v.trim() !== '')) return value.map(bounded);
    throw new BadValue('must be a list of texts, none of them empty');
  }
  if (typeof value !== 'string' || value.trim() === '')
    throw new BadValue('must be a text that is not empty, or @file');
  if (value.startsWith('@@')) return [bounded(value.slice(1))];
  if (!value.startsWith('@')) return [bounded(value)];
  const name = value.slice(1);
  if (name === '') throw new BadValue('must name a file behind the @');
  const text = readBounded(path.resolve(folder, name), name, {
    what: 'file of rank targets',
    code: 'usage',
    maxBytes: 2 ** 24,
    maxAliases: 0,
  });
  const targets = text.split(/\r\n|\n|\r/).filter((line) => line.trim() !== '');
  if (targets.length === 0) throw new BadValue(`names a file without a target: ${name}`);
  return targets.map(bounded);
}

/** Characters of a target: it is part of the manifest. */
const mostLetters = 1_000_000;

function bounded(target: string): string {
  if (target.length <= mostLetters) return target;
  throw new BadValue(`must be at most ${mostLetters} characters long, got ${target.length}`);
}
