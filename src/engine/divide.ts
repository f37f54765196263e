import type { GatherExports } from '../kernels/bindings/gather.gen.js';
import type { SharedArena } from './arena.js';
import { ArenaRoom, align } from './arena-room.js';
import { type Block, blockBytes, type Column } from './block.js';
import { type BlockFile, storedBytes } from './blockfile.js';
import { openGather } from './gather.js';
import { widthOf } from './types.js';

/** Where a part of a divided block lies, as a block file without a path. */
export type Part = Omit<BlockFile, 'path' | 'sum'>;

/** Addresses in the arena of what a call was given. */
interface Order {
  /** As many zeros: all rows are of block 0. */
  zeros: number;
  rows: number;
}

/** What a table of one address takes in the room. */
const addressBytes = 16;
const numberType = { kind: 'arrow', arrow: { name: 'int', bits: 32, signed: false } } as const;

/**
 * Divides the rows of a block into parts, each laid out as the block files of `writeBlockFile` are: all parts together are
 * written by one call, and each is read back by one.
 */
export class Divider {
  private readonly exports: GatherExports;
  private readonly given: ArenaRoom;
  private readonly made: ArenaRoom;

  constructor(private readonly arena: SharedArena) {
    this.exports = openGather(arena);
    this.given = new ArenaRoom(arena);
    this.made = new ArenaRoom(arena);
  }

  /**
   * Part i gets the rows `rows[ends[i - 1]]` to `rows[ends[i] - 1]` of the block, which must lie in the arena, and of a
   * last column of uint32 `numbers`. The bytes of the result lie in the arena until the next call.
   */
  divide(
    block: Block,
    numbers: Uint32Array,
    rows: Uint32Array,
    ends: ArrayLike<number>,
  ): { bytes: Uint8Array; parts: Part[] } {
    const arrays = (block.columns.length + 1) * 3;
    this.given.reserve(3 * align(rows.length * 4) + align(numbers.byteLength) + arrays * addressBytes);
    // Every array of every part takes up to 7 bytes more; gathered texts are written up to 31 bytes too far.
    this.made.reserve(blockBytes(block) + numbers.byteLength + ends.length * arrays * 16 + 64);
    const order = { zeros: this.put(new Uint32Array(rows.length)), rows: this.put(rows) };
    const starts = this.given.take(rows.length * 4);
    const values = new Uint8Array(this.buffer, this.put(numbers), numbers.byteLength);
    const all: Column[] = [...block.columns, { type: numberType, validity: null, offsets: null, values }];
    const tables = all.map(({ validity, offsets, values }) => [validity, offsets, values].map((v) => this.table(v)));
    const first = this.made.take(0);
    let top = first;
    let from = 0;
    const parts: Part[] = [];
    for (let p = 0; p < ends.length; p++) {
      const count = ends[p]! - from;
      const position = top - first;
      const columns = all.map((column, c) => {
        const part = { zeros: order.zeros, rows: order.rows + from * 4, count };
        const sizes = this.column(column, tables[c]!, part, top, starts);
        top += storedBytes(sizes.validity) + storedBytes(sizes.offsets) + storedBytes(sizes.values);
        return { type: column.type, ...sizes };
      });
      parts.push({ position, rows: count, columns });
      from += count;
    }
    return { bytes: new Uint8Array(this.buffer, first, top - first), parts };
  }

  /** Writes the arrays of a column's rows at `to` and says how many bytes they are. */
  private column(
    { type, validity, offsets }: Column,
    [valid, ends, values]: number[],
    { zeros, rows, count }: Order & { count: number },
    to: number,
    starts: number,
  ): { validity: number; offsets: number; values: number } {
    const { exports } = this;
    const sizes = { validity: -1, offsets: -1, values: 0 };
    if (validity !== null) {
      sizes.validity = count;
      exports.gatherValidity(valid!, zeros, rows, count, to);
      to += storedBytes(count);
    }
    if (offsets === null) {
      const width = widthOf(type);
      sizes.values = count * width;
      exports.gatherFixed(values!, width, zeros, rows, count, to);
      return sizes;
    }
    sizes.offsets = (count + 1) * 4;
    sizes.values = exports.gatherOffsets(ends!, values!, zeros, rows, count, to, starts);
    exports.gatherBytes(to, starts, count, to + storedBytes(sizes.offsets));
    return sizes;
  }

  /** The address of a table of one address. */
  private table(view: { byteOffset: number } | null): number {
    return this.put(Uint32Array.of(view?.byteOffset ?? 0));
  }

  private put(numbers: Uint32Array): number {
    const at = this.given.take(numbers.byteLength);
    new Uint32Array(this.buffer, at, numbers.length).set(numbers);
    return at;
  }

  private get buffer(): SharedArrayBuffer {
    return this.arena.memory.buffer as unknown as SharedArrayBuffer;
  }
}
