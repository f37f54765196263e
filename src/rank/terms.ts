import type { RankKernel } from '../kernels/rank.js';
import type { Terms } from './protocol.js';

const firstRoom = 4096;
const firstArena = 1 << 16;
/** Slots for each term that there is room for; a power of two. */
const slotsPerTerm = 2;
const stemBufferBytes = 1024;

/**
 * Terms as binary strings: a character for each byte of the UTF-8, so that strings compare as code points do. With a
 * stemmer every word begins with U+0001, which keeps stems apart from words as read; `showTerm` leaves it out.
 */
export const stemMark = '\u0001';

/** Stands for the words that a closed vocabulary does not have. No text has it as a word. */
const unknownWord = '\u0002';

export function packTerms(keys: readonly string[]): Terms {
  const offsets = new Uint32Array(keys.length + 1);
  for (let i = 0; i < keys.length; i++) offsets[i + 1] = offsets[i]! + keys[i]!.length;
  const bytes = Buffer.alloc(offsets[keys.length]!);
  for (let i = 0; i < keys.length; i++) bytes.write(keys[i]!, offsets[i]!, 'latin1');
  return { offsets, bytes: new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length) };
}

export function unpackTerms(terms: Terms): string[] {
  const { buffer, byteOffset, length } = terms.bytes;
  const all = Buffer.from(buffer, byteOffset, length);
  const keys = new Array<string>(terms.offsets.length - 1);
  for (let i = 0; i < keys.length; i++) keys[i] = all.toString('latin1', terms.offsets[i]!, terms.offsets[i + 1]!);
  return keys;
}

/** The term as people read it. */
export function showTerm(key: string): string {
  return Buffer.from(key.replaceAll(stemMark, ''), 'latin1').toString();
}

/** The term table of a kernel: memory for it, growth, and transport of terms and counts. */
export class TermTable {
  private room = firstRoom;
  private stands = 0;
  private readonly stemBuffer: number = 0;
  /** Ids up to this one are stop words. */
  private readonly stopWords: number = 0;

  constructor(
    private readonly kernel: RankKernel,
    stopWords: readonly string[],
    private readonly stemmed: boolean,
    room: number = firstRoom,
  ) {
    while (this.room < room) this.room *= 2;
    kernel.exports.setUnknown(0);
    const { entries, slots, slotCount } = this.layOut();
    kernel.exports.openTerms(slots, slotCount, entries, this.room, kernel.alloc(firstArena), firstArena);
    if (stemmed) {
      this.stemBuffer = kernel.alloc(stemBufferBytes);
      this.stands = this.zeroed((this.room + 1) * 4);
      kernel.exports.setStems(this.stands, this.stemBuffer);
    } else {
      this.find(packTerms(stopWords.map((word) => Buffer.from(word).toString('latin1'))), true);
      kernel.exports.setStopWords();
      this.stopWords = kernel.exports.termCount();
    }
  }

  /** Closes the vocabulary: words that it does not have count as one term from now on. */
  close(): void {
    const terms = this.kernel.exports.termCount();
    this.find(packTerms([unknownWord]), true);
    this.kernel.exports.setUnknown(terms + 1);
  }

  /** Makes room for `more` terms, and as many stems. */
  grow(more: number): void {
    const before = this.room;
    const added = this.stemmed ? 2 * more : more;
    do this.room *= 2;
    while (this.room <= before + added);
    const { entries, slots, slotCount } = this.layOut();
    this.kernel.exports.growTerms(slots, slotCount, entries, this.room);
    if (!this.stemmed) return;
    const stands = this.zeroed((this.room + 1) * 4);
    this.kernel.u32(stands, before + 1).set(this.kernel.u32(this.stands, before + 1));
    this.stands = stands;
    this.kernel.exports.setStems(stands, this.stemBuffer);
  }

  /** Makes room for `bytes` of long terms. */
  growArena(bytes: number): void {
    const size = Math.max(1 << 20, bytes);
    this.kernel.exports.openArena(this.kernel.alloc(size), size);
  }

  private layOut(): { entries: number; slots: number; slotCount: number } {
    const slotCount = this.room * slotsPerTerm;
    const slots = this.zeroed(slotCount * 4);
    return { entries: this.zeroed((this.room + 1) * 32), slots, slotCount };
  }

  private zeroed(bytes: number): number {
    const ptr = this.kernel.alloc(bytes);
    this.kernel.u8(ptr, bytes).fill(0);
    return ptr;
  }

  /** Ids of terms (0 for one that is not there and not added), a copy. */
  find(terms: Terms, add: boolean): Uint32Array {
    const { kernel } = this;
    const count = terms.offsets.length - 1;
    if (add) {
      const missing = kernel.exports.termCount() + count - this.room;
      if (missing >= 0) this.grow(missing + 1);
      const needed = terms.bytes.length + 40 * count;
      if (kernel.exports.arenaLeft() < needed) this.growArena(needed);
    }
    const mark = kernel.mark();
    const ids = kernel.alloc(count * 4);
    kernel.exports.findTerms(kernel.put(terms.offsets), kernel.put(terms.bytes), count, ids, add);
    const found = kernel.u32(ids, count).slice();
    kernel.reset(mark);
    return found;
  }

  /** Occurrences and rows, in pairs, of terms by id. */
  counts(ids: Uint32Array): Uint32Array {
    const { kernel } = this;
    const mark = kernel.mark();
    const target = kernel.alloc(ids.length * 8);
    kernel.exports.termCounts(kernel.put(ids), ids.length, target);
    const counts = kernel.u32(target, ids.length * 2).slice();
    kernel.reset(mark);
    return counts;
  }

  /** Adds terms that were counted elsewhere. */
  add(terms: Terms, counts: Uint32Array): void {
    const { kernel } = this;
    const ids = this.find(terms, true);
    const mark = kernel.mark();
    kernel.exports.addTermCounts(kernel.put(ids), ids.length, kernel.put(counts));
    kernel.reset(mark);
  }

  /** Ids of terms that occur at least `count` times in at least `rows` rows, in order of first sight; no stop words. */
  above(count: number, rows: number): Uint32Array {
    const { kernel } = this;
    const mark = kernel.mark();
    const ids = kernel.alloc(kernel.exports.termCount() * 4);
    const found = kernel.exports.termsAbove(this.stopWords, count, rows, ids);
    const list = kernel.u32(ids, found).slice();
    kernel.reset(mark);
    return list;
  }

  /** A count that `limit` terms in at least `rows` rows reach, 0 if there are fewer terms. */
  reached(limit: number, rows: number): number {
    const mark = this.kernel.mark();
    const count = this.kernel.exports.countReached(this.stopWords, limit, rows, this.kernel.alloc(8192 * 4)) >>> 0;
    this.kernel.reset(mark);
    return count;
  }

  /** The terms themselves, copied. */
  pack(ids: Uint32Array): Terms {
    const { kernel } = this;
    const mark = kernel.mark();
    const list = kernel.put(ids);
    const bytes = kernel.exports.termBytes(list, ids.length) >>> 0;
    const offsets = kernel.alloc((ids.length + 1) * 4);
    const target = kernel.alloc(bytes);
    kernel.exports.copyTerms(list, ids.length, offsets, target);
    const terms = { offsets: kernel.u32(offsets, ids.length + 1).slice(), bytes: kernel.u8(target, bytes).slice() };
    kernel.reset(mark);
    return terms;
  }

  /** Largest id so far. */
  get size(): number {
    return this.kernel.exports.termCount();
  }
}
