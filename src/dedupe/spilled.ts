import fs from 'node:fs';
import { checksum, requireSame } from '../engine/checksum.js';
import { readScratch } from '../engine/scratch-read.js';
import { during } from '../kernels/lent.js';
import { digestBytes } from './digest.js';
import { type DigestTable, entryBytes } from './table.js';

/** Bits of the filter for each row: with six of them set in one block of 512, about one strange digest in 150 passes. */
const filterBits = 12;
const blockWords = 16;
const entryWords = entryBytes / 4;
const writeBytes = 4 * 2 ** 20;

/**
 * The rows of a table that was too large for memory, in a file: its pages in the order of their digests, with the place of
 * each page and a Bloom filter in memory (two bytes a row). All bits come from the digests themselves, which are random:
 * the page from the first word, the filter's block from the second, its bits from the others.
 */
export class SpilledDigests {
  private readonly fd: number;
  private readonly depth: number;
  /** Position, in entries, and number of entries of each slot's page. */
  private readonly starts: Float64Array;
  private readonly counts: Uint16Array;
  /** Of each slot's page. */
  private readonly sums: Uint32Array;
  private readonly file: string;
  private readonly filter: Int32Array;
  private readonly blocks: number;
  private readonly page = new Int32Array(1024 * entryWords);
  private readonly pageBytes = new Uint8Array(this.page.buffer);
  private readSlot = -1;

  /** Writes the rows of a table to a new file. Failures of the system are thrown as they are. */
  constructor(table: DigestTable, file: string) {
    this.depth = table.depth;
    const slots = 2 ** this.depth;
    this.starts = new Float64Array(slots);
    this.counts = new Uint16Array(slots);
    this.sums = new Uint32Array(slots);
    this.file = file;
    this.blocks = Math.max(1, Math.ceil((table.size * filterBits) / (blockWords * 32)));
    this.filter = new Int32Array(this.blocks * blockWords);
    this.fd = fs.openSync(file, 'wx+');
    try {
      this.write(table);
    } catch (error) {
      fs.closeSync(this.fd);
      throw error;
    }
  }

  private write(table: DigestTable): void {
    const buffer = new Uint8Array(writeBytes);
    let held = 0;
    let position = 0;
    const flush = (): void => {
      for (let at = 0; at < held; ) at += fs.writeSync(this.fd, buffer, at, held - at);
      held = 0;
    };
    for (const { slot, slots, entries } of table.pages()) {
      const count = entries.length / entryBytes;
      this.starts.fill(position, slot, slot + slots);
      this.counts.fill(count, slot, slot + slots);
      this.sums.fill(checksum(during(entries)), slot, slot + slots);
      position += count;
      if (held + entries.length > buffer.length) flush();
      buffer.set(entries, held);
      const words = new Int32Array(buffer.buffer, held, count * entryWords);
      for (let at = 0; at < words.length; at += entryWords) this.enter(words, at);
      held += entries.length;
    }
    flush();
  }

  /** True for a digest, the four words at `at`, that may be in the file; false for one that is not. */
  mayHave(words: Int32Array, at: number): boolean {
    const { filter } = this;
    const block = this.blockOf(words[at + 1]!);
    const low = words[at + 2]!;
    const high = words[at + 3]!;
    return (
      bit(filter, block, low) &&
      bit(filter, block, low >>> 9) &&
      bit(filter, block, low >>> 18) &&
      bit(filter, block, high) &&
      bit(filter, block, high >>> 9) &&
      bit(filter, block, high >>> 18)
    );
  }

  /** The slot of a digest's page: looking digests up by ascending slot reads each page once. */
  slotOf(words: Int32Array, at: number): number {
    return this.depth === 0 ? 0 : words[at]! >>> (32 - this.depth);
  }

  /** The ordinal of the row with this digest, or -1. */
  find(words: Int32Array, at: number): number {
    const slot = this.slotOf(words, at);
    this.read(slot);
    const { page } = this;
    const [a, b, c, d] = [words[at]!, words[at + 1]!, words[at + 2]!, words[at + 3]!];
    const end = this.counts[slot]! * entryWords;
    for (let i = 0; i < end; i += entryWords)
      if (page[i] === a && page[i + 1] === b && page[i + 2] === c && page[i + 3] === d)
        return page[i + digestBytes / 4]! >>> 0;
    return -1;
  }

  close(): void {
    fs.closeSync(this.fd);
  }

  private read(slot: number): void {
    if (this.readSlot === slot) return;
    this.readSlot = -1;
    const bytes = this.counts[slot]! * entryBytes;
    const position = this.starts[slot]! * entryBytes;
    const page = this.pageBytes.subarray(0, bytes);
    readScratch(this.fd, page, position, this.file);
    requireSame(page, this.sums[slot]!, this.file);
    this.readSlot = slot;
  }

  private enter(words: Int32Array, at: number): void {
    const block = this.blockOf(words[at + 1]!);
    for (const word of [words[at + 2]!, words[at + 3]!]) {
      for (let shift = 0; shift <= 18; shift += 9) {
        const place = (word >>> shift) & 511;
        this.filter[block + (place >>> 5)]! |= 1 << (place & 31);
      }
    }
  }

  /** Where the block of a digest begins in the filter. */
  private blockOf(word: number): number {
    return ((word >>> 0) % this.blocks) * blockWords;
  }
}

function bit(filter: Int32Array, block: number, place: number): boolean {
  return ((filter[block + ((place & 511) >>> 5)]! >>> (place & 31)) & 1) !== 0;
}
