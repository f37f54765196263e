import type { Block, Column } from '../engine/block.js';
import { type BlockFile, readBlockFile, writeBlockFile } from '../engine/blockfile.js';
import type { Gatherer } from '../engine/gather.js';
import { type ColumnType, widthOf } from '../engine/types.js';

/**
 * Ordering more rows than memory holds: every chunk is split by the row groups that its rows go to (scatter), then every
 * row group is put together from its pieces (merge). Each row is written and read once more, and only a chunk and a row
 * group are in memory at a time.
 */

/** The rows of one chunk that go to one row group, in the group's order. Its last column holds their output positions. */
export interface Piece {
  group: number;
  file: BlockFile;
}

/**
 * The pieces of a chunk, by ascending group, in a few arrays: of many chunks there are tens of thousands of pieces. Plain
 * data. `sizes` has the bytes of validity, offsets and values (-1 for none) of each column of each piece.
 */
export interface PackedPieces {
  path: string;
  types: ColumnType[];
  groups: Uint32Array;
  rows: Uint32Array;
  positions: Float64Array;
  sizes: Int32Array;
}

export function packPieces(path: string, pieces: readonly Piece[]): PackedPieces {
  const sizes = pieces.flatMap(({ file }) => file.columns.flatMap((c) => [c.validity, c.offsets, c.values]));
  return {
    path,
    types: pieces[0]?.file.columns.map((c) => c.type) ?? [],
    groups: Uint32Array.from(pieces, (piece) => piece.group),
    rows: Uint32Array.from(pieces, (piece) => piece.file.rows),
    positions: Float64Array.from(pieces, (piece) => piece.file.position),
    sizes: Int32Array.from(sizes),
  };
}

/** The pieces of a row group, in the order of the chunks. */
export function piecesOf(chunks: readonly PackedPieces[], group: number): BlockFile[] {
  return chunks.flatMap(({ path, types, groups, rows, positions, sizes }) => {
    const i = groups.indexOf(group);
    if (i === -1) return [];
    const columns = types.map((type, c) => {
      const at = (i * types.length + c) * 3;
      return { type, validity: sizes[at]!, offsets: sizes[at + 1]!, values: sizes[at + 2]! };
    });
    return [{ path, position: positions[i]!, rows: rows[i]!, columns }];
  });
}

const positionType = { kind: 'arrow', arrow: { name: 'int', bits: 32, signed: false } } as const;

/** A position for rows that are not in the output (below `--top`). */
export const noPosition: number = 0xffffffff;

/**
 * Writes a chunk's rows to `path`, those of one row group together. `positions[i]` is row i's place in the output, and a
 * row group is `groupRows` places.
 */
export function scatterBlock(
  gatherer: Gatherer,
  block: Block,
  positions: Uint32Array,
  groupRows: number,
  path: string,
): Piece[] {
  const rows = byPosition(positions);
  // One call for the whole chunk: each would copy the chunk into the arena.
  const sorted = gatherer.gather([block], new Uint32Array(rows.length), rows, false);
  const groups: number[] = [];
  function* pieces(): Generator<Block> {
    for (let from = 0; from < rows.length; ) {
      const group = Math.floor(positions[rows[from]!]! / groupRows);
      let to = from + 1;
      while (to < rows.length && positions[rows[to]!]! < (group + 1) * groupRows) to++;
      const places = Uint32Array.from(rows.subarray(from, to), (r) => positions[r]!);
      const values = new Uint8Array(places.buffer);
      groups.push(group);
      const columns = sorted.columns.map((column) => rowsOf(column, from, to));
      yield { rows: to - from, columns: [...columns, { type: positionType, validity: null, offsets: null, values }] };
      from = to;
    }
  }
  return writeBlockFile(path, pieces()).map((file, i) => ({ group: groups[i]!, file }));
}

/** Some rows of a column; only their offsets are copied. */
function rowsOf({ type, validity, offsets, values }: Column, from: number, to: number): Column {
  const valid = validity === null ? null : validity.subarray(from, to);
  if (offsets === null) {
    const width = widthOf(type);
    return { type, validity: valid, offsets, values: values.subarray(from * width, to * width) };
  }
  const first = offsets[from]!;
  const own = Int32Array.from(offsets.subarray(from, to + 1), (offset) => offset - first);
  return { type, validity: valid, offsets: own, values: values.subarray(first, offsets[to]!) };
}

/** The rows that have a position, in the order of their positions. */
function byPosition(positions: Uint32Array): Uint32Array {
  // Position and row in one double, which sorts natively; a comparator would take ten times as long.
  const keys = new Float64Array(positions.length);
  let count = 0;
  for (let r = 0; r < positions.length; r++)
    if (positions[r] !== noPosition) keys[count++] = positions[r]! * positions.length + r;
  return Uint32Array.from(keys.subarray(0, count).sort(), (key) => key % positions.length);
}

/** Puts a row group together from its pieces; the position column is left out. */
export function mergePieces(gatherer: Gatherer, pieces: readonly BlockFile[], firstPosition: number): Block {
  const blocks = pieces.map(readBlockFile);
  const rows = blocks.reduce((n, b) => n + b.rows, 0);
  const from = new Uint32Array(rows);
  const index = new Uint32Array(rows);
  const data = blocks.map((block, b): Block => {
    const { values } = block.columns.at(-1)!;
    const positions = new Uint32Array(values.slice().buffer);
    for (let r = 0; r < block.rows; r++) {
      from[positions[r]! - firstPosition] = b;
      index[positions[r]! - firstPosition] = r;
    }
    return { rows: block.rows, columns: block.columns.slice(0, -1) };
  });
  return gatherer.gather(data, from, index, false);
}
