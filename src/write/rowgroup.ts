import type { Compression } from '../config/options.js';
import type { ReadBlock } from '../engine/block.js';
import { type PlacedColumn, placeColumns, rowsOf } from '../engine/kernel-column.js';
import { BufferPool } from '../engine/pool.js';
import { type Field, widthOf } from '../engine/types.js';
import type { IngestKernel } from '../kernels/ingest.js';
import { type Bounds, boundsOf, joinBounds, noBounds } from './bounds.js';
import { type ColumnPages, groupOf, joinPages } from './chunk.js';
import { packsAside } from './codec.js';
import { type ContentPart, ContentRows } from './content.js';
import { enterFlat, enterNode } from './content-columns.js';
import { encodeLeaf } from './leaf-pages.js';
import { leastGreatest } from './leastgreatest.js';
import { flatLevels } from './levels.js';
import { metadataOf } from './metadata.js';
import { encodeNested } from './nested.js';
import { nodeOf } from './node.js';
import { PageQueue } from './pagequeue.js';
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
  /**
   * The pages of data of each column chunk, one behind the other as in `metadata`: how many there are, and of each its bytes with the
   * header and the rows that begin in it.
   */
  pages: Uint32Array<ArrayBuffer>;
  /** What the manifest says of each field. */
  fields: FieldStats[];
  /** What the fingerprint needs of them; empty where it was not asked for. */
  content: ContentPart[];
}

/** Of one field over some rows. */
export interface FieldStats {
  nulls: number;
  bounds: Bounds;
  /** How many distinct values it has. */
  distinct: Sketch;
}

/** A row group has no more rows. */
const mostRows = 2 ** 18;

/**
 * Encodes a block as Parquet: one row group, or several of at most 262,144 rows. The same block gives the same bytes whatever
 * the number of threads. Values of flat columns are copied once (into a page), those of nested ones three times (unfolded,
 * into the kernel's memory, into a page). The block may lie anywhere and is not kept; columns outside the memory of `kernel`
 * are copied there for a moment. The pages lie in a buffer of `pool`. `first` is the place of the first row in the
 * output, for the fingerprint; null where none is wanted.
 */
export function encodeRowGroup(
  block: ReadBlock,
  fields: readonly Field[],
  compression: Compression,
  kernel: IngestKernel,
  pool: BufferPool = new BufferPool(),
  first: number | null = null,
): EncodedRows {
  const encoder = new GroupEncoder(kernel, block, fields, compression, pool, first);
  for (const range of rangesOf(block.rows)) encoder.finish(encoder.lay(range, null));
  return encoder.end();
}

/**
 * The same, to the same bytes, but `threads` threads of Node.js's pool pack the pages, each of which is copied once more. Until it is done the kernel must not be used.
 */
export async function encodeRowGroupAside(
  block: ReadBlock,
  fields: readonly Field[],
  compression: Compression,
  kernel: IngestKernel,
  pool: BufferPool,
  threads: number,
  first: number | null = null,
): Promise<EncodedRows> {
  if (!packsAside(compression)) return encodeRowGroup(block, fields, compression, kernel, pool, first);
  const encoder = new GroupEncoder(kernel, block, fields, compression, pool, first);
  const queue = new PageQueue(compression);
  for (const range of rangesOf(block.rows)) {
    const laid = encoder.lay(range, queue);
    await queue.pack(threads);
    encoder.finish(laid);
  }
  return encoder.end();
}

interface Range {
  from: number;
  to: number;
}

function* rangesOf(rows: number): Generator<Range> {
  for (let from = 0; from === 0 || from < rows; from += mostRows) yield { from, to: Math.min(rows, from + mostRows) };
}

/** The pages of a range's columns, once they are packed. */
interface LaidRange {
  rows: number;
  columns: (() => ColumnPages)[][];
}

