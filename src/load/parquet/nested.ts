import { arrowWidth } from '../../engine/types.js';
import { DatagpuError } from '../../errors.js';
import type { IngestKernel } from '../../kernels/ingest.js';
import { type OpenPage, type PageDecoder, physicalWidth } from './decode.js';
import { refuse } from './footer.js';
import { parquetExports } from './kernel.js';
import type { Leaf, ParquetColumn, Shape } from './schema.js';

/** A decoded column as addresses in the kernel's memory, which may still grow; see `Column` in engine/block.ts. */
export interface PlacedColumn {
  /** 0 when no row is null. */
  validity: number;
  /** 0 for fixed-width values. */
  offsets: number;
  values: number;
  bytes: number;
}

/** What is read: rows `from` to `to` of a row group; `record` is the 1-based number of row `from` in the file. */
export interface RowRange {
  from: number;
  to: number;
  record: number;
}

/** An INT96 time stamp that microseconds can't hold. */
export class FinerThanMicroseconds extends DatagpuError {}

/** Where errors say they are. */
export interface Place {
  name: string;
  column: string;
  record: number;
}

/** Decodes rows of a flat column. */
export function readFlat(
  kernel: IngestKernel,
  decoder: PageDecoder,
  leaf: Leaf,
  range: RowRange,
  at: Place,
): PlacedColumn {
  const ex = parquetExports(kernel);
  const rows = range.to - range.from;
  const nullable = leaf.definition > 0;
  const validity = nullable ? kernel.alloc(rows) : 0;
  const width = physicalWidth(leaf);
  const target = new LeafTarget(kernel, leaf, rows);
  let row = 0;
  let valid = 0;
  let end = 0;
  let first = 0;
  for (const page of decoder.pages.data) {
    const from = Math.max(0, range.from - first);
    const to = Math.min(page.values, range.to - first);
    first += page.values;
    if (from >= to) continue;
    const open = decoder.open(page);
    const count = to - from;
    const skip = nullable ? ex.pqCount(open.definition, from, leaf.definition) : from;
    const dense = nullable ? ex.pqValidity(open.definition + from, count, leaf.definition, validity + row) : count;
    const marks = dense === count ? 0 : validity + row;
    if (leaf.arrow.name !== 'null') {
      if (width === 0) {
        end = decoder.bytes(open, skip, dense, count, marks, target.offsets + row * 4, end, (n) => target.reserve(n));
      } else {
        const values = target.values + row * width;
        decoder.fixed(open, skip, dense, values);
        if (marks !== 0) ex.pqSpread(values, width, count, dense, marks);
      }
    }
    row += count;
    valid += dense;
  }
  if (row !== rows) throw decoder.damaged(`a column ends after ${range.from + row} of its rows`);
  if (leaf.arrow.name === 'null') {
    if (valid > 0) throw refuse(at.name, 'values in a column whose type has none', undefined, at.column);
    return { validity: nullable ? validity : kernel.alloc(rows), offsets: 0, values: 0, bytes: 0 };
  }
  const placed = target.finish(rows, end, valid === rows ? 0 : validity, at);
  return { validity: valid === rows ? 0 : validity, ...placed };
}

/**
 * Memory for the values of a leaf: `fixed` ones in a region of their final size, `bytes` as offsets and a region that grows at
 * the top of the memory. `finish` turns physical values into those of the leaf's type.
 */
class LeafTarget {
  /** Address of the physical values. */
  values: number;
  readonly offsets: number;
  /** Where the final values go when they are made of others; 0 when they are made in place. */
  private readonly final: number;
  private readonly ex: ReturnType<typeof parquetExports>;

  constructor(
    private readonly kernel: IngestKernel,
    private readonly leaf: Leaf,
    count: number,
  ) {
    this.ex = parquetExports(kernel);
    const width = physicalWidth(leaf);
    const wanted = arrowWidth(leaf.arrow);
    const apart =
      (leaf.arrow.name === 'decimal' && (width === 0 || leaf.physical === 'fixed')) || leaf.physical === 'int96';
    this.final = apart ? kernel.alloc(count * wanted) : 0;
    this.offsets = width === 0 ? kernel.alloc(4 * (count + 1)) : 0;
    if (this.offsets !== 0) kernel.u32(this.offsets, 1)[0] = 0;
    this.values = kernel.alloc(width === 0 ? 0 : count * Math.max(width, wanted));
  }

