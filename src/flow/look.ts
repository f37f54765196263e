import { snakeCase } from '../clean/names.js';
import type { Config } from '../config/options.js';
import type { ColumnType } from '../engine/types.js';
import { createIngestKernel, type IngestKernel } from '../kernels/ingest.js';
import type { ChunkStart, CsvNotes } from '../load/chunk.js';
import { sniffCsv } from '../load/csv/sniff.js';
import { detectEncoding } from '../load/encoding.js';
import { sniffJson } from '../load/json/sniff.js';
import { declaredColumnType } from '../load/lattice.js';
import { dropMisfits } from '../load/misfits.js';
import { refuseNulTail } from '../load/nul-tail.js';
import type { PageRegions } from '../load/parquet/large-pages.js';
import { lookParquet } from '../load/parquet/look.js';
import type { Scratch } from '../load/scratch-copy.js';
import type { Source } from '../load/sources.js';
import { type Spooled, type SpoolOptions, spool, transcodeFile } from '../load/spool.js';
import { transcode } from '../load/transcode.js';
import type { SourceColumns } from '../load/unify.js';
import { requireNarrow } from '../load/width.js';
import { lookAtBeginning } from './look-beginning.js';
import { OpenFiles, parsePiece, scanPiece } from './read.js';
import { seenColumns } from './seen.js';
import type { SourcePlan } from './tasks.js';
import { turnOrAbort } from './turn.js';
import type { RowPiece } from './walk.js';

/** What is known of a source before its records are read. */
export interface Look {
  source: Source;
  /** Its bytes as they can be sought and, for text, as UTF-8. */
  file: Spooled;
  plan: Omit<SourcePlan, 'map'>;
  /** Its columns with the kinds of values seen so far; a pass adds what it sees. */
  columns: SourceColumns;
  /** Where the records of a text begin; null for Parquet. */
  start: ChunkStart | null;
  /** The pieces of a Parquet file; null for text. */
  pieces: RowPiece[] | null;
  /** What the largest pages of each column of a Parquet file take of memory; null for text. */
  pageBytes: PageRegions[] | null;
  /** Bytes of a record of a text, on average over the samples; 0 for Parquet. */
  recordBytes: number;
  /** Other dialects that would fit the samples. */
  alternatives: string[];
  /** What its first records say that is to be warned of; the pass looks at all of them. */
  notes?: CsvNotes;
  /** For the manifest. */
  dialect: Record<string, string | number | boolean | null>;
  warnings: string[];
}

/** Bytes typed for a first look at a text source. What they get wrong costs time, never correctness. */
const sampleBytes = 1 << 20;
const sampleRecords = 100_000;

/** How sources are looked at. */
export interface LookOptions extends SpoolOptions {
  /** Only this look is wanted, and no record afterwards: a beginning of what is not read in place will do. */
  isGlance?: boolean;
  /** Of sources that are looked at one after the other: making one for each takes longer than looking at a small file. */
  kernel?: IngestKernel;
}

/** Looks at sources one after the other. */
export async function lookAtAll(
  sources: readonly Source[],
  config: Config,
  scratch: Scratch,
  options: LookOptions,
): Promise<Look[]> {
  const looks: Look[] = [];
  const kernel = createIngestKernel();
  for (const source of sources) {
    await turnOrAbort(options.signal);
    looks.push(await lookAt(source, config, scratch, { ...options, kernel }));
  }
  await turnOrAbort(options.signal);
  return looks;
}

/** Makes a source seekable and UTF-8, finds its dialect and columns, and types a sample. */
export async function lookAt(
  source: Source,
  config: Config,
  scratch: Scratch,
  { isGlance = false, kernel = createIngestKernel(), ...options }: LookOptions,
): Promise<Look> {
  const { limit } = config.read;
  if (source.format === 'parquet' || (limit === null && !isGlance))
    return lookAtFile(source, await spool(source, scratch, options), config, scratch, options, kernel);
  return lookAtBeginning(
    source,
    { records: limit, isGlance, scratch, options },
    (file, extent) => lookAtFile(source, file, config, scratch, { ...options, extent }, kernel),
    kernel,
  );
}

