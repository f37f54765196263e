import { during, type Lent, type NumberArray } from '../kernels/lent.js';
import type { Block, Column, ReadBlock } from './block.js';

const page = 65536;
/** Addresses have 32 bits. */
const mostPages = 65536;

/**
 * Memory that all threads see and WebAssembly reaches: blocks put there by one lane are read by the others without a copy.
 * It only grows; its pages are given back when nobody holds it any more. `memory` crosses threads by structured clone.
 */
export class SharedArena {
  readonly memory: WebAssembly.Memory;

  constructor(memory?: WebAssembly.Memory) {
    this.memory = memory ?? new WebAssembly.Memory({ initial: 1, maximum: mostPages, shared: true });
    // The first page holds the number of pages that are taken, itself included.
    if (memory === undefined) this.taken()[0] = 1;
  }

  /** Reserves whole pages of 64 KB, with 64 bytes of slack for vectors; null when 4 GB are taken. Safe from any thread. */
  alloc(bytes: number): number | null {
    const pages = Math.ceil((bytes + 64) / page);
    const first = Atomics.add(this.taken(), 0, pages);
    if (first + pages > mostPages) {
      Atomics.sub(this.taken(), 0, pages);
      return null;
    }
    const missing = first + pages - this.memory.buffer.byteLength / page;
    if (missing > 0) {
      try {
        this.memory.grow(missing);
      } catch {
        return null;
      }
    }
    return first * page;
  }

  /** Copies a block into the arena; null when there is no room. The views of the result are valid for good. */
  put(block: ReadBlock): Block | null {
    const align = (n: number): number => (n + 7) & ~7;
    const parts = block.columns.flatMap((c) => [c.validity, c.offsets, c.values]);
    let at = this.alloc(parts.reduce((n, p) => n + align(p?.byteLength ?? 0), 0));
    if (at === null) return null;
    const { buffer } = this.memory;
    const place = (lent: Lent<NumberArray>): Uint8Array => {
      const source = during(lent);
      const target = new Uint8Array(buffer, at!, source.byteLength);
      target.set(new Uint8Array(source.buffer, source.byteOffset, source.byteLength));
      at! += align(source.byteLength);
      return target;
    };
    const columns = block.columns.map((c): Column => {
      const validity = c.validity === null ? null : place(c.validity);
      const offsets = c.offsets === null ? null : place(c.offsets);
      return {
        type: c.type,
        validity,
        offsets: offsets && new Int32Array(buffer, offsets.byteOffset, c.offsets!.length),
        values: place(c.values),
      };
    });
    return { rows: block.rows, columns };
  }

  private taken(): Int32Array {
    return new Int32Array(this.memory.buffer, 0, 1);
  }
}
