import fs from 'node:fs';

/** A row that was dropped, and the kept row that it equals only once both are typed, by their ordinals. */
export interface ValueTwin {
  row: number;
  kept: number;
}

/** Twins that are named. */
const mostNamed = 100;
/** Bytes of forms that are kept in memory; the others wait in a file. */
const roomBytes = 2 ** 25;

interface ChunkForms {
  first: number;
  records: number;
  /** By record; or where they are in the file. */
  forms: Uint32Array | number;
}

/**
 * Counts the exact duplicates whose source has other text than the row that was kept, by the forms of their rows (load/forms.ts):
 * four bytes a record of the chunks in which a value changed its form, beyond 32 MiB in a file.
 */
export class ValueTwins {
  count = 0;
  readonly named: ValueTwin[] = [];
  private readonly chunks: ChunkForms[] = [];
  private readonly file: () => string;
  private held = 0;
  private fd: number | null = null;
  private written = 0;

  /** `file` makes a path for what does not fit. */
  constructor(file: () => string) {
    this.file = file;
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

  private keep(forms: Uint32Array): Uint32Array | number {
    this.held += forms.byteLength;
    if (this.held <= roomBytes) return forms;
    this.fd ??= fs.openSync(this.file(), 'wx+');
    const bytes = new Uint8Array(forms.buffer);
    const at = this.written;
    for (let done = 0; done < bytes.length; )
      done += fs.writeSync(this.fd, bytes, done, bytes.length - done, at + done);
    this.written += bytes.length;
    return at;
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
    if (typeof forms !== 'number') return forms[ordinal - first]!;
    const word = new Uint32Array(1);
    fs.readSync(this.fd!, word, 0, 4, forms + (ordinal - first) * 4);
    return word[0]!;
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
