import type { Block } from '../engine/block.js';
import { type BlockFile, fileBytes, writeFile } from '../engine/blockfile.js';
import { checksum } from '../engine/checksum.js';
import type { Divider } from '../engine/divide.js';
import type { Gatherer } from '../engine/gather.js';
import type { ColumnType } from '../engine/types.js';

/**
 * Ordering more rows than memory holds: every chunk is split by the row groups that its rows go to (scatter), then every
 * row group is put together from its pieces (merge). Each row is written and read once more, and only a chunk and a row
 * group are in memory at a time.
 */

/** The rows of one chunk that go to one row group, in source order. Its last column holds their output positions. */
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
  sums: Uint32Array;
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
    sums: Uint32Array.from(pieces, (piece) => piece.file.sum),
    sizes: Int32Array.from(sizes),
  };
}

/** The pieces of a row group, in the order of the chunks. */
export function piecesOf(chunks: readonly PackedPieces[], group: number): BlockFile[] {
  return chunks.flatMap(({ path, types, groups, rows, positions, sums, sizes }) => {
    const i = groups.indexOf(group);
    if (i === -1) return [];
    const columns = types.map((type, c) => {
      const at = (i * types.length + c) * 3;
      return { type, validity: sizes[at]!, offsets: sizes[at + 1]!, values: sizes[at + 2]! };
    });
    return [{ path, position: positions[i]!, rows: rows[i]!, sum: sums[i]!, columns }];
  });
}

/** A position for rows that are not in the output (below `--top`). */
export const noPosition: number = 0xffffffff;

/**
 * Writes the rows of a block in the divider's arena to `path`, those of one row group together. `positions[i]` is row i's
 * place in the output, and a row group is `groupRows` places.
 */
export function scatterBlock(
  divider: Divider,
  block: Block,
  positions: Uint32Array,
  groupRows: number,
  path: string,
): Piece[] {
  const { rows, groups, ends } = byGroup(positions, groupRows);
  const { bytes, parts } = divider.divide(block, positions, rows, ends);
  writeFile(path, bytes);
  return parts.map((part, i) => {
    const end = part.position + fileBytes(part);
    return { group: groups[i]!, file: { path, ...part, sum: checksum(bytes.subarray(part.position, end)) } };
  });
}

/** The rows that have a position, those of one row group together; which groups there are, and where the rows of each end. */
function byGroup(positions: Uint32Array, groupRows: number): { rows: Uint32Array; groups: number[]; ends: number[] } {
  let last = -1;
  for (let r = 0; r < positions.length; r++) {
    const position = positions[r]!;
    if (position !== noPosition && position > last) last = position;
  }
  // Where the next row of a group goes, once the groups before it are counted.
  const next = new Uint32Array(Math.floor(last / groupRows) + 1);
  for (let r = 0; r < positions.length; r++) {
    const position = positions[r]!;
    if (position !== noPosition) next[Math.floor(position / groupRows)]!++;
  }
  const groups: number[] = [];
  const ends: number[] = [];
  let count = 0;
  for (let g = 0; g < next.length; g++) {
    const held = next[g]!;
    next[g] = count;
    if (held === 0) continue;
    count += held;
    groups.push(g);
    ends.push(count);
  }
  const rows = new Uint32Array(count);
  for (let r = 0; r < positions.length; r++) {
    const position = positions[r]!;
    if (position !== noPosition) rows[next[Math.floor(position / groupRows)]!++] = r;
  }
  return { rows, groups, ends };
}

/** Puts a row group together from its pieces; the position column is left out. */
export function mergePieces(gatherer: Gatherer, pieces: readonly BlockFile[], firstPosition: number): Block {
  const blocks = gatherer.read(pieces);
  const rows = blocks.reduce((n, b) => n + b.rows, 0);
  const from = new Uint32Array(rows);
  const index = new Uint32Array(rows);
  const filled = new Uint8Array(rows);
  const data = blocks.map((block, b): Block => {
    const { values } = block.columns.at(-1)!;
    const positions = new Uint32Array(values.buffer, values.byteOffset, block.rows);
    for (let r = 0; r < positions.length; r++) {
      const place = positions[r]! - firstPosition;
      if (!(place >= 0 && place < rows) || filled[place] === 1)
        throw new Error('a row has no place of its own in its row group');
      filled[place] = 1;
      from[place] = b;
      index[place] = r;
    }
    return { rows: block.rows, columns: block.columns.slice(0, -1) };
  });
  return gatherer.gather(data, from, index, true);
}
