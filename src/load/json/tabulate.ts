import { isUtf8 } from 'node:buffer';
import { DatagpuError } from '../../errors.js';
import { cell } from '../../kernels/cells.js';
import type { IngestKernel } from '../../kernels/ingest.js';
import { during } from '../../kernels/lent.js';
import { maxRawBytes } from '../chunk.js';
import { type Reject, RejectLog } from '../reject-log.js';
import type { JsonDialect } from './dialect.js';
import { type ExactError, type ExactRecord, readLinesExactly, readValuesExactly } from './exact.js';
import { changesOf, type JsonChunk, lineCounter, type ParsedJson } from './parsed-chunk.js';
import type { RawTree } from './raw-tree.js';

/**
 * Makes the cell table of what the exact parser reads in a chunk, by the kernel's rules: a record that is not JSON, or no
 * object, is a reject in lines; in an array only the latter is, and elsewhere both refuse the file.
 *
 * @throws DatagpuError `input` with the line, for a syntax error outside `lines`.
 */
export function tabulate(
  kernel: IngestKernel,
  scanned: JsonChunk,
  dialect: JsonDialect,
  columns: readonly string[],
  name: string,
  trees: readonly (RawTree | null)[] = [],
): ParsedJson {
  const chunk = kernel.u8(scanned.ptr, scanned.bytes).slice();
  const lineAt = lineCounter(kernel, scanned);
  const lines = dialect.layout === 'lines';
  const refuse = (at: number, record: number, why: string): never => {
    const row = scanned.gap === undefined ? { row: record } : {};
    throw new DatagpuError('input', why, { file: name, ...row, line: lineAt(scanned.ptr + at) });
  };
  if (!lines && !isUtf8(chunk)) refuse(0, scanned.start.record, 'its bytes are not UTF-8');

  const rows: ExactRecord[] = [];
  const rejects = new RejectLog();
  const places = new Map(columns.map((column, c) => [column, c]));
  const newKeys = new Set<string>();
  const kept = new Map(columns.flatMap((column, c): [string, RawTree][] => (trees[c] ? [[column, trees[c]]] : [])));
  let [bytes, duplicates, surrogates, nans] = [0, 0, 0, 0];
  const take = (record: ExactRecord): void => {
    const index = rows.length + rejects.length;
    if (record.cells === null) {
      rejects.push(rejectOf(record, index));
      return;
    }
    for (const [key, { text }] of record.cells) {
      if (places.has(key)) bytes += Buffer.byteLength(text);
      else newKeys.add(key);
    }
    duplicates += record.duplicates + record.repeated.filter((key) => places.has(key)).length;
    surrogates += record.surrogates;
    nans += record.nans;
    rows.push(record);
  };
  const rejectOf = (record: ExactRecord, index: number): Reject => {
    const { from, to } = record;
    const { why, notObject } = record.error as ExactError;
    if (!lines && !(notObject && dialect.layout !== 'concatenated')) refuse(from, scanned.start.record + index, why);
    let end = to;
    while (end > from && chunk[end - 1] === 13) end--;
    return {
      index,
      line: lineAt(scanned.ptr + from),
      why,
      raw: chunk.slice(from, Math.min(end, from + maxRawBytes)),
    };
  };
  let closed = false;
  if (lines) for (const record of readLinesExactly(chunk, kept, dialect.nan)) take(record);
  else {
    const commas = dialect.layout !== 'concatenated';
    const values = readValuesExactly(chunk, commas, scanned.start.record === 1, kept, dialect.nan);
    let next = values.next();
    for (; next.done !== true; next = values.next()) take(next.value);
    closed = next.value;
  }
  const cells = placeCells(kernel, rows, columns, bytes);
  const changed = changesOf(duplicates, surrogates, nans);
  return { cells, rejects, changed, exact: true, newKeys: [...newKeys], closed };
}

function placeCells(
  kernel: IngestKernel,
  records: readonly ExactRecord[],
  columns: readonly string[],
  bytes: number,
): ParsedJson['cells'] {
  const rows = records.length;
  const starts = kernel.alloc(rows * columns.length * 4);
  const metas = kernel.alloc(rows * columns.length * 4);
  const text = kernel.alloc(bytes);
  const startOf = kernel.u32(starts, rows * columns.length);
  const metaOf = kernel.u32(metas, rows * columns.length);
  const target = Buffer.from(during(kernel.u8(text, bytes)).buffer, text, bytes);
  let at = 0;
  records.forEach(({ cells }, row) => {
    columns.forEach((column, c) => {
      const found = cells!.get(column) ?? { text: '', flags: cell.absent };
      const length = target.write(found.text, at);
      startOf[c * rows + row] = text + at;
      metaOf[c * rows + row] = (length << 4) | found.flags;
      at += length;
    });
  });
  return { rows, columns: columns.length, starts, metas };
}
