import { createHash, type Hash } from 'node:crypto';

/**
 * The canonical form of rows, which the fingerprint is made of; docs/fingerprint.md says what it is. Rows are hashed in groups of
 * `hashedRows` by their place in the output, whatever row groups and files they lie in. A group is made of sections, the same ones
 * for each group of a schema, so that parts of a group can be made apart and put together section by section.
 */
export const hashedRows = 1024;

/** Takes the sections of some rows in order. */
export interface Sections {
  /** Which of so many slots have a value, one byte each; null when all have. */
  presence(slots: number, nulls: number, present: Uint8Array | null): void;
  /** Lengths or values, in one part or several; they need not stay as they are. */
  values(parts: readonly Uint8Array[]): void;
}

/** A section, kept. */
type Section = { slots: number; nulls: number; present: Uint8Array | null } | { bytes: Uint8Array };

/** Rows of the output in order: groups, 32 bytes of hash each, or a part of one. Plain data. */
export type ContentPart = { rows: number; hashes: Uint8Array } | { rows: number; sections: Section[] };

/** Hashes the sections of a whole group. */
class GroupHash implements Sections {
  private readonly hash: Hash = createHash('sha256');
  private readonly nulls: number[] = [];

  presence(_slots: number, nulls: number, present: Uint8Array | null): void {
    this.nulls.push(nulls);
    if (nulls > 0) this.hash.update(present!);
  }

  values(parts: readonly Uint8Array[]): void {
    for (const part of parts) this.hash.update(part);
  }

  finish(): Uint8Array {
    return this.hash.update(new Uint8Array(Uint32Array.from(this.nulls).buffer)).digest();
  }
}

/** Keeps the sections of a part of a group. */
class GroupPart implements Sections {
  readonly sections: Section[] = [];

  presence(slots: number, nulls: number, present: Uint8Array | null): void {
    this.sections.push({ slots, nulls, present: nulls === 0 ? null : present!.slice() });
  }

  values(parts: readonly Uint8Array[]): void {
    this.sections.push({ bytes: joined(parts) });
  }
}

/** Some rows of the output, from place `first` on, as pieces of which none crosses the border of a group. */
export class ContentRows {
  readonly pieces: { from: number; rows: number; sections: Sections }[] = [];

  constructor(first: number, rows: number) {
    for (let from = 0; from < rows; ) {
      const count = Math.min(rows - from, hashedRows - ((first + from) % hashedRows));
      this.pieces.push({ from, rows: count, sections: count === hashedRows ? new GroupHash() : new GroupPart() });
      from += count;
    }
  }

  /** What became of them, once every column was entered. */
  finish(): ContentPart[] {
    const parts: ContentPart[] = [];
    let hashes: Uint8Array[] = [];
    const close = (): void => {
      if (hashes.length > 0) parts.push({ rows: hashes.length * hashedRows, hashes: joined(hashes) });
      hashes = [];
    };
    for (const { rows, sections } of this.pieces) {
      if (sections instanceof GroupHash) hashes.push(sections.finish());
      else {
        close();
        parts.push({ rows, sections: (sections as GroupPart).sections });
      }
    }
    close();
    return parts;
  }
}

/** Name and number of rows of each split, in the order of the output. */
export type SplitRows = readonly (readonly [name: string, rows: number])[];

/** Puts the parts of all rows together, in order. */
export class ContentHash {
  private pending: Section[][] = [];
  private pendingRows = 0;
  private rows = 0;

  /** `hash` takes the hash of each group, and the number of rows at the end. */
  constructor(private readonly hash: Hash) {}

  add(part: ContentPart): void {
    this.rows += part.rows;
    if ('hashes' in part) {
      if (this.pendingRows > 0) throw new Error('a group of rows is not whole');
      this.hash.update(part.hashes);
      return;
    }
    this.pending.push(part.sections);
    this.pendingRows += part.rows;
    if (this.pendingRows > hashedRows) throw new Error('a group has too many rows');
    if (this.pendingRows === hashedRows) this.close();
  }

  /** `sha256:...`; `splits` are those that the rows are divided into, null without. */
  finish(splits: SplitRows | null = null): string {
    if (this.pendingRows > 0) this.close();
    const rows = Buffer.alloc(8);
    rows.writeBigUInt64LE(BigInt(this.rows));
    this.hash.update(rows);
    if (splits !== null) this.hash.update(JSON.stringify(splits));
    return `sha256:${this.hash.digest('hex')}`;
  }

  private close(): void {
    const group = new GroupHash();
    const parts = this.pending;
    parts[0]!.forEach((section, s) => {
      const same = parts.map((sections) => sections[s]!);
      if ('bytes' in section) group.values((same as { bytes: Uint8Array }[]).map(({ bytes }) => bytes));
      else enterPresence(group, same as Exclude<Section, { bytes: Uint8Array }>[]);
    });
    this.hash.update(group.finish());
    this.pending = [];
    this.pendingRows = 0;
  }
}

function enterPresence(group: Sections, parts: readonly Exclude<Section, { bytes: Uint8Array }>[]): void {
  const slots = parts.reduce((n, part) => n + part.slots, 0);
  const nulls = parts.reduce((n, part) => n + part.nulls, 0);
  const present = joined(parts.map((part) => part.present ?? new Uint8Array(part.slots).fill(1)));
  group.presence(slots, nulls, nulls === 0 ? null : present);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