  /** Makes room for `bytes` at the top of the memory, where nothing else was reserved since. */
  reserve(bytes: number): number {
    this.kernel.reset(this.values);
    this.kernel.alloc(bytes);
    return this.values;
  }

  /** `count` physical values, or `end` bytes of them, as values of the leaf's type. */
  finish(count: number, end: number, validity: number, at: Place): { offsets: number; values: number; bytes: number } {
    const { ex, leaf } = this;
    const { arrow, physical } = leaf;
    const bad = (row: number, what: string): never => {
      const error = refuse(at.name, what, undefined, at.column);
      throw Object.assign(error, { row: at.record + row });
    };
    const wanted = arrowWidth(arrow);
    if (arrow.name === 'decimal') {
      let wrong = -1;
      if (physical === 'int32' || physical === 'int64') ex.pqWiden(this.values, count, physical === 'int32' ? 4 : 8);
      else if (physical === 'fixed') wrong = ex.pqFixedDecimals(this.values, leaf.width, count, this.final);
      else wrong = ex.pqBytesDecimals(this.offsets, this.values, count, this.final);
      if (wrong >= 0) bad(wrong, `a decimal of more than ${arrow.precision} digits`);
      return this.moved(count * wanted);
    }
    if (physical === 'int96') {
      const nano = arrow.name === 'timestamp' && arrow.unit === 'ns';
      const wrong = ex.pqInt96(this.values, count, validity, nano ? 1 : 0, this.final);
      if (wrong >= 0 && nano) bad(wrong, 'a time stamp out of the range of nanoseconds');
      if (wrong >= 0)
        throw new FinerThanMicroseconds(
          'input',
          'a time stamp finer than a microsecond, while those looked at first are not',
          {
            file: at.name,
            column: at.column,
            row: at.record + wrong,
          },
        );
      return this.moved(count * wanted);
    }
    if (physical === 'bytes') {
      this.reserve(end);
      if (arrow.name === 'utf8') {
        const wrong = ex.pqUtf8(this.offsets, this.values, count);
        if (wrong >= 0) bad(wrong, 'text that is not valid UTF-8');
      }
      return { offsets: this.offsets, values: this.values, bytes: end };
    }
    if (arrow.name === 'int' && arrow.bits < 32) {
      if (!ex.pqNarrow(this.values, count, arrow.bits, arrow.signed ? 1 : 0))
        throw refuse(at.name, `a value that does not fit ${arrow.bits} bits`, undefined, at.column);
    }
    return { offsets: 0, values: this.values, bytes: count * wanted };
  }

  private moved(bytes: number): { offsets: number; values: number; bytes: number } {
    if (this.final === 0) return { offsets: 0, values: this.values, bytes };
    this.kernel.reset(this.offsets !== 0 ? this.offsets : this.values);
    return { offsets: 0, values: this.final, bytes };
  }
}

/** The entries of a leaf of a nested column, for some rows. */
interface LeafEntries {
  entries: number;
  /** Addresses; 0 when all levels are 0, or all at their highest. */
  repetition: number;
  definition: number;
  dense: number;
  width: number;
  values: number;
  offsets: number;
  bytes: number;
}

/** A piece of a page, copied out of the kernel's memory. */
interface Piece {
  repetition: Uint8Array | null;
  definition: Uint8Array | null;
  entries: number;
  dense: number;
  values: Uint8Array;
  /** Offsets from 0, for byte arrays. */
  offsets: Uint32Array | null;
}

