// Reads JSON text through sniff, scan and parse, and gives cells back as JavaScript values.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { cell } from '../../dist/kernels/cells.js';
import { createIngestKernel, type IngestKernel } from '../../dist/kernels/ingest.js';
import type { ChunkLimits, ChunkStart } from '../../dist/load/chunk.js';
import type { JsonDialect } from '../../dist/load/json/dialect.js';
import { parseJson } from '../../dist/load/json/parse.js';
import type { ParsedJson } from '../../dist/load/json/parsed-chunk.js';
import { scanJson } from '../../dist/load/json/scan.js';
import { type JsonSniff, sniffJson } from '../../dist/load/json/sniff.js';
import { jsonValue } from './json-value.js';

export const kernel: IngestKernel = createIngestKernel();

/** A number as it was written. */
export class Token {
  constructor(readonly text: string) {}
}

export interface ReadJson {
  columns: string[];
  /** For each record its cells: undefined for an absent or null one. */
  rows: Map<string, unknown>[];
  rejects: { row: number; line: number; why: string; raw: string }[];
  changed: Record<string, number>;
  /** Keys that were not among the columns. */
  newKeys: string[];
  chunks: number;
  read: number;
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'datagpu-json-'));
process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
let files = 0;

/** Puts bytes into a file of a folder that is removed at the end, and calls `use` with it. */
export function withFile<T>(content: string | Uint8Array, use: (file: { path: string; bytes: number }) => T): T {
  const name = path.join(folder, `${files++}`);
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  fs.writeFileSync(name, bytes);
  try {
    return use({ path: name, bytes: bytes.length });
  } finally {
    fs.rmSync(name);
  }
}

export function sniff(content: string | Uint8Array, format: 'json' | 'jsonl'): JsonSniff {
  return withFile(content, (file) => sniffJson(file, format, 'a.json'));
}

/** Reads all chunks of a source whose layout and columns are known. */
export function readChunks(
  content: string | Uint8Array,
  dialect: JsonDialect,
  dataStart: ChunkStart,
  columns: string[],
  limits: ChunkLimits,
): ReadJson {
  return withFile(content, (file) => {
    const fd = fs.openSync(file.path, 'r');
    const read: ReadJson = { columns, rows: [], rejects: [], changed: {}, newKeys: [], chunks: 0, read: 0 };
    try {
      for (let start: ChunkStart | null = dataStart; start !== null; ) {
        kernel.reset();
        const scanned = scanJson(kernel, fd, file, start, dialect, limits, 'a.json');
        const parsed = parseJson(kernel, scanned, dialect, columns, 'a.json');
        read.chunks++;
        read.read += scanned.records;
        take(read, parsed, start.record);
        if (scanned.next !== null && scanned.next.byte <= start.byte) throw new Error('no progress');
        start = scanned.next;
      }
    } finally {
      fs.closeSync(fd);
    }
    return read;
  });
}

/** Sniffs and reads; keys that the samples didn't show are added as columns. */
export function readJson(
  content: string | Uint8Array,
  format: 'json' | 'jsonl',
  limits: ChunkLimits = { bytes: 32 << 20, records: 1e6 },
): ReadJson {
  const { dialect, dataStart, columns } = sniff(content, format);
  const read = readChunks(content, dialect, dataStart, columns, limits);
  if (read.newKeys.length === 0) return read;
  return readChunks(content, dialect, dataStart, [...columns, ...read.newKeys], limits);
}

function take(read: ReadJson, parsed: ParsedJson, record: number): void {
  const { cells, rejects, changed, newKeys } = parsed;
  for (let r = 0; r < cells.rows; r++) {
    const row = new Map<string, unknown>();
    read.columns.forEach((name, c) => {
      const at = (c * cells.rows + r) * 4;
      const meta = kernel.u32(cells.metas + at, 1)[0]!;
      const bytes = kernel.u8(kernel.u32(cells.starts + at, 1)[0]!, meta >>> 4).slice();
      const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
      if (meta & cell.absent) {
        if (text !== '') throw new Error('an absent cell with bytes');
      } else if (meta & cell.nested) row.set(name, jsonValue(text));
      else if (meta & cell.string) row.set(name, text);
      else row.set(name, text === 'true' ? true : text === 'false' ? false : new Token(text));
    });
    read.rows.push(row);
  }
  for (const { index, line, why, raw } of rejects)
    read.rejects.push({ row: record + index, line, why, raw: Buffer.from(raw).toString() });
  for (const [rule, count] of Object.entries(changed)) read.changed[rule] = (read.changed[rule] ?? 0) + count;
  for (const key of newKeys) if (!read.newKeys.includes(key)) read.newKeys.push(key);
}

/** A string as it is kept: lone surrogates as six characters. */
export function kept(text: string): string {
  return text.replace(
    /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16)}`,
  );
}

/** What JSON.parse makes of a record, in the form of `ReadJson.rows`. Nested values are left as they are. */
export function expected(record: object): Map<string, unknown> {
  const row = new Map<string, unknown>();
  for (const [key, value] of Object.entries(record)) {
    if (value === null) continue;
    row.set(kept(key), typeof value === 'string' ? kept(value) : value);
  }
  return row;
}

/** A row with numbers as JSON.parse reads them. */
export function numbers(row: Map<string, unknown>): Map<string, unknown> {
  return new Map([...row].map(([k, v]) => [k, v instanceof Token ? JSON.parse(v.text) : v]));
}
