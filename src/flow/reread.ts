import { isDeepStrictEqual } from 'node:util';
import { snakeCase } from '../clean/names.js';
import { DatagpuError } from '../errors.js';
import { createIngestKernel, type IngestKernel } from '../kernels/ingest.js';
import type { ChunkStart } from '../load/chunk.js';
import { declaredColumnType } from '../load/lattice.js';
import { dropMisfits } from '../load/misfits.js';
import type { Scratch } from '../load/scratch-copy.js';
import type { Source } from '../load/sources.js';
import type { Manifest, ManifestSource } from '../manifest/manifest.js';
import { resolveConfig } from '../options/resolve.js';
import { type Look, lookAt } from './look.js';
import { OpenFiles, parsePiece, rawRecords, scanPiece } from './read.js';
import { firstRejected, type Rejected, recordsOf, withMisfits } from './rejected-records.js';
import type { SourcePlan } from './tasks.js';
import { turnOrAbort } from './turn.js';

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

/** Records are passed over in pieces of so many bytes, between two turns of the event loop. */
const pieceBytes = 4 * 2 ** 20;

/**
 * What is wrong with a malformed record, and its bytes (at most 64 KB), as a compile found it: the source, which must be
 * the one that the data set was made of, is read again as far as the record. Null when it is not read as it was then (by
 * another datagpu, say), so that nothing can be said. A few megabytes and the record are in memory; what can't be read in place
 * is copied to scratch as far as the record.
 *
 * @throws DatagpuError `input` for a source that can't be read
 */
export async function malformedRecord(
  source: Source,
  manifest: Manifest,
  told: ManifestSource,
  row: number,
  scratch: Scratch,
): Promise<Rejected | null> {
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
    if (beginning !== null && isSame(beginning)) return find(beginning, config, manifest, row);
  }
  const whole = await look(limit);
  return isSame(whole) ? find(whole, config, manifest, row) : null;
}

/** The options of a compile that matter to how its sources are read. */
function configOf({ config }: Manifest): ReturnType<typeof resolveConfig> {
  const values = new Map<string, unknown>(readOptions.map((name) => [name, config[name]]));
  return resolveConfig({}, { name: 'manifest.yaml', folder: '.', values });
}

async function find(
  { plan, start }: Look,
  config: ReturnType<typeof resolveConfig>,
  manifest: Manifest,
  row: number,
): Promise<Rejected | null> {
  const kernel = createIngestKernel();
  const files = new OpenFiles();
  const source: SourcePlan = { ...plan, map: [] };
  try {
    let at = start;
    while (at !== null && at.record < row) {
      kernel.reset();
      at = scanPiece(kernel, files, source, {
        start: at,
        limits: { bytes: pieceBytes, records: row - at.record },
      }).next;
      await turnOrAbort(undefined);
    }
    return at === null ? null : rejectedAt(kernel, files, source, at, config, manifest);
  } finally {
    files.close();
  }
}

/** What is wrong with the record that begins here. */
function rejectedAt(
  kernel: IngestKernel,
  files: OpenFiles,
  source: SourcePlan,
  start: ChunkStart,
  { read, clean }: ReturnType<typeof resolveConfig>,
  manifest: Manifest,
): Rejected | null {
  const parse = (): ReturnType<typeof parsePiece> & { scanned: ReturnType<typeof scanPiece> } => {
    kernel.reset();
    const scanned = scanPiece(kernel, files, source, { start, limits: { bytes: pieceBytes, records: 1 } });
    return { scanned, ...parsePiece(kernel, source, scanned) };
  };
  let parsed = parse();
  if (parsed.newKeys.length > 0) {
    source.columns = [...source.columns, ...parsed.newKeys];
    parsed = parse();
  }
  const { scanned, cells, rejects } = parsed;
  const columns = checkedColumns(source, read.types, manifest);
  const options = { json: source.json !== null, nullTokens: read.nulls, clean };
  const { misfits } = columns.length === 0 ? { misfits: [] } : dropMisfits(kernel, cells, columns, options);
  const raws = rawRecords(kernel, source, scanned, recordsOf(rejects, misfits));
  const names = columns.map(({ cell }) => source.columns[cell]!);
  return firstRejected(withMisfits(rejects, misfits, names, raws));
}

type Checked = Parameters<typeof dropMisfits>[2][number];

/** Columns of which a value can make a record malformed, in the order of the data set's columns, as a compile looks at them. */
function checkedColumns(
  { columns, json }: SourcePlan,
  types: ReturnType<typeof resolveConfig>['read']['types'],
  { fields }: Manifest,
): Checked[] {
  const cleaned = columns.map(snakeCase);
  return fields.flatMap(({ name, source_name: sourceName, type, places = [] }): Checked[] => {
    if (sourceName === null) return [];
    const exact = columns.indexOf(sourceName);
    const cell = exact >= 0 ? exact : cleaned.indexOf(snakeCase(sourceName));
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
