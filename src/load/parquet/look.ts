import type { ColumnType } from '../../engine/types.js';
import { codecName, prepareCodecs } from './codec.js';
import { type FileMetadata, readFooter, refuse } from './footer.js';
import { type ParquetColumn, readSchema } from './schema.js';

/** A piece of a Parquet file that is read at once: rows of one row group. */
export interface ParquetPiece {
  group: number;
  /** First row, and the row behind the last one, in the row group. */
  from: number;
  to: number;
  /** 1-based number of the first row in the file. */
  record: number;
}

/** What the footer of a Parquet file says. */
export interface ParquetLook {
  fields: { name: string; type: ColumnType }[];
  rows: number;
  groups: { rows: number; bytes: number }[];
  /** All rows, in order, in pieces of bounded size whose borders depend on the file only. */
  pieces: ParquetPiece[];
  createdBy: string;
}

/** A Parquet file whose footer was read and checked. */
export interface ParquetFile {
  path: string;
  name: string;
  meta: FileMetadata;
  columns: ParquetColumn[];
}

/** A piece has at most this many rows, and about this many bytes, unpacked. */
const pieceRows = 131072;
const pieceBytes = 32 * 1024 * 1024;

/** Reads and checks a Parquet file's footer. Throws 'input' for what can't be read. */
export function openParquet(path: string, name: string): ParquetFile {
  const meta = readFooter(path, name);
  const columns = readSchema(meta.schema, name);
  const leaves = columns.flatMap((column) => column.leaves.map((leaf) => ({ leaf, column: column.name })));
  let rows = 0;
  for (const [g, group] of meta.groups.entries()) {
    if (group.columns.length !== leaves.length)
      throw refuse(
        name,
        `the Parquet footer is damaged: row group ${g} has ${group.columns.length} columns instead of ${leaves.length}`,
      );
    if (!(group.rows >= 0))
      throw refuse(name, 'the Parquet footer is damaged: a row group has a negative number of rows');
    for (const [c, chunk] of group.columns.entries()) {
      const { leaf, column } = leaves[c]!;
      if (chunk.physical !== leaf.physical)
        throw refuse(
          name,
          'the Parquet footer is damaged: a column has another type than the schema says',
          undefined,
          column,
        );
      const codec = codecName(chunk.codec);
      if (!codec.known)
        throw refuse(name, `its pages are packed with ${codec.name}, which is not supported`, undefined, column);
      if (leaf.repetition === 0 && chunk.values !== group.rows)
        throw refuse(
          name,
          `the Parquet footer is damaged: a column has ${chunk.values} values for ${group.rows} rows`,
          undefined,
          column,
        );
    }
    rows += group.rows;
  }
  if (rows !== meta.rows)
    throw refuse(name, `the Parquet footer is damaged: it says ${meta.rows} rows, its row groups have ${rows}`);
  return { path, name, meta, columns };
}

/** Looks at a Parquet file without reading its pages. */
export async function lookParquet(path: string, name: string): Promise<ParquetLook> {
  await prepareCodecs();
  const { meta, columns } = openParquet(path, name);
  const groups = meta.groups.map((g) => ({
    rows: g.rows,
    bytes: g.columns.reduce((n, c) => n + Math.max(0, c.textBytes ?? c.bytes), 0),
  }));
  return {
    fields: columns.map(({ name: field, type }) => ({ name: field, type })),
    rows: meta.rows,
    groups,
    pieces: cutPieces(groups),
    createdBy: meta.createdBy,
  };
}

function cutPieces(groups: readonly { rows: number; bytes: number }[]): ParquetPiece[] {
  const pieces: ParquetPiece[] = [];
  let record = 1;
  for (const [group, { rows, bytes }] of groups.entries()) {
    const count = Math.min(rows, Math.max(Math.ceil(rows / pieceRows), Math.round(bytes / pieceBytes)));
    for (let i = 0; i < count; i++) {
      const from = Math.floor((rows * i) / count);
      const to = Math.floor((rows * (i + 1)) / count);
      pieces.push({ group, from, to, record: record + from });
    }
    record += rows;
  }
  return pieces;
}
