import { DatagpuError } from '../../errors.js';
import type { IngestKernel } from '../../kernels/ingest.js';
import { during } from '../../kernels/lent.js';
import { maxRawBytes } from '../chunk.js';
import { type Reject, RejectLog } from '../reject-log.js';
import type { JsonDialect } from './dialect.js';
import { byteOf, changesOf, type JsonChunk, lineCounter, type ParsedJson } from './parsed-chunk.js';
import { placeTrees, type RawTree } from './raw-tree.js';
import { code, kindOf, reasonOf } from './reasons.js';
import { tabulate } from './tabulate.js';

/** Fields of the parse kernel's state, as indexes of uint32 (kernels/assembly/ingest/json-state.ts). */
const state = {
  at: 0,
  end: 1,
  layout: 2,
  row: 3,
  record: 4,
  stride: 5,
  columns: 6,
  starts: 7,
  metas: 8,
  seen: 9,
  keys: 10,
  keyCount: 11,
  keyLimit: 12,
  slots: 13,
  slotMask: 14,
  out: 16,
  stack: 17,
  stackEnd: 18,
  rejects: 19,
  rejectCount: 20,
  rejectLimit: 21,
  duplicates: 22,
  surrogates: 23,
  errorCode: 24,
  errorAt: 25,
  checkUtf8: 26,
  afterElement: 27,
  closed: 28,
  keyText: 30,
  keyTextEnd: 31,
  keyTextMissing: 32,
  from: 33,
  keysKept: 34,
  trees: 35,
  nanMode: 36,
  nans: 37,
  size: 40,
} as const;

const result = { done: 0, drainRejects: 1, growStack: 2, growKeys: 3, error: 4, more: 5 } as const;
const rejectLimit = 1024;
const noBytes = new Uint8Array(0);
/** Different keys a source may have: beyond it, keys are data. */
const maxKeys = 100_000;

/** What the parsing of a chunk can be told. */
export interface ParseJsonOptions {
  /** What is kept as it was read, by column. @default nothing */
  trees?: readonly (RawTree | null)[];
  /** How many of the rejected records are described; the others are only counted, as empty ones. @default all */
  described?: number;
  /** Take the exact parser whatever the counts say; tests only. @default false */
  exact?: boolean;
}

/**
 * Finds the cells of a chunk, the second count: for each record those of `columns` (keys as they are in the source), strictly
 * parsed. Cells lie in the chunk itself, or behind it where they had to be decoded; both are kernel memory, valid until its
 * `reset`. A value of a key that is not among the columns is checked, and the key is reported in `newKeys`.
 *
 * In `lines` a malformed record becomes a reject. Elsewhere a syntax error can't be told from its neighbours. When the count
 * differs from the scan's, JSON.parse and jsonc-parser read the chunk; if that differs too, neither can be trusted and the
 * compile ends with an error that is a bug.
 *
 * @throws DatagpuError `input` with the line, for a syntax error outside `lines`.
 */
export function parseJson(
  kernel: IngestKernel,
  scanned: JsonChunk,
  dialect: JsonDialect,
  columns: readonly string[],
  name: string,
  options: ParseJsonOptions = {},
): ParsedJson {
  const mark = kernel.mark();
  let parsed = options.exact === true ? null : parseFast(kernel, scanned, dialect, columns, name, options);
  if (parsed === null || countOf(parsed) !== scanned.records) {
    kernel.reset(mark);
    parsed = tabulate(kernel, scanned, dialect, columns, name, options.trees);
    if (countOf(parsed) !== scanned.records)
      throw new Error(
        `${name}: the record scan counts ${scanned.records} records from byte ${scanned.start.byte}, the exact parser ${countOf(parsed)}`,
      );
  }
  const array = dialect.layout === 'array' || dialect.layout === 'object';
  if (array && scanned.next === null && !parsed.closed) {
    const within = dialect.layout === 'array' ? 'the array' : `"${dialect.key}"`;
    const line = lineCounter(kernel, scanned)(scanned.ptr + scanned.bytes);
    throw new DatagpuError('input', `the file ends within ${within}`, {
      file: name,
      line,
      hint: 'It was probably cut off',
    });
  }
  return parsed;
}

const countOf = (parsed: ParsedJson): number => parsed.cells.rows + parsed.rejects.length;

