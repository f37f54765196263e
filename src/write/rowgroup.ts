import type { Compression } from '../config/options.js';
import type { Block, Column } from '../engine/block.js';
import { type PlacedColumn, placeColumns, viewKeeper } from '../engine/place.js';
import { BufferPool } from '../engine/pool.js';
import { type Field, widthOf } from '../engine/types.js';
import type { IngestKernel } from '../kernels/ingest.js';
import { type Bounds, boundsOf, joinBounds, noBounds } from './bounds.js';
import { type ColumnPages, groupOf, joinPages } from './chunk.js';
import { encodeFlat } from './flat.js';
import { leastGreatest } from './leastgreatest.js';
import { metadataOf } from './metadata.js';
import { encodeNested, type NestedPages } from './nested.js';
import { trimMemory } from './polars.js';
import { distinctOf, type Sketch, sketchColumns } from './sketch.js';
import { isFlat, storedColumn } from './stored.js';
import { encodeStruct, type ThriftStruct } from './thrift.js';

/** Rows of a block as pages of Parquet, for the splicer. Plain data; the two buffers can be transferred. */
export interface EncodedRows {
  rows: number;
  /** The pages of all columns. */
  bytes: Uint8Array<ArrayBuffer>;
  /** Parquet's `FileMetaData` for them, with positions that count from the beginning of `bytes`. */
  metadata: Uint8Array<ArrayBuffer>;
  /** What the manifest says of each field. */
  fields: FieldStats[];
}

/** Of one field over some rows. */
export interface FieldStats {
  nulls: number;
  bounds: Bounds;
  /** How many distinct values it has. */
  distinct: Sketch;
}

/** A row group has no more rows; polars would divide them. */
const mostRows = 2 ** 18;

/**
 * Encodes a block as Parquet: one row group, or several of at most 262,144 rows. The same block gives the same bytes whatever
 * the number of threads. Values of flat columns are copied once (into a page), those of nested ones three times (unfolded,
 * into an IPC file, into polars' frame). The block may lie anywhere and is not kept; columns outside the memory of `kernel`
 * are copied there for a moment. The pages lie in a buffer of `pool`.
 */
export function encodeRowGroup(
  block: Block,
  fields: readonly Field[],
  compression: Compression,
  kernel: IngestKernel,
  pool: BufferPool = new BufferPool(),
): EncodedRows {
  if (fields.length === 0) throw new Error('rows without columns have no pages');
  const mark = kernel.mark();
  const keepViews = viewKeeper(kernel, block);
  const placed = placeColumns(
    kernel,
    block,
    block.columns.map((_, c) => c),
  );
  const encoder = new GroupEncoder(kernel, block, fields, placed, compression, keepViews, pool);
  const stats = sketchColumns(kernel, block, placed).map(
    (distinct): FieldStats => ({ nulls: 0, bounds: noBounds, distinct }),
  );
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const groups: ThriftStruct[] = [];
  let at = 0;
  for (let from = 0; from === 0 || from < block.rows; from += mostRows) {
    const { bytes, group } = encoder.encode(from, Math.min(block.rows, from + mostRows), at, stats);
    parts.push(bytes);
    groups.push(group);
    at += bytes.length;
  }
  kernel.reset(mark);
  keepViews();
  trimMemory();
  const metadata = encodeStruct(metadataOf(fields, encoder.nested, block.rows, groups));
  return { rows: block.rows, bytes: joined(parts, at), metadata, fields: stats };
}

/** Encodes ranges of a block's rows, whose columns lie in the memory of a kernel. */
class GroupEncoder {
  /** What was made of the last range. */
  nested: ReadonlyMap<number, NestedPages> = new Map();
  private readonly folded: number[];

  constructor(
    private readonly kernel: IngestKernel,
    private readonly block: Block,
    private readonly fields: readonly Field[],
    private readonly placed: readonly PlacedColumn[],
    private readonly compression: Compression,
    private readonly keepViews: () => void,
    private readonly pool: BufferPool,
  ) {
    this.folded = block.columns.flatMap((column, c) => (isFlat(column.type) ? [] : [c]));
  }

  /** Rows `from` to `to` as a row group that begins at `at`; adds to the statistics of the fields. */
  encode(
    from: number,
    to: number,
    at: number,
    stats: FieldStats[],
  ): { bytes: Uint8Array<ArrayBuffer>; group: ThriftStruct } {
    this.nested = this.encodeNested(from, to);
    const columns = this.fields.flatMap((field, c): ColumnPages[] => {
      const nested = this.nested.get(c);
      if (nested === undefined) return [this.encodeFlat(field, c, from, to, stats[c]!)];
      stats[c]!.nulls += nested.nulls;
      return nested.leaves;
    });
    return { group: groupOf(columns, to - from, at), bytes: joinPages(columns, this.pool) };
  }

  private encodeFlat(field: Field, c: number, from: number, to: number, stats: FieldStats): ColumnPages {
    const { kernel } = this;
    const { type } = this.block.columns[c]!;
    const { validity, offsets, values } = this.placed[c]!;
    const mark = kernel.mark();
    const part: PlacedColumn = {
      validity: validity === 0 ? 0 : validity + from,
      offsets: offsets === 0 ? 0 : offsets + from * 4,
      values: values + from * widthOf(type),
    };
    const column = storedColumn(kernel, type, part, to - from);
    const bounds = leastGreatest(kernel, column);
    stats.nulls += column.nulls;
    stats.bounds = joinBounds(stats.bounds, boundsOf(bounds, column.type));
    const pages = encodeFlat(kernel, field.name, column, bounds, distinctOf(stats.distinct), this.compression);
    kernel.reset(mark);
    return pages;
  }

  private encodeNested(from: number, to: number): Map<number, NestedPages> {
    this.keepViews();
    const columns = this.folded.map((c) => rowsOf(this.block.columns[c]!, from, to));
    const fields = this.folded.map((c) => this.fields[c]!);
    const pages = encodeNested(fields, columns, to - from, this.compression);
    return new Map(this.folded.map((c, i) => [c, pages[i]!]));
  }
}

/** Views of the rows of a column of no fixed width. */
const rowsOf = ({ type, validity, offsets, values }: Column, from: number, to: number): Column => ({
  type,
  validity: validity?.subarray(from, to) ?? null,
  offsets: offsets?.subarray(from, to + 1) ?? null,
  values,
});

function joined(parts: readonly Uint8Array<ArrayBuffer>[], length: number): Uint8Array<ArrayBuffer> {
  if (parts.length === 1) return parts[0]!;
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
