import { createRequire } from 'node:module';

type Polars = typeof import('nodejs-polars');
let loaded: Polars | null = null;

/** polars, for questions to the lineage, loaded with the first of them. Its calls block: only the worker thread may make them. */
export function polars(): Polars {
  loaded ??= createRequire(import.meta.url)('nodejs-polars') as Polars;
  return loaded;
}
