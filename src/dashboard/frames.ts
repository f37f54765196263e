import { createRequire } from 'node:module';
import type { LazyDataFrame } from 'nodejs-polars';
import type { OpenSet } from './open.js';

type Polars = typeof import('nodejs-polars');
let loaded: Polars | null = null;

/** polars, loaded with the first question that needs it. Its calls block: only the worker thread may make them. */
export function polars(): Polars {
  loaded ??= createRequire(import.meta.url)('nodejs-polars') as Polars;
  return loaded;
}

/** The column with this number, whatever it is called: polars reads `*` and `^...$` in names as patterns. */
export const columnName = (index: number): string => `c${index}`;
/** The column of places in the data set. */
export const placeName = 'place';

/** All rows, lazily: columns `c0`, `c1`, ... */
export function scan(set: OpenSet): LazyDataFrame {
  const pl = polars();
  const names = Object.fromEntries(set.fields.map((field, i) => [field.name, columnName(i)]));
  const frames = set.files.map((file) => pl.scanParquet(file.path).rename(names) as LazyDataFrame);
  return frames.length === 1 ? frames[0]! : (pl.concat(frames) as LazyDataFrame);
}

/** The same with `place`. */
export function scanPlaces(set: OpenSet): LazyDataFrame {
  return scan(set).withRowIndex(placeName) as LazyDataFrame;
}

/** What polars makes of a type of the manifest, as far as questions differ by it. */
export type Kind = 'text' | 'number' | 'boolean' | 'time' | 'nested' | 'other';

export function kindOf(type: string): Kind {
  if (type === 'utf8' || type === 'json') return 'text';
  if (/^(u?int|float)/.test(type) || type.startsWith('decimal')) return 'number';
  if (type === 'bool' || type === 'boolean') return 'boolean';
  if (/^(date|timestamp)/.test(type)) return 'time';
  if (/^(list|struct)/.test(type)) return type.includes('binary') ? 'other' : 'nested';
  return 'other';
}