/** Decodes rows of a nested column into row cells. `decoders` are those of its leaves. */
export function readNested(
  kernel: IngestKernel,
  makeDecoder: (leaf: Leaf) => PageDecoder,
  column: ParquetColumn,
  range: RowRange,
  at: Place,
): PlacedColumn {
  const ex = parquetExports(kernel);
  const rows = range.to - range.from;
  const validity = kernel.alloc(rows);
  const offsets = kernel.alloc(4 * (rows + 1));
  const start = kernel.mark();
  let decoder: PageDecoder | null = null;
  const pieces = column.leaves.map((leaf) => {
    kernel.reset(start);
    decoder = makeDecoder(leaf);
    return leafPieces(kernel, decoder, leaf, range);
  });
  kernel.reset(start);
  const leaves = column.leaves.map((leaf, i) => joinPieces(kernel, leaf, pieces[i]!, at));
  const tables = layOut(kernel, column, leaves);
  const depth = new Map(column.leaves.map((leaf) => [leaf, leaf.definition + 2]));
  // A value takes a mark and at most a length; so does everything above it.
  const bound = leaves.reduce(
    (n, l, i) => n + l.bytes + l.entries * 5 * (depth.get(column.leaves[i]!)! + column.leaves.length),
    64,
  );
  if (bound > 1.5 * 2 ** 30)
    throw refuse(
      at.name,
      'nested values of more than a gigabyte in one piece of a row group',
      'Write it again with smaller row groups',
      at.column,
    );
  const out = kernel.alloc(bound);
  kernel.u32(offsets, 1)[0] = 0;
  const end = ex.pqAssemble(tables.nodes, tables.leaves, leaves.length, rows, validity, offsets, out) >>> 0;
  if (end === 0) throw decoder!.damaged('the levels of nested values contradict each other');
  const bytes = end - out;
  for (const [i, leaf] of leaves.entries()) {
    if (kernel.u32(tables.leaves + i * 36, 9)[3] !== leaf.entries)
      throw decoder!.damaged('the levels of nested values contradict each other');
  }
  kernel.u8(start, bytes).set(kernel.u8(out, bytes));
  kernel.reset(start);
  kernel.alloc(bytes);
  const valid = ex.pqCount(validity, rows, 1);
  return { validity: valid === rows ? 0 : validity, offsets, values: start, bytes };
}

/** The entries of rows `from` to `to` of a leaf, page by page. */
function leafPieces(kernel: IngestKernel, decoder: PageDecoder, leaf: Leaf, range: RowRange): Piece[] {
  const ex = parquetExports(kernel);
  const pieces: Piece[] = [];
  let begun = 0;
  let done = range.from === range.to;
  for (const page of decoder.pages.data) {
    if (done) break;
    // The number of rows in a v2 header is not relied on: some writers put the number of values there.
    const known = leaf.repetition === 0 ? page.values : page.kind === 'v2' ? decoder.rowsOf(page) : null;
    if (known !== null && begun + known <= range.from) {
      begun += known;
      continue;
    }
    const open = decoder.open(page);
    const starts = open.repetition === 0 ? page.values : ex.pqCount(open.repetition, page.values, 0);
    const entryOf = (row: number): number =>
      open.repetition === 0 ? row : ex.pqFind(open.repetition, page.values, 0, row);
    if (begun === 0 && pieces.length === 0 && open.repetition !== 0 && kernel.u8(open.repetition, 1)[0] !== 0)
      throw decoder.damaged('a column begins in the middle of a row');
    const from = begun > range.from ? 0 : begun + starts > range.from ? entryOf(range.from - begun) : page.values;
    done = begun + starts > range.to;
    const to = done ? entryOf(range.to - begun) : page.values;
    if (from < to) pieces.push(takePiece(kernel, decoder, leaf, open, from, to));
    begun += starts;
  }
  if (!done && begun !== range.to) throw decoder.damaged(`a column ends after ${begun} of its rows`);
  return pieces;
}

function takePiece(
  kernel: IngestKernel,
  decoder: PageDecoder,
  leaf: Leaf,
  open: OpenPage,
  from: number,
  to: number,
): Piece {
  const ex = parquetExports(kernel);
  const mark = kernel.mark();
  const entries = to - from;
  const skip = open.definition === 0 ? from : ex.pqCount(open.definition, from, leaf.definition);
  const dense = open.definition === 0 ? entries : ex.pqCount(open.definition + from, entries, leaf.definition);
  const width = physicalWidth(leaf);
  const repetition = open.repetition === 0 ? null : kernel.u8(open.repetition + from, entries).slice();
  const definition = open.definition === 0 ? null : kernel.u8(open.definition + from, entries).slice();
  let values: Uint8Array;
  let offsets: Uint32Array | null = null;
  if (width > 0) {
    const out = kernel.alloc(dense * width);
    decoder.fixed(open, skip, dense, out);
    values = kernel.u8(out, dense * width).slice();
  } else {
    const at = kernel.alloc(4 * (dense + 1));
    kernel.u32(at, 1)[0] = 0;
    const top = kernel.mark();
    const end = decoder.bytes(open, skip, dense, dense, 0, at, 0, (bytes) => {
      kernel.reset(top);
      return kernel.alloc(bytes);
    });
    values = kernel.u8(top, end).slice();
    offsets = kernel.u32(at, dense + 1).slice();
  }
  kernel.reset(mark);
  return { repetition, definition, entries, dense, values, offsets };
}

