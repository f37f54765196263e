import { createHash } from 'node:crypto';
import type { Field } from '../engine/types.js';
import { DatagpuError } from '../errors.js';
import { typeName } from './type-name.js';

/** A manifest is at most so long, written or read. */
export const maxManifestBytes: number = 2 ** 26;

/** Texts of the input are shortened to this many characters, ... */
const shownLetters = 1000;
/** ... types to this many, which is more than a person reads: readers compare them. */
const typeLetters = 65_536;
/** What a field and a source take besides names, types and paths, about. */
const [fieldBytes, sourceBytes] = [200, 400];

/** At most `limit` characters of a text, with how long it is if there are more. */
export function shortened(text: string, limit: number = shownLetters): string {
  if (text.length <= limit) return text;
  // Not between the halves of a character.
  const cut = text.slice(0, limit).replace(/[\ud800-\udbff]$/, '');
  return `${cut}… (${text.length.toLocaleString('en-US')} characters)`;
}

/** The name of a type; one that is too long has its hash, so that it differs where the type does. */
export function shortenedType(type: string): string {
  if (type.length <= typeLetters) return type;
  return `${shortened(type, typeLetters)} sha256:${createHash('sha256').update(type).digest('hex')}`;
}

/** Plain data with every text in it shortened. */
export function shortenedTexts<T>(value: T): T {
  if (typeof value === 'string') return shortened(value) as T;
  if (Array.isArray(value)) return value.map(shortenedTexts) as T;
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shortenedTexts(inner)])) as T;
}

/**
 * Refuses what could not be read again: columns and sources of which a manifest would be too long. To be asked before the
 * work is done.
 *
 * @throws DatagpuError `input`
 */
export function requireShortManifest(fields: readonly Field[], paths: readonly string[]): void {
  let bytes = 0;
  for (const { name, sourceName, type } of fields) {
    const names = 2 * Buffer.byteLength(name) + Buffer.byteLength(shortened(sourceName));
    bytes += names + Math.min(typeName(type).length, typeLetters) + fieldBytes;
  }
  for (const path of paths) bytes += Buffer.byteLength(path) + sourceBytes;
  if (bytes > maxManifestBytes)
    throw tooLong(`${fields.length} columns and ${paths.length} sources make a manifest of about ${megabytes(bytes)}`);
}

/** Refuses the text of a manifest that could not be read again. */
export function requireReadable(text: string): void {
  const bytes = Buffer.byteLength(text);
  if (bytes > maxManifestBytes) throw tooLong(`the manifest has ${megabytes(bytes)}`);
}

const tooLong = (what: string): DatagpuError =>
  new DatagpuError('input', `${what}, and ${megabytes(maxManifestBytes)} are the most`, {
    hint: 'Leave columns out with --select or --drop, give them shorter names, or compile fewer sources at once',
  });

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`;