/** Null when the kernel finds more records than the scan. */
function parseFast(
  kernel: IngestKernel,
  scanned: JsonChunk,
  dialect: JsonDialect,
  columns: readonly string[],
  name: string,
  { trees = [], described = Number.POSITIVE_INFINITY }: ParseJsonOptions,
): ParsedJson | null {
  const run = kernel.exports;
  const { ptr, bytes, records } = scanned;
  const end = ptr + bytes;
  const starts = kernel.alloc(records * columns.length * 4);
  const metas = kernel.alloc(records * columns.length * 4);
  const treesAt = placeTrees(kernel, trees);
  // Decoded text is never longer than its source, and as much is for objects with duplicate keys. What is kept as it was read
  // comes on top, with a mark of 6 bytes for a value of at least 3 and the comma or key that parts it from the next.
  const out = kernel.alloc(bytes * (treesAt === 0 ? 2 : trees.some((tree) => tree?.raw === false) ? 7 : 4));
  const states = kernel.alloc(state.size * 4);
  kernel.u32(states, state.size).fill(0);
  const set = (field: number, value: number): void => {
    kernel.u32(states, state.size)[field] = value;
  };
  const get = (field: number): number => kernel.u32(states, state.size)[field]!;
  const seen = kernel.alloc(columns.length * 4);
  kernel.u32(seen, columns.length).fill(0);
  set(state.nanMode, dialect.nan === undefined ? 0 : dialect.nan === 'null' ? 1 : 2);
  set(state.trees, treesAt);
  set(state.at, ptr);
  set(state.from, ptr);
  set(state.end, end);
  set(state.layout, dialect.layout === 'lines' ? 0 : dialect.layout === 'concatenated' ? 2 : 1);
  set(state.stride, records);
  set(state.columns, columns.length);
  set(state.starts, starts);
  set(state.metas, metas);
  set(state.seen, seen);
  set(state.out, out);
  set(state.rejects, kernel.alloc(rejectLimit * 32));
  set(state.rejectLimit, rejectLimit);
  set(state.afterElement, scanned.start.record === 1 ? 0 : 1);
  growStack(kernel, states);
  placeColumns(kernel, states, columns);
  set(state.keysKept, columns.length);
  const lineAt = lineCounter(kernel, scanned);
  if (run.utf8Valid(ptr, end) === 0) {
    if (dialect.layout !== 'lines') {
      const at = run.utf8Invalid(ptr, end) >>> 0;
      const why = reasonOf(code.utf8, during(kernel.u8(at, 1)), byteOf(scanned, at) + 1);
      throw new DatagpuError('input', why, { file: name, line: lineAt(at), hint: 'Name its encoding with --encoding' });
    }
    set(state.checkUtf8, 1);
  }

  const rejects = new RejectLog();
  const drain = (): void => {
    const count = get(state.rejectCount);
    for (let i = 0; i < count; i++) {
      const [index, from, to, at, errorCode] = kernel.u32(get(state.rejects) + i * 32, 5) as unknown as number[];
      if (rejects.length >= described) rejects.push({ index: index!, line: 0, why: '', raw: noBytes });
      else rejects.push(rejectOf(kernel, lineAt, index!, from!, to!, at!, errorCode!));
    }
    set(state.rejectCount, 0);
  };
  let answer = run.jsonParse(states);
  while (answer !== result.done) {
    if (answer === result.drainRejects) drain();
    else if (answer === result.growStack) growStack(kernel, states);
    else if (answer === result.growKeys) growKeys(kernel, states, name);
    else if (answer === result.more) return null;
    else {
      const at = get(state.errorAt);
      const row = scanned.start.record + get(state.record);
      throw syntaxError(kernel, scanned, dialect, lineAt(at), get(state.errorCode), at, row, name);
    }
    answer = run.jsonParse(states);
  }
  drain();
  const rows = get(state.row);
  const newKeys: string[] = [];
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  for (let k = columns.length; k < get(state.keyCount); k++) {
    const [at, length] = kernel.u32(get(state.keys) + k * 32, 2) as unknown as number[];
    newKeys.push(decoder.decode(during(kernel.u8(at!, length!))));
  }
  const changed = changesOf(get(state.duplicates), get(state.surrogates), get(state.nans));
  if (rows !== records) {
    for (const table of [starts, metas]) {
      const view = kernel.u32(table, records * columns.length);
      for (let c = 1; c < columns.length; c++) view.copyWithin(c * rows, c * records, c * records + rows);
    }
  }
  const used = get(state.out) - out;
  kernel.reset(out);
  kernel.alloc(used);
  const cells = { rows, columns: columns.length, starts, metas };
  return { cells, rejects, changed, exact: false, newKeys, closed: get(state.closed) !== 0 };
}

