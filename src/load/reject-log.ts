/** A record that is not in the data set. */
export interface Reject {
  /** 0-based position among the chunk's records. */
  index: number;
  /** 1-based physical line. */
  line: number;
  /** What is wrong with it, for people. */
  why: string;
  /** Its raw bytes, at most 64 KB. */
  raw: Uint8Array;
}

/** Texts, or bytes, one after another: each ends where `ends` says, and the next one begins. */
export interface PackedTexts {
  bytes: Uint8Array;
  ends: Uint32Array;
}

/** One of them; not a copy. */
export const textAt = ({ bytes, ends }: PackedTexts, n: number): Uint8Array =>
  bytes.subarray(n === 0 ? 0 : ends[n - 1]!, ends[n]!);

/** Rejected records of a chunk in the order of their positions. There can be a million of them: they are packed as they come. */
export class RejectLog {
  length = 0;
  private positions = new Uint32Array(16);
  private lines = new Uint32Array(16);
  private readonly whys = new TextPacker();
  private readonly raws = new TextPacker();

  /** Copies the record. */
  push({ index, line, why, raw }: Reject): void {
    if (this.length === this.positions.length) {
      this.positions = grown(this.positions);
      this.lines = grown(this.lines);
    }
    this.positions[this.length] = index;
    this.lines[this.length] = line;
    this.length++;
    this.whys.push(Buffer.from(why));
    this.raws.push(raw);
  }

  /** Positions among the chunk's records; not a copy. */
  get indexes(): Uint32Array {
    return this.positions.subarray(0, this.length);
  }

  at(n: number): Reject | undefined {
    if (n >= this.length) return undefined;
    return {
      index: this.positions[n]!,
      line: this.lines[n]!,
      why: Buffer.from(this.whys.at(n)).toString(),
      raw: this.raws.at(n),
    };
  }

  *[Symbol.iterator](): Generator<Reject> {
    for (let n = 0; n < this.length; n++) yield this.at(n)!;
  }

  /** What is wrong with all, and their bytes; the memory is that of the log. */
  texts(): { whys: PackedTexts; raws: PackedTexts } {
    return { whys: this.whys.packed(), raws: this.raws.packed() };
  }
}

/** Puts texts one after another. */
export class TextPacker {
  bytes: Uint8Array = new Uint8Array(64);
  ends: Uint32Array = new Uint32Array(16);
  private end = 0;
  private count = 0;

  push(text: Uint8Array): void {
    if (this.count === this.ends.length) this.ends = grown(this.ends);
    while (this.end + text.length > this.bytes.length) this.bytes = grown(this.bytes);
    this.bytes.set(text, this.end);
    this.end += text.length;
    this.ends[this.count++] = this.end;
  }

  at(n: number): Uint8Array {
    return textAt(this, n);
  }

  /** Cut to what it holds: it is sent to another thread. */
  packed(): PackedTexts {
    return { bytes: this.bytes.slice(0, this.end), ends: this.ends.slice(0, this.count) };
  }
}

function grown<T extends Uint8Array | Uint32Array>(array: T): T {
  const larger = new (array.constructor as new (length: number) => T)(array.length * 2);
  larger.set(array);
  return larger;
}
