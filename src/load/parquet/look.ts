import type { ColumnType } from '../../engine/types.js';
import type { DatagpuError } from '../../errors.js';
import { codecName } from './codec.js';
import { type FileMetadata, readFooter, refuse } from './footer.js';
import { findFine } from './int96.js';
import { largePages, type PageRegions } from './large-pages.js';
import { PageMemo } from './memo.js';
import { cutPieces, type ParquetPiece } from './pieces.js';
import { type ParquetColumn, readSchema } from './schema.js';

/** What a Parquet file holds, from its footer. */
export interface ParquetLook {
  fields: { name: string; type: ColumnType; unreadable: string | null }[];
  rows: number;
  groups: { rows: number; bytes: number }[];
  /** All rows, in order, in pieces of bounded size whose borders depend on the file only. */
  pieces: ParquetPiece[];
  /** Bytes of memory that the largest pages of each field take, by region. */
  pageBytes: PageRegions[];
  createdBy: string;
}

/** A Parquet file whose footer was read and checked, as one thread keeps it while it reads its pieces. */
export interface ParquetFile {
  path: string;
  name: string;
  meta: FileMetadata;
  columns: ParquetColumn[];
  memo: PageMemo;
}

/** Rows that a byte of a file may stand for: a bound on files that claim rows without end. */
const maxRowsPerByte = 100_000;

/**
 * Reads and checks a Parquet file's footer. Of its pages only some of INT96 columns are read, whose unit is in the values.
 * Throws 'input' for what can't be read; of a column that can't, it says why.
 */
export function openParquet(path: string, name: string): ParquetFile {
  const meta = readFooter(path, name);
  const columns = readSchema(meta.schema, name);
  checkGroups(meta, columns, name);
  const file = { path, name, meta, columns, memo: new PageMemo() };
  const hasInt96 = (column: ParquetColumn): boolean =>
    column.unreadable === null && column.leaves.some((leaf) => leaf.physical === 'int96');
  const fine = columns.some(hasInt96) ? findFine(file) : [];
  if (fine.length === 0) return file;
  const unreadable = new Map(columns.map((column, c) => [c, column.unreadable]));
  const again = readSchema(meta.schema, name, fine);
  return { ...file, columns: again.map((column, c) => ({ ...column, unreadable: unreadable.get(c)! })) };
}

function checkGroups(meta: FileMetadata, columns: readonly ParquetColumn[], name: string): void {
  const leaves = columns.flatMap((column) => column.leaves.map((leaf) => ({ leaf, column: column.name, of: column })));
  const damaged = (what: string, column?: string): DatagpuError =>
    refuse(name, `the Parquet footer is damaged: ${what}`, column === undefined ? {} : { column });
  let rows = 0;
  for (const [g, group] of meta.groups.entries()) {
    if (group.columns.length !== leaves.length)
      throw damaged(`row group ${g} has ${group.columns.length} columns instead of ${leaves.length}`);
    if (!(group.rows >= 0)) throw damaged('a row group has a negative number of rows');
    for (const [c, chunk] of group.columns.entries()) {
      const { leaf, column, of } = leaves[c]!;
      if (chunk.physical !== leaf.physical) throw damaged('a column has another type than the schema says', column);
      const codec = codecName(chunk.codec);
      if (!codec.known) of.unreadable ??= `its pages are packed with ${codec.name}, which is not supported`;
      if (of.unreadable === null && leaf.repetition === 0 && chunk.values !== group.rows)
        throw damaged(`a column has ${chunk.values} values for ${group.rows} rows`, column);
    }
    rows += group.rows;
  }
  if (rows !== meta.rows) throw damaged(`it says ${meta.rows} rows, its row groups have ${rows}`);
  if (rows > 1e8 && rows / meta.end > maxRowsPerByte)
    throw refuse(name, `${rows} rows in ${meta.end} bytes; ${maxRowsPerByte} rows a byte are the most`);
}

/** Looks at a Parquet file: its schema, its rows, and the pieces that it is read in. */
export function lookParquet(path: string, name: string): ParquetLook {
  const file = openParquet(path, name);
  const { groups, pieces } = cutPieces(file);
  return {
    fields: file.columns.map(({ name: field, type, unreadable }) => ({ name: field, type, unreadable })),
    rows: file.meta.rows,
    groups,
    pieces,
    pageBytes: largePages(file),
    createdBy: file.meta.createdBy,
  };
}