function rejectOf(
  kernel: IngestKernel,
  lineAt: (at: number) => number,
  index: number,
  from: number,
  to: number,
  at: number,
  errorCode: number,
): Reject {
  const why = reasonOf(errorCode, during(kernel.u8(at, Math.max(0, Math.min(to - at, 64)))), at - from + 1);
  let length = Math.min(to - from, maxRawBytes);
  while (length > 0 && length === to - from && kernel.u8(from + length - 1, 1)[0] === 13) length--;
  return { index, line: lineAt(from), why, raw: during(kernel.u8(from, length)) };
}

function syntaxError(
  kernel: IngestKernel,
  scanned: JsonChunk,
  dialect: JsonDialect,
  line: number,
  errorCode: number,
  at: number,
  row: number,
  name: string,
): DatagpuError {
  const left = scanned.ptr + scanned.bytes - at;
  const bytes = during(kernel.u8(at, Math.max(0, Math.min(left, 64))));
  const why =
    errorCode === code.notObject
      ? `${kindOf(bytes[0])} where an object was expected`
      : reasonOf(errorCode, bytes, byteOf(scanned, at) + 1);
  const where = scanned.gap === undefined ? { file: name, row, line } : { file: name, line };
  const atEnd = left === 0 && scanned.next === null;
  const hint = atEnd
    ? 'It was probably cut off'
    : dialect.layout === 'concatenated' && row > 1
      ? 'If it has a record a line, use --format jsonl'
      : errorCode === code.notObject
        ? 'A record is a JSON object'
        : 'Correct it there: of JSON that is broken in one place nothing is read';
  return new DatagpuError('input', why, { ...where, hint });
}

/** Gives the kernel four times the room for members of open objects. */
function growStack(kernel: IngestKernel, states: number): void {
  const fields = kernel.u32(states, state.size);
  const bytes = Math.max(1 << 16, (fields[state.stackEnd]! - fields[state.stack]!) * 4);
  const at = kernel.alloc(bytes);
  const grown = kernel.u32(states, state.size);
  grown[state.stack] = at;
  grown[state.stackEnd] = at + bytes;
}

/** Enters the columns into the key table, so that key k is column k. */
function placeColumns(kernel: IngestKernel, states: number, columns: readonly string[]): void {
  makeTable(kernel, states, columns.length * 2 + 64);
  const run = kernel.exports;
  const encoder = new TextEncoder();
  for (const column of columns) {
    const key = encoder.encode(column);
    const at = kernel.alloc(key.length + 1);
    const view = kernel.u8(at, key.length + 1);
    view.set(key);
    view[key.length] = 0x22;
    // A key with a quote or a backslash is never written as it is.
    run.jsonAddKey(states, at, key.length, JSON.stringify(column).length === column.length + 2);
  }
}

/** Reserves a key table for `limit` keys and empties its hash table. */
function makeTable(kernel: IngestKernel, states: number, limit: number): void {
  let slots = 64;
  while (slots < limit * 2) slots *= 2;
  const keys = kernel.alloc(limit * 32);
  const slotsAt = kernel.alloc(slots * 4);
  kernel.u32(slotsAt, slots).fill(0);
  const fields = kernel.u32(states, state.size);
  fields[state.keys] = keys;
  fields[state.keyLimit] = limit;
  fields[state.slots] = slotsAt;
  fields[state.slotMask] = slots - 1;
}

function growKeys(kernel: IngestKernel, states: number, name: string): void {
  const run = kernel.exports;
  const fields = kernel.u32(states, state.size);
  const missing = fields[state.keyTextMissing]!;
  if (missing > 0) {
    const bytes = Math.max(1 << 14, missing);
    const at = kernel.alloc(bytes);
    const grown = kernel.u32(states, state.size);
    grown[state.keyText] = at;
    grown[state.keyTextEnd] = at + bytes;
    return;
  }
  const count = fields[state.keyCount]!;
  if (count >= maxKeys)
    throw new DatagpuError('input', `more than ${maxKeys.toLocaleString('en')} different keys`, {
      file: name,
      hint: 'Put what varies into a nested object, or into a key and a value column',
    });
  const old = fields[state.keys]!;
  makeTable(kernel, states, Math.min(count * 4, maxKeys));
  const keys = kernel.u32(states, state.size)[state.keys]!;
  kernel.u8(keys, count * 32).set(kernel.u8(old, count * 32));
  for (let k = 0; k < count; k++) run.jsonPlaceKey(states, k);
}
