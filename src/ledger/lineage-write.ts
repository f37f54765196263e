import fs from 'node:fs';
import type { Kernel } from '../kernels/module.js';
import { wire } from '../load/parquet/thrift.js';
import { fateNames } from '../stages/pipeline.js';
import { writing } from '../write/output-error.js';
import { magic } from '../write/parquet.js';
import { writeAll } from '../write/splicer.js';
import { binary, encodeStruct, i32, i64, structs, type ThriftField, type ThriftStruct } from '../write/thrift.js';
import type { FateLog } from './fates.js';
import { type KernelColumn, type LineageGroup, lineageGroups, type SourceSpan } from './lineage.js';

/** A column of the file: how it is stored, and its values of a group. */
interface LineageColumn {
  name: string;
  kind: 'words' | 'numbers' | 'doubles';
  /** One byte a record, 1 where it has a value; null when all have. */
  mask?: (group: LineageGroup) => KernelColumn;
  values: (group: LineageGroup) => KernelColumn | Float64Array;
  /** The dictionary of a column of words. */
  words?: readonly string[];
}

/** Numbers of the format's enumerations that are used here. */
const physical = { numbers: 1, doubles: 5, words: 6 } as const;
const converted = { utf8: 0, uint32: 13 } as const;
const encoding = { plain: 0, rle: 3, deltaBinaryPacked: 5, rleDictionary: 8 } as const;
const page = { data: 0, dictionary: 2 } as const;

/**
 * The columns of lineage.parquet: one row for each record of the sources, in order.
 *
 *     source        path of the source, as in the manifest
 *     row           1-based record number in it
 *     fate          "kept", or the reason why it is not in the data set
 *     position      of a kept row: its 0-based place in the output over all files
 *     kept_source   of a duplicate: the row that was kept in its stead
 *     kept_row
 *     similarity    of a near duplicate: the exact Jaccard similarity with that row
 *     number        of a row that a stage dropped for what it counted, words for one; only where a stage that counts ran
 */
function columnsOf(sources: readonly SourceSpan[], hasCounts: boolean): LineageColumn[] {
  const paths = sources.map((span) => span.path);
  const number: LineageColumn = { name: 'number', kind: 'numbers', mask: (g) => g.counted, values: (g) => g.number };
  return [
    { name: 'source', kind: 'words', values: (g) => g.source, words: paths },
    { name: 'row', kind: 'numbers', values: (g) => g.row },
    { name: 'fate', kind: 'words', values: (g) => g.fate, words: fateNames },
    { name: 'position', kind: 'numbers', mask: (g) => g.placed, values: (g) => g.position },
    { name: 'kept_source', kind: 'words', mask: (g) => g.twinned, values: (g) => g.keptSource, words: paths },
    { name: 'kept_row', kind: 'numbers', mask: (g) => g.twinned, values: (g) => g.keptRow },
    { name: 'similarity', kind: 'doubles', mask: (g) => g.compared, values: (g) => g.similarity },
    ...(hasCounts ? [number] : []),
  ];
}

/**
 * Writes the lineage of all records, whose kept rows have their places, to a new file, and syncs it. Two or three bytes a
 * record: dictionary indices and deltas, not compressed, so that a million records take some 20 ms.
 *
 * @throws DatagpuError `output` when it can't be written
 */
export function writeLineage(
  file: string,
  log: FateLog,
  sources: readonly SourceSpan[],
  compilerVersion: string,
  hasCounts: boolean = false,
): void {
  const columns = columnsOf(sources, hasCounts);
  const fd = writing(file, () => fs.openSync(file, 'wx'));
  try {
    let at = 0;
    const write = (bytes: Uint8Array): void => {
      writing(file, () => writeAll(fd, bytes));
      at += bytes.length;
    };
    write(magic);
    const groups: ThriftStruct[] = [];
    for (const group of lineageGroups(log, sources)) {
      const first = at;
      const chunks = columns.map((column) => {
        const start = at;
        const dictionary = writeColumn(column, group, log.kernel, write);
        return chunkOf(column, group.rows, start, dictionary, at - start);
      });
      groups.push(
        new Map([
          [1, structs(chunks)],
          [2, i64(at - first)],
          [3, i64(group.rows)],
        ]),
      );
    }
    const footer = encodeStruct(footerOf(columns, log.records, groups, compilerVersion));
    for (const part of [footer, uint32(footer.length), magic]) write(part);
    writing(file, () => fs.fsyncSync(fd));
  } finally {
    fs.closeSync(fd);
  }
}

