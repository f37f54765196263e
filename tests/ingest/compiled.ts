import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { asyncBufferFromFile, parquetMetadataAsync, parquetRead, type SchemaElement } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { type CompileOptions, compile, type Manifest } from '../../dist/index.js';

/** Nothing but reading: every value as it is in the source, every row, in order. */
export const asRead: CompileOptions = { clean: false, dedupe: false, rank: false, cache: false, threads: 0 };

/** A data set as another library reads it. */
export interface Compiled {
  manifest: Manifest;
  columns: string[];
  rows: Value[][];
}

/** Integers are bigint whatever their width; dates are days, times microseconds, each behind its letter. */
export type Value = null | boolean | number | bigint | string | Uint8Array | Value[] | { [key: string]: Value };

const decoder = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });
const parsers = {
  stringFromBytes: (bytes: Uint8Array): string => bytes && decoder.decode(bytes),
  jsonFromBytes: (bytes: Uint8Array): string => bytes && decoder.decode(bytes),
  dateFromDays: (days: number): string => `D${days}`,
  timestampFromMilliseconds: (millis: bigint): string => `T${millis * 1000n}`,
  timestampFromMicroseconds: (micros: bigint): string => `T${micros}`,
  timestampFromNanoseconds: (nanos: bigint): string =>
    nanos % 1000n === 0n ? `T${nanos / 1000n}` : `T${nanos} nanoseconds`,
  uuidFromBytes: (bytes: Uint8Array): Uint8Array => bytes,
  geometryFromBytes: (bytes: Uint8Array): Uint8Array => bytes,
  geographyFromBytes: (bytes: Uint8Array): Uint8Array => bytes,
};

/** Reads a Parquet file with hyparquet. */
export async function readParquet(file: string): Promise<{ columns: string[]; rows: Value[][] }> {
  const buffer = await asyncBufferFromFile(file);
  const metadata = await parquetMetadataAsync(buffer);
  const columns: string[] = [];
  const units: bigint[] = [];
  for (let i = 1; i < metadata.schema.length; i = behind(metadata.schema, i)) {
    const element = metadata.schema[i]!;
    columns.push(element.name);
    units.push(nanosecondsOf(element));
  }
  let rows: Value[][] = [];
  if (metadata.num_rows > 0n)
    await parquetRead({
      file: buffer,
      metadata,
      compressors,
      parsers,
      utf8: false,
      onComplete: (read) => {
        rows = read.map((row) => row.map((value, c) => nanoseconds(settled(value), units[c]!)));
      },
    });
  return { columns, rows };
}

/** Nanoseconds that a unit of a time of day stands for; 0 for what is none. */
function nanosecondsOf({ converted_type: converted, logical_type: logical }: SchemaElement): bigint {
  const unit = logical?.type === 'TIME' ? logical.unit : converted?.startsWith('TIME_') ? converted.slice(5) : '';
  return { MILLIS: 1_000_000n, MICROS: 1000n, NANOS: 1n }[unit] ?? 0n;
}

/** A time of day in whatever unit it is stored: hyparquet gives the number as it is. */
const nanoseconds = (value: Value, unit: bigint): Value =>
  unit === 0n || value === null ? value : BigInt(value as number | bigint) * unit;

/** hyparquet makes an object of a map; the data set has it as a list of keys and values. */
export function asMap(value: Value): Value {
  if (Array.isArray(value)) {
    const pairs = value.map(asMap);
    const isMap = pairs.every(
      (p) => p !== null && typeof p === 'object' && !Array.isArray(p) && Object.keys(p).join() === 'key,value',
    );
    if (!isMap || pairs.length === 0) return pairs;
    return Object.fromEntries(
      (pairs as { key: Value; value: Value }[]).map(({ key, value: v }) => [String(key), asMap(v)]),
    );
  }
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return value;
  // An empty map is an empty list; a struct always has fields.
  if (Object.keys(value).length === 0) return [];
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, asMap(inner)]));
}

/** hyparquet says undefined for some nulls. */
function settled(value: Value | undefined): Value {
  if (value === undefined || value === null) return null;
  if (Array.isArray(value)) return value.map(settled);
  if (typeof value !== 'object' || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, settled(inner)]));
}

/** The element behind the tree of one. */
function behind(schema: { num_children?: number | undefined }[], at: number): number {
  let next = at + 1;
  for (let child = schema[at]!.num_children ?? 0; child > 0; child--) next = behind(schema, next);
  return next;
}

/** A folder under the system's temporary one. */
export function temporaryFolder(): string {
  return fs.mkdtempSync(path.join(os.tmpdir(), 'datagpu-ingest-'));
}

/** Compiles a source and reads the result back. */
export async function compiled(source: string, options: CompileOptions = {}): Promise<Compiled> {
  const out = fs.mkdtempSync(path.join(path.dirname(source), 'out-'));
  try {
    const { manifest } = await compile([source], { ...asRead, out, ...options });
    const read = await readParquet(path.join(out, 'data.parquet'));
    return { manifest, ...read };
  } finally {
    fs.rmSync(out, { recursive: true, force: true });
  }
}