/** Joins the pieces of a leaf in the kernel's memory, and turns physical values into those of its type. */
function joinPieces(kernel: IngestKernel, leaf: Leaf, pieces: Piece[], at: Place): LeafEntries {
  const entries = pieces.reduce((n, p) => n + p.entries, 0);
  const dense = pieces.reduce((n, p) => n + p.dense, 0);
  const levels = (of: (p: Piece) => Uint8Array | null, most: number): number => {
    if (most === 0) return 0;
    const target = kernel.alloc(entries);
    let next = target;
    for (const p of pieces) {
      kernel.u8(next, p.entries).set(of(p)!);
      next += p.entries;
    }
    return target;
  };
  const repetition = levels((p) => p.repetition, leaf.repetition);
  const definition = levels((p) => p.definition, leaf.definition);
  const target = new LeafTarget(kernel, leaf, dense);
  const width = physicalWidth(leaf);
  let row = 0;
  let end = 0;
  for (const p of pieces) {
    if (width > 0) kernel.u8(target.values + row * width, p.dense * width).set(p.values);
    else {
      const values = target.reserve(end + p.values.length);
      kernel.u8(values + end, p.values.length).set(p.values);
      const offsets = kernel.u32(target.offsets + row * 4, p.dense + 1);
      for (let i = 0; i <= p.dense; i++) offsets[i] = p.offsets![i]! + end;
      end += p.values.length;
    }
    row += p.dense;
  }
  if (leaf.arrow.name === 'null' && dense > 0)
    throw refuse(at.name, 'values in a field whose type has none', undefined, at.column);
  const placed = target.finish(dense, end, 0, at);
  return { entries, repetition, definition, dense, width: arrowWidth(leaf.arrow), ...placed };
}

/** The tables of nodes and leaves that the assembly walks; see kernels/assembly/ingest/parquet-nested.ts. */
function layOut(kernel: IngestKernel, column: ParquetColumn, leaves: LeafEntries[]): { nodes: number; leaves: number } {
  const nodes: number[][] = [];
  const place = (shape: Shape, index: number): void => {
    if (shape.kind === 'leaf') {
      const leaf = column.leaves.indexOf(shape.leaf);
      nodes[index] = [0, shape.nullLevel, 0, 0, leaf, leaf + 1, 0, 0];
      return;
    }
    const children = shape.kind === 'list' ? [shape.item] : shape.children;
    const first = nodes.length;
    for (const _ of children) nodes.push([]);
    for (const [i, child] of children.entries()) place(child, first + i);
    const from = nodes[first]![4]!;
    const to = nodes[first + children.length - 1]![5]!;
    nodes[index] =
      shape.kind === 'list'
        ? [2, shape.nullLevel, shape.itemLevel, shape.repetition, from, to, first, 1]
        : [1, shape.nullLevel, 0, 0, from, to, first, children.length];
  };
  nodes.push([]);
  place(column.shape!, 0);
  const nodeTable = kernel.alloc(nodes.length * 32);
  kernel.u32(nodeTable, nodes.length * 8).set(nodes.flat());
  const leafTable = kernel.alloc(leaves.length * 36);
  const rows = leaves.map((l, i) => [
    l.repetition,
    l.definition,
    l.entries,
    0,
    0,
    l.width,
    l.values,
    l.offsets,
    column.leaves[i]!.definition,
  ]);
  kernel.u32(leafTable, leaves.length * 9).set(rows.flat());
  return { nodes: nodeTable, leaves: leafTable };
}
