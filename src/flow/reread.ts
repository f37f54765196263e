import { isDeepStrictEqual } from 'node:util';
import { snakeCase } from '../clean/names.js';
import { DatagpuError } from '../errors.js';
import { declaredColumnType } from '../load/lattice.js';
import { dropMisfits } from '../load/misfits.js';
import type { Scratch } from '../load/scratch-copy.js';
import type { Source } from '../load/sources.js';
import type { Manifest, ManifestSource } from '../manifest/manifest.js';
import { resolveConfig } from '../options/resolve.js';
import { type Look, lookAt } from './look.js';
import { cellOf, withRecord } from './one-record.js';
import { rawRecords } from './read.js';
import { firstRejected, type Rejected, recordsOf, withMisfits } from './rejected-records.js';
import type { SourcePlan } from './tasks.js';

/** Options that say how a source is read. */
const readOptions = [
  'format',
  'delimiter',
  'quote',
  'encoding',
  'header',
  'nulls',
  'types',
  'json-nan',
  'comment',
  'clean',
  'nfc',
  'strip-controls',
  'trim',
  'limit',
] as const;

/**
 * Looks at a source as the compile did that `manifest` is of; it must be the one that was compiled. What can't be read in place is
 * copied to scratch as far as record `row`. Null when it is not read as it was then (by another datagpu, say), so that nothing
 * can be said.
 *
 * @throws DatagpuError `input` for a source that can't be read
 */
export async function lookAgain(
  source: Source,
  manifest: Manifest,
  told: ManifestSource,
  row: number,
  scratch: Scratch,
): Promise<Look | null> {
  const config = configOf(manifest);
  const { limit } = config.read;
  // What is read in place costs nothing that is not looked at.
  const isInPlace = source.seekable && source.compression === 'none' && told.dialect.encoding === 'utf-8';
  const isSame = (look: Look): boolean => isDeepStrictEqual(look.dialect, { ...told.dialect });
  const look = (limit: number | null): Promise<Look> =>
    lookAt(source, { ...config, read: { ...config.read, limit } }, scratch, {});
  if (!isInPlace && limit !== row) {
    // Of a beginning alone another dialect, or none, may be seen: then as much is read as the compile has read.
    const beginning = await look(row).catch((error: unknown) => {
      if (error instanceof DatagpuError && error.code === 'input') return null;
      throw error;
    });
    if (beginning !== null && isSame(beginning)) return beginning;
  }
  const whole = await look(limit);
  return isSame(whole) ? whole : null;
}

/** The options of a compile that matter to how its sources are read. */
function configOf({ config }: Manifest): ReturnType<typeof resolveConfig> {
  const values = new Map<string, unknown>(readOptions.map((name) => [name, config[name]]));
  return resolveConfig({}, { name: 'manifest.yaml', folder: '.', values });
}

/** What is wrong with a malformed record, and its bytes (at most 64 KB), as the compile found it; null if nothing is. */
export function malformedRecord(look: Look, manifest: Manifest, row: number): Promise<Rejected | null> {
  const { read, clean } = configOf(manifest);
  return withRecord(look.plan, look.start, row, (kernel, source, scanned, { cells, rejects }) => {
    const columns = checkedColumns(source, read.types, manifest);
    const options = { json: source.json !== null, nullTokens: read.nulls, clean };
    const { misfits } = columns.length === 0 ? { misfits: [] } : dropMisfits(kernel, cells, columns, options);
    const raws = rawRecords(kernel, source, scanned, recordsOf(rejects, misfits));
    const names = columns.map(({ cell }) => source.columns[cell]!);
    return firstRejected(withMisfits(rejects, misfits, names, raws));
  });
}

type Checked = Parameters<typeof dropMisfits>[2][number];

/** Columns of which a value can make a record malformed, in the order of the data set's columns, as a compile looks at them. */
function checkedColumns(
  { columns, json }: SourcePlan,
  types: ReturnType<typeof resolveConfig>['read']['types'],
  { fields }: Manifest,
): Checked[] {
  return fields.flatMap(({ name, source_name: sourceName, type, places = [] }): Checked[] => {
    if (sourceName === null) return [];
    const cell = cellOf(columns, sourceName);
    if (cell < 0) return [];
    const declared = types[sourceName] ?? types[name] ?? declaredAs(types, name);
    if (declared !== undefined && declared !== 'json' && declared !== 'struct')
      return [{ cell, type: declaredColumnType(declared) }];
    const isNested = json !== null && places.some((place) => place.path === sourceName && place.as === 'nested');
    return isNested ? [{ cell, type: { kind: 'text' }, only: type.startsWith('struct') ? 'object' : 'array' }] : [];
  });
}

const declaredAs = <T>(types: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.entries(types).find(([key]) => snakeCase(key) === name)?.[1];
