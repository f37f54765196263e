import { Column } from './column.js';

/** Two sums, 64 bits together. Plain data. */
export type CheckSums = readonly [number, number];

/** Bytes of a row's tag (rowtags.ts). */
export const tagBytes = 8;

const golden = 0x9e3779b1;
const rowsAtOnce = 65_536;

/**
 * Sums over rows of a data set, in which each counts with its tag, its number among the kept rows and its place in the output:
 * a row that is lost, doubled, another one's or in another one's place makes other sums. Rows may come in any order. The
 * coordinator sums up the rows that it judged, the lanes those that they encode, from tags made anew of what they have.
 */
export class RowCheck {
  private a = 0;
  private b = 0;

  /** Adds rows by their tags: `rows` are their numbers, or the first of them; they stand from `place` on in the output. */
  add(tags: Uint8Array, rows: number | Uint32Array, place: number): void {
    const words = wordsOf(tags);
    let { a, b } = this;
    for (let i = 0, w = 0; w < words.length; i++, w += 2) {
      const row = typeof rows === 'number' ? rows + i : rows[i]!;
      const factor = 2 * row + 1;
      a = (a + Math.imul(words[w]!, factor)) | 0;
      b = (b + Math.imul(words[w + 1]!, factor) + Math.imul(Math.imul(row, golden), 2 * (place + i) + 1)) | 0;
    }
    this.a = a;
    this.b = b;
  }

  /**
   * Adds rows by their tags, without their places: those that `keep` has a one for (null: all), numbered from `first` on.
   * Returns the number that comes next.
   */
  addKept(tags: Uint8Array, keep: Uint8Array | null, first: number): number {
    const words = wordsOf(tags);
    let { a, b } = this;
    let factor = 2 * first + 1;
    for (let i = 0, w = 0; w < words.length; i++, w += 2) {
      if (keep !== null && keep[i] === 0) continue;
      a = (a + Math.imul(words[w]!, factor)) | 0;
      b = (b + Math.imul(words[w + 1]!, factor)) | 0;
      factor += 2;
    }
    this.a = a;
    this.b = b;
    return (factor - 1) / 2;
  }

  /** Adds the places of rows: those of `order` in that order, or so many, each in its own. */
  addPlaces(order: Uint32Array | number): void {
    const count = typeof order === 'number' ? order : order.length;
    let { b } = this;
    for (let place = 0; place < count; place++) {
      const row = typeof order === 'number' ? place : order[place]!;
      b = (b + Math.imul(Math.imul(row, golden), 2 * place + 1)) | 0;
    }
    this.b = b;
  }

  /** Adds what others summed up. */
  join([a, b]: CheckSums): void {
    this.a = (this.a + a) | 0;
    this.b = (this.b + b) | 0;
  }

  get sums(): CheckSums {
    return [this.a, this.b];
  }
}

/** The rows that are to be written, as they were judged. */
export class ExpectedRows {
  /** How many there are before `--top`. */
  rows = 0;
  private readonly check: RowCheck = new RowCheck();
  /** The tags, as long as it is not known which rows are among the top. */
  private readonly tags: Column<Uint32Array<ArrayBuffer>> | null;

  constructor(hasTop: boolean) {
    this.tags = hasTop ? new Column(Uint32Array) : null;
  }

  /** Adds the rows of a chunk that `keep` has a one for (null: all). */
  add(tags: Uint8Array, keep: Uint8Array | null): void {
    if (this.tags === null) {
      this.rows = this.check.addKept(tags, keep, this.rows);
      return;
    }
    const words = wordsOf(tags);
    const held = new Uint32Array(words.length);
    let at = 0;
    for (let i = 0; 2 * i < words.length; i++) {
      if (keep !== null && keep[i] === 0) continue;
      held[at++] = words[2 * i]!;
      held[at++] = words[2 * i + 1]!;
    }
    this.rows += at / 2;
    this.tags.append(held.subarray(0, at));
  }

  /** The sums over the rows of `order`, in that order; over all where it is null. */
  sums(order: Uint32Array | null): CheckSums {
    const check = new RowCheck();
    const words = this.tags?.take() ?? null;
    if (words === null || order === null) {
      if (words === null) check.join(this.check.sums);
      else check.addKept(bytesOf(words), null, 0);
      check.addPlaces(order ?? this.rows);
      return check.sums;
    }
    for (let place = 0; place < order.length; place += rowsAtOnce) {
      const rows = order.subarray(place, place + rowsAtOnce);
      const tags = new Uint32Array(rows.length * 2);
      rows.forEach((row, i) => {
        tags[2 * i] = words[2 * row]!;
        tags[2 * i + 1] = words[2 * row + 1]!;
      });
      check.add(bytesOf(tags), rows, place);
    }
    return check.sums;
  }
}

function wordsOf(tags: Uint8Array): Uint32Array {
  if (tags.byteOffset % 4 !== 0) return wordsOf(tags.slice());
  return new Uint32Array(tags.buffer, tags.byteOffset, tags.byteLength >> 2);
}

const bytesOf = (words: Uint32Array): Uint8Array => new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
