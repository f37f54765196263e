import type { Field } from '../engine/types.js';
import type { IngestKernel } from '../kernels/ingest.js';
import { during } from '../kernels/lent.js';
import { type ChunkStart, type CsvNotes, maxRawBytes, type ParsedChunk, type ScannedChunk } from '../load/chunk.js';
import { parseCsv } from '../load/csv/parse.js';
import { csvRecordRanges } from '../load/csv/raw.js';
import { repeatedHeaders } from '../load/csv/repeated-header.js';
import { scanCsv } from '../load/csv/scan.js';
import { parseJson } from '../load/json/parse.js';
import { jsonRecordRanges } from '../load/json/raw.js';
import { scanJson } from '../load/json/scan.js';
import { openParquet, type ParquetFile } from '../load/parquet/look.js';
import { hashPassing } from '../load/passing-hash.js';
import { closeSource, openSource } from '../load/source-file.js';
import type { ColumnPlan, TypingOptions } from '../load/typing.js';
import { absentColumn, nameColumn, type PassPlan, type SourcePlan } from './tasks.js';
import type { TextPiece } from './walk.js';

/** Files that a lane has open, and footers that it keeps, at most: a pass may have a hundred thousand. */
const mostOpen = 16;

/** The files of a pass, opened by a lane when it needs them. Those used last stay open. */
export class OpenFiles {
  private readonly fds: Map<string, number> = new Map();
  private readonly footers: Map<string, ParquetFile> = new Map();
  private last: ParquetFile | null = null;

  get(path: string, name: string): number {
    let fd = this.fds.get(path);
    if (fd === undefined) fd = openSource(path, name);
    else this.fds.delete(path);
    this.fds.set(path, fd);
    for (const [oldest, other] of this.fds) {
      if (this.fds.size <= mostOpen) break;
      closeSource(other);
      this.fds.delete(oldest);
    }
    return fd;
  }

  /** A Parquet file whose footer is read once. The one before gives back the pages it kept. */
  parquet(path: string, name: string): ParquetFile {
    let file = this.footers.get(path);
    if (file === undefined) {
      file = openParquet(path, name);
      this.footers.set(path, file);
      const [oldest] = this.footers.keys();
      if (this.footers.size > mostOpen) this.footers.delete(oldest!);
    }
    if (this.last !== file) this.last?.memo.clear();
    this.last = file;
    return file;
  }

  close(): void {
    for (const fd of this.fds.values()) closeSource(fd);
    this.fds.clear();
  }
}

/** Reads a chunk of a text source and finds its record borders: the first count. */
export function scanPiece(kernel: IngestKernel, files: OpenFiles, source: SourcePlan, piece: TextPiece): ScannedChunk {
  const fd = files.get(source.file.path, source.name);
  const { start, limits } = piece;
  if (source.csv !== null)
    return scanCsv(kernel, fd, source.file, start, source.csv, source.columns.length, limits, source.name);
  return scanJson(kernel, fd, source.file, start, source.json!, limits, source.name);
}

/** Hashes a scanned chunk, where the source is hashed in passing: what its border says of that. */
export function hashPiece(
  kernel: IngestKernel,
  files: OpenFiles,
  source: SourcePlan,
  scanned: ScannedChunk,
): { next: ChunkStart } | { hash: string } | null {
  if (!source.hashed) return null;
  return hashPassing(kernel, files.get(source.file.path, source.name), source.file, scanned, source.name);
}

/** Rejected records of a chunk that are described where none of them is written out: what is told of them is told of the first. */
const mostDescribed = 1000;

/** Finds the cells of a scanned chunk: the second count. */
export function parsePiece(
  kernel: IngestKernel,
  source: SourcePlan,
  scanned: ScannedChunk,
  described: number = mostDescribed,
): ParsedChunk & { newKeys: string[] } {
  if (source.csv !== null) {
    const parsed = parseCsv(kernel, scanned, source.csv, source.columns.length, { described });
    return { ...parsed, notes: notesOf(kernel, source, parsed), newKeys: [] };
  }
  return parseJson(kernel, scanned, source.json!, source.columns, source.name, { trees: source.kept ?? [], described });
}

function notesOf(kernel: IngestKernel, source: SourcePlan, { cells, rejects, notes }: ParsedChunk): CsvNotes {
  const found = source.csv?.header ? repeatedHeaders(kernel, cells, source.columns) : null;
  const said = notes ?? { comments: 0, swallowed: null };
  if (found === null) return said;
  let index = found.row;
  for (const rejected of rejects.indexes) {
    if (rejected > index) break;
    index++;
  }
  return { ...said, headers: { records: found.records, index } };
}

/**
 * Raw bytes of some records of a scanned chunk, copied, each at most 64 KB. `indexes` are their 0-based positions among the
 * chunk's records, ascending. Records that are not malformed leave no borders behind, so they are looked for once more.
 */
export function rawRecords(
  kernel: IngestKernel,
  source: SourcePlan,
  scanned: ScannedChunk,
  indexes: readonly number[],
): Uint8Array[] {
  const raws: Uint8Array[] = [];
  if (indexes.length === 0) return raws;
  const chunk = during(kernel.u8(scanned.ptr, scanned.bytes));
  let index = 0;
  for (const { from, to } of source.csv !== null
    ? csvRecordRanges(chunk, source.csv, source.columns.length)
    : jsonRecordRanges(chunk, source.json!)) {
    if (index++ !== indexes[raws.length]) continue;
    raws.push(chunk.slice(from, Math.min(to, from + maxRawBytes)));
    if (raws.length === indexes.length) return raws;
  }
  throw new Error(`${source.name}: no record ${indexes[raws.length]} in the chunk from byte ${scanned.start.byte}`);
}

/** How the typing stage is to read a source's cells. */
export function typingOptions(plan: PassPlan, source: SourcePlan): TypingOptions {
  return { json: source.json !== null, nullTokens: plan.read.nulls, clean: plan.clean };
}

/** For each field, where its cells are in a source. */
export function columnPlans(plan: PassPlan, source: SourcePlan): ColumnPlan[] {
  return plan.fields.map((field: Field, f): ColumnPlan => {
    const column = source.map[f]!;
    const settings = {
      type: field.type,
      declared: plan.declared[f]!,
      kinds: plan.kinds[f]!,
      only: source.json === null ? null : plan.only[f]!,
    };
    if (column === nameColumn) return { ...settings, cell: absentColumn, declared: true, constant: source.name };
    return { ...settings, cell: column };
  });
}
