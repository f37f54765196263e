import { arrowWidth } from '../../engine/types.js';
import type { IngestKernel } from '../../kernels/ingest.js';
import { refuse } from './footer.js';
import { LeafTarget, type Place, type PlacedColumn, type RowRange } from './leaf.js';
import type { OpenPage, PageReader } from './reader.js';
import type { Leaf, ParquetColumn, Shape } from './schema.js';
import { physicalWidth } from './scratch.js';
import { decodeBytes, decodeFixed } from './values.js';

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

/** Decodes rows of a nested column into row cells. `readerOf` gives the readers of its leaves, one at a time. */
export function readNested(
  kernel: IngestKernel,
  readerOf: (leaf: Leaf) => PageReader,
  column: ParquetColumn,
  range: RowRange,
  at: Place,
): PlacedColumn {
  const ex = kernel.exports;
  const rows = range.to - range.from;
  const validity = kernel.alloc(rows);
  const offsets = kernel.alloc(4 * (rows + 1));
  const start = kernel.mark();
  let reader: PageReader | null = null;
  const pieces = column.leaves.map((leaf) => {
    kernel.reset(start);
    reader = readerOf(leaf);
    return leafPieces(kernel, reader, leaf, range);
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
    throw refuse(at.name, 'nested values of more than a gigabyte in one piece of a row group', {
      hint: 'Write it again with smaller row groups',
      column: at.column,
    });
  const out = kernel.alloc(bound);
  kernel.u32(offsets, 1)[0] = 0;
  const end = ex.pqAssemble(tables.nodes, tables.leaves, leaves.length, rows, validity, offsets, out) >>> 0;
  if (end === 0) throw reader!.damaged('the levels of nested values contradict each other');
  const bytes = end - out;
  for (const [i, leaf] of leaves.entries()) {
    if (kernel.u32(tables.leaves + i * 36, 9)[3] !== leaf.entries)
      throw reader!.damaged('the levels of nested values contradict each other');
  }
  kernel.u8(start, bytes).set(kernel.u8(out, bytes));
  kernel.reset(start);
  kernel.alloc(bytes);
  const valid = ex.pqCount(validity, rows, 1);
  return { validity: valid === rows ? 0 : validity, offsets, values: start, bytes };
}

/** The entries of rows `from` to `to` of a leaf, page by page. */
function leafPieces(kernel: IngestKernel, reader: PageReader, leaf: Leaf, range: RowRange): Piece[] {
  const ex = kernel.exports;
  const pieces: Piece[] = [];
  let begun = 0;
  let done = range.from === range.to;
  for (const page of reader.pages.data) {
    if (done) break;
    const known = leaf.repetition === 0 ? page.values : reader.rowsOf(page);
    if (known !== undefined && begun + known <= range.from) {
      begun += known;
      continue;
    }
    const open = reader.open(page);
    const starts = open.repetition === 0 ? page.values : reader.countRows(page, open.repetition);
    reader.keep(page, begun + starts > range.to);
    const entryOf = (row: number): number =>
      open.repetition === 0 ? row : ex.pqFind(open.repetition, page.values, 0, row);
    if (begun === 0 && pieces.length === 0 && open.repetition !== 0 && kernel.u8(open.repetition, 1)[0] !== 0)
      throw reader.damaged('a column begins in the middle of a row');
    const from = begun > range.from ? 0 : begun + starts > range.from ? entryOf(range.from - begun) : page.values;
    done = begun + starts > range.to;
    const to = done ? entryOf(range.to - begun) : page.values;
    if (from < to) pieces.push(takePiece(kernel, reader, leaf, open, from, to));
    begun += starts;
  }
  if (!done && begun !== range.to) throw reader.damaged(`a column ends after ${begun} of its rows`);
  return pieces;
}

function takePiece(
  kernel: IngestKernel,
  reader: PageReader,
  leaf: Leaf,
  open: OpenPage,
  from: number,
  to: number,
): Piece {
  const ex = kernel.exports;
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
    decodeFixed(reader, open, skip, dense, out);
    values = kernel.u8(out, dense * width).slice();
  } else {
    const at = kernel.alloc(4 * (dense + 1));
    kernel.u32(at, 1)[0] = 0;
    const top = kernel.mark();
    const end = decodeBytes(reader, open, skip, dense, dense, 0, at, 0, (bytes) => {
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
    throw refuse(at.name, 'values in a field whose type has none', { column: at.column });
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
