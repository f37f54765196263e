import type { Compression } from '../config/options.js';
import { packAside } from './codec.js';

/** Pages that are to be packed by threads which have nothing else to do. */
export class PageQueue {
  private readonly pages: { bytes: Buffer; take: (packed: Uint8Array) => void }[] = [];

  constructor(private readonly compression: Compression) {}

  /** Copies a page; `take` is given it once it is packed. */
  add(page: Uint8Array, take: (packed: Uint8Array) => void): void {
    this.pages.push({ bytes: Buffer.from(page), take });
  }

  /** Packs all pages, `threads` at a time. Afterwards the queue is empty. */
  async pack(threads: number): Promise<void> {
    const pages = this.pages.splice(0).values();
    const work = async (): Promise<void> => {
      for (const { bytes, take } of pages) take(await packAside(this.compression, bytes));
    };
    await Promise.all(Array.from({ length: threads }, work));
  }
}