/** Encodes a block, range by range, each as a row group. */
class GroupEncoder {
  private readonly placed: readonly PlacedColumn[];
  private readonly stats: FieldStats[];
  private readonly mark: number;
  private readonly parts: Uint8Array<ArrayBuffer>[] = [];
  private readonly groups: ThriftStruct[] = [];
  private readonly pages: number[] = [];
  private at = 0;
  private readonly content: ContentPart[] = [];

  constructor(
    private readonly kernel: IngestKernel,
    private readonly block: ReadBlock,
    private readonly fields: readonly Field[],
    private readonly compression: Compression,
    private readonly pool: BufferPool,
    private readonly first: number | null,
  ) {
    if (fields.length === 0) throw new Error('rows without columns have no pages');
    this.mark = kernel.mark();
    this.placed = placeColumns(kernel, block.columns);
    this.stats = sketchColumns(kernel, block, this.placed).map(
      (distinct): FieldStats => ({ nulls: 0, bounds: noBounds, distinct }),
    );
  }

  /** Lays out the pages of rows `from` to `to`; packs them too if there is no queue for them. */
  lay({ from, to }: Range, queue: PageQueue | null): LaidRange {
    const content = this.first === null ? null : new ContentRows(this.first + from, to - from);
    const columns = this.fields.map((field, c): (() => ColumnPages)[] => {
      const stats = this.stats[c]!;
      return isFlat(this.block.columns[c]!.type)
        ? [this.encodeFlat(field, c, from, to, stats, content, queue)]
        : this.encodeNested(field, c, from, to, stats, content, queue);
    });
    if (content !== null) this.content.push(...content.finish());
    return { rows: to - from, columns };
  }

  /** Puts a range's pages together. Must come before the next range is laid out. */
  finish({ rows, columns }: LaidRange): void {
    const pages = columns.flat().map((leaf) => leaf());
    const bytes = joinPages(pages, this.pool);
    this.parts.push(bytes);
    this.groups.push(groupOf(pages, rows, this.at));
    for (const { extents } of pages) this.pages.push(extents.length / 2, ...extents);
    this.at += bytes.length;
  }

  /** Gives back what it took of the kernel's memory. */
  end(): EncodedRows {
    const { block, fields, stats, content } = this;
    this.kernel.reset(this.mark);
    const metadata = encodeStruct(metadataOf(fields, block.rows, this.groups));
    const pages = Uint32Array.from(this.pages);
    return { rows: block.rows, bytes: joined(this.parts, this.at), metadata, pages, fields: stats, content };
  }

  private encodeFlat(
    field: Field,
    c: number,
    from: number,
    to: number,
    stats: FieldStats,
    content: ContentRows | null,
    queue: PageQueue | null,
  ): () => ColumnPages {
    const { kernel, compression } = this;
    const { type } = this.block.columns[c]!;
    const { validity, offsets, values } = this.placed[c]!;
    const mark = kernel.mark();
    const part: PlacedColumn = {
      validity: validity === 0 ? 0 : validity + from,
      offsets: offsets === 0 ? 0 : offsets + from * 4,
      values: values + from * widthOf(type),
    };
    const column = storedColumn(kernel, type, part, to - from);
    if (content !== null) enterFlat(kernel, column, content);
    const bounds = leastGreatest(kernel, column);
    stats.nulls += column.nulls;
    stats.bounds = joinBounds(stats.bounds, boundsOf(bounds, column.type));
    const levels = flatLevels(kernel, column);
    const distinct = distinctOf(stats.distinct);
    const pages = encodeLeaf(kernel, [field.name], column, levels, bounds, distinct, compression, queue);
    kernel.reset(mark);
    return pages;
  }

  private encodeNested(
    field: Field,
    c: number,
    from: number,
    to: number,
    stats: FieldStats,
    content: ContentRows | null,
    queue: PageQueue | null,
  ): (() => ColumnPages)[] {
    const node = nodeOf(rowsOf(this.block.columns[c]!, from, to), to - from);
    stats.nulls += node.nulls;
    if (content !== null) enterNode(node, content);
    return encodeNested(this.kernel, field.name, node, this.compression, queue);
  }
}

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
