import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { asyncBufferFromFile, parquetMetadataAsync, parquetRead } from 'hyparquet';
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
  timestampFromNanoseconds: (nanos: bigint): string => `T${nanos / 1000n}`,
  uuidFromBytes: (bytes: Uint8Array): Uint8Array => bytes,
};

/** Reads a Parquet file with hyparquet. */
export async function readParquet(file: string): Promise<{ columns: string[]; rows: Value[][] }> {
  const buffer = await asyncBufferFromFile(file);
  const metadata = await parquetMetadataAsync(buffer);
  const columns: string[] = [];
  for (let i = 1; i < metadata.schema.length; i = behind(metadata.schema, i)) columns.push(metadata.schema[i]!.name);
  let rows: Value[][] = [];
  if (metadata.num_rows > 0n)
    await parquetRead({
      file: buffer,
      metadata,
      compressors,
      parsers,
      utf8: false,
      onComplete: (read) => {
        rows = read.map((row) => row.map(settled));
      },
    });
  return { columns, rows };
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
