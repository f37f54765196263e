import type { GatherExports } from '../kernels/bindings/gather.gen.js';
import { during, type Lent, type NumberArray } from '../kernels/lent.js';
import { instantiate } from '../kernels/module.js';
import { SharedArena } from './arena.js';
import { ArenaRoom, align } from './arena-room.js';
import type { Block, Column, ReadBlock } from './block.js';
import { type BlockFile, fileBytes, readBlockFile } from './blockfile.js';
import { widthOf } from './types.js';

/** Opens the module over an arena. */
export const openGather = (arena: SharedArena): GatherExports =>
  instantiate('gather', { env: { memory: arena.memory } });

/** Rows of a call that moves texts: a loop that lasts is never replaced by better code. */
const pieceRows = 4096;

/** The rows asked for, in the arena. */
interface Order {
  from: number;
  rows: number;
  count: number;
}

/**
 * Picks rows out of several blocks of one schema, in any order, into a new block: row i is row `rows[i]` of
 * `blocks[from[i]]`. This is how a ranked data set is put in order.
 */
export class Gatherer {
  private readonly arena: SharedArena;
  private readonly exports: GatherExports;
  /** Room for everything whose size is known beforehand, and for the bytes of texts. */
  private readonly fixed: ArenaRoom;
  private readonly texts: ArenaRoom;
  /** Room for blocks that are read from files. */
  private readonly blocks: ArenaRoom;
  private inArena = false;

  constructor(arena: SharedArena = new SharedArena()) {
    this.arena = arena;
    this.fixed = new ArenaRoom(arena);
    this.texts = new ArenaRoom(arena);
    this.blocks = new ArenaRoom(arena);
    this.exports = openGather(arena);
  }

  /** Reads blocks into the arena, where they lie until the next call. */
  read(files: readonly BlockFile[]): Block[] {
    this.blocks.reserve(files.reduce((sum, file) => sum + align(fileBytes(file)), 0));
    return files.map((file) => {
      const bytes = fileBytes(file);
      return readBlockFile(file, new Uint8Array(this.buffer, this.blocks.take(bytes), bytes));
    });
  }

  /**
   * The result lies in the arena until the next call. `inArena` says that all blocks were put into this arena, by
   * whichever thread; others are copied in for the call.
   */
  gather(blocks: readonly ReadBlock[], from: Uint32Array, rows: Uint32Array, inArena: boolean): Block {
    const first = blocks[0];
    this.inArena = inArena;
    if (first === undefined) return { rows: 0, columns: [] };
    this.fixed.reserve(this.fixedBytes(blocks, rows.length));
    const order = { from: this.put(from), rows: this.put(rows), count: rows.length };
    const offsets = first.columns.map((column, c) =>
      column.offsets === null ? null : this.gatherOffsets(blocks, c, order),
    );
    this.texts.reserve(offsets.reduce((n, o) => n + align(o?.bytes ?? 0), 0));
    const columns = first.columns.map((column, c): Column => {
      const validity = this.gatherValidity(blocks, c, order);
      const text = offsets[c]!;
      if (text === null)
        return { type: column.type, validity, offsets: null, values: this.gatherFixed(blocks, c, order) };
      const to = this.texts.take(text.bytes);
      for (let row = 0; row < order.count; row += pieceRows)
        this.exports.gatherBytes(text.to + row * 4, text.starts + row * 4, Math.min(pieceRows, order.count - row), to);
      return {
        type: column.type,
        validity,
        offsets: new Int32Array(this.buffer, text.to, order.count + 1),
        values: new Uint8Array(this.buffer, to, text.bytes),
      };
    });
    return { rows: rows.length, columns };
  }

  private get buffer(): SharedArrayBuffer {
    return this.arena.memory.buffer as unknown as SharedArrayBuffer;
  }

  private gatherValidity(blocks: readonly ReadBlock[], c: number, { from, rows, count }: Order): Uint8Array | null {
    if (blocks.every((b) => b.columns[c]!.validity === null)) return null;
    const to = this.fixed.take(count);
    const table = this.table(blocks, (b) => b.columns[c]!.validity);
    this.exports.gatherValidity(table, from, rows, count, to);
    return new Uint8Array(this.buffer, to, count);
  }

  private gatherFixed(blocks: readonly ReadBlock[], c: number, { from, rows, count }: Order): Uint8Array {
    const width = widthOf(blocks[0]!.columns[c]!.type);
    const to = this.fixed.take(count * width);
    const table = this.table(blocks, (b) => b.columns[c]!.values);
    this.exports.gatherFixed(table, width, from, rows, count, to);
    return new Uint8Array(this.buffer, to, count * width);
  }

  private gatherOffsets(
    blocks: readonly ReadBlock[],
    c: number,
    { from, rows, count }: Order,
  ): { to: number; starts: number; bytes: number } {
    const to = this.fixed.take((count + 1) * 4);
    const starts = this.fixed.take(count * 4);
    const table = this.table(blocks, (b) => b.columns[c]!.offsets);
    const values = this.table(blocks, (b) => b.columns[c]!.values);
    const bytes = this.exports.gatherOffsets(table, values, from, rows, count, to, starts);
    if (bytes > 2 ** 31 - 1) throw new Error('a gathered column is longer than 2^31 - 1 bytes');
    return { to, starts, bytes };
  }

  /** Addresses of one array of every block; 0 where a block has none. */
  private table(blocks: readonly ReadBlock[], part: (block: ReadBlock) => Lent<NumberArray> | null): number {
    const addresses = blocks.map((block) => {
      const view = part(block);
      if (view === null) return 0;
      return this.inArena ? during(view).byteOffset : this.put(view);
    });
    return this.put(Uint32Array.from(addresses));
  }

  /** Copies a view into the room for this call. */
  private put(lent: Lent<NumberArray>): number {
    const view = during(lent);
    const to = this.fixed.take(view.byteLength);
    const source = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    new Uint8Array(this.buffer, to, view.byteLength).set(source);
    return to;
  }

  /** What a call needs besides the bytes of texts. */
  private fixedBytes(blocks: readonly ReadBlock[], count: number): number {
    let bytes = 2 * align(count * 4);
    blocks[0]!.columns.forEach((column, c) => {
      bytes += align(count) + 3 * align(blocks.length * 4);
      bytes += column.offsets === null ? align(count * widthOf(column.type)) : 2 * align((count + 1) * 4);
      for (const block of blocks) {
        const { validity, offsets, values } = block.columns[c]!;
        for (const view of [validity, offsets, values])
          if (view !== null && !this.inArena) bytes += align(view.byteLength);
      }
    });
    return bytes;
  }
}