async function lookAtFile(
  source: Source,
  spooled: Spooled,
  config: Config,
  scratch: Scratch,
  options: SpoolOptions,
  kernel: IngestKernel,
): Promise<Look> {
  // What another look left behind that ended early.
  kernel.reset();
  if (source.format === 'parquet') return lookAtParquet(source, spooled);
  const name = source.path;
  refuseNulTail(spooled, name);
  const { encoding, warnings } = detectEncoding(spooled, config.read.encoding, name, config.read.delimiter);
  let file = spooled;
  if (encoding !== 'utf-8') {
    const transcoder = transcode(encoding, name);
    file = await transcodeFile(spooled, transcoder, name, scratch, options);
    if (transcoder.undecodable > 0)
      warnings.push(
        `${name}: ${transcoder.undecodable === 1 ? 'bytes in 1 place stand' : `bytes in ${transcoder.undecodable} places stand`} for no character in ${encoding}`,
      );
  }
  const isCsv = source.format === 'csv' || source.format === 'tsv';
  const csv = isCsv ? sniffCsv(file, { ...config.read, ...delimiterOf(source, config) }, name, encoding) : null;
  const json = isCsv ? null : sniffJson(file, source.format as 'json' | 'jsonl', name, nanOf(config), kernel);
  const sniffed = (csv ?? json)!;
  requireNarrow(sniffed.columns.length, name);
  const plan = {
    name,
    format: source.format,
    file: { path: file.path, bytes: file.bytes },
    hashed: file.path === source.absolute || file.written !== null,
    csv: csv?.dialect ?? null,
    json: json?.dialect ?? null,
    columns: sniffed.columns,
  };
  const alternatives = csv?.alternatives ?? [];
  const look = { source, file, plan, start: sniffed.dataStart, pieces: null, pageBytes: null, alternatives };
  const dialect = { format: source.format, encoding, ...sniffed.dialect };
  return {
    ...look,
    dialect,
    warnings: [...warnings, ...sniffed.warnings],
    ...typeSample(plan, look.start, config, kernel),
  };
}

const nanOf = ({ read }: Config): 'null' | 'text' | undefined => (read.jsonNan === 'refuse' ? undefined : read.jsonNan);

/** A .tsv is separated by tabs unless the user says otherwise. */
const delimiterOf = (source: Source, config: Config): { delimiter?: string } =>
  source.format === 'tsv' && config.read.delimiter === null ? { delimiter: '\t' } : {};

/** Gathers the kinds of values in the first records, and keys that the sniffing did not see. */
function typeSample(
  plan: Look['plan'],
  start: ChunkStart,
  config: Config,
  kernel: IngestKernel,
): Pick<Look, 'plan' | 'columns' | 'recordBytes' | 'notes'> {
  const files = new OpenFiles();
  try {
    const source = { ...plan, map: [] };
    const records = Math.max(1, Math.min(sampleRecords, config.read.limit ?? sampleRecords));
    const piece = { start, limits: { bytes: sampleBytes, records } };
    const scanned = scanPiece(kernel, files, source, piece);
    const { cells, newKeys, notes } = parsePiece(kernel, source, scanned);
    const options = { json: plan.json !== null, nullTokens: config.read.nulls, clean: config.clean };
    const declared = declaredColumns(plan.columns, config.read.types);
    const fitting = declared.length === 0 ? cells : dropMisfits(kernel, cells, declared, options).cells;
    const seen = seenColumns(kernel, fitting, options, { recordOf: (row) => row + 1, source: 0 }, declared);
    const known = plan.columns.map((name, c) => ({ name, type: null, ...seen[c]! }));
    const added = newKeys.map((name) => ({ name, type: null, kinds: 0, shape: null }));
    const columns = { name: plan.name, columns: [...known, ...added], json: plan.json !== null };
    const recordBytes = scanned.bytes / Math.max(1, scanned.records);
    const whole = { ...plan, columns: [...plan.columns, ...newKeys] };
    return { plan: whole, columns, recordBytes, ...(notes === undefined ? {} : { notes }) };
  } finally {
    files.close();
  }
}

/** Columns that may be declared: what is left out of the sample for their sake, the pass will see if it is kept. */
function declaredColumns(
  columns: readonly string[],
  types: Config['read']['types'],
): { cell: number; type: ColumnType }[] {
  let names: string[] | null = null;
  const cleaned = (): string[] => {
    names ??= columns.map(snakeCase);
    return names;
  };
  return Object.entries(types).flatMap(([name, declared]) => {
    if (declared === 'json' || declared === 'struct') return [];
    const type = declaredColumnType(declared);
    const clean = snakeCase(name);
    return columns.flatMap((column, cell) => (column === name || cleaned()[cell] === clean ? [{ cell, type }] : []));
  });
}

function lookAtParquet(source: Source, file: Spooled): Look {
  const { fields, pieces, pageBytes, createdBy } = lookParquet(file.path, source.path);
  requireNarrow(fields.length, source.path);
  const name = source.path;
  const columns = fields.map((f) => f.name);
  return {
    source,
    file,
    plan: {
      name,
      format: 'parquet',
      file: { path: file.path, bytes: file.bytes },
      hashed: false,
      csv: null,
      json: null,
      columns,
    },
    columns: { name, columns: fields.map((f) => ({ ...f, kinds: 0, shape: null })) },
    start: null,
    pieces,
    pageBytes,
    recordBytes: 0,
    alternatives: [],
    dialect: { format: 'parquet', created_by: createdBy },
    warnings: [],
  };
}
