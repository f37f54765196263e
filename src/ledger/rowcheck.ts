import { digestBytes } from '../dedupe/digest.js';
import { Column } from './column.js';

/** Two sums, 64 bits together. Plain data. */
export type CheckSums = readonly [number, number];

/**
 * Sums over rows of a data set, in which each counts with its digest, its number among the kept rows and its place in the output:
 * a row that is lost, doubled, another one's or in another one's place makes other sums. Rows may come in any order. The
 * coordinator sums up the rows that it judged, the lanes those that they encode, from digests made anew of what they have.
 */
export class RowCheck {
  private a = 0;
  private b = 0;

  /** Adds rows by their digests: `rows` are their numbers, or the first of them; they stand from `place` on in the output. */
  add(digests: Uint8Array, rows: number | Uint32Array, place: number): void {
    const words = wordsOf(digests);
    const count = digests.length / digestBytes;
    for (let i = 0; i < count; i++) {
      const row = typeof rows === 'number' ? rows + i : rows[i]!;
      this.enter(words[4 * i]!, words[4 * i + 1]!, row);
      this.enterPlace(row, place + i);
    }
  }

  /** Adds what others summed up. */
  join([a, b]: CheckSums): void {
    this.a = (this.a + a) | 0;
    this.b = (this.b + b) | 0;
  }

  get sums(): CheckSums {
    return [this.a, this.b];
  }

  /** Adds a row by two words of its digest. */
  enter(low: number, high: number, row: number): void {
    const factor = 2 * row + 1;
    this.a = (this.a + Math.imul(low, factor)) | 0;
    this.b = (this.b + Math.imul(high, factor)) | 0;
  }

  /** Adds that the row stands in this place. */
  enterPlace(row: number, place: number): void {
    this.b = (this.b + Math.imul(Math.imul(row, 0x9e3779b1), 2 * place + 1)) | 0;
  }
}

/** The rows that are to be written, as they were judged. */
export class ExpectedRows {
  /** How many there are before `--top`. */
  rows = 0;
  private readonly check: RowCheck = new RowCheck();
  /** Two words of each row's digest, as long as it is not known which rows are among the top. */
  private readonly words: Column<Uint32Array<ArrayBuffer>> | null;

  constructor(hasTop: boolean) {
    this.words = hasTop ? new Column(Uint32Array) : null;
  }

  /** Adds the rows of a chunk that `keep` has a one for (null: all). */
  add(digests: Uint8Array, keep: Uint8Array | null): void {
    const words = wordsOf(digests);
    const count = digests.length / digestBytes;
    const held = this.words === null ? null : new Uint32Array(count * 2);
    const first = this.rows;
    for (let i = 0; i < count; i++) {
      if (keep !== null && keep[i] === 0) continue;
      const row = this.rows++;
      if (held === null) this.check.enter(words[4 * i]!, words[4 * i + 1]!, row);
      else {
        held[(row - first) * 2] = words[4 * i]!;
        held[(row - first) * 2 + 1] = words[4 * i + 1]!;
      }
    }
    if (held !== null) this.words!.append(held.subarray(0, (this.rows - first) * 2));
  }

  /** The sums over the rows of `order`, in that order; over all where it is null. */
  sums(order: Uint32Array | null): CheckSums {
    const check = new RowCheck();
    const words = this.words?.take() ?? null;
    if (words === null) check.join(this.check.sums);
    const count = order?.length ?? this.rows;
    for (let place = 0; place < count; place++) {
      const row = order === null ? place : order[place]!;
      if (words !== null) check.enter(words[row * 2]!, words[row * 2 + 1]!, row);
      check.enterPlace(row, place);
    }
    return check.sums;
  }
}

function wordsOf(digests: Uint8Array): Uint32Array {
  if (digests.byteOffset % 4 !== 0) return wordsOf(digests.slice());
  return new Uint32Array(digests.buffer, digests.byteOffset, digests.byteLength >> 2);
}
