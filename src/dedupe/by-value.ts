import fs from 'node:fs';
import { checksum, requireSame } from '../engine/checksum.js';
import { readScratch } from '../engine/scratch-read.js';

/** A row that was dropped, and the kept row that it equals only once both are typed, by their ordinals. */
export interface ValueTwin {
  row: number;
  kept: number;
}

/** Twins that are named. */
const mostNamed = 100;
/** Bytes of forms that are kept in memory; the others wait in a file. */
const roomBytes = 2 ** 25;
/** What is read of the file and checked at once, from where the forms of a chunk begin. */
const blockBytes = 2 ** 12;

/** Forms of a chunk that are in the file. */
interface SpilledForms {
  at: number;
  bytes: number;
  /** Checksum of each block. */
  sums: Uint32Array;
}

/** Where the forms wait that don't fit. */
export interface FormRoom {
  /** Makes a path for the file. */
  file: () => string;
  /** Runs what writes it: makes failures of the system the user's. */
  spilling: <T>(file: string, run: () => T) => T;
  /** Bytes of forms that are kept in memory. @default 32 MiB */
  roomBytes?: number;
}

interface ChunkForms {
  first: number;
  records: number;
  /** By record. */
  forms: Uint32Array | SpilledForms;
}

/**
 * Counts the exact duplicates whose source has other text than the row that was kept, by the forms of their rows (load/forms.ts):
 * four bytes a record of the chunks in which a value changed its form, beyond 32 MiB in a file.
 */
export class ValueTwins {
  count = 0;
  readonly named: ValueTwin[] = [];
  private readonly chunks: ChunkForms[] = [];
  private readonly room: FormRoom;
  private held = 0;
  private path = '';
  private fd: number | null = null;
  private written = 0;
  private readonly block = new Uint8Array(blockBytes);

  constructor(room: FormRoom) {
    this.room = room;
  }

  /**
   * Adds the next chunk. `isExact` says which of the rows that are not in `keep` are exact duplicates, and `kept` of which
   * rows.
   */
  add(
    first: number,
    records: number,
    ordinals: number | Uint32Array,
    forms: Uint32Array | null,
    rows: number,
    exact: { keep: Uint8Array; isExact: (row: number) => boolean; kept: Uint32Array; count: number },
  ): void {
    const ordinalOf = (row: number): number => (typeof ordinals === 'number' ? ordinals + row : ordinals[row]!);
    if (forms !== null)
      this.chunks.push({ first, records, forms: this.keep(formsOfRecords(first, records, ordinals, forms)) });
    if (exact.count === 0 || this.chunks.length === 0) return;
    const { keep } = exact;
    for (let row = 0; row < rows; row++) {
      if (keep[row] === 1 || !exact.isExact(row)) continue;
      const kept = exact.kept[row]!;
      if (this.formOf(kept) === (forms === null ? 0 : forms[row]!)) continue;
      this.count++;
      if (this.named.length < mostNamed) this.named.push({ row: ordinalOf(row), kept });
    }
  }

  /** Closes the file, which is its folder's to remove. */
  close(): void {
    if (this.fd !== null) fs.closeSync(this.fd);
    this.fd = null;
    this.chunks.length = 0;
  }

  private keep(forms: Uint32Array): Uint32Array | SpilledForms {
    const { room } = this;
    this.held += forms.byteLength;
    if (this.held <= (room.roomBytes ?? roomBytes)) return forms;
    if (this.fd === null) {
      this.path = room.file();
      this.fd = room.spilling(this.path, () => fs.openSync(this.path, 'wx+'));
    }
    const { fd } = this;
    const bytes = new Uint8Array(forms.buffer, forms.byteOffset, forms.byteLength);
    const at = this.written;
    const sums = new Uint32Array(Math.ceil(bytes.length / blockBytes));
    for (let b = 0; b < sums.length; b++) sums[b] = checksum(bytes.subarray(b * blockBytes, (b + 1) * blockBytes));
    room.spilling(this.path, () => {
      for (let done = 0; done < bytes.length; ) done += fs.writeSync(fd, bytes, done, bytes.length - done, at + done);
    });
    this.written += bytes.length;
    return { at, bytes: bytes.length, sums };
  }

  /** A form that is in the file: its block is read and checked. */
  private spilled({ at, bytes, sums }: SpilledForms, index: number): number {
    const number = Math.floor((index * 4) / blockBytes);
    const begin = number * blockBytes;
    const block = this.block.subarray(0, Math.min(blockBytes, bytes - begin));
    readScratch(this.fd!, block, at + begin, this.path);
    requireSame(block, sums[number]!, this.path);
    return new DataView(block.buffer, block.byteOffset).getUint32(index * 4 - begin, true);
  }

  private formOf(ordinal: number): number {
    const { chunks } = this;
    let low = 0;
    let high = chunks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (chunks[middle]!.first <= ordinal) low = middle + 1;
      else high = middle;
    }
    const chunk = chunks[low - 1];
    if (chunk === undefined || ordinal >= chunk.first + chunk.records) return 0;
    const { forms, first } = chunk;
    return forms instanceof Uint32Array ? forms[ordinal - first]! : this.spilled(forms, ordinal - first);
  }
}

/** The forms of a chunk's rows by record; what is rejected has none. */
function formsOfRecords(
  first: number,
  records: number,
  ordinals: number | Uint32Array,
  forms: Uint32Array,
): Uint32Array {
  if (ordinals === first && forms.length === records) return forms;
  const all = new Uint32Array(records);
  for (let row = 0; row < forms.length; row++)
    all[(typeof ordinals === 'number' ? ordinals + row : ordinals[row]!) - first] = forms[row]!;
  return all;
}