/** Writes the pages of a column: a dictionary, if it has words, and one data page. Returns the bytes of the dictionary. */
function writeColumn(
  column: LineageColumn,
  group: LineageGroup,
  kernel: Kernel<'ledger'>,
  write: (bytes: Uint8Array) => void,
): number {
  const { words } = column;
  let dictionary = 0;
  if (words !== undefined) {
    const page = dictionaryPage(words);
    write(page);
    dictionary = page.length;
  }
  const body: Uint8Array[] = [];
  let packed = group.packed;
  const pack = (values: KernelColumn, width: number): Uint8Array => {
    const { hybridBytes, hybridWords } = kernel.exports;
    const from = packed;
    packed = (values.bytes === 1 ? hybridBytes : hybridWords)(values.at, values.count, width, from) >>> 0;
    return kernel.u8(from, packed - from).slice();
  };
  if (column.mask !== undefined) {
    const levels = pack(column.mask(group), 1);
    body.push(uint32(levels.length), levels);
  }
  const values = column.values(group);
  let how: number = encoding.plain;
  if (values instanceof Float64Array) body.push(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  else if (words !== undefined) {
    const width = bitWidth(words.length - 1);
    how = encoding.rleDictionary;
    body.push(Uint8Array.of(width), pack(values, width));
  } else {
    how = encoding.deltaBinaryPacked;
    const length = kernel.exports.pageDeltas(values.at, 4, values.count, packed);
    body.push(kernel.u8(packed, length).slice());
  }
  const bytes = body.reduce((n, part) => n + part.length, 0);
  const header: ThriftStruct = new Map([
    [1, i32(group.rows)],
    [2, i32(how)],
    [3, i32(encoding.rle)],
    [4, i32(encoding.rle)],
  ]);
  for (const part of [pageHeaderOf(page.data, bytes, 5, header), ...body]) write(part);
  return dictionary;
}

/** A page of words, each with its length before it. */
function dictionaryPage(words: readonly string[]): Uint8Array {
  const body = Buffer.concat(words.flatMap((word) => [uint32(Buffer.byteLength(word)), Buffer.from(word)]));
  const header: ThriftStruct = new Map([
    [1, i32(words.length)],
    [2, i32(encoding.plain)],
  ]);
  return Buffer.concat([pageHeaderOf(page.dictionary, body.length, 7, header), body]);
}

/** Bits that numbers up to `most` take. */
const bitWidth = (most: number): number => 32 - Math.clz32(most);

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

function pageHeaderOf(type: number, bytes: number, id: number, header: ThriftStruct): Uint8Array {
  return encodeStruct(
    new Map([
      [1, i32(type)],
      [2, i32(bytes)],
      [3, i32(bytes)],
      [id, { type: wire.struct, value: header }],
    ]),
  );
}

/** A column chunk of `bytes` at `start`; its data page lies behind `dictionary` bytes of dictionary page. */
function chunkOf(column: LineageColumn, rows: number, start: number, dictionary: number, bytes: number): ThriftStruct {
  const encodings = { words: encoding.rleDictionary, numbers: encoding.deltaBinaryPacked, doubles: encoding.plain };
  const used = [encoding.plain, encoding.rle, encodings[column.kind]];
  const metadata: ThriftStruct = new Map<number, ThriftField>([
    [1, i32(physical[column.kind])],
    [2, { type: wire.list, value: { element: wire.i32, items: [...new Set(used)] } }],
    [3, { type: wire.list, value: { element: wire.binary, items: [Buffer.from(column.name)] } }],
    [4, i32(0)],
    [5, i64(rows)],
    [6, i64(bytes)],
    [7, i64(bytes)],
    [9, i64(start + dictionary)],
  ]);
  if (dictionary > 0) metadata.set(11, i64(start));
  return new Map([
    [2, i64(start)],
    [3, { type: wire.struct, value: metadata }],
  ]);
}

function footerOf(
  columns: readonly LineageColumn[],
  rows: number,
  groups: readonly ThriftStruct[],
  compilerVersion: string,
): ThriftStruct {
  const root: ThriftStruct = new Map([
    [4, binary('root')],
    [5, i32(columns.length)],
  ]);
  const elements = columns.map((column): ThriftStruct => {
    const element: ThriftStruct = new Map([
      [1, i32(physical[column.kind])],
      [3, i32(column.mask === undefined ? 0 : 1)],
      [4, binary(column.name)],
    ]);
    if (column.kind !== 'doubles') element.set(6, i32(column.kind === 'words' ? converted.utf8 : converted.uint32));
    return element;
  });
  return new Map([
    [1, i32(1)],
    [2, structs([root, ...elements])],
    [3, i64(rows)],
    [4, structs(groups)],
    [6, binary(`datagpu version ${compilerVersion}`)],
  ]);
}
