/** Int32 words of a slot: the digest's four, and the ordinal of the row that was kept. */
const slotWords = 5;
/** Empty slots hold this as ordinal, so that ordinals end before 2^32 - 1. */
const empty = -1;
/** Segments of the table, each growing on its own; the top bits of a digest's first word choose one. */
const segmentBits = 8;
const segments: number = 1 << segmentBits;
/** A segment that is 7/8 full grows by a quarter: 23 to 29 bytes a row. */
const fullest: number = 7 / 8;
const growth = 1.25;
const firstSlots = 64;

/** What became of the rows of a chunk. */
export interface Verdict {
  /** One byte a row: 1 if no kept row before it has its digest. Rows to skip have 0. */
  keep: Uint8Array<ArrayBuffer>;
  /** The ordinal of the kept row with the row's digest: its own when it is kept itself. 0 for rows to skip. */
  keptOrdinal: Uint32Array<ArrayBuffer>;
}

/**
 * The digests of the rows kept so far, with their ordinals: open addressing on typed arrays in segments. A digest's home
 * slot grows with its second word, so that growing a segment is one pass in order, and takes the memory of that segment
 * twice, never that of the table.
 */
export class DigestTable {
  private readonly slots: Int32Array[] = [];
  private readonly counts = new Uint32Array(segments);
  private rows = 0;

  constructor() {
    // Staggered, so that the segments don't all grow at the same moment.
    for (let s = 0; s < segments; s++)
      this.slots.push(new Int32Array(Math.floor(firstSlots * growth ** (s / segments)) * slotWords).fill(empty));
  }

  /** Rows in the table. */
  get size(): number {
    return this.rows;
  }

  /** Bytes of the slots. */
  get heldBytes(): number {
    return this.slots.reduce((n, table) => n + table.byteLength, 0);
  }

  /**
   * Judges rows in order: kept unless a row that was kept, of this chunk or before, has the same digest; the kept ones
   * enter the table. `ordinals` number the rows over the whole run: the first of consecutive ones, or one for each row.
   * Rows with 1 in `skip` are neither compared nor entered.
   */
  judge(digests: Uint8Array, rows: number, ordinals: number | Uint32Array, skip: Uint8Array | null = null): Verdict {
    const words = wordsOf(digests, rows);
    const keep = new Uint8Array(rows);
    const keptOrdinal = new Uint32Array(rows);
    // Segment by segment, in order within each: a segment stays in the processor's cache for all its rows.
    const { order, ends } = groupBySegment(words, rows, skip);
    for (let s = 0, from = 0; s < segments; from = ends[s++]!)
      this.judgeSegment(s, words, order.subarray(from, ends[s]!), ordinals, keep, keptOrdinal);
    return { keep, keptOrdinal };
  }

  /** The ordinal of the kept row with the digest of row `row`, or -1. */
  find(words: Int32Array, row: number): number {
    const table = this.slots[words[row * 4]! >>> (32 - segmentBits)]!;
    const slot = probe(table, words, row * 4);
    const held = table[slot + 4]!;
    return held === empty ? -1 : held >>> 0;
  }

  /** Enters a digest that `find` did not find. */
  insert(words: Int32Array, row: number, ordinal: number): void {
    const segment = words[row * 4]! >>> (32 - segmentBits);
    const table = this.slots[segment]!;
    const slot = probe(table, words, row * 4);
    put(table, slot, words, row * 4, ordinal);
    this.rows++;
    this.counts[segment]!++;
    if (this.counts[segment]! * slotWords > table.length * fullest) this.grow(segment);
  }

  private judgeSegment(
    segment: number,
    words: Int32Array,
    order: Uint32Array,
    ordinals: number | Uint32Array,
    keep: Uint8Array,
    keptOrdinal: Uint32Array,
  ): void {
    let table = this.slots[segment]!;
    let count = this.counts[segment]!;
    for (const row of order) {
      const slot = probe(table, words, row * 4);
      const held = table[slot + 4]!;
      if (held !== empty) {
        keptOrdinal[row] = held;
        continue;
      }
      const ordinal = typeof ordinals === 'number' ? ordinals + row : ordinals[row]!;
      put(table, slot, words, row * 4, ordinal);
      keep[row] = 1;
      keptOrdinal[row] = ordinal;
      if (++count * slotWords > table.length * fullest) table = this.grow(segment);
    }
    this.rows += count - this.counts[segment]!;
    this.counts[segment] = count;
  }

  private grow(segment: number): Int32Array {
    const old = this.slots[segment]!;
    const table = new Int32Array(Math.ceil((old.length / slotWords) * growth) * slotWords).fill(empty);
    for (let at = 0; at < old.length; at += slotWords)
      if (old[at + 4] !== empty) put(table, probe(table, old, at), old, at, old[at + 4]!);
    this.slots[segment] = table;
    return table;
  }
}

/** Digests as words, four a row. Copies only if the bytes are not aligned. */
export function wordsOf(digests: Uint8Array, rows: number): Int32Array {
  const aligned = digests.byteOffset % 4 === 0 ? digests : digests.slice();
  return new Int32Array(aligned.buffer, aligned.byteOffset, rows * 4);
}

/** The slot of the digest at `words[at]`: the one that holds it, or the empty one where it belongs. */
function probe(table: Int32Array, words: Int32Array, at: number): number {
  const w0 = words[at]!;
  const w1 = words[at + 1]!;
  const w2 = words[at + 2]!;
  const w3 = words[at + 3]!;
  const slots = table.length / slotWords;
  let slot = Math.floor(((w1 >>> 0) * slots) / 2 ** 32) * slotWords;
  while (table[slot + 4] !== empty) {
    if (table[slot + 1] === w1 && table[slot] === w0 && table[slot + 2] === w2 && table[slot + 3] === w3) break;
    slot += slotWords;
    if (slot === table.length) slot = 0;
  }
  return slot;
}

function put(table: Int32Array, slot: number, words: Int32Array, at: number, ordinal: number): void {
  table[slot] = words[at]!;
  table[slot + 1] = words[at + 1]!;
  table[slot + 2] = words[at + 2]!;
  table[slot + 3] = words[at + 3]!;
  table[slot + 4] = ordinal;
}

/** Rows grouped by segment, in row order within each; `ends[s]` is where segment `s` ends in `order`. */
function groupBySegment(
  words: Int32Array,
  rows: number,
  skip: Uint8Array | null,
): { order: Uint32Array; ends: Uint32Array } {
  const ends = new Uint32Array(segments);
  for (let r = 0; r < rows; r++) if (skip === null || skip[r] === 0) ends[words[r * 4]! >>> (32 - segmentBits)]!++;
  let total = 0;
  for (let s = 0; s < segments; s++) {
    const count = ends[s]!;
    ends[s] = total;
    total += count;
  }
  const order = new Uint32Array(total);
  for (let r = 0; r < rows; r++)
    if (skip === null || skip[r] === 0) order[ends[words[r * 4]! >>> (32 - segmentBits)]!++] = r;
  return { order, ends };
}
